import { isUtf8 } from "node:buffer";
import { t } from "@vscode/l10n";
import { hasControls } from "../preview.ts";
import { type WireItem, rawLiteral, typedLiteral, wireOf } from "./protobufValues.ts";
import type { FieldType, MessageType, ValueType } from "./protobufTypes.ts";
import {
  type Container,
  deepest,
  faultAt,
  type Literal,
  type Name,
  type Reader,
  type ReaderEvent,
  type Start,
  tooDeep,
} from "./reader.ts";
import { smallVarint, varintEnd } from "./varint.ts";

export interface ProtobufOptions {
  /** The bytes are only the beginning of something: that they end early is no mistake. */
  readonly partial?: boolean;
  /** A field that the schema does not know, or knows otherwise, is a fault: to find out whether a schema fits. */
  readonly strict?: boolean;
}

/** A part of the bytes, and what it is. */
interface Frame {
  readonly kind: "message" | "list" | "packed" | "map";
  readonly end: number;
  readonly message?: MessageType | undefined;
  /** Of a list, packed or not, and a map. */
  readonly field?: FieldType | undefined;
  readonly number: number;
  /** Of a group: it ends with a tag of this number. */
  readonly group: number;
  /** Where to go on behind it; -1 = where it ended. */
  readonly resume: number;
}

/** Longer content than this is not guessed to be text when it can be a message. */
const longestGuess = 64 * 1024;

/** Reads Protobuf's wire format: with a schema by its names, without one by numbers, with guesses. */
export class ProtobufReader implements Reader {
  readonly #bytes: Buffer;
  readonly #options: ProtobufOptions;
  readonly #root: Frame;
  readonly #frames: Frame[] = [];
  #at: number;
  #begun = false;
  #done = false;
  #name: { readonly text: string; readonly json: boolean } | undefined;
  #value: ValueType | undefined;
  readonly #item: WireItem = { wire: 0, from: 0, to: 0 };
  #opened: Frame;
  #openedAt: number;
  #container: Frame;
  #missing: Literal | undefined;

  /** @param message what the bytes are; undefined = by their wire format alone */
  constructor(bytes: Buffer, message: MessageType | undefined, options: ProtobufOptions = {}, root?: Frame, at = 0) {
    this.#bytes = bytes;
    this.#options = options;
    this.#root = root ?? { kind: "message", end: bytes.length, message, number: 0, group: 0, resume: -1 };
    this.#at = at;
    this.#opened = this.#container = this.#root;
    this.#openedAt = at;
  }

