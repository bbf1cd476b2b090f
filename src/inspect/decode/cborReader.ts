import { t } from "@vscode/l10n";
import type { BinaryOptions } from "./msgpackReader.ts";
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

interface Item {
  /** Major type, 0 … 7. */
  major: number;
  /** Where its tags begin, and where itself. */
  start: number;
  head: number;
  /** The low five bits: how the argument is written. */
  info: number;
  /** Of a string its content; of pieces, all of them with their heads. */
  from: number;
  to: number;
  tags: readonly bigint[];
}

interface Frame {
  readonly map: boolean;
  /** Items to come, two for each entry of a map; -1 until a break. */
  left: number;
  /** Whether what comes next is a key. */
  key: boolean;
  readonly container: Container;
}

/** More tags on one value than this are a mistake. */
const mostTags = 64;
/** Larger integers than this many bytes are shown as bytes: writing them in decimal takes too long. */
const longestInteger = 512;

/** Reads CBOR (RFC 8949). */
export class CborReader implements Reader {
  readonly #bytes: Buffer;
  readonly #partial: boolean;
  readonly #inner: boolean;
  readonly #frames: Frame[] = [];
  readonly #item: Item = { major: 0, start: 0, head: 0, info: 0, from: 0, to: 0, tags: [] };
  readonly #key: Item = { major: 0, start: 0, head: 0, info: 0, from: 0, to: 0, tags: [] };
  #named: MapName = "no";
  #at: number;
  #done = false;
  #container: Container = { kind: "array", type: "" };

  constructor(bytes: Buffer, options: BinaryOptions = {}) {
    this.#bytes = bytes;
    this.#partial = options.partial ?? false;
    this.#inner = options.from !== undefined;
    this.#at = options.from ?? 0;
  }

