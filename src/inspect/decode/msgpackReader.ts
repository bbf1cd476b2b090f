import { t } from "@vscode/l10n";
import {
  type Container,
  deepest,
  endAt,
  faultAt,
  floatText,
  hexLiteral,
  isoTime,
  type Literal,
  mapName,
  type MapName,
  type Name,
  quoted,
  type Reader,
  type ReaderEvent,
  type Start,
  tooDeep,
  utf8,
} from "./reader.ts";

export interface BinaryOptions {
  /** The bytes are only the beginning of something: that they end early is no mistake. */
  readonly partial?: boolean;
  /** Where the value begins; then nothing is said of what follows it. */
  readonly from?: number;
}

interface Item {
  kind: "nil" | "boolean" | "int" | "uint" | "float" | "str" | "bin" | "ext" | "array" | "map";
  start: number;
  /** Of the content: a number's bytes, a string's text. */
  from: number;
  to: number;
  /** Of a fixint its value, of an extension its type, of a container its items. */
  number: number;
}

/** Reads MessagePack: https://github.com/msgpack/msgpack/blob/master/spec.md */
export class MsgpackReader implements Reader {
  readonly #bytes: Buffer;
  readonly #partial: boolean;
  readonly #inner: boolean;
  /** Items that are still to come in each open container; a map has two for each entry. */
  readonly #left: number[] = [];
  readonly #maps: boolean[] = [];
  readonly #item: Item = { kind: "nil", start: 0, from: 0, to: 0, number: 0 };
  readonly #key: Item = { kind: "nil", start: 0, from: 0, to: 0, number: 0 };
  #named: MapName = "no";
  #at: number;
  #done = false;
  #closed: Container["kind"] = "array";
  #last: ReaderEvent = "end";

  constructor(bytes: Buffer, options: BinaryOptions = {}) {
    this.#bytes = bytes;
    this.#partial = options.partial ?? false;
    this.#inner = options.from !== undefined;
    this.#at = options.from ?? 0;
  }

