/** The envelope of Confluent's serializers: a zero, the schema's id in four bytes, for Protobuf the way to the message. */
import { varintEnd, varintValue, zigzag } from "./varint.ts";

export interface ConfluentHead {
  /** Of the schema in the registry. */
  readonly id: number;
  /** Bytes before the data. */
  readonly length: number;
}

/** Ids are given one after the other: a very large number is something else. */
const largestId = 100_000_000;

/** @returns undefined when the bytes do not begin so */
export function confluentHead(bytes: Buffer): ConfluentHead | undefined {
  if (bytes.length < 6 || bytes[0] !== 0) return undefined;
  const id = bytes.readUInt32BE(1);
  return id === 0 || id > largestId ? undefined : { id, length: 5 };
}

/** Where the message begins behind the indexes that say which of the schema's it is; undefined when there are none. */
export function protobufBehind(bytes: Buffer, at: number): number | undefined {
  const end = varintEnd(bytes, at, bytes.length);
  if (end < 0) return undefined;
  let left = Number(zigzag(varintValue(bytes, at, end)));
  if (left < 0 || left > 32) return undefined;
  let next = end;
  for (; left > 0; left--) {
    next = varintEnd(bytes, next, bytes.length);
    if (next < 0) return undefined;
  }
  return next;
}
