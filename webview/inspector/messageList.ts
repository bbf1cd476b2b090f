/** The list's model: where it stands, which rows it has, which are selected, which is current. */
import type { Summary } from "../../src/protocol/inspector.ts";
import type { Row } from "../../src/protocol/rows.ts";
import type { ListKey } from "./keys.ts";
import { type Range, type RowWindow, rowAt, shiftBetween, wanted } from "./rowWindow.ts";
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
import { everything, nothing, only, type Selection, toggled } from "./selection.ts";

export interface ListOwner {
  /** Rejects with a sentence. Where the anchor has moved, the range is moved with it. */
  rows(range: Range, anchor?: Anchor): Promise<{ readonly from: number; readonly rows: readonly Row[] }>;
  /** Something is to be drawn anew. */
  changed(): void;
  /** Only other rows are in view. */
  moved(): void;
  failed(error: unknown): void;
  /** Only part of a range could be selected: this many rows. */
  rangeCut(rows: number): void;
}

/** A message in view, and the place where it stood. */
export interface Anchor {
  readonly seq: number;
  readonly index: number;
}

/** The row that keys start from and that the detail side shows. Its message is unknown until the row has come. */
export interface Current {
  readonly index: number;
  readonly seq: number | undefined;
}

/** The longest range of rows that is selected one by one. */
const longestRange = 20_000;
const rangePart = 1000;

export class MessageList {
  readonly #owner: ListOwner;
  #summary: Summary | undefined;
  /** Rows that the list has room for now. While following it grows only when the new rows are there, so that none is blank. */
  #count = 0;
  #window: RowWindow | undefined;
  /** How far the rows had moved as of that window: see {@link Summary.shift}. */
  #shifted = 0;
  /** The rows stand in another order than they arrived in: there is no newest at the end. */
  #sorted = false;
  #position: ScrollPosition = { scroll: 0, top: 0 };
  /** Where the scrollbar was when it was last looked at: `#position` may be ahead of it until the next drawing. */
  #placed = 0;
  #rowHeight = 22;
  #viewport = 0;
  #follow = true;
  /** What had been received when following stopped, or when the page was shown again. */
  #seen: number | undefined;
  #current: Current | undefined;
  #anchor = 0;
  #selection: Selection = nothing;
  #asking = false;
  /** Answers asked for before the view became another one are dropped. */
  #view = 0;

  constructor(owner: ListOwner) {
    this.#owner = owner;
  }

