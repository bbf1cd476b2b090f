/**
 * Reading structured data from front to back, one value at a time: without building it, without recursion and without
 * running any of it, so that neither size nor depth nor content does harm. Each format has its reader; the tree and the
 * indented text are made from any of them.
 */
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import type { BodyNode } from "../../protocol/body.ts";

/**
 * `open` and `close` of an object or array, a `value`, the `end`; `more` = within a very long value: call again.
 */
export type ReaderEvent = "open" | "close" | "value" | "more" | "end";

export interface Literal {
  /** As text, in JSON where JSON can hold it, else in the diagnostic notation of RFC 8949: `h'00ff'`, `1(1700000000)`. */
  readonly text: string;
  readonly type: string;
  readonly kind: Exclude<BodyNode["kind"], "object" | "array">;
  /** Whether `text` is JSON. */
  readonly json: boolean;
  /** Characters or bytes that were left out. */
  readonly more?: number;
}

export interface Container {
  readonly kind: "object" | "array";
  /** What it is besides: "tag 32", "Order"; "" for nothing. */
  readonly type: string;
  /** What stands before and behind its brackets in the indented text: `32(` and `)`. */
  readonly before?: string;
  readonly after?: string;
}

export interface Name {
  /** What stands before the colon: `"id"`, `7`. */
  readonly text: string;
  /** Whether it is a JSON string. */
  readonly json: boolean;
}

export interface Reader {
  /** Goes on to what comes next. @throws BrokerError `invalid` with the place and the reason */
  next(): ReaderEvent;
  /** Under which name stands what `next` gave, in an object; undefined elsewhere. At most about `most` characters. */
  name(most: number): Name | undefined;
  /** The value that `next` gave, with at most about `most` characters of it. */
  literal(most: number): Literal;
  /** What `next` opened, or closed. */
  container(): Container;
  /** How to read again, from its `open` on, what `next` opened. */
  again(): Start;
}

/** Begins reading; the first event is that of one whole value. */
export type Start = () => Reader;

/** Levels that are read at most. */
export const deepest = 1_000_000;

/** What names a value in a map whose keys may be of any type: its key; or, where that is a container, its part of the pair. */
export type MapName = "no" | "key" | "long key" | "long value";

/** @param key reads the key, if there is one to read */
export function mapName(named: MapName, key: () => Literal): Name | undefined {
  switch (named) {
    case "no":
      return undefined;
    case "key": {
      const { text, json, type } = key();
      return { text, json: json && type === "string" };
    }
    case "long key":
      return { text: "key", json: false };
    case "long value":
      return { text: "value", json: false };
  }
}

/** After the whole value, which ends at `at` of `length` bytes. @throws BrokerError `invalid` when more follows and must not */
export function endAt(at: number, length: number, mayFollow: boolean): "end" {
  const rest = length - at;
  if (mayFollow || rest <= 0) return "end";
  throw faultAt(at, t("{count} bytes follow the end of the value.", { count: rest }));
}

/** Data that ends or goes wrong within a value. */
export function faultAt(offset: number, reason: string): BrokerError {
  return new BrokerError("invalid", t("Byte {offset}: {reason}", { offset: offset.toLocaleString("en"), reason }), {
    field: "body",
  });
}

export function tooDeep(offset: number): BrokerError {
  return faultAt(offset, t("nested deeper than {count} levels.", { count: deepest.toLocaleString("en") }));
}

/** Text as a JSON string, cut to about `most` characters. */
export function quoted(text: string, most: number): Pick<Literal, "text" | "more"> {
  if (text.length <= most) return { text: JSON.stringify(text) };
  return { text: JSON.stringify(text.slice(0, most)), more: text.length - most };
}

/** Bytes as RFC 8949 writes them, cut to about `most` characters. */
export function hexLiteral(bytes: Uint8Array, most: number): Pick<Literal, "text" | "more"> {
  const shown = Math.min(bytes.length, Math.ceil(most / 2));
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, shown).toString("hex");
  return { text: `h'${hex}'`, ...(shown < bytes.length ? { more: bytes.length - shown } : {}) };
}

/** A floating-point number as JSON or RFC 8949 writes it: always told from an integer. */
export function floatText(value: number): { readonly text: string; readonly json: boolean } {
  if (Number.isNaN(value)) return { text: "NaN", json: false };
  if (!Number.isFinite(value)) return { text: value < 0 ? "-Infinity" : "Infinity", json: false };
  if (Object.is(value, -0)) return { text: "-0.0", json: true };
  const text = String(value);
  return { text: /[.e]/.test(text) ? text : `${text}.0`, json: true };
}

/** A moment in ISO 8601; undefined for what no calendar of JavaScript holds. */
export function isoTime(seconds: number | bigint, nanos = 0): string | undefined {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  const whole = date.toISOString().slice(0, -5);
  const fraction =
    nanos === 0
      ? ""
      : `.${String(nanos)
          .padStart(9, "0")
          .replace(/(000)+$/, "")}`;
  return `${whole}${fraction}Z`;
}

/** Reads text from bytes that say that they are UTF-8. */
export function utf8(bytes: Buffer, start: number, end: number, most: number): { text: string; more: number } {
  if (end - start <= most * 4) {
    const text = bytes.toString("utf8", start, end);
    return text.length <= most ? { text, more: 0 } : { text: text.slice(0, most), more: text.length - most };
  }
  const text = bytes.toString("utf8", start, start + most * 4).slice(0, most);
  return { text, more: end - start - Buffer.byteLength(text) };
}
