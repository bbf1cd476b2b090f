import {
  endOf,
  isScaled,
  type ListSize,
  type ScrollPosition,
  scrollFor,
  topAfterScroll,
  topToShow,
  visibleRows,
} from "./scrollScale.ts";

/** Where the user's scrolling led: further up, to the end, or elsewhere. */
export type ScrollTo = "up" | "end" | "elsewhere";

/** Where the list stands: how many rows it has room for, how much of them is visible, and which. */
export class ListPlace {
  count = 0;
  #rowHeight = 22;
  #viewport = 0;
  #position: ScrollPosition = { scroll: 0, top: 0 };
  /** Where the scrollbar was when it was last looked at: `#position` may be ahead of it until the next drawing. */
  #placed = 0;

  get size(): ListSize {
    return { count: this.count, rowHeight: this.#rowHeight, viewport: this.#viewport };
  }

  get position(): ScrollPosition {
    return this.#position;
  }

  /** The rows at least partly visible, `last` exclusive. */
  get visible(): { readonly first: number; readonly last: number } {
    return visibleRows(this.#position.top, this.size);
  }

  /** How many rows a page up or down goes. */
  get page(): number {
    return Math.max(1, Math.floor(this.#viewport / this.#rowHeight) - 1);
  }

  /** @returns whether that is another geometry */
  setGeometry(rowHeight: number, viewport: number): boolean {
    if (rowHeight === this.#rowHeight && viewport === this.#viewport) return false;
    this.#rowHeight = rowHeight;
    this.#viewport = viewport;
    return true;
  }

  goTo(top: number): void {
    this.#position = { top, scroll: scrollFor(top, this.size) };
  }

  goToEnd(): void {
    this.goTo(endOf(this.size));
  }

  /** Back into the list's present bounds. */
  keepWithin(): void {
    this.goTo(Math.min(this.#position.top, endOf(this.size)));
  }

  /** The least movement that brings this row into view. */
  show(index: number): void {
    this.goTo(topToShow(index, this.#position.top, this.size));
  }

  /** Keeps the same rows in view after they moved by so many places. */
  shift(by: number): void {
    this.goTo(Math.max(0, this.#position.top + by * this.#rowHeight));
  }

  /** The scrollbar stands here now, by the user's hand or by ours. @returns undefined when it has not moved */
  scrolled(scroll: number): ScrollTo | undefined {
    const moved = scroll - this.#placed;
    if (Math.abs(moved) < 1) return undefined;
    this.#placed = scroll;
    const before = this.#position.top;
    const next = this.#position.scroll + moved;
    const top = topAfterScroll(this.#position, next, this.size);
    this.#position = { scroll: isScaled(this.size) ? next : top, top };
    if (top >= endOf(this.size) - 1) return "end";
    return top < before - 1 ? "up" : "elsewhere";
  }

  /** Where the scrollbar really came to stand. */
  placed(scroll: number): void {
    this.#placed = scroll;
    this.#position = { ...this.#position, scroll };
  }
}
