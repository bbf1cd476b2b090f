/** Names of everything of one kind: asked for once, shared, and kept right after acts of our own. */
import { t } from "@vscode/l10n";
import type { Page } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";

interface Named {
  readonly ref: { readonly name: string };
}

export class Names<T extends Named> {
  readonly #ask: () => Promise<readonly T[]>;
  #known: readonly T[] | undefined;
  #running:
    { readonly items: Promise<readonly T[]>; readonly edits: ((items: readonly T[]) => readonly T[])[] } | undefined;

  constructor(ask: () => Promise<readonly T[]>) {
    this.#ask = ask;
  }

  get known(): readonly T[] | undefined {
    return this.#known;
  }

  get(fresh: boolean): Promise<readonly T[]> {
    if (this.#known && !fresh) return Promise.resolve(this.#known);
    if (this.#running) return this.#running.items;
    const edits: ((items: readonly T[]) => readonly T[])[] = [];
    const items = this.#load(edits).finally(() => (this.#running = undefined));
    this.#running = { items, edits };
    return items;
  }

  put(item: T): void {
    this.#edit((items) => sorted([...items.filter(({ ref }) => ref.name !== item.ref.name), item]));
  }

  remove(name: string): void {
    this.#edit((items) => items.filter(({ ref }) => ref.name !== name));
  }

  forget(): void {
    this.#known = undefined;
  }

  async #load(edits: readonly ((items: readonly T[]) => readonly T[])[]): Promise<readonly T[]> {
    let items = sorted([...(await this.#ask())]);
    // What we did ourselves while the answer was on its way: it may have been made before.
    for (const edit of edits) items = edit(items);
    this.#known = items;
    return items;
  }

  #edit(edit: (items: readonly T[]) => readonly T[]): void {
    this.#running?.edits.push(edit);
    if (this.#known) this.#known = edit(this.#known);
  }
}

/** How many rows are handed out at once. */
export const pageSize = 500;

const collator = new Intl.Collator("en", { numeric: true });

/** As people read names: `q2` before `q10`. Total: only equal names are equal. */
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Whether `text` contains `filter`, without regard to case. */
export function matcher(filter: string | undefined): (text: string) => boolean {
  const wanted = (filter ?? "").trim().toLowerCase();
  return wanted === "" ? () => true : (text) => text.toLowerCase().includes(wanted);
}

/** A page of what is sorted by name. It goes on after the last name, so that what came or went meanwhile does no harm. */
export function pageByName<T extends Named>(items: readonly T[], after: string | undefined): Page<T> {
  const start = after === undefined ? 0 : firstAfter(items, after);
  const rows = items.slice(start, start + pageSize);
  const last = rows.at(-1);
  const more = last !== undefined && start + rows.length < items.length;
  return { items: rows, total: items.length, ...(more ? { next: last.ref.name } : {}) };
}

/** A page of what is in any other order. */
export function pageByPlace<T>(items: readonly T[], page: string | undefined): Page<T> {
  const start = page === undefined ? 0 : Number(page);
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new BrokerError("invalid", t("That page does not exist. Load the list again."));
  }
  const end = start + pageSize;
  return { items: items.slice(start, end), total: items.length, ...(end < items.length ? { next: String(end) } : {}) };
}

function firstAfter(items: readonly Named[], name: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item && compareNames(item.ref.name, name) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sorted<T extends Named>(items: T[]): readonly T[] {
  return items.sort((a, b) => compareNames(a.ref.name, b.ref.name));
}
