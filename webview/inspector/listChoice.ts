import { type RowWindow, rowAt } from "./rowWindow.ts";
import { everything, nothing, only, type Selection, toggled } from "./selection.ts";

/** The row that keys start from and that the detail side shows. Its message is unknown until the row has come. */
export interface Current {
  /** Below 0 = it is not known yet where it stands. */
  readonly index: number;
  readonly seq: number | undefined;
}

/** What the user chose in the list: the current message, those that are selected, and where a range begins. */
export class ListChoice {
  #current: Current | undefined;
  #anchor = 0;
  #selection: Selection = nothing;

  get current(): Current | undefined {
    return this.#current;
  }

  /** Where a range begins. */
  get anchor(): number {
    return this.#anchor;
  }

  get selection(): Selection {
    return this.#selection;
  }

  forget(): void {
    this.#selection = nothing;
    this.#current = undefined;
  }

  /** Makes a row current, and begins a range there. */
  choose(current: Current, how: "only" | "toggle"): void {
    this.#current = current;
    this.#anchor = current.index;
    const { seq } = current;
    if (how === "only") this.#selection = seq === undefined ? nothing : only(seq);
    else if (seq !== undefined) this.#selection = toggled(this.#selection, seq);
  }

  select(seqs: readonly number[]): void {
    this.#selection = only(...seqs);
  }

  selectAll(): void {
    this.#selection = everything;
  }

  /** Nothing but the current message. */
  selectCurrent(): void {
    const seq = this.#current?.seq;
    this.#selection = seq === undefined ? nothing : only(seq);
  }

  beginRange(anchor: number): void {
    this.#anchor = anchor;
  }

  /** The rows stand in another order: it is not known where. */
  lostPlace(): void {
    if (this.#current) this.#current = { ...this.#current, index: -1 };
    this.#anchor = 0;
  }

  /** Where the current message stands now. @returns whether that was not known */
  foundPlace(current: Current): boolean {
    if (!this.#current || this.#current.seq !== current.seq || this.#current.index >= 0) return false;
    this.#current = current;
    this.#anchor = current.index;
    return true;
  }

  /** The rows moved by so many places. */
  shift(by: number): void {
    if (this.#current && this.#current.index >= 0)
      this.#current = { ...this.#current, index: Math.max(0, this.#current.index + by) };
    this.#anchor = Math.max(0, this.#anchor + by);
  }

  /** These rows have come: the current one may be among them. */
  resolve(window: RowWindow): void {
    const current = this.#current;
    if (!current) return;
    if (current.seq === undefined) {
      const row = rowAt(window, current.index);
      if (!row || row.marker) return;
      this.#current = { ...current, seq: row.seq };
      if (!this.#selection.all && this.#selection.seqs.size === 0) this.#selection = only(row.seq);
      return;
    }
    const place = window.rows.findIndex((row) => row.seq === current.seq);
    if (place >= 0) this.#current = { ...current, index: window.from + place };
  }
}
