/**
 * Message properties as they are on the wire. amqplib's own decoder loses the types of numbers and the digits of 64-bit
 * integers, so the bytes of every content header are kept beside what amqplib made of them, and decoded here.
 */
import type { ChannelModel } from "amqplib";
import type { Header, Value } from "../../broker/values.ts";

/** The properties of a message. `properties` holds those that are not named here, as text. */
export interface WireProperties {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** 2 = persistent */
  readonly deliveryMode?: number;
  readonly headers: readonly Header[];
  readonly properties: Readonly<Record<string, string>>;
}

const raw = Symbol("raw properties");

/**
 * From now on messages of this connection carry their raw properties, see {@link rawProperties}. Does nothing when
 * amqplib's inside is not as expected: then there are none, and what amqplib decoded is used.
 */
export function keepRawProperties(model: ChannelModel): void {
  const connection: unknown = model.connection;
  if (!isReceiver(connection)) return;
  const receive = connection.recvFrame.bind(connection);
  // amqplib reads more and calls itself through the instance when a frame is incomplete: then the inner call has
  // seen the whole frame and has kept its bytes already.
  connection.recvFrame = () => {
    const before = connection.rest;
    const frame = receive();
    if (isContentHeader(frame) && !(raw in frame.fields)) {
      // Assigned, not defined, which is slow: nobody lists symbols.
      (frame.fields as { [raw]?: Uint8Array })[raw] = before.subarray(frameHeadBytes + contentHeadBytes);
    }
    return frame;
  };
}

/** The flags and fields of a content header, and perhaps more bytes after them: a view into a buffer of the socket. */
export function rawProperties(properties: object): Uint8Array | undefined {
  const bytes = (properties as { [raw]?: Uint8Array })[raw];
  return bytes;
}

/** @throws RangeError | TypeError for bytes that are no content header */
export function decodeProperties(bytes: Uint8Array): WireProperties {
  const reader = new Reader(bytes);
  const flags = reader.uint16();
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const contentType = has(0x8000) ? reader.shortText() : undefined;
  const contentEncoding = has(0x4000) ? reader.shortText() : undefined;
  const headers = has(0x2000) ? reader.table() : [];
  const deliveryMode = has(0x1000) ? reader.uint8() : undefined;
  const properties: Record<string, string> = {};
  if (has(0x0800)) properties["priority"] = String(reader.uint8());
  if (has(0x0400)) properties["correlationId"] = reader.shortText();
  if (has(0x0200)) properties["replyTo"] = reader.shortText();
  if (has(0x0100)) properties["expiration"] = reader.shortText();
  if (has(0x0080)) properties["messageId"] = reader.shortText();
  if (has(0x0040)) properties["timestamp"] = String(reader.uint64());
  if (has(0x0020)) properties["type"] = reader.shortText();
  if (has(0x0010)) properties["userId"] = reader.shortText();
  if (has(0x0008)) properties["appId"] = reader.shortText();
  // Assigned one by one: this is done for each message, and spreading takes several times as long.
  const decoded: { -readonly [Name in keyof WireProperties]: WireProperties[Name] } = { headers, properties };
  if (contentType !== undefined) decoded.contentType = contentType;
  if (contentEncoding !== undefined) decoded.contentEncoding = contentEncoding;
  if (deliveryMode !== undefined) decoded.deliveryMode = deliveryMode;
  return decoded;
}

/** `places` digits after the point. The digits are signed, as RabbitMQ's Java and Python clients write them. */
export function decimalText(places: number, digits: number): string {
  const text = String(Math.abs(digits)).padStart(places + 1, "0");
  const sign = digits < 0 ? "-" : "";
  return places === 0 ? sign + text : `${sign}${text.slice(0, -places)}.${text.slice(-places)}`;
}

