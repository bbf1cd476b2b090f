/** Draws at most once a frame: the whole page, or nothing but rows when that is enough. */
export class Frames {
  readonly #drawPage: () => void;
  readonly #drawRows: () => void;
  #frame = 0;
  #isPageOld = false;

  constructor(drawPage: () => void, drawRows: () => void) {
    this.#drawPage = drawPage;
    this.#drawRows = drawRows;
  }

  /** The page is to be drawn anew. */
  page(): void {
    this.#isPageOld = true;
    this.rows();
  }

  /** Only rows are. */
  rows(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const isPageOld = this.#isPageOld;
      this.#isPageOld = false;
      if (isPageOld) this.#drawPage();
      else this.#drawRows();
    });
  }
}
