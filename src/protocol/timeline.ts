/** What is kept, counted by time: for the bars above the list. */
import { ackStates, type AckState } from "./rows.ts";

/** Page → host. */
export interface TimelineCalls {
  /** At most so many bars. Answered at most four times a second; the same answer while nothing changed. */
  timeline(of: { readonly buckets: number }): Timeline;
}

/** Counts of messages by when they arrived. Every bar begins at a multiple of `bucketMs`; there are none without messages. */
export interface Timeline {
  /** Milliseconds since 1970, of the first bar; `to` is the end of the last. */
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  /** As {@link TimelineCounts} has them. */
  readonly counts: ArrayBuffer;
}

/** One bar. */
export interface Bucket {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly kept: number;
  /** Of those that the filter lets through, how many there are in each state. */
  readonly shown: Readonly<Record<AckState, number>>;
}

const columns = 1 + ackStates.length;

/** The counts of a timeline while they are made: of each bar all that is kept, then what is shown by ack state. */
export class TimelineCounts {
  readonly #counts: Uint32Array<ArrayBuffer>;

  constructor(buckets: number) {
    this.#counts = new Uint32Array(buckets * columns);
  }

  get buffer(): ArrayBuffer {
    return this.#counts.buffer;
  }

  addKept(bucket: number): void {
    this.#add(bucket * columns);
  }

  addShown(bucket: number, state: AckState): void {
    this.#add(bucket * columns + columnOf[state]);
  }

  #add(at: number): void {
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }
}

const columnOf = Object.fromEntries(ackStates.map((state, at) => [state, at + 1])) as Readonly<
  Record<AckState, number>
>;

export function bucketsOf(timeline: Timeline): readonly Bucket[] {
  const counts = new Uint32Array(timeline.counts);
  return Array.from({ length: counts.length / columns }, (_, bucket) => {
    const at = bucket * columns;
    const shown = Object.fromEntries(ackStates.map((state) => [state, counts[at + columnOf[state]] ?? 0]));
    return {
      from: timeline.from + bucket * timeline.bucketMs,
      kept: counts[at] ?? 0,
      shown: shown as Record<AckState, number>,
    };
  });
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const roundSpans: readonly number[] = [
  ...[100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 28].map((count) => count * day),
];

/** The shortest span of time that people count in (1 s, 5 s, 1 min …) and that is not shorter than this, in milliseconds. */
export function roundSpan(least: number): number {
  const longest = roundSpans.at(-1) ?? day;
  return roundSpans.find((span) => span >= least) ?? Math.ceil(least / longest) * longest;
}
