import type { Node, Session } from "../broker/contract.ts";
import { sentenceOf } from "../broker/errors.ts";
import type { NodeRow } from "./treeRows.ts";

export type SortOrder = "name" | "depth";

/** How a list is asked for. */
export interface Listing {
  /** An empty text = all names. */
  readonly filter: string;
  readonly sort: SortOrder;
}

/** What is known of the rows below one row. Asks the broker only when it has to. */
export class Branch {
  readonly #rowFor: (node: Node) => NodeRow;
  #rows: readonly NodeRow[] = [];
  #listing: Listing = { filter: "", sort: "name" };
  #loaded = false;
  #fresh = false;
  #next: string | undefined;
  #total: number | undefined;
  #whole: number | undefined;
  #notice: string | undefined;
  #failure: string | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(rowFor: (node: Node) => NodeRow) {
    this.#rowFor = rowFor;
  }

  get rows(): readonly NodeRow[] {
    return this.#rows;
  }

  get hasMore(): boolean {
    return this.#next !== undefined;
  }

  /** How many there are in all, where the broker said so. */
  get total(): number | undefined {
    return this.#total;
  }

  /** As {@link total}, or else how many are loaded. */
  get count(): number {
    return this.#total ?? this.#rows.length;
  }

  /** How many there are without a filter, once that was seen. */
  get whole(): number | undefined {
    return this.#whole;
  }

  /** With which filter the rows were found. */
  get filter(): string {
    return this.#listing.filter;
  }

  get notice(): string | undefined {
    return this.#notice;
  }

  /** Why the last attempt to list failed. The rows are those of before. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** The next {@link load} asks the broker anew. */
  forget(): void {
    this.#loaded = false;
    this.#fresh = true;
  }

  /**
   * Afterwards the rows are those of `listing`, as many pages as before. Never rejects.
   * @returns whether the broker was asked
   */
  async load(session: Session, parent: Node | undefined, listing: Listing): Promise<boolean> {
    let asked = false;
    await this.#inTurn(async () => {
      const same = listing.filter === this.#listing.filter && listing.sort === this.#listing.sort;
      if (this.#loaded && same) return;
      asked = true;
      await this.#list(session, parent, listing, same ? this.#rows.length : 0);
    });
    return asked;
  }

  /** Adds the next page. Never rejects. */
  more(session: Session, parent: Node | undefined): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#next === undefined) return;
      try {
        const page = await session.list(parent, { ...optionsOf(this.#listing), page: this.#next });
        this.#rows = [...this.#rows, ...page.items.map(this.#rowFor)];
        this.#next = page.next;
        this.#failure = undefined;
      } catch (error) {
        this.#failure = sentenceOf(error);
      }
    });
  }

  async #list(session: Session, parent: Node | undefined, listing: Listing, atLeast: number): Promise<void> {
    const fresh = this.#fresh;
    this.#fresh = false;
    this.#loaded = true;
    try {
      const options = optionsOf(listing);
      const first = await session.list(parent, fresh ? { ...options, fresh } : options);
      const items = [...first.items];
      let next = first.next;
      while (next !== undefined && items.length < atLeast) {
        const page = await session.list(parent, { ...options, page: next });
        items.push(...page.items);
        next = page.next;
      }
      this.#rows = items.map(this.#rowFor);
      this.#next = next;
      this.#total = first.total;
      this.#notice = first.notice;
      this.#failure = undefined;
      if (listing.filter === "") this.#whole = first.total ?? (next === undefined ? items.length : undefined);
    } catch (error) {
      this.#failure = sentenceOf(error);
      this.#notice = undefined;
      if (this.#listing.filter !== listing.filter) this.#rows = [];
      this.#next = undefined;
    }
    this.#listing = listing;
  }

  /** One after the other: what is asked last is what stays. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(task, task);
    return this.#turn;
  }
}

function optionsOf({ filter, sort }: Listing): { filter?: string; sort?: SortOrder } {
  return { ...(filter !== "" && { filter }), ...(sort !== "name" && { sort }) };
}