  next(): ReaderEvent {
    if (this.#done) return "end";
    this.#name = undefined;
    this.#missing = undefined;
    if (!this.#begun) {
      this.#begun = true;
      return this.#open(this.#root);
    }
    const frame = this.#frames.at(-1) ?? this.#root;
    switch (frame.kind) {
      case "message":
        return this.#inMessage(frame);
      case "packed":
        if (this.#at >= frame.end) return this.#close(frame);
        this.#value = frame.field?.value;
        return this.#read(wireOf(frame.field?.value) ?? 0, frame.end) ? "value" : this.#short();
      case "list":
      case "map": {
        const tag = this.#at < frame.end ? this.#tag(frame.end) : undefined;
        if (tag?.number !== frame.number || tag.wire === 4) return this.#close(frame);
        this.#at = tag.at;
        if (frame.kind === "map") return this.#entry(frame, tag.wire);
        return this.#one(frame.field, tag, frame.end);
      }
    }
  }

  name(): Name | undefined {
    return this.#name;
  }

  literal(most: number): Literal {
    if (this.#missing) return this.#missing;
    const known = this.#value && typedLiteral(this.#bytes, this.#item, this.#value, most);
    return known ?? rawLiteral(this.#bytes, this.#item, most);
  }

  container(): Container {
    const { kind, message } = this.#container;
    if (kind === "list" || kind === "packed") return { kind: "array", type: "" };
    return { kind: "object", type: kind === "map" ? "map" : (message?.name ?? "") };
  }

  again(): Start {
    const frame = this.#opened;
    const at = this.#openedAt;
    return () => new ProtobufReader(this.#bytes, undefined, { ...this.#options, strict: false }, frame, at);
  }

  #open(frame: Frame): ReaderEvent {
    if (this.#frames.length === deepest) throw tooDeep(this.#at);
    this.#frames.push(frame);
    this.#opened = this.#container = frame;
    this.#openedAt = this.#at;
    return "open";
  }

  #close(frame: Frame): ReaderEvent {
    this.#frames.pop();
    this.#container = frame;
    if (frame.resume >= 0) this.#at = frame.resume;
    this.#done = this.#frames.length === 0;
    return "close";
  }

  #inMessage(frame: Frame): ReaderEvent {
    if (this.#at >= frame.end) {
      if (frame.group > 0 && !this.#options.partial) throw faultAt(this.#at, t("a group has no end."));
      return this.#close(frame);
    }
    const tag = this.#tag(frame.end);
    if (!tag) return this.#short();
    if (tag.wire === 4) {
      if (tag.number !== frame.group) throw faultAt(this.#at, t("a group ends that was not begun."));
      this.#at = tag.at;
      return this.#close(frame);
    }
    const field = frame.message?.field(tag.number);
    if (!field && this.#options.strict)
      throw faultAt(this.#at, t("field {number} is not in the schema.", { number: tag.number }));
    this.#name = field ? { text: JSON.stringify(field.name), json: true } : { text: String(tag.number), json: false };
    if (!field?.repeated && field?.key === undefined) {
      this.#at = tag.at;
      return this.#one(field, tag, frame.end);
    }
    const { number } = tag;
    const inner = { field, number, group: 0, resume: -1 };
    if (field.key !== undefined) return this.#open({ kind: "map", end: frame.end, ...inner });
    if (tag.wire !== 2 || wireOf(field.value) === 2) return this.#open({ kind: "list", end: frame.end, ...inner });
    this.#at = tag.at;
    if (!this.#read(2, frame.end)) return this.#short();
    const { from, to } = this.#item;
    this.#at = from;
    return this.#open({ kind: "packed", end: to, ...inner, resume: to });
  }

  /** One value, behind its tag. */
  #one(
    field: FieldType | undefined,
    tag: { readonly number: number; readonly wire: number },
    end: number,
  ): ReaderEvent {
    const { wire, number } = tag;
    let value = field?.value;
    const expected = wireOf(value);
    const group = wire === 3;
    const fits = expected === undefined || expected === wire || (group && value?.kind === "message");
    if (!fits) {
      if (this.#options.strict)
        throw faultAt(this.#at, t("field {number} is of another type than in the schema.", { number }));
      value = undefined;
    }
    const message = value?.kind === "message" ? value.message : undefined;
    if (group) return this.#open({ kind: "message", end, message, number, group: number, resume: -1 });
    if (!this.#read(wire, end)) return this.#short();
    const { from, to } = this.#item;
    this.#value = value?.kind === "unknown" ? undefined : value;
    if (message || (this.#value === undefined && wire === 2 && this.#isMessage(from, to))) {
      this.#at = from;
      return this.#open({ kind: "message", end: to, message, number, group: 0, resume: to });
    }
    if (this.#options.strict && this.#value?.kind === "scalar" && this.#value.scalar === "string")
      if (!isUtf8(this.#bytes.subarray(from, to))) throw faultAt(from, t("this string is not UTF-8."));
    return "value";
  }

  /** An entry of a map: a message of key and value. */
  #entry(frame: Frame, wire: number): ReaderEvent {
    const field = frame.field;
    if (wire !== 2 || field?.key === undefined) throw faultAt(this.#at, t("an entry of a map is of another type."));
    if (!this.#read(2, frame.end)) return this.#short();
    const { from, to } = this.#item;
    const key: ValueType = { kind: "scalar", scalar: field.key };
    let keyText = field.key === "string" ? '""' : field.key === "bool" ? "false" : "0";
    let found: WireItem | undefined;
    this.#at = from;
    while (this.#at < to) {
      const tag = this.#tag(to);
      if (!tag) return this.#short();
      this.#at = tag.at;
      if (!this.#read(tag.wire, to)) return this.#short();
      if (tag.number === 1 && tag.wire === wireOf(key))
        keyText = typedLiteral(this.#bytes, this.#item, key, longestGuess)?.text ?? keyText;
      else if (tag.number === 2 && tag.wire === wireOf(field.value)) found = { ...this.#item };
    }
    this.#name = { text: keyText, json: keyText.startsWith('"') };
    this.#value = field.value.kind === "unknown" ? undefined : field.value;
    if (!found) {
      this.#missing = { text: "null", type: "absent", kind: "word", json: true };
      return "value";
    }
    Object.assign(this.#item, found);
    if (field.value.kind !== "message") return "value";
    this.#at = found.from;
    const { message } = field.value;
    return this.#open({ kind: "message", end: found.to, message, number: 0, group: 0, resume: to });
  }

  #tag(end: number): { readonly number: number; readonly wire: number; readonly at: number } | undefined {
    const at = varintEnd(this.#bytes, this.#at, end);
    if (at === -1) return undefined;
    const tag = at < 0 ? 0 : smallVarint(this.#bytes, this.#at, at);
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (number === 0 || number >= 2 ** 29 || wire > 5) throw faultAt(this.#at, t("this is not a field of Protobuf."));
    return { number, wire, at };
  }

  /** @returns false when the bytes end within the value */
  #read(wire: number, end: number): boolean {
    const next = valueRange(this.#bytes, wire, this.#at, end, this.#item);
    if (next === -2) throw faultAt(this.#at, t("this is not a field of Protobuf."));
    if (next < 0) return false;
    this.#at = next;
    return true;
  }

  #short(): ReaderEvent {
    if (!this.#options.partial) throw faultAt(this.#at, t("the data ends in the middle of a value."));
    this.#done = true;
    return "end";
  }

  /** Whether these bytes, of which nothing is known, look more like a message than like text or anything. */
  #isMessage(from: number, to: number): boolean {
    if (to - from < 2) return false;
    const content = this.#bytes.subarray(from, to);
    if (content.length <= longestGuess && !hasControls(content.subarray(0, 256)) && isUtf8(content)) return false;
    return looksLikeMessage(this.#bytes, from, to);
  }
}

/** Whether fields follow each other up to the end; content is not looked into. Of very many, the first decide. */
function looksLikeMessage(bytes: Buffer, from: number, to: number): boolean {
  const item: WireItem = { wire: 0, from: 0, to: 0 };
  let depth = 0;
  let at = from;
  for (let fields = 0; at < to; fields++) {
    if (fields === 10_000) return true;
    const behind = varintEnd(bytes, at, to);
    if (behind < 0) return false;
    const tag = smallVarint(bytes, at, behind);
    const wire = tag % 8;
    if (tag < 8 || tag >= 2 ** 32 || wire > 5) return false;
    if (wire === 3) depth++;
    else if (wire === 4 && --depth < 0) return false;
    at = wire === 3 || wire === 4 ? behind : valueRange(bytes, wire, behind, to, item);
    if (at < 0) return false;
  }
  return depth === 0;
}

/** @returns where the value ends, -1 when the bytes end before, -2 when it is none */
function valueRange(bytes: Buffer, wire: number, at: number, end: number, item: WireItem): number {
  item.wire = wire;
  item.from = at;
  switch (wire) {
    case 0:
      item.to = varintEnd(bytes, at, end);
      break;
    case 1:
    case 5:
      item.to = at + (wire === 1 ? 8 : 4);
      break;
    case 2: {
      item.from = varintEnd(bytes, at, end);
      if (item.from < 0) return item.from;
      item.to = item.from + smallVarint(bytes, at, item.from);
      break;
    }
    default:
      return -2;
  }
  return item.to > end ? -1 : item.to;
}
