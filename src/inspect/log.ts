import type { Delivery } from "../broker/contract.ts";
import { ackStates, type AckState } from "../protocol/rows.ts";
import { type Envelope, Envelopes, jsonShape } from "./envelope.ts";
import { flag, LogIndex, slotMask, stateCodes } from "./logIndex.ts";
import type { Glance, RecordBytes } from "./record.ts";
import { type Place, Slabs } from "./slabs.ts";

/** What a log keeps at most. All three hold at once. */
export interface LogLimits {
  readonly messages: number;
  /** Of bodies, headers and properties together. */
  readonly bytes: number;
  /** Of one body: a larger one is kept cut. */
  readonly body: number;
}

const mebibyte = 1024 * 1024;
export const defaultLimits: LogLimits = { messages: 100_000, bytes: 256 * mebibyte, body: 16 * mebibyte };
export const largestLimits: LogLimits = { messages: 1_000_000, bytes: 4096 * mebibyte, body: 16 * mebibyte };

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
  readonly #slabs = new Slabs();
  readonly #envelopes = new Envelopes();
  readonly #index = new LogIndex();
  listener: LogListener | undefined;
  readonly #place: Place = { slab: 0, offset: 0 };
  /** Slots in the order of their seqs: all that is kept but what is pinned. A ring. */
  #order = new Uint32Array(1024);
  #start = 0;
  #inOrder = 0;
  /** Slots of what was the oldest and pending when room was needed, by seq. All older than what is in order. */
  #pinned: number[] = [];
  #pinnedSettled = 0;
  #nextSeq = 1;
  #bytes = 0;
  #pending = 0;
  #received = 0;
  #evicted = 0;

  constructor(limits: Partial<LogLimits> = {}) {
    this.limits = { ...defaultLimits, ...limits };
  }

  /** How many are kept, markers included. */
  get count(): number {
    return this.#pinned.length + this.#inOrder;
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
    const size = delivery.body.length;
    const kept = Math.min(size, this.limits.body);
    if (this.count >= this.limits.messages && !this.#evict()) return -1;
    const seq = this.#write(delivery, kept);
    if (seq < 0) return -1;
    const slot = this.#newest();
    const segment = this.#index.segment(slot);
    const at = slot & slotMask;
    segment.size[at] = size;
    segment.received[at] = received;
    segment.tag[at] = delivery.tag;
    segment.state[at] = stateCodes[state];
    segment.flags[at] =
      (delivery.redelivered ? flag.redelivered : 0) |
      (delivery.persistent === undefined ? 0 : delivery.persistent ? flag.persistent : flag.transient);
    if (state === "pending") this.#pending++;
    this.#received++;
    return seq;
  }

  /** A row that is not a message. @returns its seq, or -1 like {@link add} */
  addMarker(sentence: string, received: number): number {
    if (this.count >= this.limits.messages && !this.#evict()) return -1;
    const seq = this.#write({ ...emptyDelivery, key: sentence }, 0);
    if (seq < 0) return -1;
    const slot = this.#newest();
    const segment = this.#index.segment(slot);
    const at = slot & slotMask;
    segment.size[at] = 0;
    segment.received[at] = received;
    segment.tag[at] = 0;
    segment.state[at] = stateCodes.none;
    segment.flags[at] = flag.marker;
    return seq;
  }

  /** Forgets everything but what may still be settled. The listener is not told. */
  clear(): void {
    const listener = this.listener;
    this.listener = undefined;
    const pinned = this.#pinned;
    this.#pinned = [];
    this.#pinnedSettled = 0;
    for (const slot of pinned) {
      if (this.#index.isHeld(slot)) this.#pinned.push(slot);
      else this.#release(slot);
    }
    while (this.#inOrder > 0) {
      const slot = this.#shift();
      if (this.#index.isHeld(slot)) this.#pin(slot);
      else this.#release(slot);
    }
    this.listener = listener;
  }

  /** The slot of what stands at `position` (0 = the oldest). */
  slotAt(position: number): number {
    const pinned = this.#pinned[position];
    if (pinned !== undefined) return pinned;
    return this.#order[(this.#start + position - this.#pinned.length) % this.#order.length] ?? 0;
  }

  /** Where a seq stands, or where it would: the number of those kept that are older. */
  positionFrom(seq: number): number {
    if (this.#inOrder > 0) {
      const first = this.#nextSeq - this.#inOrder;
      if (seq >= first) return this.#pinned.length + Math.min(seq - first, this.#inOrder);
    }
    let low = 0;
    let high = this.#pinned.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.seq(this.#pinned[middle] ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
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
    return this.#index.segment(slot).seq[slot & slotMask] ?? 0;
  }

  /** Milliseconds since 1970. */
  time(slot: number): number {
    return this.#index.segment(slot).received[slot & slotMask] ?? 0;
  }

  tag(slot: number): number {
    return this.#index.segment(slot).tag[slot & slotMask] ?? 0;
  }

  /** The true size of the body. */
  size(slot: number): number {
    return this.#index.segment(slot).size[slot & slotMask] ?? 0;
  }

  state(slot: number): AckState {
    return ackStates[this.#index.segment(slot).state[slot & slotMask] ?? 0] ?? "none";
  }

  setState(slot: number, state: AckState): void {
    const segment = this.#index.segment(slot);
    const at = slot & slotMask;
    const before = this.#index.isHeld(slot);
    segment.state[at] = stateCodes[state];
    const after = this.#index.isHeld(slot);
    if (before === after) return;
    this.#pending += after ? 1 : -1;
    if (((segment.flags[at] ?? 0) & flag.pinned) !== 0) this.#pinnedSettled += after ? -1 : 1;
  }

  isRedelivered(slot: number): boolean {
    return this.#index.hasFlag(slot, flag.redelivered);
  }

  /** Whether it is kept beyond its turn: see {@link LogListener.pinned}. */
  isPinned(slot: number): boolean {
    return this.#index.hasFlag(slot, flag.pinned);
  }

  isMarker(slot: number): boolean {
    return this.#index.hasFlag(slot, flag.marker);
  }

  /** undefined = it did not say. */
  isPersistent(slot: number): boolean | undefined {
    if (this.#index.hasFlag(slot, flag.persistent)) return true;
    return this.#index.hasFlag(slot, flag.transient) ? false : undefined;
  }

  /** The kept part of the body, as a view: copy what outlives the next change of the log. */
  body(slot: number): Buffer {
    const segment = this.#index.segment(slot);
    const at = slot & slotMask;
    const start = (segment.offset[at] ?? 0) + (segment.head[at] ?? 0);
    return this.#slabs.buffer(segment.slab[at] ?? 0).subarray(start, start + (segment.kept[at] ?? 0));
  }

  envelope(slot: number): Envelope {
    const segment = this.#index.segment(slot);
    const at = slot & slotMask;
    const start = segment.offset[at] ?? 0;
    const end = start + (segment.head[at] ?? 0);
    return this.#envelopes.read(segment.shape[at] ?? 0, this.#slabs.buffer(segment.slab[at] ?? 0), start, end);
  }

  /** The sentence of a marker. */
  sentence(slot: number): string {
    return this.envelope(slot).key ?? "";
  }

  /** Fills `record` with where the bytes of a record are; nothing is decoded or copied. */
  locate(slot: number, record: RecordBytes): void {
    const segment = this.#index.segment(slot);
    const at = slot & slotMask;
    record.buffer = this.#slabs.buffer(segment.slab[at] ?? 0);
    record.start = segment.offset[at] ?? 0;
    record.bodyStart = record.start + (segment.head[at] ?? 0);
    record.end = record.bodyStart + (segment.kept[at] ?? 0);
    record.shape = segment.shape[at] ?? 0;
  }

  /** Names, content type and origin: what is kept once for all records of that shape. */
  textsOfShape(shape: number): readonly string[] {
    return this.#envelopes.texts(shape);
  }

  /** Fills `glance` with what a row shows of a located record. */
  glance(record: RecordBytes, glance: Glance): void {
    this.#envelopes.glance(record, glance);
  }

  /** Writes the record and takes a slot at the end for it; what is not in the record is the caller's to set. */
  #write(delivery: Delivery, kept: number): number {
    const slabs = this.#slabs;
    const envelopes = this.#envelopes;
    if (slabs.isLarge(kept)) return this.#writeBytes(delivery, kept, envelopes.toJson(delivery));
    let buffer = slabs.currentBuffer;
    let start = slabs.currentAt;
    let bodyStart = envelopes.write(delivery, buffer, start, buffer.length);
    if (bodyStart === -1 || bodyStart + kept > buffer.length) {
      slabs.next();
      buffer = slabs.currentBuffer;
      start = 0;
      bodyStart = envelopes.write(delivery, buffer, start, buffer.length);
    }
    if (bodyStart < 0) return this.#writeBytes(delivery, kept, envelopes.toJson(delivery));
    const end = bodyStart + kept;
    if (!this.#makeRoom(end - start)) return -1;
    buffer.set(kept === delivery.body.length ? delivery.body : delivery.body.subarray(0, kept), bodyStart);
    slabs.commit(end, this.#place);
    return this.#append(this.#place.slab, start, bodyStart - start, kept, envelopes.written);
  }

  /** What does not fit the usual way of keeping it. */
  #writeBytes(delivery: Delivery, kept: number, head: Buffer): number {
    const slabs = this.#slabs;
    const length = head.length + kept;
    if (!this.#makeRoom(length)) return -1;
    const place = this.#place;
    if (slabs.isLarge(length)) {
      place.slab = slabs.own(length);
      place.offset = 0;
    } else {
      if (slabs.currentAt + length > slabs.currentBuffer.length) slabs.next();
      slabs.commit(slabs.currentAt + length, place);
    }
    const buffer = slabs.buffer(place.slab);
    buffer.set(head, place.offset);
    buffer.set(delivery.body.subarray(0, kept), place.offset + head.length);
    return this.#append(place.slab, place.offset, head.length, kept, jsonShape);
  }

  #append(slab: number, offset: number, head: number, kept: number, shape: number): number {
    const slot = this.#index.take();
    const segment = this.#index.segment(slot);
    const at = slot & slotMask;
    const seq = this.#nextSeq++;
    segment.seq[at] = seq;
    segment.slab[at] = slab;
    segment.offset[at] = offset;
    segment.head[at] = head;
    segment.kept[at] = kept;
    segment.shape[at] = shape;
    this.#bytes += head + kept;
    if (this.#inOrder === this.#order.length) this.#growOrder();
    let end = this.#start + this.#inOrder;
    if (end >= this.#order.length) end -= this.#order.length;
    this.#order[end] = slot;
    this.#inOrder++;
    return seq;
  }

  #growOrder(): void {
    const order = new Uint32Array(this.#order.length * 2);
    order.set(this.#order.subarray(this.#start));
    order.set(this.#order.subarray(0, this.#start), this.#order.length - this.#start);
    this.#order = order;
    this.#start = 0;
  }

  #newest(): number {
    return this.#order[(this.#start + this.#inOrder - 1) % this.#order.length] ?? 0;
  }

  #makeRoom(bytes: number): boolean {
    while (this.#bytes + bytes > this.limits.bytes) if (this.count === 0 || !this.#evict()) return this.count === 0;
    return true;
  }

  /** Evicts the oldest that is settled. @returns false when there is none */
  #evict(): boolean {
    if (this.#pending === this.count) return false;
    if (this.#pinnedSettled > 0) {
      const index = this.#pinned.findIndex((slot) => !this.#index.isHeld(slot));
      this.#pinnedSettled--;
      this.#release(this.#pinned.splice(index, 1)[0] ?? 0, true);
      return true;
    }
    while (this.#inOrder > 0) {
      const slot = this.#shift();
      if (!this.#index.isHeld(slot)) {
        this.#release(slot, true);
        return true;
      }
      this.#pin(slot);
    }
    return false;
  }

  #shift(): number {
    const slot = this.#order[this.#start] ?? 0;
    if (++this.#start === this.#order.length) this.#start = 0;
    this.#inOrder--;
    return slot;
  }

  /** Keeps a record beyond its turn: in memory of its own, because its slab is to be used again. */
  #pin(slot: number): void {
    const segment = this.#index.segment(slot);
    const at = slot & slotMask;
    const length = (segment.head[at] ?? 0) + (segment.kept[at] ?? 0);
    const from = segment.slab[at] ?? 0;
    const offset = segment.offset[at] ?? 0;
    const own = this.#slabs.own(length);
    this.#slabs.buffer(from).copy(this.#slabs.buffer(own), 0, offset, offset + length);
    this.#slabs.free(from);
    segment.slab[at] = own;
    segment.offset[at] = 0;
    segment.flags[at] = (segment.flags[at] ?? 0) | flag.pinned;
    this.#pinned.push(slot);
    this.listener?.pinned(this.seq(slot));
  }

  #release(slot: number, counts = false): void {
    const segment = this.#index.segment(slot);
    const at = slot & slotMask;
    this.#bytes -= (segment.head[at] ?? 0) + (segment.kept[at] ?? 0);
    this.#slabs.free(segment.slab[at] ?? 0);
    this.#index.free(slot);
    if (counts && ((segment.flags[at] ?? 0) & flag.marker) === 0) this.#evicted++;
    this.listener?.evicted(segment.seq[at] ?? 0);
  }
}

const emptyDelivery: Delivery = {
  tag: 0,
  redelivered: false,
  headers: [],
  properties: {},
  body: new Uint8Array(),
};
