/** Bytes of one slab. Large enough to be rare, small enough that allocating one is not felt. */
const slabBytes = 4 * 1024 * 1024;
/** What is larger gets a slab of its own, so that the end of a slab that is wasted stays below a sixteenth. */
const ownSlabFrom = slabBytes / 16;
/** Slabs kept for reuse: a rolling log frees about one whenever it needs one. */
const spareSlabs = 2;

const nothing = Buffer.alloc(0);

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
  #currentBuffer: Buffer = nothing;
  #at = 0;

  /** The slab that is being filled; none before the first {@link next}. */
  get current(): number {
    return this.#current;
  }

  get currentBuffer(): Buffer {
    return this.#currentBuffer;
  }

  /** Where it is filled up to. */
  get currentAt(): number {
    return this.#at;
  }

  /** Starts another slab. */
  next(): void {
    const before = this.#current;
    this.#currentBuffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(slabBytes);
    // The slab that is being filled counts as one record, so that it is not freed under the writer.
    this.#current = this.#enter(this.#currentBuffer);
    this.#at = 0;
    if (before >= 0) this.free(before);
  }

  /** Keeps what was written to the current slab up to `end`, as one record. */
  commit(end: number): void {
    this.#at = end;
    this.#live[this.#current] = (this.#live[this.#current] ?? 0) + 1;
  }

  /** Whether a record of this size belongs into a slab of its own. */
  isLarge(bytes: number): boolean {
    return bytes >= ownSlabFrom;
  }

  /** A slab for one record alone. */
  own(bytes: number): number {
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
    if (live === 0) this.#leave(slab);
  }

  /** So many records of each slab are left. */
  keepOnly(inSlab: readonly (number | undefined)[]): void {
    for (let slab = 0; slab < this.#buffers.length; slab++) {
      if (this.#live[slab] === 0) continue;
      const live = (inSlab[slab] ?? 0) + (slab === this.#current ? 1 : 0);
      this.#live[slab] = live;
      if (live === 0) this.#leave(slab);
    }
  }

  #leave(slab: number): void {
    const buffer = this.buffer(slab);
    if (buffer.length === slabBytes && this.#spare.length < spareSlabs) this.#spare.push(buffer);
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
