import { t } from "@vscode/l10n";
import type { MessageLog } from "../log.ts";
import { Batch, later, no, yes } from "./batch.ts";
import type { Filter } from "./compile.ts";
import { Guard } from "./guard.ts";
import type { Looking } from "./matcher.ts";
import { Single } from "./single.ts";

/** A pattern is cut off after so many milliseconds... */
const longestPattern = 10;
/** ...and given up when that happens so often with one message: once may be the machine's fault. */
const mostCuts = 20;
/** Messages that are asked at first: a pattern is slow until it has run for a while, or for ever. */
const firstPatterns = 64;
const mostQueued = 4096;

export interface Found {
  /** Newer than all that was found. */
  newest(seq: number): void;
  /** Older than all that was found. */
  oldest(seq: number): void;
}

/**
 * Searches what is kept in slices of time, from the newest message to the oldest, and what arrives in the meantime first.
 * What takes long (a large body, a packed one) is looked at piece by piece.
 */
export class Search {
  readonly #log: MessageLog;
  readonly #filter: Filter;
  readonly #found: Found;
  readonly #batch: Batch;
  readonly #result: Uint8Array;
  readonly #guard: Guard | undefined;
  /** Messages of these seqs have been looked at: from `#older` to `#newer - 1`. */
  #older: number;
  #newer: number;
  /** What matches, or is to be looked at, of what was looked at last, and how much of it has been told. */
  #queue: { readonly seq: number; readonly isSure: boolean }[] = [];
  #told = 0;
  #isQueueNewer = false;
  #looking: { readonly single: Single; readonly steps: Looking } | undefined;
  /** Of the next batch nothing is asked but one by one: a pattern was cut off in it. */
  #isCareful = false;
  #cuts = 0;
  #stopped: string | undefined;
  #cutBodies = 0;

  constructor(log: MessageLog, filter: Filter, found: Found) {
    this.#log = log;
    this.#filter = filter;
    this.#found = found;
    this.#batch = new Batch(log);
    this.#result = new Uint8Array(this.#batch.slots.length);
    this.#guard = filter.patterns.length > 0 ? new Guard(longestPattern) : undefined;
    if (this.#guard) this.#batch.most = firstPatterns;
    this.#older = this.#newer = log.nextSeq;
  }

  /** Why it was given up, as a sentence. */
  get stopped(): string | undefined {
    return this.#stopped;
  }

  /** How many bodies were too large when unpacked to be searched as a whole. */
  get cutBodies(): number {
    return this.#cutBodies;
  }

  /** Whether this message has been looked at. */
  covers(seq: number): boolean {
    return seq >= this.#older && seq < this.#newer;
  }

  /** Goes on for about that long. @returns whether everything that is kept now has been looked at */
  run(milliseconds: number): boolean {
    const until = performance.now() + milliseconds;
    while (!this.#isGivenUp()) {
      if (!this.#tell(until)) return this.#isGivenUp();
      this.#collect(until);
      if (this.#queue.length === 0 && !this.#isCareful && this.#isDone()) return true;
      if (performance.now() >= until) return this.#tell(until) && this.#isDone();
    }
    return true;
  }

  /** Whether a message matches now; undefined where that takes long. */
  matches(seq: number): boolean | undefined {
    const position = this.#log.position(seq);
    if (position < 0) return false;
    const batch = this.#batch;
    const result = this.#result;
    batch.fillForward(position, position + 1);
    result[0] = yes;
    this.#filter.matcher.narrow(batch, result);
    return result[0] === later ? undefined : result[0] === yes;
  }

  #isGivenUp(): boolean {
    return this.#stopped !== undefined;
  }

  #isDone(): boolean {
    return this.#newer >= this.#log.nextSeq && this.#log.positionFrom(this.#older) === 0;
  }

  /** Looks at batches until the time is over. */
  #collect(until: number): void {
    this.#queue = [];
    this.#told = 0;
    this.#isQueueNewer = this.#newer < this.#log.nextSeq;
    const whole = { length: 0 };
    const work = (): void => {
      while (this.#collectBatch()) {
        whole.length = this.#queue.length;
        if (whole.length >= mostQueued || performance.now() >= until) return;
      }
      whole.length = this.#queue.length;
    };
    if (this.#isCareful) {
      this.#collectBatch();
      this.#isCareful = false;
      return;
    }
    if (!this.#guard) {
      work();
      return;
    }
    const batch = this.#batch;
    if (this.#guard.run(work) === "done") {
      batch.most = Math.min(batch.most * 2, batch.slots.length);
      return;
    }
    // What was in the batch is looked at again: fewer at once, in the end one by one.
    this.#queue.length = whole.length;
    const tried = batch.to - batch.from;
    this.#isCareful = tried <= 1;
    batch.most = Math.max(1, tried >>> 3);
  }

