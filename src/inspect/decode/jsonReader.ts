import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import {
  type Container,
  deepest,
  type Literal,
  type Name,
  type Reader,
  type ReaderEvent,
  type Start,
} from "./reader.ts";

export interface JsonReaderOptions {
  /** The bytes are only the beginning of something: that they end early is no mistake. */
  readonly partial?: boolean;
  /** Where the value begins. */
  readonly from?: number;
}

/** Bytes of a string that are read in one go. */
const stringSlice = 256 * 1024;

type State = "value" | "first" | "name" | "nameText" | "colon" | "text" | "after" | "end";

/** Reads JSON in UTF-8. Numbers stay as they are written, however large; duplicate keys stay. */
export class JsonReader implements Reader {
  readonly #bytes: Buffer;
  readonly #partial: boolean;
  /** Whether only one value within a larger text is meant. */
  readonly #inner: boolean;
  /** 1 for each open object, 0 for each open array. */
  #open = new Uint8Array(64);
  #depth = 0;
  #at: number;
  #state: State = "value";
  #nameStart = -1;
  #nameEnd = -1;
  #start = 0;
  #end = 0;
  #kind: Container["kind"] = "object";
  /** Whether the last value was cut by the end of the bytes. */
  #unfinished = false;

  constructor(bytes: Buffer, options: JsonReaderOptions = {}) {
    this.#bytes = bytes;
    this.#partial = options.partial ?? false;
    this.#inner = options.from !== undefined;
    this.#at = options.from ?? 0;
  }

