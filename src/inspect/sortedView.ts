import { parseField, type Sort } from "../protocol/columns.ts";
import { FieldReader } from "./fieldValue.ts";
import type { MessageLog } from "./log.ts";
import { merged, SortEntries } from "./sortEntries.ts";

/** How long one piece of sorting may hold the event loop, in milliseconds. */
const slice = 6;
/** Milliseconds from one merging to the next, at least. */
const interval = 500;
/** What has to be done again and again takes at most this part of the time. */
const share = 1 / 3;

/** What is sorted: messages in the order of their seqs. It grows at its ends only, until it becomes another one. */
export interface SortSource {
  readonly count: number;
  slotAt(position: number): number;
  position(seq: number): number;
}

/**
 * What a filter lets through, sorted by a field: in slices that go on by themselves; what arrives is merged in at most
 * twice a second, what was evicted leaves then. Without a sort, and until the first sorting is done, the source as it is.
 */
export class SortedView {
  readonly #log: MessageLog;
  readonly #source: SortSource;
  readonly #changed: () => void;
  #sort: Sort | undefined;
  #reader: FieldReader | undefined;
  #shared = new Map<string, string>();
  #result: SortEntries | undefined;
  /** Whether the result has the present sort and source, and only lacks what arrived since. */
  #fits = false;
  /** All of the source from this seq to that one are in it. */
  #from = Infinity;
  #to = -Infinity;
  #evicted = 0;
  /** What it is made of has to be looked at anew. */
  #isOther = false;
  #job: Generator<undefined, SortEntries | undefined> | undefined;
  /** Something changed while a job ran. */
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Milliseconds that the job took so far. */
  #busy = 0;
  /** Not before this time on the clock of `performance`. */
  #next = 0;

  /** @param changed called when the order became another one, except within {@link setSort} and {@link restart} */
  constructor(log: MessageLog, source: SortSource, changed: () => void) {
    this.#log = log;
    this.#source = source;
    this.#changed = changed;
  }

  get sort(): Sort | undefined {
    return this.#sort;
  }

  /** Whether what is shown does not have the order yet that was asked for. */
  get sorting(): boolean {
    return this.#sort !== undefined && !this.#fits;
  }

  get count(): number {
    return this.#result?.count ?? this.#source.count;
  }

  /** The slot in the log of what stands at `position`, below 0 when it was evicted since. */
  slotAt(position: number): number {
    return this.#result ? this.#log.slot(this.#result.seqs[position] ?? -1) : this.#source.slotAt(position);
  }

  /** Where a message stands, -1 when it is hidden or not kept. */
  position(seq: number): number {
    const result = this.#result;
    if (!result) return this.#source.position(seq);
    const position = result.seqs.indexOf(seq);
    return position < result.count && this.#log.slot(seq) >= 0 ? position : -1;
  }

