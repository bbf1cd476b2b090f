import type { Row } from "../../src/protocol/rows.ts";

/** The rows around what is visible, as of one version of the view. */
export interface RowWindow {
  readonly version: number;
  /** The place of the first row in the view. */
  readonly from: number;
  /** How many were asked for: fewer rows mean that the view ended there. */
  readonly count: number;
  readonly rows: readonly Row[];
}

export interface Range {
  readonly from: number;
  readonly count: number;
}

/** Rows rendered beyond the visible ones, on each side. */
export const overscan = 8;
/** Rows asked for beyond the visible ones, on each side: scrolling a little asks for nothing. */
const margin = 80;

/** The longest range of rows that is selected one by one. */
const longestRange = 20_000;

/** The rows from `anchor` to `index`, both included; where they are too many, those nearest to `index`. */
export function rangeTo(index: number, anchor: number): Range {
  const count = Math.min(Math.abs(anchor - index) + 1, longestRange);
  return { from: index > anchor ? index - count + 1 : index, count };
}

export function rowAt(window: RowWindow | undefined, index: number): Row | undefined {
  return window?.rows[index - window.from];
}

/** What has to be asked for so that `first` … `last - 1` can be shown as of `version`; undefined when nothing has to. */
export function wanted(
  window: RowWindow | undefined,
  view: { readonly version: number; readonly count: number; readonly first: number; readonly last: number },
): Range | undefined {
  if (view.count === 0) return undefined;
  const least = Math.max(0, view.first - overscan);
  const most = Math.min(view.count, view.last + overscan);
  if (window?.version === view.version && window.from <= least && window.from + window.count >= most) return undefined;
  const from = Math.max(0, view.first - margin);
  return { from, count: Math.min(view.count, view.last + margin) - from };
}

/**
 * How many places the rows moved from `before` to `after` (negative = towards the start, because older ones were
 * evicted): told by the row at `index` in `before`, or by the nearest later one that is still there. Undefined when that cannot be told.
 */
export function shiftBetween(before: RowWindow, after: RowWindow, index: number): number | undefined {
  const places = new Map(after.rows.map((row, place) => [row.seq, after.from + place]));
  for (let at = Math.max(index, before.from); at < before.from + before.rows.length; at++) {
    const row = rowAt(before, at);
    const place = row && row.seq >= 0 ? places.get(row.seq) : undefined;
    if (place !== undefined) return place - at;
  }
  return undefined;
}
