/** Reads the encoding of AMQP 1.0 without losing a type, a digit or a byte. */
import type { Header, Value } from "../../broker/values.ts";

/** What AMQP 1.0 has and {@link Value} has not, told apart where it matters. */
export type AmqpValue =
  | Value
  | { readonly type: "symbol" | "uuid" | "char"; readonly value: string }
  | { readonly type: "milliseconds"; readonly value: string }
  | { readonly type: "list"; readonly items: readonly AmqpValue[] }
  | { readonly type: "map"; readonly entries: readonly (readonly [AmqpValue, AmqpValue])[] };

/** A described value: its numeric descriptor (undefined for a symbolic one) and what it describes. */
export interface Described {
  readonly descriptor: number | undefined;
  readonly value: AmqpValue;
}

/** One pass over a buffer that is not changed. Every view it gives is one of that buffer. */
export class AmqpReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The descriptor of the section that begins here; its value follows. */
  descriptor(): number | undefined {
    if (this.#byte() !== 0x00) throw new RangeError("no section");
    const { type, value } = this.value() as { type: string; value?: string };
    return type === "uint64" ? Number(value) : undefined;
  }

  /** Bytes of a binary value, as a view. */
  binary(): Buffer {
    const code = this.#byte();
    if (code === 0xa0) return this.#take(this.#byte());
    if (code === 0xb0) return this.#take(this.#uint32());
    throw new RangeError("no binary");
  }

  /** The code of the value that comes next. */
  get next(): number {
    return this.#bytes[this.#at] ?? -1;
  }

  /** The text of a string value that comes next, as a view. */
  stringBytes(): Buffer {
    const code = this.#byte();
    return this.#take(code === 0xa1 ? this.#byte() : this.#uint32());
  }

  /** The items of a list; fewer than the caller knows of mean that the rest is not set. */
  list(): readonly AmqpValue[] {
    const list = this.value();
    return list.type === "list" ? list.items : [];
  }

  /** The pairs of a map. */
  map(): readonly (readonly [AmqpValue, AmqpValue])[] {
    const map = this.value();
    return map.type === "map" ? map.entries : [];
  }

  value(): AmqpValue {
    return this.#valueOf(this.#byte());
  }

  #valueOf(code: number): AmqpValue {
    switch (code) {
      case 0x00:
        // A described value inside of another one: what it describes is enough.
        this.value();
        return this.value();
      case 0x40:
        return nothing;
      case 0x41:
        return { type: "boolean", value: "true" };
      case 0x42:
        return { type: "boolean", value: "false" };
      case 0x56:
        return { type: "boolean", value: String(this.#byte() === 1) };
      case 0x43:
        return { type: "uint32", value: "0" };
      case 0x44:
        return { type: "uint64", value: "0" };
      case 0x45:
        return { type: "list", items: [] };
      case 0x50:
        return { type: "uint8", value: String(this.#byte()) };
      case 0x51:
        return { type: "int8", value: String(this.#take(1).readInt8(0)) };
      case 0x52:
        return { type: "uint32", value: String(this.#byte()) };
      case 0x53:
        return { type: "uint64", value: String(this.#byte()) };
      case 0x54:
        return { type: "int32", value: String(this.#take(1).readInt8(0)) };
      case 0x55:
        return { type: "int64", value: String(this.#take(1).readInt8(0)) };
      case 0x60:
        return { type: "uint16", value: String(this.#take(2).readUInt16BE(0)) };
      case 0x61:
        return { type: "int16", value: String(this.#take(2).readInt16BE(0)) };
      case 0x70:
        return { type: "uint32", value: String(this.#uint32()) };
      case 0x71:
        return { type: "int32", value: String(this.#take(4).readInt32BE(0)) };
      case 0x72:
        return { type: "float", value: shortestFloat(this.#take(4).readFloatBE(0)) };
      case 0x73:
        return { type: "char", value: String.fromCodePoint(this.#uint32()) };
      case 0x80:
        return { type: "uint64", value: String(this.#take(8).readBigUInt64BE(0)) };
      case 0x81:
        return { type: "int64", value: String(this.#take(8).readBigInt64BE(0)) };
      case 0x82:
        return { type: "double", value: String(this.#take(8).readDoubleBE(0)) };
      case 0x83:
        return { type: "milliseconds", value: String(this.#take(8).readBigInt64BE(0)) };
      // Decimals of IEEE 754: nobody here reads them, so they are kept as they are.
      case 0x74:
        return bytes(this.#take(4));
      case 0x84:
        return bytes(this.#take(8));
      case 0x94:
        return bytes(this.#take(16));
      case 0x98:
        return { type: "uuid", value: formatUuid(this.#take(16)) };
      case 0xa0:
        return bytes(this.#take(this.#byte()));
      case 0xb0:
        return bytes(this.#take(this.#uint32()));
      case 0xa1:
        return { type: "string", value: this.#take(this.#byte()).toString("utf8") };
      case 0xb1:
        return { type: "string", value: this.#take(this.#uint32()).toString("utf8") };
      case 0xa3:
        return { type: "symbol", value: this.#take(this.#byte()).toString("latin1") };
      case 0xb3:
        return { type: "symbol", value: this.#take(this.#uint32()).toString("latin1") };
      case 0xc0:
        this.#byte();
        return this.#list(this.#byte());
      case 0xd0:
        this.#uint32();
        return this.#list(this.#uint32());
      case 0xc1:
        this.#byte();
        return this.#map(this.#byte());
      case 0xd1:
        this.#uint32();
        return this.#map(this.#uint32());
      case 0xe0:
        this.#byte();
        return this.#array(this.#byte());
      case 0xf0:
        this.#uint32();
        return this.#array(this.#uint32());
      default:
        throw new RangeError(`code ${code.toString(16)}`);
    }
  }

  #list(count: number): AmqpValue {
    const items: AmqpValue[] = [];
    for (let at = 0; at < count; at++) items.push(this.value());
    return { type: "list", items };
  }

  #map(count: number): AmqpValue {
    const entries: (readonly [AmqpValue, AmqpValue])[] = [];
    for (let at = 0; at + 1 < count; at += 2) entries.push([this.value(), this.value()]);
    return { type: "map", entries };
  }

  #array(count: number): AmqpValue {
    let code = this.#byte();
    if (code === 0x00) {
      this.value();
      code = this.#byte();
    }
    const items: AmqpValue[] = [];
    for (let at = 0; at < count; at++) items.push(this.#valueOf(code));
    return { type: "list", items };
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError("end of data");
    return byte;
  }

  #uint32(): number {
    return this.#take(4).readUInt32BE(0);
  }

  #take(length: number): Buffer {
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError("end of data");
    return this.#bytes.subarray(start, this.#at);
  }
}

/** As text, for what is a scalar; undefined for null and for what is not. */
export function textOfAmqp(value: AmqpValue | undefined): string | undefined {
  if (!value || value.type === "null" || !("value" in value)) return undefined;
  return value.value;
}

/** In the words of the product: a symbol is a string, a uuid its text, a time in whole seconds a timestamp, else its milliseconds. */
export function toValue(value: AmqpValue): Value {
  switch (value.type) {
    case "symbol":
    case "uuid":
    case "char":
      return { type: "string", value: value.value };
    case "milliseconds":
      return /^\d+000$/.test(value.value)
        ? { type: "timestamp", value: value.value.slice(0, -3) }
        : { type: "int64", value: value.value };
    case "list":
      return { type: "array", items: value.items.map(toValue) };
    case "map":
      return { type: "table", entries: toHeaders(value.entries) };
    default:
      return value;
  }
}

/** The pairs of a map by their names. */
export function toHeaders(pairs: readonly (readonly [AmqpValue, AmqpValue])[]): readonly Header[] {
  return pairs.map(([name, value]) => ({ name: textOfAmqp(name) ?? "", value: toValue(value) }));
}

const nothing: AmqpValue = { type: "null", value: "" };

function bytes(view: Buffer): AmqpValue {
  return { type: "bytes", value: view.toString("base64") };
}

/** The fewest digits that mean the same number of 32 bits. */
function shortestFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(value);
}

function formatUuid(view: Buffer): string {
  return view.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
