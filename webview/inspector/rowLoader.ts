import type { Row } from "../../src/protocol/rows.ts";
import { type Range, type RowWindow, rowAt, wanted } from "./rowWindow.ts";

/** A message in view, and the place where it stood. */
export interface Anchor {
  readonly seq: number;
  readonly index: number;
}

/** What is to be shown. */
export interface Wish {
  readonly version: number;
  /** Rows in the view. */
  readonly count: number;
  /** The rows to be visible, `last` exclusive. */
  readonly first: number;
  readonly last: number;
  /** How far the rows had moved as of that version, in all. */
  readonly shift: number;
  /** What is in view stays where it is while others come and go. */
  readonly anchored: boolean;
}

/** Rows that came. */
export interface Arrival {
  readonly before: RowWindow | undefined;
  readonly window: RowWindow;
  /** Rows in the view as of then. */
  readonly count: number;
  /** How far the rows moved since those before, as the host counts. */
  readonly moved: number;
}

export interface RowLoaderOwner {
  /** Rejects with a sentence. Where the anchor has moved, the range is moved with it. */
  rows(range: Range, anchor?: Anchor): Promise<{ readonly from: number; readonly rows: readonly Row[] }>;
  /** Undefined while it is not known. */
  wish(): Wish | undefined;
  /** All that is wished for is here. */
  complete(count: number): void;
  arrived(arrival: Arrival): void;
  /** Something is to be drawn anew. */
  changed(): void;
  failed(error: unknown): void;
}

/** So many rows of a range are asked for at once. */
const rangePart = 1000;

/** Asks for the rows around what is visible: once at a time; what is wanted by then is asked for after it. */
export class RowLoader {
  readonly #owner: RowLoaderOwner;
  #window: RowWindow | undefined;
  /** How far the rows had moved as of that window. */
  #shifted = 0;
  #asking = false;
  #view = 0;

  constructor(owner: RowLoaderOwner) {
    this.#owner = owner;
  }

  get window(): RowWindow | undefined {
    return this.#window;
  }

  /** Another number for each view: answers asked for before it became another one are dropped. */
  get view(): number {
    return this.#view;
  }

  /** The view is another one. */
  drop(): void {
    this.#view++;
    this.#window = undefined;
  }

  /** Rows need other texts. What is shown stays until they are here. */
  outdate(): void {
    this.#view++;
    if (!this.#window) return;
    const rows = this.#window.rows.map((row) => ({ ...row, extras: [] }));
    this.#window = { ...this.#window, version: -1, rows };
  }

  async load(): Promise<void> {
    const wish = this.#asking ? undefined : this.#owner.wish();
    if (!wish) return;
    const range = wanted(this.#window, wish);
    if (!range) {
      this.#owner.complete(wish.count);
      return;
    }
    this.#asking = true;
    try {
      await this.#loadRange(range, wish);
    } catch (error) {
      this.#owner.failed(error);
      return;
    } finally {
      this.#asking = false;
    }
    this.#owner.changed();
    void this.load();
  }

  /** The messages in a range, those that are not here included. */
  async seqsIn(range: Range): Promise<readonly number[]> {
    const seqs: number[] = [];
    for (let from = range.from; from < range.from + range.count; from += rangePart) {
      const count = Math.min(rangePart, range.from + range.count - from);
      const here = Array.from({ length: count }, (_, at) => rowAt(this.#window, from + at));
      const rows = here.every((row) => row) ? here : (await this.#owner.rows({ from, count })).rows;
      for (const row of rows) if (row && !row.marker) seqs.push(row.seq);
    }
    return seqs;
  }

  async #loadRange(range: Range, wish: Wish): Promise<void> {
    const view = this.#view;
    // Beyond the rows that are here it is not known how many come.
    const moved = this.#window ? wish.shift - this.#shifted : 0;
    const { from, rows } = await this.#owner.rows(range, wish.anchored ? this.#anchorIn(wish) : undefined);
    if (view !== this.#view) return;
    const before = this.#window;
    const window = { version: wish.version, from, count: range.count, rows };
    this.#window = window;
    this.#shifted = wish.shift;
    this.#owner.arrived({ before, window, count: wish.count, moved });
  }

  /** The last message in view that is here, because the first leaves sooner. */
  #anchorIn({ first, last }: Wish): Anchor | undefined {
    for (let index = last - 1; index >= first; index--) {
      const seq = rowAt(this.#window, index)?.seq;
      if (seq !== undefined && seq >= 0) return { seq, index };
    }
    return undefined;
  }
}
