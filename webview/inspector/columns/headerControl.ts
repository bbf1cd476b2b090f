/** What the pointer and the keys do on the header of the list. */
import { t } from "@vscode/l10n";
import type { RowElements } from "../rowElements.ts";
import { take } from "../focus.ts";
import { leastWidth } from "./columnLook.ts";
import type { Columns } from "./columns.ts";
import type { HeaderActions } from "./headerView.ts";

export interface HeaderOwner {
  changed(): void;
  announce(sentence: string): void;
  /** Brings the focus to the list. */
  leave(): void;
}

/** Pixels that a press of a key changes a width by, and that a pointer moves before it drags. */
const keyStep = 16;
const dragFrom = 5;
/** A column that is fitted to its content is no wider. */
const widestFit = 600;

export class HeaderControl implements HeaderActions {
  readonly #root: HTMLElement;
  readonly #columns: Columns;
  readonly #rows: RowElements;
  readonly #owner: HeaderOwner;
  focused: string | undefined;
  dragged: HeaderActions["dragged"];
  /** What opened the menu gets the focus back. */
  #opener: HTMLElement | undefined;
  /** A drag ends with a click that is none. */
  #ignoreClick = false;

  constructor(root: HTMLElement, columns: Columns, rows: RowElements, owner: HeaderOwner) {
    this.#root = root;
    this.#columns = columns;
    this.#rows = rows;
    this.#owner = owner;
  }