  next(): ReaderEvent {
    return (this.#last = this.#next());
  }

  #next(): ReaderEvent {
    const top = this.#left.length - 1;
    if (this.#done) return this.#end();
    if (top >= 0 && this.#left[top] === 0) {
      this.#left.pop();
      this.#closed = this.#maps.pop() ? "object" : "array";
      this.#done = top === 0;
      return "close";
    }
    this.#named = "no";
    if (top >= 0) {
      if (this.#maps[top] && !this.#readKey(top)) return "end";
      this.#left[top] = (this.#left[top] ?? 0) - 1;
    }
    const item = this.#item;
    if (!this.#read(item)) return "end";
    if (item.kind !== "array" && item.kind !== "map") {
      this.#done = top < 0;
      return "value";
    }
    if (this.#left.length === deepest) throw tooDeep(item.start);
    this.#left.push(item.kind === "map" ? item.number * 2 : item.number);
    this.#maps.push(item.kind === "map");
    return "open";
  }

  name(most: number): Name | undefined {
    return mapName(this.#named, () => this.#literal(this.#key, most));
  }

  literal(most: number): Literal {
    return this.#literal(this.#item, most);
  }

  container(): Container {
    if (this.#last === "close") return { kind: this.#closed, type: "" };
    return { kind: this.#item.kind === "map" ? "object" : "array", type: "" };
  }

  again(): Start {
    const from = this.#item.start;
    return () => new MsgpackReader(this.#bytes, { partial: this.#partial, from });
  }

  #end(): ReaderEvent {
    return endAt(this.#at, this.#bytes.length, this.#inner || this.#partial);
  }

  /** What names the value: the key before it, or, where the key is a container, that it is key or value. */
  #readKey(top: number): boolean {
    if (((this.#left[top] ?? 0) & 1) === 1) {
      this.#named = "long value";
      return true;
    }
    if (isContainer(this.#bytes[this.#at] ?? 0)) {
      this.#named = "long key";
      return true;
    }
    this.#left[top] = (this.#left[top] ?? 0) - 1;
    this.#named = "key";
    return this.#read(this.#key);
  }

  /** @returns false when the bytes end early, as they may */
  #read(item: Item): boolean {
    const start = this.#at;
    const code = this.#bytes[start];
    item.start = start;
    if (code === undefined) return this.#short(start);
    if (code < 0x80) return this.#fixed(item, "int", code);
    if (code < 0x90) return this.#container(item, "map", code & 0x0f, start + 1);
    if (code < 0xa0) return this.#container(item, "array", code & 0x0f, start + 1);
    if (code < 0xc0) return this.#content(item, "str", start + 1, code & 0x1f);
    if (code >= 0xe0) return this.#fixed(item, "int", code - 0x100);
    const size = sizes[code - 0xc0];
    if (!size)
      throw faultAt(start, t("the byte {byte} means nothing in MessagePack.", { byte: `0x${code.toString(16)}` }));
    const [kind, width, fixed] = size;
    const body = start + 1 + width;
    if (body > this.#bytes.length) return this.#short(start);
    const length = width === 0 ? fixed : this.#bytes.readUIntBE(start + 1, width);
    switch (kind) {
      case "nil":
        return this.#fixed(item, kind, 0);
      case "boolean":
        return this.#fixed(item, kind, fixed);
      case "array":
      case "map":
        return this.#container(item, kind, length, body);
      case "ext":
        if (body >= this.#bytes.length) return this.#short(start);
        item.number = this.#bytes.readInt8(body);
        return this.#content(item, kind, body + 1, length);
      default:
        return this.#content(item, kind, body, length);
    }
  }

  #fixed(item: Item, kind: Item["kind"], value: number): boolean {
    item.kind = kind;
    item.number = value;
    item.from = item.to = this.#at = item.start + 1;
    return true;
  }

  #content(item: Item, kind: Item["kind"], from: number, length: number): boolean {
    if (from + length > this.#bytes.length) return this.#short(item.start);
    item.kind = kind;
    item.from = from;
    item.to = this.#at = from + length;
    return true;
  }

  #container(item: Item, kind: "array" | "map", count: number, from: number): boolean {
    const rest = this.#bytes.length - from;
    if (!this.#partial && count * (kind === "map" ? 2 : 1) > rest)
      throw faultAt(item.start, t("{count} items are announced, but only {rest} bytes follow.", { count, rest }));
    item.kind = kind;
    item.number = count;
    item.from = item.to = this.#at = from;
    return true;
  }

  #short(start: number): boolean {
    if (!this.#partial) throw faultAt(start, t("the data ends in the middle of a value."));
    this.#at = this.#bytes.length;
    this.#done = true;
    return false;
  }

  #literal(item: Item, most: number): Literal {
    const bytes = this.#bytes;
    const { kind, from, to, number } = item;
    switch (kind) {
      case "nil":
        return { text: "null", type: "nil", kind: "word", json: true };
      case "boolean":
        return { text: number === 1 ? "true" : "false", type: "boolean", kind: "word", json: true };
      case "int":
        return {
          text: from === to ? String(number) : signed(bytes, from, to),
          type: "int",
          kind: "number",
          json: true,
        };
      case "uint":
        return { text: unsigned(bytes, from, to), type: "uint", kind: "number", json: true };
      case "float": {
        const single = to - from === 4;
        const { text, json } = floatText(single ? bytes.readFloatBE(from) : bytes.readDoubleBE(from));
        return { text, type: single ? "float 32" : "float 64", kind: "number", json };
      }
      case "str": {
        const { text, more } = utf8(bytes, from, to, most);
        return { ...quoted(text, most), ...(more > 0 ? { more } : {}), type: "string", kind: "string", json: true };
      }
      case "bin":
        return { ...hexLiteral(bytes.subarray(from, to), most), type: "bytes", kind: "other", json: false };
      case "ext":
        return extension(number, bytes.subarray(from, to), most);
      case "array":
      case "map":
        return { text: "", type: kind, kind: "other", json: false };
      default:
        return kind satisfies never;
    }
  }
}

/** For 0xc0 … 0xdf: kind, bytes of its length (or number), and its fixed length. */
const sizes: readonly (readonly [Item["kind"], number, number] | undefined)[] = [
  ["nil", 0, 0],
  undefined,
  ["boolean", 0, 0],
  ["boolean", 0, 1],
  ["bin", 1, 0],
  ["bin", 2, 0],
  ["bin", 4, 0],
  ["ext", 1, 0],
  ["ext", 2, 0],
  ["ext", 4, 0],
  ["float", 0, 4],
  ["float", 0, 8],
  ["uint", 0, 1],
  ["uint", 0, 2],
  ["uint", 0, 4],
  ["uint", 0, 8],
  ["int", 0, 1],
  ["int", 0, 2],
  ["int", 0, 4],
  ["int", 0, 8],
  ["ext", 0, 1],
  ["ext", 0, 2],
  ["ext", 0, 4],
  ["ext", 0, 8],
  ["ext", 0, 16],
  ["str", 1, 0],
  ["str", 2, 0],
  ["str", 4, 0],
  ["array", 2, 0],
  ["array", 4, 0],
  ["map", 2, 0],
  ["map", 4, 0],
];

function isContainer(code: number): boolean {
  return (code >= 0x80 && code < 0xa0) || (code >= 0xdc && code <= 0xdf);
}

function signed(bytes: Buffer, from: number, to: number): string {
  return to - from === 8 ? String(bytes.readBigInt64BE(from)) : String(bytes.readIntBE(from, to - from));
}

function unsigned(bytes: Buffer, from: number, to: number): string {
  return to - from === 8 ? String(bytes.readBigUInt64BE(from)) : String(bytes.readUIntBE(from, to - from));
}

function extension(type: number, data: Buffer, most: number): Literal {
  const time = type === -1 ? timestamp(data) : undefined;
  if (time !== undefined) return { text: `timestamp("${time}")`, type: "timestamp", kind: "other", json: false };
  const { text, more } = hexLiteral(data, most);
  return {
    text: `ext(${String(type)}, ${text})`,
    ...(more === undefined ? {} : { more }),
    type: `ext ${String(type)}`,
    kind: "other",
    json: false,
  };
}

function timestamp(data: Buffer): string | undefined {
  switch (data.length) {
    case 4:
      return isoTime(data.readUInt32BE(0));
    case 8: {
      const both = data.readBigUInt64BE(0);
      return isoTime(both & 0x3ffffffffn, Number(both >> 34n));
    }
    case 12:
      return isoTime(data.readBigInt64BE(4), data.readUInt32BE(0));
    default:
      return undefined;
  }
}
