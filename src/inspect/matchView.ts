/**
 * The seqs that a filter let through, in order, growing at both ends: at the front by what an ongoing search finds further
 * back, at the end by what arrives. What is evicted leaves.
 */
export class MatchView {
  /** Used from `#start` to `#end`, with room on both sides. */
  #seqs = new Float64Array(1024);
  #start = 512;
  #end = 512;
  #shift = 0;

  get count(): number {
    return this.#end - this.#start;
  }

  /** How far all rows moved so far: on with each that was put in front of them, back with each that left. */
  get shift(): number {
    return this.#shift;
  }

  /** Newer than all others. */
  addNewest(seq: number): void {
    if (this.#end === this.#seqs.length) this.#grow();
    this.#seqs[this.#end++] = seq;
  }

  /** Older than all others. */
  addOldest(seq: number): void {
    if (this.#start === 0) this.#grow();
    this.#seqs[--this.#start] = seq;
    this.#shift++;
  }

  clear(): void {
    this.#seqs = new Float64Array(1024);
    this.#start = this.#end = 512;
  }

  /** The seq at a position, -1 beyond the end. */
  seqAt(position: number): number {
    const at = this.#start + position;
    return position >= 0 && at < this.#end ? (this.#seqs[at] ?? -1) : -1;
  }

  /** Where a seq stands, -1 when it is not in it. */
  position(seq: number): number {
    const at = this.#find(seq);
    return at < this.#end && this.#seqs[at] === seq ? at - this.#start : -1;
  }

  evicted(seq: number): void {
    const position = this.position(seq);
    if (position < 0) return;
    // Most often the first; else one of those in front, which are kept beyond their turn.
    this.#seqs.copyWithin(this.#start + 1, this.#start, this.#start + position);
    this.#start++;
    this.#shift--;
  }

  /** Takes out what is in `gone`, and puts in what is in `come`, in order, where it belongs. @returns whether that changed it */
  change(gone: ReadonlySet<number>, come: readonly number[]): boolean {
    const isIn = (seq: number): boolean => this.position(seq) >= 0;
    if (![...gone].some(isIn) && come.every(isIn)) return false;
    const before = this.#seqs.subarray(this.#start, this.#end);
    const seqs = new Float64Array(before.length + come.length + 1024);
    let end = 512;
    let next = 0;
    for (const seq of before) {
      for (; next < come.length && (come[next] ?? 0) <= seq; next++)
        if (come[next] !== seq) seqs[end++] = come[next] ?? 0;
      if (!gone.has(seq)) seqs[end++] = seq;
    }
    for (; next < come.length; next++) seqs[end++] = come[next] ?? 0;
    this.#seqs = seqs;
    this.#start = 512;
    this.#end = end;
    return true;
  }

  /** Where a seq stands or would stand. */
  #find(seq: number): number {
    let low = this.#start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#seqs[middle] ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const { count } = this;
    const seqs = new Float64Array(Math.max(1024, count * 3));
    const start = Math.floor((seqs.length - count) / 2);
    seqs.set(this.#seqs.subarray(this.#start, this.#end), start);
    this.#seqs = seqs;
    this.#start = start;
    this.#end = start + count;
  }
}
