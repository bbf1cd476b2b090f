/** Narrower than this, the detail side stands below the list. */
const stackedBelow = 700;
/** The timeline is shown where there is room for it: width and height of the page. */
const leastTimelineRoom = { width: 350, height: 400 };
/** A bar of the timeline takes so many pixels, and there are so few at least and so many at most. */
const barWidth = 5;
const fewestBars = 20;
const mostBars = 200;

/** How much room the page has, and what fits into it. */
export class PageRoom {
  #width = stackedBelow;
  #height = 0;

  /** Calls back with each change, and once at first. */
  watch(root: HTMLElement, changed: () => void): void {
    new ResizeObserver(([entry]) => {
      this.#width = entry?.contentRect.width ?? stackedBelow;
      this.#height = entry?.contentRect.height ?? 0;
      changed();
    }).observe(root);
  }

  /** In pixels. */
  get width(): number {
    return this.#width;
  }

  /** The detail side stands below the list. */
  get stacked(): boolean {
    return this.#width < stackedBelow;
  }

  get timelineFits(): boolean {
    return this.#width >= leastTimelineRoom.width && this.#height >= leastTimelineRoom.height;
  }

  /** How many bars the timeline has, in tens: a little more room asks for nothing. */
  get bars(): number {
    return Math.max(fewestBars, Math.floor(Math.min(mostBars, this.#width / barWidth) / 10) * 10);
  }
}
