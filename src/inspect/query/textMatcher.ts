import { jsonShape } from "../envelope.ts";
import type { MessageLog } from "../log.ts";
import { type Batch, later, no } from "./batch.ts";
import { finderOf, type Finder } from "./finder.ts";
import { cost } from "./costs.ts";
import type { Looking, Matcher } from "./matcher.ts";
import { envelopeTexts, Packed, PerShape } from "./shapes.ts";
import type { Single } from "./single.ts";
import { largeRecord, pieceBytes } from "./sizes.ts";

/** A text anywhere in a message, without regard to case. */
export class TextMatcher implements Matcher {
  readonly cost = cost.text;
  readonly #log: MessageLog;
  readonly #text: string;
  readonly #finder: Finder;
  readonly #inShape: PerShape<boolean>;
  /** Whether the text stands in another form inside of JSON, and the envelopes of a shape are to be decoded for that. */
  readonly #mayBeChanged: boolean;
  readonly #decodes: PerShape<boolean>;
  readonly #packed: Packed;

  constructor(log: MessageLog, text: string) {
    this.#log = log;
    this.#text = text.toLowerCase();
    this.#finder = finderOf(text, true);
    this.#inShape = new PerShape((shape) => log.textsOfShape(shape).some((each) => this.#isIn(each)));
    this.#mayBeChanged = JSON.stringify(text).slice(1, -1) !== text;
    this.#decodes = new PerShape(
      (shape) =>
        shape === jsonShape || log.partsOfShape(shape).some(({ type }) => type === "array" || type === "table"),
    );
    this.#packed = new Packed(log);
  }

  narrow(batch: Batch, found: Uint8Array): void {
    const { from, to, shapes, starts, ends } = batch;
    let first = from;
    for (let index = from; index <= to; index++) {
      // What is out of it, matches by its shape or is large ends a row of records that are looked through together.
      if (index < to && found[index] !== no && !this.#inShape.of(shapes[index] ?? 0)) {
        if ((ends[index] ?? 0) - (starts[index] ?? 0) <= largeRecord) continue;
        found[index] = later;
      }
      if (first < index) this.#scan(batch, first, index, found);
      first = index + 1;
    }
  }

  *look(single: Single): Looking {
    const { head, body, shape } = single;
    if (this.#inShape.of(shape) || this.#isInEnvelope(single.slot, head, single)) return true;
    const finder = this.#finder;
    for (let at = 0; at < body.length; at += pieceBytes) {
      const to = Math.min(body.length, at + pieceBytes + finder.longest - 1);
      finder.load(body, at, to);
      if (finder.next(at)) return true;
      yield;
    }
    return false;
  }

  /** The records `[first … end)`, which lie one behind the other, all at once. */
  #scan(batch: Batch, first: number, end: number, found: Uint8Array): void {
    const { buffer, starts, bodyStarts, ends, slots } = batch;
    const finder = this.#finder;
    finder.load(buffer, starts[first] ?? 0, ends[end - 1] ?? 0);
    let index = first;
    let at = starts[first] ?? 0;
    while (index < end) {
      const isThere = finder.next(at);
      const place = isThere ? finder.start : Infinity;
      // Those before it have nothing in their bytes.
      while (index < end && (ends[index] ?? 0) <= place) this.#without(batch, index++, found);
      if (index === end) return;
      if (place < (starts[index] ?? 0)) at = starts[index] ?? 0;
      else if (finder.end > (ends[index] ?? 0)) at = place + 1;
      else if (place >= (bodyStarts[index] ?? 0)) {
        // In packed bytes any text may stand by chance.
        if (this.#packed.isIn(batch, index)) found[index] = later;
        at = ends[index++] ?? 0;
      } else if (this.#isInText(slots[index] ?? 0)) at = ends[index++] ?? 0;
      // Between the texts of an envelope stand their lengths, which may look like letters.
      else at = place + 1;
    }
  }

  /** The text does not stand in the bytes of this one. */
  #without(batch: Batch, index: number, found: Uint8Array): void {
    const { slots, shapes } = batch;
    if (this.#mayBeChanged && this.#decodes.of(shapes[index] ?? 0) && this.#isInText(slots[index] ?? 0)) return;
    found[index] = this.#packed.isIn(batch, index) ? later : no;
  }

  #isInEnvelope(slot: number, head: Buffer, single: Single): boolean {
    if (single.log.slot(single.seq) !== slot || head.length === 0) return false;
    return this.#isInText(slot);
  }

  #isInText(slot: number): boolean {
    return envelopeTexts(this.#log.envelope(slot)).some((each) => this.#isIn(each));
  }

  #isIn(text: string): boolean {
    return text.toLowerCase().includes(this.#text);
  }
}