  /** What was shown stays until it is sorted anew; the first slice of that is done when it returns. */
  setSort(sort: Sort | undefined): void {
    if (sort?.field === this.#sort?.field && sort?.descending === this.#sort?.descending) return;
    const field = sort && parseField(sort.field);
    this.#sort = field ? sort : undefined;
    this.#reader = field && new FieldReader(this.#log, field);
    if (!field) this.#result = undefined;
    this.#begin();
  }

  /** The source is another one: a filter was set, or the log was cleared. */
  restart(): void {
    this.#result = undefined;
    this.#begin();
  }

  /** Some of the source came or left in its midst: it is sorted anew, and stays as it is until then. */
  renew(): void {
    this.#isOther = true;
    this.touch();
  }

  /** Something arrived, left or was settled. */
  touch(): void {
    if (!this.#sort || this.#timer !== undefined) return;
    if (this.#job) {
      this.#again = true;
      return;
    }
    if (!this.#isStale()) return;
    const wait = this.#next - performance.now();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#start();
        if (!this.#job) this.#changed();
      },
      Math.max(0, wait),
    );
  }

  close(): void {
    this.#stop();
    this.#sort = undefined;
    this.#result = undefined;
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#job = undefined;
    this.#again = false;
    this.#fits = false;
    this.#isOther = false;
    this.#shared.clear();
  }

  #begin(): void {
    this.#stop();
    if (this.#sort) this.#start();
  }

  #isStale(): boolean {
    // States change where they are; everything else of a message stays as it is.
    if (!this.#fits || this.#isOther || this.#sort?.field === "state") return true;
    const source = this.#source;
    if (this.#evicted !== this.#log.evicted) return true;
    if (source.count === 0) return false;
    return this.#seqAt(0) < this.#from || this.#seqAt(source.count - 1) > this.#to;
  }

  #start(): void {
    const job = this.#sorted();
    this.#job = job;
    this.#busy = 0;
    if (this.#run(job)) this.#finish();
    else this.#goOn(job);
  }

  #goOn(job: Generator<undefined, SortEntries | undefined>): void {
    setImmediate(() => {
      if (this.#job !== job) return;
      if (!this.#run(job)) this.#goOn(job);
      else {
        this.#finish();
        this.#changed();
      }
    });
  }

  /** For a slice. @returns whether it is done */
  #run(job: Generator<undefined, SortEntries | undefined>): boolean {
    const start = performance.now();
    let now = start;
    let isDone = false;
    while (!isDone && now < start + slice) {
      const { done, value } = job.next();
      if (done && value) this.#result = value;
      isDone = done === true;
      now = performance.now();
    }
    this.#busy += now - start;
    return isDone;
  }

  #finish(): void {
    // The first time all is sorted, then only what came.
    const again = this.#fits ? this.#busy / share : 0;
    this.#job = undefined;
    this.#fits = true;
    this.#next = performance.now() + Math.max(interval, again);
    const isOld = this.#again;
    this.#again = false;
    if (isOld) this.touch();
  }

  *#sorted(): Generator<undefined, SortEntries | undefined> {
    const { descending } = this.#sort ?? { descending: false };
    const anew = !this.#fits || this.#isOther || this.#sort?.field === "state";
    this.#isOther = false;
    if (anew) {
      this.#from = Infinity;
      this.#to = -Infinity;
    }
    const ordered = anew ? new SortEntries(0) : (this.#result ?? new SortEntries(0));
    this.#evicted = this.#log.evicted;
    const fresh = yield* this.#collected();
    return yield* merged(ordered, fresh, descending, keptIn(this.#log));
  }

  /** What the source has and the result has not, with what it is sorted by. */
  *#collected(): Generator<undefined, SortEntries> {
    const source = this.#source;
    const newest = source.count === 0 ? -1 : this.#seqAt(source.count - 1);
    const oldest = source.count === 0 ? -1 : this.#seqAt(0);
    const anew = this.#from > this.#to;
    const front = anew ? 0 : this.#firstFrom(this.#from);
    const back = anew ? 0 : this.#firstFrom(this.#to + 1);
    const entries = new SortEntries(front + Math.max(0, source.count - back));
    if (!anew) yield* this.#read(entries, oldest, this.#from);
    yield* this.#read(entries, anew ? oldest : this.#to + 1, newest + 1);
    if (source.count > 0 || newest >= 0) {
      this.#from = Math.min(this.#from, oldest);
      this.#to = Math.max(this.#to, newest);
    }
    return entries;
  }

  /** Those with seqs from `from` to below `to`. In the meantime others come and go: places are looked up anew. */
  *#read(entries: SortEntries, from: number, to: number): Generator<undefined> {
    const log = this.#log;
    const source = this.#source;
    const reader = this.#reader;
    let next = from;
    while (next < to && reader && entries.room > 0) {
      let position = this.#firstFrom(next);
      if (position >= source.count) return;
      // The clock costs as much as a short body: asked after so many bytes, or messages.
      let bytes = 0;
      for (
        let some = 0;
        some < 64 && bytes < 65_536 && entries.room > 0 && position < source.count;
        some++, position++
      ) {
        const slot = source.slotAt(position);
        const seq = log.seq(slot);
        if (seq >= to) return;
        entries.add(seq, reader.value(slot), this.#shared);
        bytes += log.size(slot);
        next = seq + 1;
      }
      yield;
    }
  }

  #seqAt(position: number): number {
    return this.#log.seq(this.#source.slotAt(position));
  }

  /** The place in the source of the first with this seq or a later one. */
  #firstFrom(seq: number): number {
    let low = 0;
    let high = this.#source.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#seqAt(middle) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether a message is kept: at once for all but the oldest, because those follow one another without a gap. */
function keptIn(log: MessageLog): (seq: number) => boolean {
  let evicted = -1;
  let gapless = 0;
  return (seq) => {
    if (evicted !== log.evicted) {
      evicted = log.evicted;
      gapless = gaplessFrom(log);
    }
    return seq >= gapless || log.slot(seq) >= 0;
  };
}

/** All seqs from this one on are kept. */
function gaplessFrom(log: MessageLog): number {
  const first = log.nextSeq - log.count;
  let low = 0;
  let high = log.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (log.seq(log.slotAt(middle)) === first + middle) high = middle;
    else low = middle + 1;
  }
  return first + low;
}
