import { beginsPacked, isPacking } from "./unpackNow.ts";
import { jsonShape, lengthBytes, readLength } from "../envelope.ts";
import type { MessageLog } from "../log.ts";
import type { Batch } from "./batch.ts";
import type { Envelope } from "../envelope.ts";
import type { Value } from "../../broker/values.ts";

/** One answer for each shape, found once. */
export class PerShape<T extends object | boolean | number> {
  readonly #find: (shape: number) => T;
  readonly #found: T[] = [];

  constructor(find: (shape: number) => T) {
    this.#find = find;
  }

  of(shape: number): T {
    const found = this.#found[shape];
    return found === undefined ? (this.#found[shape] = this.#find(shape)) : found;
  }
}

/** @param head the envelope's bytes */
export function contentEncodingOf(log: MessageLog, shape: number, head: Buffer): string | undefined {
  if (shape === jsonShape) return (JSON.parse(head.toString()) as Envelope).contentEncoding;
  return log.partsOfShape(shape).find(({ part }) => part === "contentEncoding")?.name;
}

/** Whether bodies are packed: by what their shape says, or else by their first bytes. */
export class Packed {
  readonly #byShape: PerShape<boolean>;

  constructor(log: MessageLog) {
    this.#byShape = new PerShape((shape) => isPacking(contentEncodingOf(log, shape, nothing)));
  }

  isIn(batch: Batch, index: number): boolean {
    const { buffer, bodyStarts, ends } = batch;
    const start = bodyStarts[index] ?? 0;
    if (beginsPacked(buffer, start, ends[index] ?? 0)) return true;
    const shape = batch.shapes[index] ?? 0;
    if (shape !== jsonShape) return this.#byShape.of(shape);
    return isPacking(contentEncodingOf(batch.log, shape, buffer.subarray(batch.starts[index], start)));
  }
}

const nothing = Buffer.from("{}");

/** Whether that part stands in the record, not in the shape. */
export function isInRecord(part: string): boolean {
  return part !== "origin" && part !== "contentType" && part !== "contentEncoding";
}

/** Where the text of the nth part that is in the record begins; its length stands before it. */
export function startOfText(buffer: Buffer, start: number, nth: number): number {
  let at = start;
  for (let skip = nth; skip > 0; skip--) {
    const length = readLength(buffer, at);
    at += lengthBytes(length) + length;
  }
  return at;
}

/** All texts of an envelope, names included. */
export function envelopeTexts(envelope: Envelope): string[] {
  const { key, position, deliveryCount, origin, contentType, contentEncoding, properties, headers } = envelope;
  const texts: string[] = [];
  for (const each of [key, position, origin, contentType, contentEncoding]) if (each !== undefined) texts.push(each);
  if (deliveryCount !== undefined) texts.push(String(deliveryCount));
  for (const [name, value] of Object.entries(properties)) texts.push(name, value);
  for (const { name, value } of headers) {
    texts.push(name);
    valueTexts(value, texts);
  }
  return texts;
}

/** Adds the texts of a value and of all that is in it. */
export function valueTexts(value: Value, texts: string[]): void {
  if ("value" in value) texts.push(value.value);
  else if ("items" in value) for (const item of value.items) valueTexts(item, texts);
  else
    for (const { name, value: inner } of value.entries) {
      texts.push(name);
      valueTexts(inner, texts);
    }
}