  get size(): ListSize {
    return { count: this.#count, rowHeight: this.#rowHeight, viewport: this.#viewport };
  }

  get position(): ScrollPosition {
    return this.#position;
  }

  get window(): RowWindow | undefined {
    return this.#window;
  }

  /** Whether it stays at the newest. Where it is sorted there is none: it stays where it is. */
  get follow(): boolean {
    return this.#follow && !this.#sorted;
  }

  /** Whether it follows when it is not sorted. */
  get wouldFollow(): boolean {
    return this.#follow;
  }

  get current(): Current | undefined {
    return this.#current;
  }

  get selection(): Selection {
    return this.#selection;
  }

  /** How many arrived since following stopped. */
  get unseen(): number {
    return this.#follow || this.#sorted || !this.#summary ? 0 : Math.max(0, this.#summary.received - (this.#seen ?? 0));
  }

  /** The row of a message, when it is among those that are here. */
  rowOf(seq: number): Row | undefined {
    return this.#window?.rows.find((row) => row.seq === seq);
  }

  setGeometry(rowHeight: number, viewport: number): void {
    if (rowHeight === this.#rowHeight && viewport === this.#viewport) return;
    this.#rowHeight = rowHeight;
    this.#viewport = viewport;
    this.#settleDown();
  }

  update(summary: Summary): void {
    this.#summary = summary;
    this.#seen ??= summary.received;
    if (!this.follow || summary.shown < this.#count) this.#count = summary.shown;
    this.#settleDown();
  }

  /** The view is another one: a filter was set, or rows were forgotten. */
  renew(): void {
    this.#view++;
    this.#window = undefined;
    this.#selection = nothing;
    this.#current = undefined;
    this.#owner.changed();
  }

  /** The same messages in another order, from its beginning on. The host says where the current one stands then. */
  reorder(sorted: boolean): void {
    this.#view++;
    this.#sorted = sorted;
    this.#window = undefined;
    if (this.#current) this.#current = { ...this.#current, index: -1 };
    this.#anchor = 0;
    this.#count = this.#summary?.shown ?? 0;
    this.#place(this.follow ? endOf(this.size) : 0);
    this.#refresh();
  }

  /** Where the current message stands now. */
  moveCurrent(current: Anchor): void {
    if (this.#current?.seq !== current.seq || this.#current.index >= 0) return;
    this.#current = current;
    this.#anchor = current.index;
    this.#owner.changed();
  }

  /** Rows need other texts. What is shown stays until they are here. */
  refetch(): void {
    this.#view++;
    if (this.#window) {
      const rows = this.#window.rows.map((row) => ({ ...row, extras: [] }));
      this.#window = { ...this.#window, version: -1, rows };
    }
    this.#refresh();
  }

  setFollow(follow: boolean): void {
    if (follow === this.#follow || this.#sorted) return;
    this.#follow = follow;
    if (!follow) this.#seen = this.#summary?.received;
    this.#count = follow ? this.#count : (this.#summary?.shown ?? 0);
    this.#settleDown();
  }

  /** The scrollbar stands here now, by the user's hand or by ours. */
  scrolled(scroll: number): void {
    const moved = scroll - this.#placed;
    if (Math.abs(moved) < 1) return;
    this.#placed = scroll;
    const before = this.#position.top;
    const { follow } = this;
    const next = this.#position.scroll + moved;
    const top = topAfterScroll(this.#position, next, this.size);
    this.#position = { scroll: isScaled(this.size) ? next : top, top };
    if (top < before - 1 && top < endOf(this.size) - 1) this.setFollow(false);
    else if (top >= endOf(this.size) - 1) this.setFollow(true);
    if (follow === this.follow) this.#owner.moved();
    else this.#owner.changed();
    void this.#ask();
  }

  /** After a movement on a shortened track the scrollbar is brought to where the rows are. */
  scrollEnded(): void {
    this.#place(this.#position.top);
    this.#owner.changed();
  }

  /** Where the scrollbar really came to stand. */
  placed(scroll: number): void {
    this.#placed = scroll;
    this.#position = { ...this.#position, scroll };
  }

  click(index: number, keys: { readonly toggle: boolean; readonly range: boolean }): void {
    if (keys.range) this.#selectTo(index);
    else this.#goTo(index, keys.toggle ? "toggle" : "only");
  }

  /** @returns false when the key has nothing to do here. */
  press(key: ListKey, extend: boolean): boolean {
    const last = (this.follow ? (this.#summary?.shown ?? 0) : this.#count) - 1;
    if (last < 0) return false;
    const from =
      this.#current?.index ?? (this.follow ? last + 1 : visibleRows(this.#position.top, this.size).first - 1);
    const go = (index: number): boolean => {
      const to = Math.max(0, Math.min(last, index));
      if (extend) this.#selectTo(to);
      else this.#goTo(to, "only");
      return true;
    };
    switch (key.to) {
      case "row":
        return go(from + key.by);
      case "page":
        return go(from + key.by * Math.max(1, Math.floor(this.#viewport / this.#rowHeight) - 1));
      case "start":
        return go(0);
      case "end":
        go(last);
        if (!extend) this.setFollow(true);
        return true;
      case "all":
        this.#selection = everything;
        this.#owner.changed();
        return true;
      case "toggle":
        return this.#current ? (this.#goTo(this.#current.index, "toggle"), true) : false;
      case "open":
      case "copy":
      case "menu":
        return false;
      default:
        return key satisfies never;
    }
  }

  /** Makes a message current without asking where it stands: the host said so. */
  restore(current: Current, selected: readonly number[]): void {
    this.#current = current;
    this.#anchor = current.index;
    this.#selection = only(...selected);
    if (!this.follow) this.#place(topToShow(current.index, this.#position.top, this.size));
    this.#refresh();
  }

  /** Nothing but the current message is selected any more. */
  selectCurrent(): void {
    const seq = this.#current?.seq;
    this.#selection = seq === undefined ? nothing : only(seq);
    this.#owner.changed();
  }

  #goTo(index: number, how: "only" | "toggle"): void {
    if (index < (this.#summary?.shown ?? 0) - 1) this.setFollow(false);
    const row = rowAt(this.#window, index);
    this.#current = { index, seq: row && !row.marker ? row.seq : undefined };
    this.#anchor = index;
    const seq = this.#current.seq;
    if (how === "only") this.#selection = seq === undefined ? nothing : only(seq);
    else if (seq !== undefined) this.#selection = toggled(this.#selection, seq);
    this.#place(topToShow(index, this.#position.top, this.size));
    this.#refresh();
  }

  /** From the anchor to there, rows that are not here yet included. */
  #selectTo(index: number): void {
    const anchor = this.#anchor;
    this.#goTo(index, "only");
    this.#anchor = anchor;
    const first = Math.min(anchor, index);
    const count = Math.abs(anchor - index) + 1;
    if (count > longestRange) this.#owner.rangeCut(longestRange);
    const from = count > longestRange && index > anchor ? index - longestRange + 1 : first;
    const view = this.#view;
    const current = this.#current;
    void this.#seqsOf({ from, count: Math.min(count, longestRange) }).then(
      (seqs) => {
        if (view !== this.#view || current?.index !== this.#current?.index || this.#anchor !== anchor) return;
        this.#selection = only(...seqs);
        this.#owner.changed();
      },
      (error: unknown) => {
        this.#owner.failed(error);
      },
    );
  }

  async #seqsOf(range: Range): Promise<readonly number[]> {
    const seqs: number[] = [];
    for (let from = range.from; from < range.from + range.count; from += rangePart) {
      const count = Math.min(rangePart, range.from + range.count - from);
      const here = Array.from({ length: count }, (_, at) => rowAt(this.#window, from + at));
      const rows = here.every((row) => row) ? here : (await this.#owner.rows({ from, count })).rows;
      for (const row of rows) if (row && !row.marker) seqs.push(row.seq);
    }
    return seqs;
  }

  /** Keeps the same rows in view after they moved. */
  #shift(by: number): void {
    const { top } = this.#position;
    this.#place(Math.max(0, top + by * this.#rowHeight));
    // Below 0 = it is not known yet where it stands.
    if (this.#current && this.#current.index >= 0)
      this.#current = { ...this.#current, index: Math.max(0, this.#current.index + by) };
    this.#anchor = Math.max(0, this.#anchor + by);
  }

  /** Brings the position into the list's present bounds. */
  #settleDown(): void {
    this.#place(this.follow ? endOf(this.size) : Math.min(this.#position.top, endOf(this.size)));
    this.#refresh();
  }

  #place(top: number): void {
    this.#position = { top, scroll: scrollFor(top, this.size) };
  }

  #refresh(): void {
    this.#owner.changed();
    void this.#ask();
  }

  /** One request at a time; what is wanted by then is asked for after it. */
  async #ask(): Promise<void> {
    if (this.#asking || !this.#summary || this.#viewport <= 0) return;
    const summary = this.#summary;
    const { follow } = this;
    const size = follow ? { ...this.size, count: summary.shown } : this.size;
    const visible = visibleRows(follow ? endOf(size) : this.#position.top, size);
    // Beyond the rows that are here it is not known how many come.
    const moved = this.#window && !this.#sorted ? summary.shift - this.#shifted : 0;
    const range = wanted(this.#window, { version: summary.version, count: size.count, ...visible });
    if (!range) {
      if (follow && this.#count !== size.count) this.#grow(size.count);
      return;
    }
    const view = this.#view;
    this.#asking = true;
    try {
      const anchor = follow ? undefined : this.#anchorRow(visible);
      const { from, rows } = await this.#owner.rows(range, anchor);
      if (view === this.#view) {
        this.#accept({ version: summary.version, from, count: range.count, rows }, summary.shown, moved);
        this.#shifted = summary.shift;
      }
    } catch (error) {
      this.#owner.failed(error);
      return;
    } finally {
      this.#asking = false;
    }
    this.#refresh();
  }

  /**
   * What is to stay where it is while others come and go: the last message in view that is here, because the first leaves
   * sooner. At the beginning of a sorted list that is the beginning itself.
   */
  #anchorRow({ first, last }: { readonly first: number; readonly last: number }): Anchor | undefined {
    if (this.#isAtSortedTop()) return undefined;
    for (let index = last - 1; index >= first; index--) {
      const seq = rowAt(this.#window, index)?.seq;
      if (seq !== undefined && seq >= 0) return { seq, index };
    }
    return undefined;
  }

  #isAtSortedTop(): boolean {
    return this.#sorted && this.#position.top <= 0;
  }

  /** `expected` = how far the rows moved, where no row tells it. */
  #accept(window: RowWindow, shown: number, expected: number): void {
    const before = this.#window;
    const first = visibleRows(this.#position.top, this.size).first;
    this.#window = window;
    const shift = before && !this.#isAtSortedTop() ? (shiftBetween(before, window, first) ?? expected) : 0;
    if (this.follow) {
      if (shift && this.#current) this.#current = { ...this.#current, index: this.#current.index + shift };
      this.#grow(shown);
    } else if (shift) {
      this.#shift(shift);
    }
    this.#resolveCurrent(window);
  }

  #grow(count: number): void {
    this.#count = count;
    this.#place(endOf(this.size));
    this.#owner.changed();
  }

  #resolveCurrent(window: RowWindow): void {
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
