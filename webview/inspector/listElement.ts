import type { MessageList } from "./messageList.ts";
import { type RowElements, rowId } from "./rowElements.ts";

/** The list's element on the page: its size goes to the model, the model's position to its scrollbar. */
export class ListElement {
  readonly #list: MessageList;
  readonly #rows: RowElements;
  readonly #resizedTo: (width: number) => void;
  #grid: HTMLElement | undefined;
  /** Where the scrollbar stands, as far as we know. */
  #scroll = 0;
  readonly #resized = new ResizeObserver(() => {
    this.#measure();
  });

  /** @param resizedTo told how wide the list is now, in pixels */
  constructor(list: MessageList, rows: RowElements, resizedTo: (width: number) => void) {
    this.#list = list;
    this.#rows = rows;
    this.#resizedTo = resizedTo;
  }

  bind(element: Element | undefined): void {
    if (element === this.#grid) return;
    this.#resized.disconnect();
    this.#grid = element instanceof HTMLElement ? element : undefined;
    this.#scroll = 0;
    this.#rows.bind(this.#grid?.querySelector<HTMLElement>(".track") ?? undefined);
    if (this.#grid) this.#resized.observe(this.#grid);
  }

  focus(): void {
    this.#grid?.focus();
  }

  scrolled(): void {
    if (!this.#grid) return;
    this.#scroll = this.#grid.scrollTop;
    this.#list.scrolled(this.#scroll);
  }

  /** The rows were drawn: the scrollbar is brought to where they are. */
  afterDraw(): void {
    const grid = this.#grid;
    if (!grid) return;
    const { current, position } = this.#list;
    const id = current === undefined ? undefined : rowId(current.index);
    if (id !== undefined && this.#rows.has(current?.index ?? -1)) {
      if (grid.getAttribute("aria-activedescendant") !== id) grid.setAttribute("aria-activedescendant", id);
    } else grid.removeAttribute("aria-activedescendant");
    // To ask the element where it stands would lay out the page in every frame.
    if (Math.abs(this.#scroll - position.scroll) < 1) return;
    grid.scrollTop = position.scroll;
    this.#scroll = grid.scrollTop;
    this.#list.placed(this.#scroll);
  }

  #measure(): void {
    const grid = this.#grid;
    const head = grid?.querySelector<HTMLElement>(".head");
    if (!grid || !head) return;
    // The head is as high as every row; both are whole pixels.
    this.#resizedTo(grid.clientWidth);
    this.#list.setGeometry(head.offsetHeight, grid.clientHeight - head.offsetHeight);
  }
}
