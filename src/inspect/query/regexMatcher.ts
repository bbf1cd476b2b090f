import { jsonShape, lengthBytes, readLength } from "../envelope.ts";
import type { MessageLog } from "../log.ts";
import { type Batch, later, no } from "./batch.ts";
import { cost } from "./costs.ts";
import type { Looking, Matcher } from "./matcher.ts";
import type { Pattern } from "./query.ts";
import { envelopeTexts, isInRecord, Packed, PerShape } from "./shapes.ts";
import type { Single } from "./single.ts";
import { largeRecord } from "./sizes.ts";

/** Smaller than elsewhere: a piece has to be done with well before a pattern is cut off, on a busy machine too. */
const pieceBytes = 64 * 1024;
/** A match longer than this may be missed where a large body is looked at in pieces. */
const overlap = 8 * 1024;

/** A pattern anywhere in a message: in the body as text, the key, headers or properties, in each by itself. */
export class RegexMatcher implements Matcher {
  readonly cost = cost.regex;
  readonly #log: MessageLog;
  readonly #pattern: RegExp;
  readonly #inPieces: RegExp;
  /** What matches in one text matches in a longer one too: the whole record is asked at once then. */
  readonly #isLocal: boolean;
  readonly #inShape: PerShape<boolean>;
  /** How many texts of a shape stand in the record; -1 = they are to be decoded. */
  readonly #texts: PerShape<number>;
  readonly #packed: Packed;

  constructor(log: MessageLog, { source, flags }: Pattern) {
    this.#log = log;
    this.#pattern = new RegExp(source, flags);
    this.#inPieces = new RegExp(source, `${flags}g`);
    this.#isLocal = !/\^|\$|\\[bB]|\(\?[=!<]/.test(source);
    this.#inShape = new PerShape((shape) => log.textsOfShape(shape).some((each) => this.#pattern.test(each)));
    this.#texts = new PerShape((shape) => {
      const parts = log.partsOfShape(shape);
      if (shape === jsonShape || parts.some(({ type }) => type === "array" || type === "table")) return -1;
      return parts.filter(({ part }) => isInRecord(part)).length;
    });
    this.#packed = new Packed(log);
  }

  narrow(batch: Batch, found: Uint8Array): void {
    const { from, to, shapes, starts, ends } = batch;
    for (let index = from; index < to; index++) {
      if (found[index] === no || this.#inShape.of(shapes[index] ?? 0)) continue;
      const isLarge = (ends[index] ?? 0) - (starts[index] ?? 0) > largeRecord;
      if (isLarge || this.#packed.isIn(batch, index)) found[index] = later;
      else if (!this.#isIn(batch, index)) found[index] = no;
    }
  }

  *look(single: Single): Looking {
    if (this.#inShape.of(single.shape)) return true;
    if (single.log.slot(single.seq) === single.slot && this.#isInTexts(single.slot)) return true;
    const { body } = single;
    if (body.length <= pieceBytes + overlap) return this.#pattern.test(body.toString("utf8"));
    const pattern = this.#inPieces;
    for (let at = 0; at < body.length; at += pieceBytes) {
      yield;
      const end = Math.min(body.length, at + pieceBytes + overlap);
      // A piece does not begin where a text does: what has to stand there does not match at its first character.
      const text = body.toString("utf8", Math.max(0, at - 1), end);
      pattern.lastIndex = at === 0 ? 0 : 1;
      const match = pattern.exec(text);
      if (match && (end === body.length || match.index + match[0].length < text.length)) return true;
    }
    return false;
  }

  #isIn(batch: Batch, index: number): boolean {
    const { buffer, slots, shapes, starts, bodyStarts, ends } = batch;
    const start = starts[index] ?? 0;
    const bodyStart = bodyStarts[index] ?? 0;
    const end = ends[index] ?? 0;
    const pattern = this.#pattern;
    const texts = this.#texts.of(shapes[index] ?? 0);
    if (texts < 0) return pattern.test(buffer.toString("utf8", bodyStart, end)) || this.#isInTexts(slots[index] ?? 0);
    if (this.#isLocal && !pattern.test(buffer.toString("utf8", start, end))) return false;
    if (pattern.test(buffer.toString("utf8", bodyStart, end))) return true;
    let at = start;
    for (let nth = 0; nth < texts; nth++) {
      const length = readLength(buffer, at);
      at += lengthBytes(length);
      if (pattern.test(buffer.toString("utf8", at, (at += length)))) return true;
    }
    return false;
  }

  #isInTexts(slot: number): boolean {
    return envelopeTexts(this.#log.envelope(slot)).some((each) => this.#pattern.test(each));
  }
}