  next(): ReaderEvent {
    for (;;) {
      if (this.#state === "text" || this.#state === "nameText") {
        const event = this.#string();
        if (event) return event;
        continue;
      }
      if (this.#state === "end" && this.#inner) return "end";
      const code = this.#skipSpace();
      if (code === undefined) return this.#ended();
      switch (this.#state) {
        case "value": {
          const event = this.#value(code);
          if (event) return event;
          continue;
        }
        case "first":
          if (code === closing(this.#isObject)) return this.#close();
          this.#state = this.#isObject ? "name" : "value";
          continue;
        case "name":
          if (code !== 0x22) throw this.#fault(t("a name in double quotes is expected here."));
          this.#nameStart = this.#start = this.#at++;
          this.#state = "nameText";
          continue;
        case "colon":
          if (code !== 0x3a) throw this.#fault(t("a colon is expected after the name."));
          this.#at++;
          this.#state = "value";
          continue;
        case "after": {
          const close = closing(this.#isObject);
          if (code === close) return this.#close();
          if (code !== 0x2c)
            throw this.#fault(t("a comma or {close} is expected here.", { close: String.fromCharCode(close) }));
          this.#at++;
          if (this.#skipSpace() === close) throw this.#fault(t("a comma needs another value after it."));
          this.#state = this.#isObject ? "name" : "value";
          continue;
        }
        case "end":
          throw this.#fault(t("nothing may follow the end of the value."));
        default:
          this.#state satisfies never;
      }
    }
  }

  name(most: number): Name | undefined {
    if (this.#nameStart < 0) return undefined;
    const { text } = this.#slice(this.#nameStart, this.#nameEnd, most);
    return { text, json: true };
  }

  literal(most: number): Literal {
    const { text, more } = this.#slice(this.#start, this.#end, most);
    const code = this.#bytes[this.#start] ?? 0;
    const kind = code === 0x22 ? "string" : code === 0x2d || (code >= 0x30 && code <= 0x39) ? "number" : "word";
    const type = kind === "word" ? (code === 0x6e ? "null" : "boolean") : kind;
    return { text, type, kind, json: !this.#unfinished, ...(more > 0 ? { more } : {}) };
  }

  container(): Container {
    return { kind: this.#kind, type: "" };
  }

  again(): Start {
    const from = this.#start;
    return () => new JsonReader(this.#bytes, { partial: this.#partial, from });
  }

  get #isObject(): boolean {
    return this.#open[this.#depth - 1] === 1;
  }

  /** @returns what to tell, undefined for the beginning of a string */
  #value(code: number): ReaderEvent | undefined {
    if (!this.#isObject || this.#depth === 0) this.#nameStart = -1;
    this.#start = this.#at;
    if (code === 0x7b || code === 0x5b) {
      if (this.#depth === deepest)
        throw this.#fault(t("nested deeper than {count} levels.", { count: deepest.toLocaleString("en") }));
      if (this.#depth === this.#open.length) {
        const larger = new Uint8Array(this.#open.length * 4);
        larger.set(this.#open);
        this.#open = larger;
      }
      this.#open[this.#depth++] = code === 0x7b ? 1 : 0;
      this.#kind = code === 0x7b ? "object" : "array";
      this.#at++;
      this.#state = "first";
      return "open";
    }
    if (code === 0x22) {
      this.#at++;
      this.#state = "text";
      return undefined;
    }
    this.#scalar(code);
    return "value";
  }

  #scalar(code: number): void {
    const bytes = this.#bytes;
    let end = this.#at + 1;
    while (end < bytes.length && isWordByte(bytes[end] ?? 0)) end++;
    if (end - this.#at > longestNumber) throw this.#fault(t("a number of this length is not read."));
    const text = bytes.toString("latin1", this.#at, end);
    if (!scalar.test(text)) {
      if (this.#partial && end === bytes.length && /^(t|tr|tru|f|fa|fal|fals|n|nu|nul|-|-?\d[\d.eE+-]*)$/.test(text))
        this.#unfinished = true;
      else throw this.#fault(code === 0x27 ? t("a string stands in double quotes.") : t("a value is expected here."));
    }
    this.#at = this.#end = end;
    this.#valueEnded();
  }

  #close(): ReaderEvent {
    this.#kind = this.#isObject ? "object" : "array";
    this.#depth--;
    this.#at++;
    this.#valueEnded();
    return "close";
  }

  #valueEnded(): void {
    this.#state = this.#depth === 0 ? "end" : "after";
  }

  /** Goes on within a string. @returns what to tell, undefined after a name */
  #string(): ReaderEvent | undefined {
    const bytes = this.#bytes;
    const stop = Math.min(this.#at + stringSlice, bytes.length);
    let at = this.#at;
    for (; at < stop; at++) {
      const code = bytes[at] ?? 0;
      if (code === 0x22) {
        this.#at = at + 1;
        if (this.#state === "nameText") {
          this.#nameEnd = at + 1;
          this.#state = "colon";
          return undefined;
        }
        this.#end = at + 1;
        this.#valueEnded();
        return "value";
      }
      if (code === 0x5c) {
        const length = escapeLength(bytes, at);
        if (length === 0) {
          if (this.#partial && at + 6 > bytes.length) {
            at = bytes.length;
            break;
          }
          this.#at = at;
          throw this.#fault(t("this is not an escape that JSON knows."));
        }
        at += length - 1;
      } else if (code < 0x20) {
        const lineEnd = code === 0x0a || code === 0x0d;
        this.#at = lineEnd ? this.#start : at;
        throw this.#fault(
          lineEnd
            ? t("this string has no end.")
            : t("a control character inside a string is written as an escape, such as \\t."),
        );
      }
    }
    this.#at = at;
    return at >= bytes.length ? this.#ended() : "more";
  }

  #ended(): ReaderEvent {
    if (this.#partial) {
      const unfinished = this.#state === "text";
      this.#state = "end";
      if (!unfinished) return "end";
      this.#end = this.#bytes.length;
      this.#unfinished = true;
      // What is open stays open: the bytes end here.
      this.#depth = 0;
      return "value";
    }
    const close = String.fromCharCode(closing(this.#isObject));
    switch (this.#state) {
      case "end":
        return "end";
      case "text":
      case "nameText":
        this.#at = this.#start;
        throw this.#fault(t("this string has no end."));
      case "after":
      case "first":
      case "name":
        throw this.#fault(t("the text ends, but {close} is missing.", { close }));
      case "colon":
        throw this.#fault(t("a colon is expected after the name."));
      case "value":
        throw this.#fault(t("the text ends where a value should be."));
      default:
        return this.#state satisfies never;
    }
  }

  #skipSpace(): number | undefined {
    const bytes = this.#bytes;
    for (let at = this.#at; ; at++) {
      const code = bytes[at];
      if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) continue;
      this.#at = at;
      return code;
    }
  }

  #slice(start: number, end: number, most: number): { text: string; more: number } {
    const bytes = this.#bytes;
    if (end - start <= most) return { text: bytes.toString("utf8", start, end), more: 0 };
    let cut = start + most;
    while (cut > start && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--;
    return { text: bytes.toString("utf8", start, cut), more: end - cut };
  }

  #fault(reason: string): BrokerError {
    const bytes = this.#bytes;
    let line = 1;
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0 && end < this.#at; end = bytes.indexOf(0x0a, end + 1)) {
      line++;
      start = end + 1;
    }
    // Characters before it; of a very long line, bytes.
    const before = this.#at - start;
    const column = 1 + (before > 1 << 20 ? before : bytes.toString("utf8", start, this.#at).length);
    return new BrokerError("invalid", t("Line {line}, column {column}: {reason}", { line, column, reason }), {
      field: "body",
    });
  }
}

const longestNumber = 100_000;

const scalar = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

function closing(object: boolean): number {
  return object ? 0x7d : 0x5d;
}

function isWordByte(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2b ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  );
}

/** 2 for each byte that may stand behind a backslash alone. */
const simpleEscapes = Uint8Array.from({ length: 256 }, (_, code) =>
  '"\\/bfnrt'.includes(String.fromCharCode(code)) ? 2 : 0,
);

/** 0 when it is none. */
function escapeLength(bytes: Buffer, at: number): number {
  const code = bytes[at + 1] ?? 0;
  if (code !== 0x75) return simpleEscapes[code] ?? 0;
  for (let digit = 2; digit < 6; digit++) {
    const hex = bytes[at + digit] ?? 0;
    if (!((hex >= 0x30 && hex <= 0x39) || (hex >= 0x41 && hex <= 0x46) || (hex >= 0x61 && hex <= 0x66))) return 0;
  }
  return 6;
}
