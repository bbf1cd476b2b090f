/** What a message is sorted by. Numbers come before texts, and those that have nothing come last, in both directions. */
export type SortValue = number | string | undefined;

const kind = { number: 0, text: 1, none: 2 } as const;
/** Equal texts are kept once, as far as there are not too many different ones. */
const mostShared = 20_000;

/**
 * Messages with what they are sorted by, in typed arrays: 17 bytes each, and where they are sorted by texts 8 more and
 * the different texts, of 200 characters at most.
 */
export class SortEntries {
  readonly seqs: Float64Array;
  readonly #kinds: Uint8Array;
  readonly #numbers: Float64Array;
  /** Only as long as the last text. */
  readonly #texts: string[] = [];
  count = 0;

  constructor(capacity: number) {
    this.seqs = new Float64Array(capacity);
    this.#kinds = new Uint8Array(capacity);
    this.#numbers = new Float64Array(capacity);
  }

  get room(): number {
    return this.seqs.length - this.count;
  }

  add(seq: number, value: SortValue, shared: Map<string, string>): void {
    const at = this.count++;
    this.seqs[at] = seq;
    if (typeof value === "number") this.#numbers[at] = value;
    else if (value === undefined) this.#kinds[at] = kind.none;
    else {
      this.#kinds[at] = kind.text;
      this.#setText(at, share(value, shared));
    }
  }

  /** Copies `[from … to)` of another to the end, without those that are not kept any more. */
  append(other: SortEntries, from: number, to: number, isKept: (seq: number) => boolean): void {
    for (let at = from; at < to; at++) {
      const seq = other.seqs[at] ?? 0;
      if (isKept(seq)) this.#take(other, at);
    }
  }

  /** Copies them in another order. */
  appendOrdered(other: SortEntries, order: Uint32Array, from: number, to: number): void {
    for (let at = from; at < to; at++) this.#take(other, order[at] ?? 0);
  }

  /** Less than zero when entry `a` of this one stands before entry `b` of the other. Never zero: equal ones stand as they arrived. */
  compare(a: number, other: SortEntries, b: number, descending: boolean): number {
    const kindA = this.#kinds[a] ?? 0;
    const kindB = other.#kinds[b] ?? 0;
    if (kindA !== kindB) return kindA - kindB;
    if (kindA === kind.number) {
      const numberA = this.#numbers[a] ?? 0;
      const numberB = other.#numbers[b] ?? 0;
      if (numberA !== numberB) return numberA < numberB === descending ? 1 : -1;
    } else if (kindA === kind.text) {
      const textA = this.#texts[a] ?? "";
      const textB = other.#texts[b] ?? "";
      if (textA !== textB) return textA < textB === descending ? 1 : -1;
    }
    return (this.seqs[a] ?? 0) - (other.seqs[b] ?? 0);
  }

  /** How many of this one's entries from `from` on stand before entry `b` of the other. Fast where they are few. */
  before(from: number, other: SortEntries, b: number, descending: boolean): number {
    let step = 1;
    let low = from;
    let high = from;
    while (high < this.count && this.compare(high, other, b, descending) < 0) {
      low = high + 1;
      high += step;
      step *= 2;
    }
    high = Math.min(high, this.count);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(middle, other, b, descending) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #take(other: SortEntries, from: number): void {
    const at = this.count++;
    this.seqs[at] = other.seqs[from] ?? 0;
    const kindOf = (this.#kinds[at] = other.#kinds[from] ?? 0);
    if (kindOf === kind.number) this.#numbers[at] = other.#numbers[from] ?? 0;
    else if (kindOf === kind.text) this.#setText(at, other.#texts[from] ?? "");
  }

  #setText(at: number, text: string): void {
    // Without holes, so that the array stays a dense one.
    while (this.#texts.length < at) this.#texts.push("");
    this.#texts[at] = text;
  }
}

function share(text: string, shared: Map<string, string>): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (shared.size < mostShared) shared.set(text, text);
  return text;
}

const runLength = 16;
/** Entries between two looks at the clock. */
const block = 4096;

/** The order of entries that stand in any order: a merge sort in steps. Returns their places. */
export function* sortedOrder(entries: SortEntries, descending: boolean): Generator<undefined, Uint32Array> {
  const count = entries.count;
  let from: Uint32Array = new Uint32Array(count);
  for (let at = 0; at < count; at++) from[at] = at;
  for (let start = 0; start < count; start += runLength) {
    insertionSort(entries, from, start, Math.min(start + runLength, count), descending);
    if (start % 1024 === 0) yield;
  }
  let to: Uint32Array = new Uint32Array(count);
  for (let width = runLength; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      // What arrived in order often is in order already.
      if (middle === end || entries.compare(from[middle - 1] ?? 0, entries, from[middle] ?? 0, descending) < 0) {
        to.set(from.subarray(start, end), start);
        if (end - start >= block) yield;
        continue;
      }
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        if (
          left < middle &&
          (right >= end || entries.compare(from[left] ?? 0, entries, from[right] ?? 0, descending) < 0)
        )
          to[at] = from[left++] ?? 0;
        else to[at] = from[right++] ?? 0;
        if (at % block === 0) yield;
      }
    }
    [from, to] = [to, from];
    yield;
  }
  return from;
}

function insertionSort(
  entries: SortEntries,
  order: Uint32Array,
  start: number,
  end: number,
  descending: boolean,
): void {
  for (let at = start + 1; at < end; at++) {
    const moving = order[at] ?? 0;
    let to = at;
    for (; to > start; to--) {
      const before = order[to - 1] ?? 0;
      if (entries.compare(before, entries, moving, descending) < 0) break;
      order[to] = before;
    }
    order[to] = moving;
  }
}

/** Entries in order and others, put in that order, as one; without those that are not kept any more. */
export function* merged(
  ordered: SortEntries,
  fresh: SortEntries,
  descending: boolean,
  isKept: (seq: number) => boolean,
): Generator<undefined, SortEntries> {
  const order = yield* sortedOrder(fresh, descending);
  const result = new SortEntries(ordered.count + fresh.count);
  let at = 0;
  for (let next = 0; next < fresh.count; next++) {
    const place = order[next] ?? 0;
    const to = ordered.before(at, fresh, place, descending);
    at = yield* copied(result, ordered, at, to, isKept);
    result.appendOrdered(fresh, order, next, next + 1);
    if (next % 256 === 0) yield;
  }
  yield* copied(result, ordered, at, ordered.count, isKept);
  return result;
}

function* copied(
  to: SortEntries,
  from: SortEntries,
  start: number,
  end: number,
  isKept: (seq: number) => boolean,
): Generator<undefined, number> {
  let at = start;
  while (end - at > block) {
    to.append(from, at, at + block, isKept);
    at += block;
    yield;
  }
  to.append(from, at, end, isKept);
  return end;
}
