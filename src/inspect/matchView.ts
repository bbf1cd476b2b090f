import type { LogListener, MessageLog } from "./log.ts";

/**
 * The seqs that a filter let through, in order. Follows the log: what is evicted leaves, and what is pinned (kept beyond
 * its turn because it may still be settled) stays in front.
 */
export class MatchView implements LogListener {
  #pinned: number[] = [];
  #seqs: number[] = [];
  #head = 0;

  get count(): number {
    return this.#pinned.length + this.#seqs.length - this.#head;
  }

  /** In the order of the log. */
  add(seq: number, pinned: boolean): void {
    (pinned ? this.#pinned : this.#seqs).push(seq);
  }

  clear(): void {
    this.#pinned = [];
    this.#seqs = [];
    this.#head = 0;
  }

  /** The seq at a position, -1 beyond the end. */
  seqAt(position: number): number {
    return this.#pinned[position] ?? this.#seqs[this.#head + position - this.#pinned.length] ?? -1;
  }

  /** Where a seq stands, -1 when it is not in it. */
  position(seq: number): number {
    const pinned = find(this.#pinned, 0, seq);
    if (pinned >= 0) return pinned;
    const at = find(this.#seqs, this.#head, seq);
    return at < 0 ? -1 : this.#pinned.length + at - this.#head;
  }

  evicted(seq: number): void {
    if (this.#seqs[this.#head] === seq) this.#drop();
    else {
      const at = find(this.#pinned, 0, seq);
      if (at >= 0) this.#pinned.splice(at, 1);
    }
  }

  pinned(seq: number): void {
    if (this.#seqs[this.#head] !== seq) return;
    this.#pinned.push(seq);
    this.#drop();
  }

  #drop(): void {
    this.#head++;
    if (this.#head > 10_000 && this.#head * 2 > this.#seqs.length) {
      this.#seqs = this.#seqs.slice(this.#head);
      this.#head = 0;
    }
  }
}

function find(seqs: readonly number[], from: number, seq: number): number {
  let low = from;
  let high = seqs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((seqs[middle] ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return seqs[low] === seq ? low : -1;
}

/** Matches what is kept in time slices, oldest first, and what arrives in the meantime with it. */
export class Search {
  readonly #log: MessageLog;
  readonly #matches: (slot: number) => boolean;
  readonly #found: (seq: number, pinned: boolean) => void;
  #next = 0;

  constructor(log: MessageLog, matches: (slot: number) => boolean, found: (seq: number, pinned: boolean) => void) {
    this.#log = log;
    this.#matches = matches;
    this.#found = found;
  }

  /** Goes on for about that long. @returns whether everything that is kept now has been looked at */
  run(milliseconds: number): boolean {
    const log = this.#log;
    const until = performance.now() + milliseconds;
    let position = log.positionFrom(this.#next);
    const end = log.count;
    while (position < end) {
      // The clock costs as much as a short body: asked after so many bytes, or messages.
      let bytes = 0;
      for (let some = 0; some < 256 && bytes < 262_144 && position < end; some++, position++) {
        const slot = log.slotAt(position);
        bytes += log.size(slot);
        this.#next = log.seq(slot) + 1;
        if (this.#matches(slot)) this.#found(this.#next - 1, log.isPinned(slot));
      }
      if (performance.now() >= until) return position >= end;
    }
    return true;
  }
}
