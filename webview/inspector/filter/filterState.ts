import type { FilterAnswer, TimeRange } from "../../../src/protocol/filter.ts";
import type { InspectorState, Summary } from "../../../src/protocol/inspector.ts";

/** Whether a text or a range of time decides what is shown. */
export function isFiltered({ filter, range }: Pick<InspectorState, "filter" | "range">): boolean {
  return filter !== "" || range !== undefined;
}

/** The state with another filter. */
export function withFilter(state: InspectorState, filter: string, range: TimeRange | undefined): InspectorState {
  const next: Mutable<InspectorState> = { ...state, filter };
  if (range) next.range = range;
  else delete next.range;
  return next;
}

/** The summary after a filter was applied, or was found to have a mistake. */
export function withAnswer(summary: Summary, answer: FilterAnswer): Summary {
  // What was told since is newer than the answer.
  if (answer.version < summary.version) return summary;
  const next: Mutable<Summary> = { ...summary };
  delete next.filterMistake;
  delete next.filterNote;
  return Object.assign(next, answer);
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
