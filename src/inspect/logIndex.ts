import { ackStates, type AckState } from "../protocol/rows.ts";

// The index grows by segments of this many slots, so that growing never copies what is there.
const slotBits = 14;
const slotMask = (1 << slotBits) - 1;

// All that is noted of one message lies together, so that reading it costs one miss of the processor's cache and not
// eleven: three numbers, then six words. A number takes two words.
const numbersPerSlot = 6;
const wordsPerSlot = numbersPerSlot * 2;

/** Where a slot's numbers stand, counted from {@link numberAt}. */
export const numberOf = { seq: 0, received: 1, tag: 2 } as const;

/**
 * Where a slot's words stand, counted from {@link wordAt}: the record's slab and place in it; the bytes of its envelope; the
 * bytes of its body that are kept, and how many there were; its shape, ack state and flags in one.
 */
export const wordOf = { slab: 6, offset: 7, head: 8, kept: 9, size: 10, status: 11 } as const;

// The shape takes the lowest 16 bits of the status.
const stateShift = 16;
const stateBits = 0xff << stateShift;

/** Bits of the status. */
export const flag = {
  redelivered: 1 << 24,
  marker: 1 << 25,
  persistent: 1 << 26,
  transient: 1 << 27,
} as const;

const codes = Object.fromEntries(ackStates.map((state, code) => [state, code << stateShift])) as Readonly<
  Record<AckState, number>
>;
const pendingBits = codes.pending;
const settlingBits = codes.settling;

/** @param flags bits of {@link flag}, added up */
export function statusOf(shape: number, state: AckState, flags: number): number {
  return shape | codes[state] | flags;
}

export function shapeIn(status: number): number {
  return status & 0xffff;
}

export function stateIn(status: number): AckState {
  return ackStates[(status & stateBits) >>> stateShift] ?? "none";
}

/** Whether it may still be settled, or is being settled. */
export function isHeldIn(status: number): boolean {
  const state = status & stateBits;
  return state === pendingBits || state === settlingBits;
}

/**
 * What is kept of each message besides its record, as numbers in typed arrays. A message has a slot: while it waits for its
 * turn to be evicted, in a ring by its seq; one that is kept beyond it, behind the ring.
 */
export class LogIndex {
  readonly #segments: (Segment | undefined)[];
  readonly #ringSlots: number;
  readonly #freePinned: number[] = [];
  #pinnedSlots = 0;

  /** @param messages how many there may be at once */
  constructor(messages: number) {
    this.#ringSlots = 1 << Math.max(slotBits, Math.ceil(Math.log2(messages)));
    this.#segments = Array.from({ length: this.#ringSlots >>> slotBits }, () => undefined);
  }

  /** The slot of a seq that is not pinned. */
  slotOf(seq: number): number {
    return seq & (this.#ringSlots - 1);
  }

  isPinned(slot: number): boolean {
    return slot >= this.#ringSlots;
  }

  /** Moves what is noted of a message out of the ring. @returns its new slot */
  pin(slot: number): number {
    const pinned = this.#freePinned.pop() ?? this.#ringSlots + this.#pinnedSlots++;
    const from = this.segment(slot).words;
    const { words } = this.grown(pinned);
    const fromAt = wordAt(slot);
    const at = wordAt(pinned);
    for (let word = 0; word < wordsPerSlot; word++) words[at + word] = from[fromAt + word] ?? 0;
    return pinned;
  }

  /** What was pinned is gone. */
  freePinned(slot: number): void {
    this.#freePinned.push(slot);
  }

  /** The arrays in which a slot stands at {@link wordAt} and {@link numberAt}. */
  segment(slot: number): Segment {
    const segment = this.#segments[slot >>> slotBits];
    if (!segment) throw new RangeError("No such slot");
    return segment;
  }

  /** The same for a slot that may be the first in its segment. */
  grown(slot: number): Segment {
    return (this.#segments[slot >>> slotBits] ??= newSegment());
  }

  seq(slot: number): number {
    return this.segment(slot).numbers[numberAt(slot)] ?? 0;
  }

  status(slot: number): number {
    return this.segment(slot).words[wordAt(slot) + wordOf.status] ?? 0;
  }

  isHeld(slot: number): boolean {
    return isHeldIn(this.status(slot));
  }

  setState(slot: number, state: AckState): void {
    const { words } = this.segment(slot);
    const at = wordAt(slot) + wordOf.status;
    words[at] = ((words[at] ?? 0) & ~stateBits) | codes[state];
  }
}

/** Two views of the same memory. */
export interface Segment {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
}

export function wordAt(slot: number): number {
  return (slot & slotMask) * wordsPerSlot;
}

export function numberAt(slot: number): number {
  return (slot & slotMask) * numbersPerSlot;
}

function newSegment(): Segment {
  const memory = new ArrayBuffer((1 << slotBits) * numbersPerSlot * Float64Array.BYTES_PER_ELEMENT);
  return { words: new Int32Array(memory), numbers: new Float64Array(memory) };
}
