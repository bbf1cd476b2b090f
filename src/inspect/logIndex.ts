import { ackStates, type AckState } from "../protocol/rows.ts";

// The index grows by segments of this many slots, so that growing never copies what is there.
const slotBits = 14;
export const slotMask = (1 << slotBits) - 1;

/** Bits of `flags`. */
export const flag = { redelivered: 1, marker: 2, persistent: 4, transient: 8, pinned: 16 } as const;

export const stateCodes = Object.fromEntries(ackStates.map((state, code) => [state, code])) as Readonly<
  Record<AckState, number>
>;

/** What is kept of each message besides its record, as numbers in typed arrays. A message has a slot. */
export class LogIndex {
  readonly #segments: Segment[] = [];
  readonly #free: number[] = [];
  #slots = 0;

  /** A slot that is not in use. */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const slot = this.#slots++;
    if (slot >>> slotBits === this.#segments.length) this.#segments.push(newSegment());
    return slot;
  }

  free(slot: number): void {
    this.#free.push(slot);
  }

  /** The arrays in which a slot stands at `slot & slotMask`. */
  segment(slot: number): Segment {
    const segment = this.#segments[slot >>> slotBits];
    if (!segment) throw new RangeError("No such slot");
    return segment;
  }

  /** Whether it may still be settled, or is being settled. */
  isHeld(slot: number): boolean {
    const state = this.segment(slot).state[slot & slotMask];
    return state === stateCodes.pending || state === stateCodes.settling;
  }

  hasFlag(slot: number, bit: number): boolean {
    return ((this.segment(slot).flags[slot & slotMask] ?? 0) & bit) !== 0;
  }
}

export type Segment = ReturnType<typeof newSegment>;

function newSegment() {
  const slots = 1 << slotBits;
  return {
    seq: new Float64Array(slots),
    /** Milliseconds since 1970. */
    received: new Float64Array(slots),
    tag: new Float64Array(slots),
    slab: new Uint32Array(slots),
    offset: new Uint32Array(slots),
    /** Bytes of the envelope. */
    head: new Uint32Array(slots),
    /** Bytes of the body that are kept; `size` is how many there were. */
    kept: new Uint32Array(slots),
    size: new Uint32Array(slots),
    shape: new Uint16Array(slots),
    state: new Uint8Array(slots),
    flags: new Uint8Array(slots),
  };
}