  next(): ReaderEvent {
    if (this.#done) return this.#end();
    const frame = this.#frames.at(-1);
    this.#named = "no";
    if (frame) {
      if (frame.left === 0 || (frame.left < 0 && this.#breaks(frame))) return this.#close(frame);
      if (frame.map && !this.#readKey(frame)) return "end";
      if (frame.left > 0) frame.left--;
    }
    const item = this.#item;
    if (!this.#read(item)) return "end";
    if (item.major !== 4 && item.major !== 5) {
      this.#done = this.#frames.length === 0;
      return "value";
    }
    return this.#open(item);
  }

  name(most: number): Name | undefined {
    return mapName(this.#named, () => this.#literal(this.#key, most));
  }

  literal(most: number): Literal {
    return this.#literal(this.#item, most);
  }

  container(): Container {
    return this.#container;
  }

  again(): Start {
    const from = this.#item.start;
    return () => new CborReader(this.#bytes, { partial: this.#partial, from });
  }

  #open(item: Item): ReaderEvent {
    if (this.#frames.length === deepest) throw tooDeep(item.start);
    const map = item.major === 5;
    const count = item.info === 31 ? -1 : Number(this.#argument(item));
    const rest = this.#bytes.length - this.#at;
    if (!this.#partial && count * (map ? 2 : 1) > rest)
      throw faultAt(item.head, t("{count} items are announced, but only {rest} bytes follow.", { count, rest }));
    const { tags } = item;
    this.#container = {
      kind: map ? "object" : "array",
      type: tags.map((tag) => `tag ${String(tag)}`).join(", "),
      ...(tags.length > 0
        ? { before: tags.map((tag) => `${String(tag)}(`).join(""), after: ")".repeat(tags.length) }
        : {}),
    };
    this.#frames.push({ map, left: count > 0 && map ? count * 2 : count, key: true, container: this.#container });
    return "open";
  }

  #close(frame: Frame): ReaderEvent {
    this.#container = frame.container;
    this.#frames.pop();
    this.#done = this.#frames.length === 0;
    return "close";
  }

  #breaks(frame: Frame): boolean {
    if (this.#bytes[this.#at] !== 0xff) return false;
    if (frame.map && !frame.key) throw faultAt(this.#at, t("a map ends after a key without a value."));
    this.#at++;
    return true;
  }

  #end(): ReaderEvent {
    return endAt(this.#at, this.#bytes.length, this.#inner || this.#partial);
  }

  #readKey(frame: Frame): boolean {
    if (!frame.key) {
      frame.key = true;
      this.#named = "long value";
      return true;
    }
    // Tags may stand before it.
    if (!this.#read(this.#key)) return false;
    if (this.#key.major === 4 || this.#key.major === 5) {
      this.#at = this.#key.start;
      frame.key = false;
      this.#named = "long key";
      return true;
    }
    if (frame.left > 0) frame.left--;
    this.#named = "key";
    return true;
  }

  /** @returns false when the bytes end early, as they may */
  #read(item: Item): boolean {
    const bytes = this.#bytes;
    item.start = this.#at;
    let tags: bigint[] | undefined;
    for (;;) {
      const head = (item.head = this.#at);
      const code = bytes[head];
      if (code === undefined) return this.#short(item);
      const info = code & 0x1f;
      const major = code >> 5;
      const width = info < 24 ? 0 : info < 28 ? 1 << (info - 24) : info === 31 && major >= 2 && major !== 6 ? 0 : -1;
      if (width < 0)
        throw faultAt(head, t("the byte {byte} means nothing in CBOR.", { byte: `0x${code.toString(16)}` }));
      if (head + 1 + width > bytes.length) return this.#short(item);
      this.#at = head + 1 + width;
      item.major = major;
      item.info = info;
      if (major === 6) {
        tags ??= [];
        if (tags.push(this.#argument(item)) > mostTags)
          throw faultAt(head, t("there are more than {count} tags on one value.", { count: mostTags }));
        continue;
      }
      item.tags = tags ?? noTags;
      if (major === 2 || major === 3) return this.#content(item);
      if (major === 7 && info === 31) throw faultAt(head, t("a break stands where a value should be."));
      return true;
    }
  }

  #content(item: Item): boolean {
    const bytes = this.#bytes;
    item.from = this.#at;
    if (item.info !== 31) {
      const length = Number(this.#argument(item));
      item.to = this.#at + length;
      if (item.to > bytes.length) return this.#short(item);
      this.#at = item.to;
      return true;
    }
    for (;;) {
      const at = this.#at;
      const code = bytes[at];
      if (code === undefined) return this.#short(item);
      if (code === 0xff) {
        item.to = at;
        this.#at = at + 1;
        return true;
      }
      const info = code & 0x1f;
      if (code >> 5 !== item.major || info > 27)
        throw faultAt(at, t("a piece of a string is of another type than the string."));
      const width = info < 24 ? 0 : 1 << (info - 24);
      if (at + 1 + width > bytes.length) return this.#short(item);
      this.#at = at + 1 + width + Number(argumentAt(bytes, at, info));
      if (this.#at > bytes.length) return this.#short(item);
    }
  }

  #argument(item: Item): bigint {
    return argumentAt(this.#bytes, item.head, item.info);
  }

  #short(item: Item): boolean {
    if (!this.#partial) throw faultAt(item.start, t("the data ends in the middle of a value."));
    this.#at = this.#bytes.length;
    this.#done = true;
    return false;
  }

  #literal(item: Item, most: number): Literal {
    const bare = this.#bare(item, most);
    if (item.tags.length === 0) return bare;
    return this.#tagged(item, bare);
  }

  #bare(item: Item, most: number): Literal {
    switch (item.major) {
      case 0:
        return { text: String(this.#argument(item)), type: "uint", kind: "number", json: true };
      case 1:
        return { text: String(-1n - this.#argument(item)), type: "int", kind: "number", json: true };
      case 2:
        return { ...hexLiteral(this.#data(item), most), type: "bytes", kind: "other", json: false };
      case 3: {
        const data = this.#data(item);
        const { text, more } = utf8(data, 0, data.length, most);
        return { ...quoted(text, most), ...(more > 0 ? { more } : {}), type: "string", kind: "string", json: true };
      }
      case 7:
        return this.#simple(item);
      default:
        return { text: "", type: item.major === 5 ? "map" : "array", kind: "other", json: false };
    }
  }

  #simple({ head, info }: Item): Literal {
    const bytes = this.#bytes;
    switch (info) {
      case 20:
      case 21:
        return { text: info === 21 ? "true" : "false", type: "boolean", kind: "word", json: true };
      case 22:
        return { text: "null", type: "null", kind: "word", json: true };
      case 23:
        return { text: "undefined", type: "undefined", kind: "word", json: false };
      case 25:
        return { ...floatText(half(bytes.readUInt16BE(head + 1))), type: "float 16", kind: "number" };
      case 26:
        return { ...floatText(bytes.readFloatBE(head + 1)), type: "float 32", kind: "number" };
      case 27:
        return { ...floatText(bytes.readDoubleBE(head + 1)), type: "float 64", kind: "number" };
      default: {
        const value = info === 24 ? (bytes[head + 1] ?? 0) : info;
        return { text: `simple(${String(value)})`, type: "simple", kind: "other", json: false };
      }
    }
  }

  #tagged(item: Item, bare: Literal): Literal {
    const [last] = item.tags.slice(-1);
    const only = item.tags.length === 1;
    if (only && item.major === 2 && (last === 2n || last === 3n) && item.to - item.from <= longestInteger) {
      const value = BigInt(`0x0${this.#data(item).toString("hex")}`);
      return { text: String(last === 2n ? value : -1n - value), type: "big integer", kind: "number", json: true };
    }
    const before = item.tags.map((tag) => `${String(tag)}(`).join("");
    const text = `${before}${bare.text}${")".repeat(item.tags.length)}`;
    return { ...bare, text, type: this.#tagType(item, bare), kind: "other", json: false };
  }

  #tagType(item: Item, bare: Literal): string {
    const time = item.tags.length === 1 && item.tags[0] === 1n ? isoTime(Math.floor(Number(bare.text))) : undefined;
    if (time !== undefined) return `timestamp ${time}`;
    const known = item.tags.length === 1 ? tagNames[String(item.tags[0])] : undefined;
    if (known !== undefined) return known;
    return [...item.tags.map((tag) => `tag ${String(tag)}`), bare.type].join(", ");
  }

  #data(item: Item): Buffer {
    const bytes = this.#bytes;
    if (item.info !== 31) return bytes.subarray(item.from, item.to);
    const pieces: Buffer[] = [];
    for (let at = item.from; at < item.to;) {
      const info = (bytes[at] ?? 0) & 0x1f;
      const from = at + 1 + (info < 24 ? 0 : 1 << (info - 24));
      at = from + Number(argumentAt(bytes, at, info));
      pieces.push(bytes.subarray(from, at));
    }
    return Buffer.concat(pieces);
  }
}

const noTags: readonly bigint[] = [];

/** From IANA's registry of CBOR tags, those that are met most. */
const tagNames: Readonly<Record<string, string>> = {
  "0": "date and time",
  "2": "big integer",
  "3": "big integer",
  "32": "URI",
  "33": "base64url",
  "34": "base64",
  "37": "UUID",
};

function argumentAt(bytes: Buffer, head: number, info: number): bigint {
  switch (info) {
    case 24:
      return BigInt(bytes[head + 1] ?? 0);
    case 25:
      return BigInt(bytes.readUInt16BE(head + 1));
    case 26:
      return BigInt(bytes.readUInt32BE(head + 1));
    case 27:
      return bytes.readBigUInt64BE(head + 1);
    default:
      return BigInt(info);
  }
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
