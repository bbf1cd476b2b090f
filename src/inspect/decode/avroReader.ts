import { isUtf8 } from "node:buffer";
import { t } from "@vscode/l10n";
import type { AvroType } from "./avroSchema.ts";
import { avroLiteral } from "./avroValues.ts";
import {
  type Container,
  deepest,
  endAt,
  faultAt,
  type Literal,
  type Name,
  type Reader,
  type ReaderEvent,
  type Start,
  tooDeep,
  utf8,
} from "./reader.ts";
import { varintEnd, varintValue, zigzag } from "./varint.ts";

export interface AvroOptions {
  readonly partial?: boolean;
  /** Text that is not UTF-8 is a fault: to find out whether a schema fits. */
  readonly strict?: boolean;
  /** Where the value begins; then nothing is said of what follows it. */
  readonly from?: number;
  /** The bytes are this many values without a frame: the content of a file. */
  readonly values?: number;
}

interface Frame {
  readonly type: AvroType;
  /** Of a record the next field, else the items to come in this block. */
  left: number;
}

/** Values that take no bytes are counted: that many at most. */
const mostEmpty = 1_000_000;

/** Reads Avro's binary encoding by its schema. */
export class AvroReader implements Reader {
  readonly #bytes: Buffer;
  readonly #type: AvroType;
  readonly #options: AvroOptions;
  readonly #frames: Frame[] = [];
  #at: number;
  #done = false;
  #budget: number;
  #nameFrom = -1;
  #nameTo = -1;
  #fieldName: string | undefined;
  #value: AvroType;
  #from = 0;
  #to = 0;
  #openedAt = 0;
  #container: AvroType;

  constructor(bytes: Buffer, type: AvroType, options: AvroOptions = {}) {
    this.#bytes = bytes;
    this.#type = options.values === undefined ? type : { kind: "array", items: type };
    this.#options = options;
    this.#at = options.from ?? 0;
    this.#budget = bytes.length + mostEmpty;
    this.#value = this.#container = this.#type;
  }

