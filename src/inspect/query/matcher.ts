import { type Batch, later, no, yes } from "./batch.ts";
import type { Single } from "./single.ts";

/** Looks at a message piece by piece; stops between pieces. */
export type Looking = Generator<undefined, boolean, undefined>;

/** Decides which messages match. */
export interface Matcher {
  /** What it costs to ask, roughly: what is cheap is asked first. */
  readonly cost: number;
  /**
   * Asks for those of a batch that are not out of it yet: `found[index]` becomes `no` where it does not match, `later`
   * where that would take long, and stays what it is where it matches.
   */
  narrow(batch: Batch, found: Uint8Array): void;
  /** Whether a message matches, however long it takes. */
  look(single: Single): Looking;
}

/** Matches what all parts match. */
export class All implements Matcher {
  readonly #parts: readonly Matcher[];
  readonly cost: number;

  constructor(parts: readonly Matcher[]) {
    this.#parts = parts.toSorted((a, b) => a.cost - b.cost);
    this.cost = Math.max(...parts.map(({ cost }) => cost));
  }

  narrow(batch: Batch, found: Uint8Array): void {
    for (const part of this.#parts) part.narrow(batch, found);
  }

  *look(single: Single): Looking {
    for (const part of this.#parts) if (!(yield* part.look(single))) return false;
    return true;
  }
}

/** Matches what one of the parts matches. */
export class Any implements Matcher {
  readonly #parts: readonly Matcher[];
  readonly cost: number;
  #rest = new Uint8Array();
  #part = new Uint8Array();

  constructor(parts: readonly Matcher[]) {
    this.#parts = parts.toSorted((a, b) => a.cost - b.cost);
    this.cost = Math.max(...parts.map(({ cost }) => cost));
  }

  narrow(batch: Batch, found: Uint8Array): void {
    const { from, to } = batch;
    if (this.#rest.length < found.length) {
      this.#rest = new Uint8Array(found.length);
      this.#part = new Uint8Array(found.length);
    }
    // What no part has matched yet, and whether one wants to look later.
    const rest = this.#rest;
    const part = this.#part;
    for (let index = from; index < to; index++) rest[index] = found[index] === no ? no : yes;
    const unsure = new Uint8Array(to - from);
    for (const each of this.#parts) {
      part.set(rest.subarray(from, to), from);
      each.narrow(batch, part);
      for (let index = from; index < to; index++)
        if (part[index] === yes) rest[index] = no;
        else if (part[index] === later) unsure[index - from] = 1;
    }
    for (let index = from; index < to; index++)
      if (rest[index] === yes) found[index] = unsure[index - from] === 1 ? later : no;
  }

  *look(single: Single): Looking {
    for (const part of this.#parts) if (yield* part.look(single)) return true;
    return false;
  }
}

/** Matches what the part does not. */
export class None implements Matcher {
  readonly #part: Matcher;
  readonly cost: number;
  #inner = new Uint8Array();

  constructor(part: Matcher) {
    this.#part = part;
    this.cost = part.cost;
  }

  narrow(batch: Batch, found: Uint8Array): void {
    const { from, to } = batch;
    if (this.#inner.length < found.length) this.#inner = new Uint8Array(found.length);
    const inner = this.#inner;
    for (let index = from; index < to; index++) inner[index] = found[index] === no ? no : yes;
    this.#part.narrow(batch, inner);
    for (let index = from; index < to; index++)
      if (found[index] === no) continue;
      else if (inner[index] === yes) found[index] = no;
      else if (inner[index] === later) found[index] = later;
  }

  *look(single: Single): Looking {
    return !(yield* this.#part.look(single));
  }
}

/** Asks of each message something that takes no time. */
export class Each implements Matcher {
  readonly cost: number;
  readonly #matches: (slot: number) => boolean;

  constructor(cost: number, matches: (slot: number) => boolean) {
    this.cost = cost;
    this.#matches = matches;
  }

  narrow(batch: Batch, found: Uint8Array): void {
    for (let index = batch.from; index < batch.to; index++)
      if (found[index] !== no && !this.#matches(batch.slots[index] ?? 0)) found[index] = no;
  }

  *look(single: Single): Looking {
    // Its slot may be another message's by now.
    return single.log.slot(single.seq) === single.slot && this.#matches(single.slot);
  }
}
