import { t } from "@vscode/l10n";
import type { Page } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { compareNames } from "./nameCache.ts";

/** How many rows are handed out at once. */
export const pageSize = 500;

/** A page of what is sorted by name. It goes on after the last name, so that what came or went meanwhile does no harm. */
export function pageByName<T extends { readonly name: string }, R>(
  items: readonly T[],
  after: string | undefined,
  show: (item: T) => R,
): Page<R> {
  const start = after === undefined ? 0 : firstAfter(items, after);
  const rows = items.slice(start, start + pageSize);
  const last = rows.at(-1);
  const more = last !== undefined && start + rows.length < items.length;
  return { items: rows.map(show), total: items.length, ...(more ? { next: last.name } : {}) };
}

/** A page of what is in any other order. */
export function pageByPlace<T, R>(items: readonly T[], page: string | undefined, show: (item: T) => R): Page<R> {
  const start = page === undefined ? 0 : Number(page);
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new BrokerError("invalid", t("That page does not exist. Load the list again."));
  }
  const end = start + pageSize;
  return {
    items: items.slice(start, end).map(show),
    total: items.length,
    ...(end < items.length ? { next: String(end) } : {}),
  };
}

/** Whether `text` contains `filter`, without regard to case. */
export function matcher(filter: string | undefined): (text: string) => boolean {
  const wanted = (filter ?? "").trim().toLowerCase();
  return wanted === "" ? () => true : (text) => text.toLowerCase().includes(wanted);
}

function firstAfter(items: readonly { readonly name: string }[], name: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item && compareNames(item.name, name) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