  next(): ReaderEvent {
    if (this.#done) return this.#end();
    this.#nameFrom = -1;
    this.#fieldName = undefined;
    const frame = this.#frames.at(-1);
    if (!frame) {
      return this.#read(this.#type);
    }
    const { type } = frame;
    switch (type.kind) {
      case "record": {
        const field = type.fields[frame.left++];
        if (!field) return this.#close();
        this.#fieldName = field.name;
        return this.#read(field.type);
      }
      case "array":
      case "map": {
        const more = this.#nextItem(frame);
        if (more !== true) return more;
        if (type.kind === "array") return this.#read(type.items);
        if (!this.#text()) return this.#short();
        this.#nameFrom = this.#from;
        this.#nameTo = this.#to;
        return this.#read(type.values);
      }
      default:
        return this.#close();
    }
  }

  name(most: number): Name | undefined {
    if (this.#fieldName !== undefined) return { text: JSON.stringify(this.#fieldName), json: true };
    if (this.#nameFrom < 0) return undefined;
    return { text: JSON.stringify(utf8(this.#bytes, this.#nameFrom, this.#nameTo, most).text), json: true };
  }

  literal(most: number): Literal {
    return avroLiteral(this.#bytes, this.#value, this.#from, this.#to, most);
  }

  container(): Container {
    const type = this.#container;
    return { kind: type.kind === "array" ? "array" : "object", type: type.kind === "record" ? type.name : "" };
  }

  again(): Start {
    const { partial = false, values } = this.#options;
    const from = this.#openedAt;
    const type = this.#container;
    // The outermost is the only one that has no frame of its own in the bytes.
    if (this.#frames.length === 1 && values !== undefined) {
      const items = type.kind === "array" ? type.items : type;
      return () => new AvroReader(this.#bytes, items, { partial, values, from });
    }
    return () => new AvroReader(this.#bytes, type, { partial, from });
  }

  #end(): ReaderEvent {
    const { from, partial = false } = this.#options;
    return endAt(this.#at, this.#bytes.length, from !== undefined || partial);
  }

  /** @returns true when there is another item */
  #nextItem(frame: Frame): true | ReaderEvent {
    if (frame.left === 0) {
      if (this.#frames.length === 1 && this.#options.values !== undefined) return this.#close();
      const count = this.#long();
      if (count === undefined) return this.#short();
      if (count < 0n && this.#long() === undefined) return this.#short();
      if (count === 0n) return this.#close();
      frame.left = Number(count < 0n ? -count : count);
    }
    frame.left--;
    if (--this.#budget < 0) throw faultAt(this.#at, t("more items are announced than there are bytes."));
    return true;
  }

  #read(type: AvroType): ReaderEvent {
    let actual = type;
    while (actual.kind === "union") {
      const index = this.#long();
      if (index === undefined) return this.#short();
      const branch = actual.branches[Number(index)];
      if (!branch) throw faultAt(this.#at, t("the union has no branch {index}.", { index: String(index) }));
      actual = branch;
    }
    if (actual.kind === "record" || actual.kind === "array" || actual.kind === "map") return this.#open(actual);
    this.#value = actual;
    if (!this.#scalar(actual)) return this.#short();
    this.#done = this.#frames.length === 0;
    return "value";
  }

  #open(type: AvroType): ReaderEvent {
    if (this.#frames.length === deepest) throw tooDeep(this.#at);
    const first = this.#frames.length === 0 ? (this.#options.values ?? 0) : 0;
    this.#frames.push({ type, left: first });
    this.#container = type;
    this.#openedAt = this.#at;
    return "open";
  }

  #close(): ReaderEvent {
    this.#container = this.#frames.pop()?.type ?? this.#type;
    this.#done = this.#frames.length === 0;
    return "close";
  }

  #scalar(type: AvroType): boolean {
    const bytes = this.#bytes;
    switch (type.kind) {
      case "null":
        return this.#take(0);
      case "boolean":
        if ((bytes[this.#at] ?? 0) > 1) throw faultAt(this.#at, t("this is not a boolean."));
        return this.#take(1);
      case "float":
        return this.#take(4);
      case "double":
        return this.#take(8);
      case "fixed":
        return this.#take(type.size);
      case "bytes":
      case "string":
        if (!this.#text()) return false;
        if (this.#options.strict && type.kind === "string" && !isUtf8(bytes.subarray(this.#from, this.#to)))
          throw faultAt(this.#from, t("this string is not UTF-8."));
        return true;
      case "enum": {
        const from = this.#at;
        const index = this.#long();
        if (index === undefined) return false;
        if (type.symbols[Number(index)] === undefined)
          throw faultAt(
            from,
            t("the enumeration {name} has no symbol {index}.", { name: type.name, index: String(index) }),
          );
        this.#from = from;
        this.#to = this.#at;
        return true;
      }
      default: {
        const from = this.#at;
        if (this.#long() === undefined) return false;
        this.#from = from;
        this.#to = this.#at;
        return true;
      }
    }
  }

  #take(count: number): boolean {
    if (this.#at + count > this.#bytes.length) return false;
    this.#from = this.#at;
    this.#to = this.#at += count;
    return true;
  }

  /** A length and as many bytes. */
  #text(): boolean {
    const from = this.#at;
    const length = this.#long();
    if (length === undefined) return false;
    if (length < 0n) throw faultAt(from, t("a length is negative."));
    return this.#take(Number(length));
  }

  #long(): bigint | undefined {
    const end = varintEnd(this.#bytes, this.#at, this.#bytes.length);
    if (end === -2) throw faultAt(this.#at, t("this is not an integer of Avro."));
    if (end < 0) return undefined;
    const value = zigzag(varintValue(this.#bytes, this.#at, end));
    this.#at = end;
    return value;
  }

  #short(): ReaderEvent {
    if (!this.#options.partial) throw faultAt(this.#at, t("the data ends in the middle of a value."));
    this.#done = true;
    this.#at = this.#bytes.length;
    return "end";
  }
}