const frameHeadBytes = 7;
// Class, weight and body size stand before the flags.
const contentHeadBytes = 12;
const basicClass = 60;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#skip(1));
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#skip(2));
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64BE(this.#skip(8));
  }

  shortText(): string {
    const length = this.uint8();
    const start = this.#skip(length);
    return this.#bytes.toString("utf8", start, start + length);
  }

  table(): Header[] {
    const end = this.#end();
    const headers: Header[] = [];
    while (this.#at < end) headers.push({ name: this.shortText(), value: this.#value() });
    return headers;
  }

  #array(): Value[] {
    const end = this.#end();
    const items: Value[] = [];
    while (this.#at < end) items.push(this.#value());
    return items;
  }

  #value(): Value {
    const tag = String.fromCharCode(this.uint8());
    const bytes = this.#bytes;
    switch (tag) {
      case "S":
        return longText(this.#take(this.#length()));
      case "t":
        return { type: "boolean", value: String(this.uint8() !== 0) };
      case "b":
        return { type: "int8", value: String(bytes.readInt8(this.#skip(1))) };
      case "B":
        return { type: "uint8", value: String(this.uint8()) };
      case "s":
        return { type: "int16", value: String(bytes.readInt16BE(this.#skip(2))) };
      case "u":
        return { type: "uint16", value: String(this.uint16()) };
      case "I":
        return { type: "int32", value: String(bytes.readInt32BE(this.#skip(4))) };
      case "i":
        return { type: "uint32", value: String(bytes.readUInt32BE(this.#skip(4))) };
      case "l":
        return { type: "int64", value: String(bytes.readBigInt64BE(this.#skip(8))) };
      case "f":
        return { type: "float", value: shortestFloat(bytes.readFloatBE(this.#skip(4))) };
      case "d":
        return { type: "double", value: numberText(bytes.readDoubleBE(this.#skip(8))) };
      case "D": {
        const places = this.uint8();
        return { type: "decimal", value: decimalText(places, bytes.readInt32BE(this.#skip(4))) };
      }
      case "T":
        return { type: "timestamp", value: String(this.uint64()) };
      case "x":
        return { type: "bytes", value: this.#take(this.#length()).toString("base64") };
      case "V":
        return { type: "null", value: "" };
      case "A":
        return { type: "array", items: this.#array() };
      case "F":
        return { type: "table", entries: this.table() };
      default:
        throw new TypeError(`Unknown field type ${tag}`);
    }
  }

  #length(): number {
    return this.#bytes.readUInt32BE(this.#skip(4));
  }

  #end(): number {
    const length = this.#length();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError("A table ends after its frame");
    return end;
  }

  #take(length: number): Buffer {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** @returns where it stood before */
  #skip(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw new RangeError("A value ends after its frame");
    this.#at += length;
    return start;
  }
}

/** A long string need not be text: one that is not UTF-8 is shown as bytes. */
function longText(bytes: Buffer): Value {
  try {
    return { type: "string", value: utf8.decode(bytes) };
  } catch {
    return { type: "bytes", value: bytes.toString("base64") };
  }
}

/** "0.1" rather than "0.10000000149011612": the shortest text that makes the same 32 bits. */
function shortestFloat(value: number): string {
  if (value === 0) return numberText(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return numberText(Number(text));
  }
  return numberText(value);
}

/** Minus zero keeps its sign. */
function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

interface Receiver {
  rest: Uint8Array;
  recvFrame: () => unknown;
}

function isReceiver(connection: unknown): connection is Receiver {
  return (
    typeof connection === "object" &&
    connection !== null &&
    "rest" in connection &&
    connection.rest instanceof Uint8Array &&
    "recvFrame" in connection &&
    typeof connection.recvFrame === "function"
  );
}

function isContentHeader(frame: unknown): frame is { readonly fields: object } {
  return (
    typeof frame === "object" &&
    frame !== null &&
    "id" in frame &&
    frame.id === basicClass &&
    "size" in frame &&
    "fields" in frame &&
    typeof frame.fields === "object" &&
    frame.fields !== null
  );
}
