import type { Delivery } from "../broker/contract.ts";
import type { AckState } from "../protocol/rows.ts";
import type { Envelope, ShapePart } from "./envelope.ts";
import {
  flag,
  isHeldIn,
  LogIndex,
  numberAt,
  numberOf,
  shapeIn,
  stateIn,
  statusOf,
  wordAt,
  wordOf,
} from "./logIndex.ts";
import { defaultLimits, type LogLimits } from "./logLimits.ts";
import { Pinned } from "./pinned.ts";
import { newRecordBytes, type Glance, type RecordBytes } from "./record.ts";
import { Records } from "./records.ts";

/** How many records are moved at most when one is added. */
const movedAtOnce = 16;

/** Told about what leaves the log, or leaves its place in the order, in that moment. */
export interface LogListener {
  evicted(seq: number): void;
  /** It is kept although it is the oldest, because it may still be settled; newer ones are evicted before it. */
  pinned(seq: number): void;
}

/**
 * The messages that an inspector keeps: everything of them as bytes in slabs outside the V8 heap, indexed by typed arrays;
 * no object per message. When it is full the oldest that is settled is evicted; what may still be settled never is.
 *
 * A message is named by its seq, which rises by one with every message or marker. Inside, its index is kept in a slot.
 */
export class MessageLog {
  readonly limits: LogLimits;
  readonly #records = new Records();
  readonly #record = newRecordBytes();
  #index: LogIndex;
  #pinned: Pinned;
  listener: LogListener | undefined;
  /** The oldest that is not pinned: from it on, all up to the newest are kept. */
  #firstSeq = 1;
  #nextSeq = 1;
  #bytes = 0;
  #pending = 0;
  #received = 0;
  #evicted = 0;

  constructor(limits: Partial<LogLimits> = {}) {
    this.limits = { ...defaultLimits, ...limits };
    this.#index = new LogIndex(this.limits.messages);
    this.#pinned = new Pinned(this.#index);
  }

  /** How many are kept, markers included. */
  get count(): number {
    return this.#pinned.count + this.#nextSeq - this.#firstSeq;
  }

  /** Bytes of all records. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many may still be settled, or are being settled. */
  get pending(): number {
    return this.#pending;
  }

  get received(): number {
    return this.#received;
  }

  get evicted(): number {
    return this.#evicted;
  }

  /** The seq that comes next. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /**
   * Keeps a copy of a delivery.
   * @param received milliseconds since 1970
   * @returns its seq, or -1 when it was refused because the log is full of what may still be settled
   */
  add(delivery: Delivery, received: number, state: AckState): number {
    const { persistent } = delivery;
    let flags = 0;
    if (delivery.redelivered) flags |= flag.redelivered;
    if (persistent !== undefined) flags |= persistent ? flag.persistent : flag.transient;
    const seq = this.#append(delivery, received, state, flags);
    if (seq < 0) return -1;
    if (state === "pending") this.#pending++;
    this.#received++;
    return seq;
  }

  /** A row that is not a message. @returns its seq, or -1 like {@link add} */
  addMarker(sentence: string, received: number): number {
    return this.#append({ ...emptyDelivery, key: sentence }, received, "none", flag.marker);
  }

  /** Forgets everything but what may still be settled. The listener is not told. */
  clear(): void {
    if (this.#pending === 0) {
      // At once, however many there are.
      this.#records.clear();
      this.#index = new LogIndex(this.limits.messages);
      this.#pinned = new Pinned(this.#index);
      this.#bytes = 0;
    } else this.#keepOnly(this.heldSlots());
    this.#firstSeq = this.#nextSeq;
  }

  /** The slot of what stands at `position` (0 = the oldest). */
  slotAt(position: number): number {
    const pinned = this.#pinned.count;
    if (position < pinned) return this.#pinned.at(position);
    return this.#index.slotOf(this.#firstSeq + position - pinned);
  }

