/** Bytes of one slab. Large enough to be rare, small enough that allocating one is not felt. */
const slabBytes = 4 * 1024 * 1024;
/** What is larger gets a slab of its own, so that the end of a slab that is wasted stays below a sixteenth. */
const ownSlabFrom = slabBytes / 16;
/** Slabs kept for reuse: a rolling log frees about one whenever it needs one. */
const spareSlabs = 2;

/** Where a record lies. One object is reused for every reservation: read it at once. */
export interface Place {
  slab: number;
  offset: number;
}

/**
 * Memory for records, outside the V8 heap, in slabs that are filled one after the other. Records are freed in about the
 * order in which they came; a slab is used again when the last of its records is gone.
 */
export class Slabs {
  readonly #buffers: Buffer[] = [];
  readonly #live: number[] = [];
  readonly #freeIds: number[] = [];
  readonly #spare: Buffer[] = [];
  #current = -1;
  #at = 0;

  /** Bytes of all slabs, filled or not. */
  allocated = 0;

  /** The slab that is being filled. */
  get currentBuffer(): Buffer {
    if (this.#current < 0) this.next();
    return this.buffer(this.#current);
  }

  /** Where it is filled up to. */
  get currentAt(): number {
    return this.#at;
  }

  /** Starts another slab. */
  next(): void {
    const before = this.#current;
    let buffer = this.#spare.pop();
    if (!buffer) {
      buffer = Buffer.allocUnsafeSlow(slabBytes);
      this.allocated += slabBytes;
    }
    // The slab that is being filled counts as one record, so that it is not freed under the writer.
    this.#current = this.#enter(buffer);
    this.#at = 0;
    if (before >= 0) this.free(before);
  }

  /** Keeps what was written to the current slab up to `end`. */
  commit(end: number, place: Place): void {
    place.slab = this.#current;
    place.offset = this.#at;
    this.#at = end;
    this.#live[this.#current] = (this.#live[this.#current] ?? 0) + 1;
  }

  /** Whether a record of this size belongs into a slab of its own. */
  isLarge(bytes: number): boolean {
    return bytes >= ownSlabFrom;
  }

  /** A slab for one record alone. */
  own(bytes: number): number {
    this.allocated += bytes;
    return this.#enter(Buffer.allocUnsafeSlow(bytes));
  }

  buffer(slab: number): Buffer {
    const buffer = this.#buffers[slab];
    if (!buffer) throw new RangeError("No such slab");
    return buffer;
  }

  /** One record of this slab is gone. */
  free(slab: number): void {
    const live = (this.#live[slab] ?? 0) - 1;
    this.#live[slab] = live;
    if (live > 0) return;
    const buffer = this.buffer(slab);
    if (buffer.length === slabBytes && this.#spare.length < spareSlabs) this.#spare.push(buffer);
    else this.allocated -= buffer.length;
    this.#buffers[slab] = nothing;
    this.#freeIds.push(slab);
  }

  #enter(buffer: Buffer): number {
    const id = this.#freeIds.pop() ?? this.#buffers.length;
    this.#buffers[id] = buffer;
    this.#live[id] = 1;
    return id;
  }
}

const nothing = Buffer.alloc(0);