  /** @returns whether there may be more in this direction */
  #collectBatch(): boolean {
    const log = this.#log;
    const batch = this.#batch;
    const result = this.#result;
    const isNewer = this.#isQueueNewer;
    if (isNewer) batch.fillForward(log.positionFrom(this.#newer), log.count);
    else batch.fillBackward(0, log.positionFrom(this.#older));
    const { from, to, slots } = batch;
    if (from === to) {
      if (isNewer) this.#newer = log.nextSeq;
      return false;
    }
    result.fill(this.#isCareful ? later : yes, from, to);
    if (!this.#isCareful) this.#filter.matcher.narrow(batch, result);
    const put = (index: number): void => {
      if (result[index] !== no) this.#queue.push({ seq: log.seq(slots[index] ?? 0), isSure: result[index] === yes });
    };
    if (isNewer) for (let index = from; index < to; index++) put(index);
    else for (let index = to - 1; index >= from; index--) put(index);
    if (isNewer) this.#newer = log.seq(slots[to - 1] ?? 0) + 1;
    else this.#older = log.seq(slots[from] ?? 0);
    return true;
  }

  /** Tells what is queued, and looks at what has to be looked at. @returns whether all of it is done */
  #tell(until: number): boolean {
    while (this.#told < this.#queue.length) {
      const entry = this.#queue[this.#told];
      if (!entry) return true;
      let matches: boolean | undefined = entry.isSure;
      // It may have been evicted since.
      if (this.#log.slot(entry.seq) < 0) matches = false;
      else if (!entry.isSure) {
        matches = this.#look(entry.seq, until);
        if (matches === undefined) return false;
      }
      this.#looking = undefined;
      this.#told++;
      if (!matches) continue;
      if (this.#isQueueNewer) this.#found.newest(entry.seq);
      else this.#found.oldest(entry.seq);
    }
    return true;
  }

  /** @returns undefined when the time is over before it is known */
  #look(seq: number, until: number): boolean | undefined {
    const { matcher } = this.#filter;
    do {
      const single = this.#looking?.single ?? this.#single(seq);
      const { steps } = (this.#looking ??= { single, steps: matcher.look(single) });
      const step = this.#guarded(() => steps.next());
      // What was cut off cannot go on: it begins anew.
      if (!step) this.#looking = undefined;
      else if (step.done) {
        this.#cuts = 0;
        if (single.isCut) this.#cutBodies++;
        return step.value;
      }
    } while (performance.now() < until && !this.#isGivenUp());
    return undefined;
  }

  #single(seq: number): Single {
    const single = new Single(this.#log, this.#log.slot(seq));
    // Unpacked here, it takes no time away from a pattern.
    if (this.#guard) single.unpack();
    return single;
  }

  /** @returns undefined when it was cut off */
  #guarded<T>(work: () => T): T | undefined {
    if (!this.#guard) return work();
    const result: { value?: T } = {};
    const end = this.#guard.run(() => {
      result.value = work();
    });
    if (end === "busy" && ++this.#cuts >= mostCuts) this.#stop();
    return end === "done" ? result.value : undefined;
  }

  #stop(): void {
    this.#queue = [];
    this.#stopped = t(
      "The pattern {pattern} takes too long with one of the messages: the search was stopped. Most often a repetition inside of another one, as in (a+)+, is the reason: write it without.",
      { pattern: this.#filter.patterns.join(", ") },
    );
  }
}
