import type { LogIndex } from "./logIndex.ts";

/**
 * The slots of what a log keeps beyond its turn, by seq: it was the oldest when room was needed, and might still be settled.
 * What is settled since goes first.
 */
export class Pinned {
  readonly #index: LogIndex;
  readonly #slots: number[] = [];
  #settled = 0;
  /** None before this position is settled. */
  #settledFrom = 0;
  /** What stands before this position has memory of its own. */
  #moved = 0;

  constructor(index: LogIndex) {
    this.#index = index;
  }

  get count(): number {
    return this.#slots.length;
  }

  /** It is newer than all others. */
  push(slot: number): void {
    this.#slots.push(slot);
  }

  at(position: number): number {
    return this.#slots[position] ?? -1;
  }

  /** How many are older than `seq`. */
  positionFrom(seq: number): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#index.seq(this.at(middle)) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** One of them was settled, or that was taken back. */
  changed(slot: number, settled: boolean): void {
    this.#settled += settled ? 1 : -1;
    if (settled) this.#settledFrom = Math.min(this.#settledFrom, this.positionFrom(this.#index.seq(slot)));
  }

  /** Takes out the oldest that is settled, -1 when there is none. */
  shiftSettled(): number {
    if (this.#settled === 0) return -1;
    let at = this.#settledFrom;
    while (at < this.#slots.length && this.#index.isHeld(this.at(at))) at++;
    this.#settledFrom = at;
    this.#settled--;
    if (at < this.#moved) this.#moved--;
    return this.#slots.splice(at, 1)[0] ?? -1;
  }

  /** One that has no memory of its own yet, told once; -1 when there is none. */
  nextToMove(): number {
    return this.#moved < this.#slots.length ? this.at(this.#moved++) : -1;
  }
}
