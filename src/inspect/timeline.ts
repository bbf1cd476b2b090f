import { type Timeline, TimelineCounts, roundSpan } from "../protocol/timeline.ts";
import type { MessageLog } from "./log.ts";

/** How long one piece of counting may hold the event loop, in milliseconds. */
const slice = 4;
/** Milliseconds from one count to the next, at least. */
const interval = 250;
/** Counting takes at most this part of the time. */
const share = 1 / 16;
const mostBuckets = 400;
/** One message is not to be as wide as the page: there is room for what comes. */
const leastBuckets = 24;

/** Messages in the order of their seqs. */
export interface Positions {
  readonly count: number;
  /** The slot in the log of what stands at `position`, below 0 where there is none. */
  slotAt(position: number): number;
}

export interface TimelineOptions {
  readonly log: MessageLog;
  /** What the filter lets through; undefined = everything. */
  readonly shown: () => Positions | undefined;
  /** Rises with every change of either. */
  readonly version: () => number;
  /** Lets others have their turn. */
  readonly breathe?: () => Promise<void>;
}

/** Counts by time what a log keeps and what of it is shown: in slices, not again while nothing changed, and not too often. */
export class TimelineCounter {
  readonly #options: TimelineOptions;
  readonly #breathe: () => Promise<void>;
  #last: { readonly version: number; readonly buckets: number; readonly timeline: Timeline } | undefined;
  #counting: Promise<Timeline> | undefined;
  /** Not before this time on the clock of `performance`. */
  #next = 0;

  constructor(options: TimelineOptions) {
    this.#options = options;
    this.#breathe = options.breathe ?? (() => new Promise((resolve) => setImmediate(resolve)));
  }

  /** In at most so many bars. Whoever asks while it is being counted gets the same answer. */
  read(buckets: number): Promise<Timeline> {
    const most = Math.max(2, Math.min(Math.trunc(buckets) || 2, mostBuckets));
    if (this.#last?.version === this.#options.version() && this.#last.buckets === most)
      return Promise.resolve(this.#last.timeline);
    this.#counting ??= this.#countLater(most).finally(() => {
      this.#counting = undefined;
    });
    return this.#counting;
  }

  async #countLater(buckets: number): Promise<Timeline> {
    const wait = this.#next - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const version = this.#options.version();
    const start = performance.now();
    const timeline = await this.#count(buckets);
    const took = performance.now() - start;
    this.#next = start + Math.max(interval, took / share);
    this.#last = { version, buckets, timeline };
    return timeline;
  }

  async #count(most: number): Promise<Timeline> {
    const { log } = this.#options;
    if (log.count === 0) return { from: 0, to: 0, bucketMs: roundSpan(0), counts: new ArrayBuffer(0) };
    const oldest = log.time(log.slotAt(0));
    const newest = log.time(log.slotAt(log.count - 1));
    // A clock may be set back.
    const first = Math.min(oldest, newest);
    const last = Math.max(oldest, newest);
    const bucketMs = roundSpan((last - first) / (most - 1));
    const from = Math.floor(first / bucketMs) * bucketMs;
    const buckets = Math.max(Math.min(leastBuckets, most), Math.floor((last - from) / bucketMs) + 1);
    const bucketOf = (slot: number): number =>
      Math.max(0, Math.min(buckets - 1, Math.floor((log.time(slot) - from) / bucketMs)));
    const counts = new TimelineCounts(buckets);
    const shown = this.#options.shown();
    await this.#each(log, (slot) => {
      const bucket = bucketOf(slot);
      counts.addKept(bucket);
      if (!shown) counts.addShown(bucket, log.state(slot));
    });
    if (shown)
      await this.#each(shown, (slot) => {
        counts.addShown(bucketOf(slot), log.state(slot));
      });
    return { from, to: from + buckets * bucketMs, bucketMs, counts: counts.buffer };
  }

  /** Each message once, also when older ones go and newer ones come between two slices; not what comes after the start. */
  async #each(positions: Positions, visit: (slot: number) => void): Promise<void> {
    const { log } = this.#options;
    const end = log.nextSeq;
    let seen = -1;
    let until = performance.now() + slice;
    for (let position = 0; position < positions.count; position++) {
      const slot = positions.slotAt(position);
      if (slot < 0) continue;
      seen = log.seq(slot);
      if (seen >= end) return;
      if (!log.isMarker(slot)) visit(slot);
      if ((position & 511) !== 511 || performance.now() < until) continue;
      await this.#breathe();
      position = this.#after(positions, seen) - 1;
      until = performance.now() + slice;
    }
  }

  /** The position of the first message after this seq. */
  #after(positions: Positions, seq: number): number {
    const { log } = this.#options;
    let low = 0;
    let high = positions.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (log.seq(positions.slotAt(middle)) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