  /** Where a seq stands, or where it would: the number of those kept that are older. */
  positionFrom(seq: number): number {
    if (seq < this.#firstSeq) return this.#pinned.positionFrom(seq);
    return this.#pinned.count + Math.min(seq, this.#nextSeq) - this.#firstSeq;
  }

  /** Where a seq stands, -1 when it is not kept. */
  position(seq: number): number {
    const position = this.positionFrom(seq);
    return position < this.count && this.seq(this.slotAt(position)) === seq ? position : -1;
  }

  /** The slot of a seq, -1 when it is not kept. */
  slot(seq: number): number {
    const position = this.position(seq);
    return position < 0 ? -1 : this.slotAt(position);
  }

  seq(slot: number): number {
    return this.#index.seq(slot);
  }

  /** Milliseconds since 1970. */
  time(slot: number): number {
    return this.#number(slot, numberOf.received);
  }

  tag(slot: number): number {
    return this.#number(slot, numberOf.tag);
  }

  /** The true size of the body. */
  size(slot: number): number {
    return this.#index.segment(slot).words[wordAt(slot) + wordOf.size] ?? 0;
  }

  state(slot: number): AckState {
    return stateIn(this.#index.status(slot));
  }

  /** Whether it may still be settled, or is being settled. */
  isHeld(slot: number): boolean {
    return this.#index.isHeld(slot);
  }

  setState(slot: number, state: AckState): void {
    const index = this.#index;
    const before = index.status(slot);
    index.setState(slot, state);
    const held = index.isHeld(slot);
    if (held === isHeldIn(before)) return;
    this.#pending += held ? 1 : -1;
    if (index.isPinned(slot)) this.#pinned.changed(slot, !held);
  }

  /** The slots of all that may still be settled or are being settled, oldest first. */
  heldSlots(): number[] {
    const slots: number[] = [];
    // What is held is most often the newest.
    for (let position = this.count - 1; position >= 0 && slots.length < this.#pending; position--) {
      const slot = this.slotAt(position);
      if (this.#index.isHeld(slot)) slots.push(slot);
    }
    return slots.reverse();
  }

  isRedelivered(slot: number): boolean {
    return this.#has(slot, flag.redelivered);
  }

  /** Whether it is kept beyond its turn: see {@link LogListener.pinned}. */
  isPinned(slot: number): boolean {
    return this.#index.isPinned(slot);
  }

  isMarker(slot: number): boolean {
    return this.#has(slot, flag.marker);
  }

  /** undefined = it did not say. */
  isPersistent(slot: number): boolean | undefined {
    if (this.#has(slot, flag.persistent)) return true;
    return this.#has(slot, flag.transient) ? false : undefined;
  }

  /** The kept part of the body, as a view: copy what outlives the next change of the log. */
  body(slot: number): Buffer {
    const { buffer, bodyStart, end } = this.#located(slot);
    return buffer.subarray(bodyStart, end);
  }

  envelope(slot: number): Envelope {
    const { shape, buffer, start, bodyStart } = this.#located(slot);
    return this.#records.envelopes.read(shape, buffer, start, bodyStart);
  }

  /** The sentence of a marker. */
  sentence(slot: number): string {
    return this.envelope(slot).key ?? "";
  }

  /** Fills `record` with where the bytes of a record are; nothing is decoded or copied. */
  locate(slot: number, record: RecordBytes): void {
    const { words } = this.#index.segment(slot);
    const at = wordAt(slot);
    record.buffer = this.#records.buffer(words[at + wordOf.slab] ?? 0);
    record.start = words[at + wordOf.offset] ?? 0;
    record.bodyStart = record.start + (words[at + wordOf.head] ?? 0);
    record.end = record.bodyStart + (words[at + wordOf.kept] ?? 0);
    record.shape = shapeIn(words[at + wordOf.status] ?? 0);
  }

  /** Names, content type and origin: what is kept once for all records of that shape. */
  textsOfShape(shape: number): readonly string[] {
    return this.#records.envelopes.texts(shape);
  }

  /** What the envelope of a record of that shape has: see {@link Envelopes.parts}. */
  partsOfShape(shape: number): readonly ShapePart[] {
    return this.#records.envelopes.parts(shape);
  }

  /** The names of headers or properties, content types and the like, that messages had so far. */
  namesOf(part: ShapePart["part"]): ReadonlySet<string> {
    return this.#records.envelopes.names(part);
  }

  /** Fills `glance` with what a row shows of a located record. */
  glance(record: RecordBytes, glance: Glance): void {
    this.#records.envelopes.glance(record, glance);
  }

  #append(delivery: Delivery, received: number, state: AckState, flags: number): number {
    const { body } = delivery;
    const size = body.length;
    const kept = size > this.limits.body ? this.limits.body : size;
    if (this.count >= this.limits.messages && !this.#evict()) return -1;
    const records = this.#records;
    records.stage(delivery, kept);
    const head = records.head;
    if (this.#bytes + head + kept > this.limits.bytes && !this.#makeRoom(head + kept)) return -1;
    records.keep(kept === size ? body : body.subarray(0, kept));
    const index = this.#index;
    const seq = this.#nextSeq++;
    const slot = index.slotOf(seq);
    const { words, numbers } = index.grown(slot);
    const number = numberAt(slot);
    numbers[number + numberOf.seq] = seq;
    numbers[number + numberOf.received] = received;
    numbers[number + numberOf.tag] = delivery.tag;
    const word = wordAt(slot);
    words[word + wordOf.slab] = records.slab;
    words[word + wordOf.offset] = records.offset;
    words[word + wordOf.head] = head;
    words[word + wordOf.kept] = kept;
    words[word + wordOf.size] = size;
    words[word + wordOf.status] = statusOf(records.shape, state, flags);
    this.#bytes += head + kept;
    if (this.#pinned.count > 0) this.#move();
    return seq;
  }

  #makeRoom(bytes: number): boolean {
    while (this.#bytes + bytes > this.limits.bytes) if (this.count === 0 || !this.#evict()) return this.count === 0;
    return true;
  }

  /** Evicts the oldest that is settled. @returns false when there is none */
  #evict(): boolean {
    if (this.#pending === this.count) return false;
    const index = this.#index;
    const pinned = this.#pinned;
    let slot = pinned.shiftSettled();
    if (slot < 0) {
      slot = index.slotOf(this.#firstSeq);
      while (index.isHeld(slot)) {
        pinned.push(index.pin(slot));
        this.listener?.pinned(this.#firstSeq);
        slot = index.slotOf(++this.#firstSeq);
      }
      this.#firstSeq++;
    }
    const { words, numbers } = index.segment(slot);
    const at = wordAt(slot);
    if (((words[at + wordOf.status] ?? 0) & flag.marker) === 0) this.#evicted++;
    this.#bytes -= (words[at + wordOf.head] ?? 0) + (words[at + wordOf.kept] ?? 0);
    this.#records.free(words[at + wordOf.slab] ?? 0);
    if (index.isPinned(slot)) index.freePinned(slot);
    this.listener?.evicted(numbers[numberAt(slot) + numberOf.seq] ?? 0);
    return true;
  }

  /** Gives some of what is pinned memory of its own, because its slab is to be used again. */
  #move(): void {
    for (let some = 0; some < movedAtOnce; some++) {
      const slot = this.#pinned.nextToMove();
      if (slot < 0) return;
      const { words } = this.#index.segment(slot);
      const at = wordAt(slot);
      const length = (words[at + wordOf.head] ?? 0) + (words[at + wordOf.kept] ?? 0);
      if (!this.#records.move(words[at + wordOf.slab] ?? 0, words[at + wordOf.offset] ?? 0, length)) continue;
      words[at + wordOf.slab] = this.#records.slab;
      words[at + wordOf.offset] = 0;
    }
  }

  /** Without looking at each of the others: there may be a million. */
  #keepOnly(slots: readonly number[]): void {
    const index = this.#index;
    const inSlab: number[] = [];
    const before = this.#pinned;
    const pinned = (this.#pinned = new Pinned(index));
    this.#bytes = 0;
    for (const slot of slots) {
      const { words } = index.segment(slot);
      const at = wordAt(slot);
      const slab = words[at + wordOf.slab] ?? 0;
      inSlab[slab] = (inSlab[slab] ?? 0) + 1;
      this.#bytes += (words[at + wordOf.head] ?? 0) + (words[at + wordOf.kept] ?? 0);
      pinned.push(index.isPinned(slot) ? slot : index.pin(slot));
    }
    for (let position = 0; position < before.count; position++) {
      const slot = before.at(position);
      if (!index.isHeld(slot)) index.freePinned(slot);
    }
    this.#records.keepOnly(inSlab);
  }

  #located(slot: number): RecordBytes {
    this.locate(slot, this.#record);
    return this.#record;
  }

  #number(slot: number, which: number): number {
    return this.#index.segment(slot).numbers[numberAt(slot) + which] ?? 0;
  }

  #has(slot: number, bit: number): boolean {
    return (this.#index.status(slot) & bit) !== 0;
  }
}

const emptyDelivery: Delivery = {
  tag: 0,
  redelivered: false,
  headers: [],
  properties: {},
  body: new Uint8Array(),
};