  click(field: string): void {
    if (this.#ignoreClick) this.#ignoreClick = false;
    else this.#sort(field);
  }

  focus(field: string): void {
    if (field === this.focused) return;
    this.focused = field;
    this.#owner.changed();
  }

  press(event: KeyboardEvent, field: string): void {
    if (!this.#handle(event, field)) return;
    take(event);
  }

  menu(event: MouseEvent, field: string | undefined): void {
    event.preventDefault();
    event.stopPropagation();
    if (event.currentTarget instanceof HTMLElement) this.#open(event.currentTarget, field);
  }

  /** Where it was opened from gets the focus. */
  closeMenu(refocus: boolean): void {
    this.#columns.closeMenu();
    const opener = this.#opener;
    this.#opener = undefined;
    if (refocus) (opener?.isConnected ? opener : this.#cell(this.focused))?.focus();
  }

  /** As wide as what is on the screen needs. */
  fit(field: string): void {
    const head = this.#cell(field)?.querySelector<HTMLElement>(".label");
    if (!head) return;
    const width = (node: Node): number => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return range.getBoundingClientRect().width;
    };
    // The arrow of a sorted column stands behind its label.
    const widest = Math.max(width(head) + 22, ...this.#rows.cellsOf(field).map((cell) => width(cell) + 2));
    this.#columns.resize(field, Math.min(widestFit, Math.ceil(widest)), true);
  }

  resizeStart(event: PointerEvent, field: string): void {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const start = this.#cell(field)?.offsetWidth ?? leastWidth;
    let width = start;
    this.#track(event, {
      moved: (by) => {
        width = start + by;
        this.#columns.resize(field, width, false);
      },
      done: (moved) => {
        if (moved) this.#columns.resize(field, width, true);
      },
    });
  }

  pointerDown(event: PointerEvent, field: string): void {
    this.#ignoreClick = false;
    if (event.button !== 0) return;
    const cells = this.#cells().map((cell) => ({
      field: cell.dataset["field"] ?? "",
      box: cell.getBoundingClientRect(),
    }));
    const own = cells.findIndex((cell) => cell.field === field);
    const from = event.clientX;
    this.#track(event, {
      moved: (by) => {
        if (!this.dragged && Math.abs(by) < dragFrom) return;
        const x = from + by;
        const at = cells.findIndex(({ box }) => x < box.right);
        const over = at < 0 ? cells.length - 1 : at;
        this.dragged = { field, over: over === own ? undefined : cells[over]?.field, after: over > own };
        this.#owner.changed();
      },
      done: () => {
        const { dragged } = this;
        if (!dragged) return;
        this.dragged = undefined;
        this.#ignoreClick = true;
        if (dragged.over !== undefined) this.#moveTo(field, dragged.over);
        this.#owner.changed();
      },
      cancelled: () => {
        this.dragged = undefined;
        this.#owner.changed();
      },
    });
  }

  #handle(event: KeyboardEvent, field: string): boolean {
    const { key, altKey, shiftKey } = event;
    const command = event.ctrlKey || event.metaKey;
    const by = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0;
    if (by !== 0) {
      if (altKey && !command)
        this.#columns.resize(field, (this.#cell(field)?.offsetWidth ?? leastWidth) + by * keyStep, true);
      else if (command && shiftKey) this.#move(field, by);
      else if (!command && !shiftKey && !altKey) this.#focusNext(field, by);
      else return false;
      return true;
    }
    if (key === "ContextMenu" || (key === "F10" && shiftKey)) {
      const cell = this.#cell(field);
      if (cell) this.#open(cell, field);
      return true;
    }
    if (command || altKey || shiftKey) return false;
    switch (key) {
      case "Enter":
      case " ":
        this.#sort(field);
        return true;
      case "Home":
        this.#cells()[0]?.focus();
        return true;
      case "End":
        this.#cells().at(-1)?.focus();
        return true;
      case "ArrowDown":
        this.#owner.leave();
        return true;
      case "Delete":
        this.#columns.remove(field);
        return true;
      default:
        return false;
    }
  }

  #sort(field: string): void {
    this.#columns.sortBy(field);
    const { sort } = this.#columns;
    this.#owner.announce(
      !sort ? t("In the order of arrival.") : sort.descending ? t("Sorted, descending.") : t("Sorted, ascending."),
    );
  }

  #move(field: string, by: -1 | 1): void {
    this.#columns.move(field, by);
    const place = this.#columns.shown.findIndex((column) => column.field === field) + 1;
    this.#owner.announce(t("Column {place} of {number}.", { place, number: this.#columns.shown.length }));
    // The element moves, and would lose the focus with it.
    requestAnimationFrame(() => this.#cell(field)?.focus());
  }

  #moveTo(field: string, over: string): void {
    this.#columns.moveTo(
      field,
      this.#columns.layout.columns.findIndex((column) => column.field === over),
    );
  }

  #focusNext(field: string, by: -1 | 1): void {
    const cells = this.#cells();
    const at = cells.findIndex((cell) => cell.dataset["field"] === field);
    cells[Math.max(0, Math.min(cells.length - 1, at + by))]?.focus();
  }

  #open(opener: HTMLElement, field: string | undefined): void {
    if (this.#columns.menu) {
      this.closeMenu(true);
      return;
    }
    this.#opener = opener;
    const box = opener.getBoundingClientRect();
    this.#columns.openMenu({ x: box.left, y: box.bottom, ...(field === undefined ? {} : { field }) });
    // It is drawn by then.
    requestAnimationFrame(() => this.#root.querySelector<HTMLElement>(".column-menu :is(button, input)")?.focus());
    const ending = new AbortController();
    window.addEventListener(
      "pointerdown",
      ({ target }) => {
        if (target instanceof Element && (target.closest(".column-menu") || opener.contains(target))) return;
        ending.abort();
        if (this.#columns.menu) this.closeMenu(false);
      },
      { signal: ending.signal, capture: true },
    );
  }

  #cells(): readonly HTMLElement[] {
    return [...this.#root.querySelectorAll<HTMLElement>(".head-cell")];
  }

  #cell(field: string | undefined): HTMLElement | undefined {
    return this.#cells().find((cell) => cell.dataset["field"] === field);
  }

  /** Follows the pointer from where it was pressed until it is let go. */
  #track(event: PointerEvent, on: { moved(by: number): void; done(moved: boolean): void; cancelled?(): void }): void {
    const ending = new AbortController();
    const { signal } = ending;
    const from = event.clientX;
    // Beyond the page, too.
    if (event.target instanceof Element) event.target.setPointerCapture(event.pointerId);
    let moved = false;
    const move = (next: PointerEvent): void => {
      moved = true;
      on.moved(next.clientX - from);
    };
    window.addEventListener("pointermove", move, { signal });
    window.addEventListener(
      "pointerup",
      () => {
        ending.abort();
        on.done(moved);
      },
      { signal },
    );
    window.addEventListener(
      "pointercancel",
      () => {
        ending.abort();
        on.cancelled?.();
      },
      { signal },
    );
  }
}
