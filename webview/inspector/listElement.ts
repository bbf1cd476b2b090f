import type { MessageList } from "./messageList.ts";

/** The list's element on the page: its size goes to the model, the model's position to its scrollbar. */
export class ListElement {
  readonly #list: MessageList;
  #grid: HTMLElement | undefined;
  readonly #resized = new ResizeObserver(() => {
    this.#measure();
  });

  constructor(list: MessageList) {
    this.#list = list;
  }

  bind(element: Element | undefined): void {
    if (element === this.#grid) return;
    this.#resized.disconnect();
    this.#grid = element instanceof HTMLElement ? element : undefined;
    if (this.#grid) this.#resized.observe(this.#grid);
  }

  focus(): void {
    this.#grid?.focus();
  }

  scrolled(): void {
    if (this.#grid) this.#list.scrolled(this.#grid.scrollTop);
  }

  afterDraw(): void {
    const grid = this.#grid;
    if (!grid) return;
    const { scroll } = this.#list.position;
    if (Math.abs(grid.scrollTop - scroll) >= 1) grid.scrollTop = scroll;
    this.#list.placed(grid.scrollTop);
  }

  #measure(): void {
    const grid = this.#grid;
    const head = grid?.querySelector<HTMLElement>(".head");
    if (!grid || !head) return;
    // The head is as high as every row; both are whole pixels.
    this.#list.setGeometry(head.offsetHeight, grid.clientHeight - head.offsetHeight);
  }
}
