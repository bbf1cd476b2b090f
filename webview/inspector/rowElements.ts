/** The elements of the rows on the screen. They are few, stay on the page and are filled anew: nothing is built while the list is scrolled. */
import { t } from "@vscode/l10n";
import type { Column } from "../../src/protocol/columns.ts";
import type { Row } from "../../src/protocol/rows.ts";
import { CellElement, type CellContext } from "./columns/cellElement.ts";
import type { MessageList } from "./messageList.ts";
import { overscan, rowAt } from "./rowWindow.ts";
import { visibleRows } from "./scrollScale.ts";
import { isSelected } from "./selection.ts";

/** For the entries of `webview/context` in package.json. */
const messageContext = JSON.stringify({ webviewSection: "message", preventDefaultContextMenuItems: true });

export function rowId(index: number): string {
  return `row-${index}`;
}

/** How rows are drawn. */
export interface RowLook extends Omit<CellContext, "extras"> {
  readonly columns: readonly Column[];
  /** Rises when the columns are other ones. */
  readonly version: number;
  /** The fields whose texts rows have, in their order. */
  readonly extras: readonly string[];
}

export class RowElements {
  #track: HTMLElement | undefined;
  /** Those on the page, in their order. */
  #rows: RowElement[] = [];
  #first = 0;

  /** The element that holds the rows. */
  bind(track: HTMLElement | undefined): void {
    if (track === this.#track) return;
    this.#track = track;
    track?.replaceChildren();
    this.#rows = [];
  }

  /** @returns whether something that can be read is another one now */
  draw(list: MessageList, look: RowLook): boolean {
    const track = this.#track;
    if (!track) return false;
    const { size, position } = list;
    const visible = visibleRows(position.top, size);
    const first = Math.max(0, visible.first - overscan);
    const count = Math.max(0, Math.min(size.count, visible.last + overscan) - first);
    this.#turnTo(track, first, count);
    const offset = position.scroll - position.top;
    let changed = false;
    for (const [at, element] of this.#rows.entries()) {
      const index = first + at;
      element.place(index, offset + index * size.rowHeight);
      if (element.show(rowAt(list.window, index), list, index, look)) changed = true;
    }
    return changed;
  }

  /** Whether the row of that place is on the page. */
  has(index: number): boolean {
    return index >= this.#first && index < this.#first + this.#rows.length;
  }

  /** The cells of a column that are on the page. */
  cellsOf(field: string): readonly HTMLElement[] {
    return this.#rows.flatMap((row) => row.cellOf(field) ?? []);
  }

  /** As many elements as there are rows; those of rows that stay in view keep them. */
  #turnTo(track: HTMLElement, first: number, count: number): void {
    const rows = this.#rows;
    const moved = first - this.#first;
    this.#first = first;
    if (moved > 0 && moved < rows.length)
      for (const row of rows.splice(0, moved)) {
        rows.push(row);
        track.append(row.element);
      }
    else if (moved < 0 && -moved < rows.length)
      for (const row of rows.splice(rows.length + moved).reverse()) {
        rows.unshift(row);
        track.prepend(row.element);
      }
    while (rows.length > count) rows.pop()?.element.remove();
    while (rows.length < count) {
      const row = new RowElement();
      rows.push(row);
      track.append(row.element);
    }
  }
}

type Kind = "waiting" | "marker" | "message";

class RowElement {
  readonly element = document.createElement("div");
  #kind: Kind | undefined;
  #cells: CellElement[] = [];
  #version = -1;
  #index = -1;
  #top = NaN;
  #className = "";
  #row: Row | undefined;
  #look: RowLook | undefined;
  #sentence = document.createTextNode("");

  constructor() {
    this.element.setAttribute("role", "row");
  }

  place(index: number, top: number): void {
    if (index !== this.#index) {
      this.#index = index;
      this.element.id = rowId(index);
      this.element.setAttribute("aria-rowindex", String(index + 2));
      this.element.dataset["index"] = String(index);
    }
    if (top === this.#top) return;
    this.#top = top;
    this.element.style.transform = `translateY(${top}px)`;
  }

  /** @returns whether something that can be read is another one now */
  show(row: Row | undefined, list: MessageList, index: number, look: RowLook): boolean {
    const kind = !row ? "waiting" : row.marker ? "marker" : "message";
    const changed = this.#turnInto(kind, look);
    const isCurrent = list.current?.index === index;
    const selected = row !== undefined && kind === "message" && isSelected(list.selection, row.seq);
    const state = kind === "message" ? row?.state : kind;
    const className = `row ${state ?? ""}${selected ? " selected" : ""}${isCurrent ? " current" : ""}`;
    if (className !== this.#className) {
      this.#className = className;
      this.element.className = className;
      if (kind === "message") this.element.setAttribute("aria-selected", String(selected));
    }
    if (!row || (row === this.#row && look === this.#look && !changed)) return changed;
    this.#row = row;
    this.#look = look;
    if (kind === "marker") {
      if (this.#sentence.data !== row.preview) this.#sentence.data = row.preview;
      return true;
    }
    for (const cell of this.#cells) cell.show(row, look);
    return true;
  }

  cellOf(field: string): HTMLElement | undefined {
    return this.#cells.find((cell) => cell.field === field)?.element;
  }

  /** @returns whether it was something else before */
  #turnInto(kind: Kind, look: RowLook): boolean {
    if (kind === this.#kind && (kind !== "message" || look.version === this.#version)) return false;
    this.#kind = kind;
    this.#version = look.version;
    this.#row = undefined;
    this.#cells = [];
    this.#className = "";
    const { element } = this;
    element.toggleAttribute("aria-busy", false);
    element.removeAttribute("aria-selected");
    delete element.dataset["vscodeContext"];
    if (kind === "message") {
      element.dataset["vscodeContext"] = messageContext;
      this.#cells = look.columns.map(({ field }, at) => new CellElement(field, at, look.extras.indexOf(field)));
      element.replaceChildren(...this.#cells.map((cell) => cell.element));
    } else if (kind === "marker") this.#turnIntoMarker();
    else {
      const cell = document.createElement("span");
      cell.setAttribute("role", "gridcell");
      cell.className = "visually-hidden";
      cell.textContent = t("Loading…");
      element.setAttribute("aria-busy", "true");
      element.replaceChildren(cell);
    }
    return true;
  }

  #turnIntoMarker(): void {
    const cell = document.createElement("span");
    cell.setAttribute("role", "gridcell");
    cell.className = "gap";
    const icon = document.createElement("span");
    icon.className = "codicon codicon-debug-disconnect";
    icon.setAttribute("aria-hidden", "true");
    cell.append(icon, " ", this.#sentence);
    this.element.replaceChildren(cell);
  }
}
