/** What the made-up host of the inspector page knows of filters and of time. */
import type { FilterCalls, FilterMistake, Highlight, SavedFilter } from "../../src/protocol/filter.ts";
import type { Handlers } from "../../src/protocol/peer.ts";
import type { AckState } from "../../src/protocol/rows.ts";
import { roundSpan, type Timeline, TimelineCounts } from "../../src/protocol/timeline.ts";

const start = Date.UTC(2026, 2, 4, 9, 30);

/** Messages arrive every 137 ms. */
export function timeOfSeq(seq: number): number {
  return start + seq * 137;
}

export function isMistaken(text: string): boolean {
  return text.includes("/(/");
}

/** What a summary says of this filter. Text is found as it is written, in a body with blanks after colons too. */
export function filterSummary(text: string): {
  readonly highlights: readonly Highlight[];
  readonly filterMistake?: FilterMistake;
} {
  const at = text.indexOf("/(/");
  const filterMistake = { sentence: "This pattern is not finished: a parenthesis is open.", from: at, to: at + 3 };
  if (at >= 0) return { highlights: [], filterMistake };
  const source = text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(":", ":\\s*");
  return { highlights: text === "" ? [] : [{ source, flags: "iu" }] };
}

/** `st` is completed to `state:`, and that to the states. */
export function fakeFilterCalls(): Pick<
  Handlers<FilterCalls>,
  "complete" | "savedFilters" | "saveFilter" | "removeFilter"
> {
  let saved: readonly SavedFilter[] = [];
  return {
    complete: ({ text, caret }) => {
      const before = text.slice(0, caret);
      const word = /[a-z]*$/.exec(before)?.[0] ?? "";
      const from = caret - word.length;
      const names = before.endsWith(`state:${word}`)
        ? ["unacked", "acked", "requeued", "rejected", "lost"]
        : ["size", "state:", "key:", "redelivered"];
      return names
        .filter((name) => name.startsWith(word) && name !== word)
        .map((name) => ({ label: name, insert: name, from, to: caret, detail: `about ${name.replace(":", "")}` }));
    },
    savedFilters: () => saved,
    saveFilter: (filter) => {
      if (filter.name.trim() === "") throw new Error("Give the filter a name.");
      saved = [...saved.filter(({ name }) => name !== filter.name), filter];
      return saved;
    },
    removeFilter: ({ name }) => (saved = saved.filter((each) => each.name !== name)),
  };
}

/** The part of the host that is counted. */
export interface Counted {
  readonly first: number;
  readonly count: number;
  readonly filter: string;
  stateOf(seq: number): AckState;
  shows(seq: number): boolean;
}

export function fakeTimeline(host: Counted, most: number): Timeline {
  if (host.first === host.count) return { from: 0, to: 0, bucketMs: 100, counts: new ArrayBuffer(0) };
  const [oldest, newest] = [timeOfSeq(host.first), timeOfSeq(host.count - 1)];
  const bucketMs = roundSpan((newest - oldest) / (most - 1));
  const from = Math.floor(oldest / bucketMs) * bucketMs;
  const buckets = Math.floor((newest - from) / bucketMs) + 1;
  const counts = new TimelineCounts(buckets);
  for (let seq = host.first; seq < host.count; seq++) {
    const bucket = Math.floor((timeOfSeq(seq) - from) / bucketMs);
    counts.addKept(bucket);
    if (host.filter === "" || host.shows(seq)) counts.addShown(bucket, host.stateOf(seq));
  }
  return { from, to: from + buckets * bucketMs, bucketMs, counts: counts.buffer };
}
