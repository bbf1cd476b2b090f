/** Writes the encoding of AMQP 1.0. */
import type { Header, ScalarType, Value } from "../../broker/values.ts";

/** The encoded parts of one message, in order; joined once, at the end. */
export type Parts = Buffer[];

/** A section: its code, then what it holds. */
export function section(code: number): Buffer {
  return Buffer.from([0x00, 0x53, code]);
}

export const nullCode = Buffer.from([0x40]);

/** A list with the empty end left out. undefined = not set. */
export function encodeList(items: readonly (Buffer | undefined)[]): Buffer {
  let last = items.length;
  while (last > 0 && items[last - 1] === undefined) last--;
  if (last === 0) return Buffer.from([0x45]);
  return compound(
    0xd0,
    last,
    items.slice(0, last).map((item) => item ?? nullCode),
  );
}

export function encodeMap(entries: readonly (readonly [Buffer, Buffer])[]): Buffer {
  return compound(0xd1, entries.length * 2, entries.flat());
}

export function encodeString(text: string): Buffer {
  return variable(0xa1, Buffer.from(text, "utf8"));
}

export function encodeSymbol(text: string): Buffer {
  return variable(0xa3, Buffer.from(text, "latin1"));
}

export function encodeBinary(bytes: Uint8Array): Buffer {
  return variable(0xa0, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** What stands before the bytes of a binary or string of this length. */
export function variableHead(shortCode: 0xa0 | 0xa1, length: number): Buffer {
  if (length < 256) return Buffer.from([shortCode, length]);
  const head = Buffer.alloc(5);
  head[0] = shortCode + 0x10;
  head.writeUInt32BE(length, 1);
  return head;
}

export function encodeUint(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = 0x70;
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

export function encodeUbyte(value: number): Buffer {
  return Buffer.from([0x50, value]);
}

export function encodeBoolean(value: boolean): Buffer {
  return Buffer.from([value ? 0x41 : 0x42]);
}

export function encodeTimestamp(milliseconds: bigint): Buffer {
  return wide(0x83, milliseconds);
}

export function encodeLong(value: bigint): Buffer {
  return wide(0x81, value);
}

export function encodeByte(value: number): Buffer {
  const bytes = Buffer.from([0x51, 0]);
  bytes.writeInt8(value, 1);
  return bytes;
}

/** A checked value: see `scalarProblem`. */
export function encodeValue(value: Value): Buffer {
  switch (value.type) {
    case "array":
      return encodeList(value.items.map(encodeValue));
    case "table":
      return encodeMap(value.entries.map(({ name, value: each }) => [encodeString(name), encodeValue(each)]));
    default:
      return encodeScalar(value.type, value.value);
  }
}

/** Named values, as a map with strings as keys. */
export function encodeHeaders(headers: readonly Header[]): Buffer {
  return encodeMap(headers.map(({ name, value }) => [encodeString(name), encodeValue(value)]));
}

export function encodeUlong(value: bigint): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0x80;
  bytes.writeBigUInt64BE(value, 1);
  return bytes;
}

export function encodeUuid(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x98]), Buffer.from(text.replaceAll("-", ""), "hex")]);
}

function encodeScalar(type: ScalarType, text: string): Buffer {
  switch (type) {
    case "string":
      return encodeString(text);
    case "boolean":
      return encodeBoolean(text === "true");
    case "int8":
      return encodeByte(Number(text));
    case "uint8":
      return encodeUbyte(Number(text));
    case "int16":
    case "uint16": {
      const bytes = Buffer.alloc(3);
      bytes[0] = type === "int16" ? 0x61 : 0x60;
      if (type === "int16") bytes.writeInt16BE(Number(text), 1);
      else bytes.writeUInt16BE(Number(text), 1);
      return bytes;
    }
    case "int32": {
      const bytes = Buffer.alloc(5);
      bytes[0] = 0x71;
      bytes.writeInt32BE(Number(text), 1);
      return bytes;
    }
    case "uint32":
      return encodeUint(Number(text));
    case "int64":
      return wide(0x81, BigInt(text));
    case "uint64":
      return encodeUlong(BigInt(text));
    case "float": {
      const bytes = Buffer.alloc(5);
      bytes[0] = 0x72;
      bytes.writeFloatBE(Number(text), 1);
      return bytes;
    }
    case "double": {
      const bytes = Buffer.alloc(9);
      bytes[0] = 0x82;
      bytes.writeDoubleBE(Number(text), 1);
      return bytes;
    }
    case "timestamp":
      return wide(0x83, BigInt(text) * 1000n);
    case "bytes":
      return encodeBinary(Buffer.from(text, "base64"));
    case "null":
      return nullCode;
    case "decimal":
      // Refused before: AMQP 1.0 has only binary-coded decimals of IEEE 754.
      return encodeString(text);
    default:
      return type satisfies never;
  }
}

function wide(code: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = code;
  bytes.writeBigInt64BE(value, 1);
  return bytes;
}

function variable(shortCode: 0xa0 | 0xa1 | 0xa3, bytes: Buffer): Buffer {
  if (bytes.length < 256) return Buffer.concat([Buffer.from([shortCode, bytes.length]), bytes]);
  const head = Buffer.alloc(5);
  head[0] = shortCode + 0x10;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function compound(code: 0xd0 | 0xd1, count: number, items: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(9);
  head[0] = code;
  head.writeUInt32BE(
    items.reduce((sum, item) => sum + item.length, 4),
    1,
  );
  head.writeUInt32BE(count, 5);
  return Buffer.concat([head, ...items]);
}
