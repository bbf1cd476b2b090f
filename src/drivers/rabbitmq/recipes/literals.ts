/** Texts and typed values as they are written in a program. */
import { t } from "@vscode/l10n";
import type { Header, ScalarType, Value } from "../../../broker/values.ts";

// Controls, bidirectional and invisible marks, line separators, byte order mark.
const hidden = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A text in double quotes, escaped as JavaScript, Python, Java, Go and C# all read it. Nothing in it can end the literal,
 * or a line of a comment, or make a reader see something else than the compiler does.
 */
export function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(hidden, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** How a language writes typed values. */
export interface Notation {
  /** undefined = as an object of this type cannot be written; see {@link Notation.instead}. */
  scalar(type: ScalarType, text: string): string | undefined;
  /** What is taken for a type that the client library cannot send. */
  instead(type: ScalarType, text: string): { readonly type: ScalarType; readonly text: string };
  array(items: readonly string[]): string;
  table(entries: readonly (readonly [name: string, literal: string])[]): string;
}

/** Headers in one language, and sentences about what it cannot say. */
export interface WrittenHeaders {
  readonly entries: readonly (readonly [name: string, literal: string])[];
  readonly notes: readonly string[];
}

export function writeHeaders(headers: readonly Header[], notation: Notation): WrittenHeaders {
  const notes: string[] = [];
  const literal = (name: string, value: Value): string => {
    if (value.type === "array") return notation.array(value.items.map((item) => literal(name, item)));
    if (value.type === "table")
      return notation.table(value.entries.map((entry) => [entry.name, literal(entry.name, entry.value)]));
    const own = notation.scalar(value.type, value.value);
    if (own !== undefined) return own;
    const { type, text } = notation.instead(value.type, value.value);
    notes.push(
      t("The header {name} is of the type {type}, which cannot be sent from here: it goes as {instead}.", {
        name: quoted(name),
        type: value.type,
        instead: type,
      }),
    );
    return notation.scalar(type, text) ?? quoted(text);
  };
  return { entries: headers.map(({ name, value }) => [name, literal(name, value)]), notes };
}

/** The signed type that holds every value of an unsigned one, and text for what has no number. */
export function widened(type: ScalarType, text: string): { readonly type: ScalarType; readonly text: string } {
  switch (type) {
    case "uint8":
      return { type: "int16", text };
    case "uint16":
      return { type: "int32", text };
    case "int8":
    case "int16":
    case "int32":
    case "uint32":
    case "timestamp":
      return { type: "int64", text };
    case "float":
      return { type: "double", text };
    default:
      return { type: "string", text };
  }
}

/** Comment lines, each behind `mark`. */
export function comments(mark: string, lines: readonly string[]): string {
  return lines.map((line) => `${mark} ${line}\n`).join("");
}

/** The places and the digits of a decimal without its point. */
export function decimalParts(text: string): { readonly places: number; readonly digits: string } {
  const [whole = "", fraction = ""] = text.split(".");
  return { places: fraction.length, digits: String(BigInt(whole + fraction)) };
}

/** Lines indented by as many spaces. */
export function indented(text: string, by: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(by)}`);
}
