import type { Header, ScalarType } from "./values.ts";

/**
 * A question with fields, described by a driver and asked by whatever page or prompt is at hand, so that a new broker
 * needs no new page.
 */
export interface Form {
  /** Unique among the forms of one verb: "queue", "exchange". */
  readonly id: string;
  readonly title: string;
  /** The word on the button: "Create queue". */
  readonly submit: string;
  /** A sentence above the fields. */
  readonly note?: string;
  readonly fields: readonly Field[];
  /** Of `publish`: what a message cannot have here, so that nobody is asked for it. */
  readonly lacks?: readonly MessagePart[];
}

/** What the publish page asks for whatever the broker, unless messages lack it there. */
export type MessagePart = "contentType" | "contentEncoding" | "persistent" | "headers";

export interface Field {
  readonly name: string;
  readonly label: string;
  /** `table` = typed name/value pairs. A number is text of digits, checked against `scalar`. */
  readonly type: "text" | "number" | "boolean" | "choice" | "table";
  /** For numbers: the type whose range holds; for tables: the types offered come from all of them. */
  readonly scalar?: ScalarType;
  readonly help?: string;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly default?: FieldValue;
  readonly choices?: readonly Choice[];
  /** Names to complete from, not to choose from: exchanges, queues. */
  readonly suggestions?: readonly string[];
  /** Shown only while another field has one of these values ("true"/"false" for a boolean). */
  readonly when?: { readonly field: string; readonly is: readonly string[] };
  /** Fields with the same word stand together under it; those of the group "advanced" start collapsed. */
  readonly group?: string;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly help?: string;
}

/** Text for text, numbers and choices; an empty text = not set. */
export type FieldValue = string | boolean | readonly Header[];

/** By the names of the fields. Absent = the default. */
export type Values = Readonly<Record<string, FieldValue>>;

/** The text of a field, trimmed; the empty string when it is not set. */
export function textOf(values: Values, name: string): string {
  const value = values[name];
  return typeof value === "string" ? value.trim() : "";
}

export function flagOf(values: Values, name: string): boolean {
  return values[name] === true || values[name] === "true";
}

export function tableOf(values: Values, name: string): readonly Header[] {
  const value = values[name];
  return typeof value === "object" ? value : [];
}

/** Whether `field` is shown with these values. */
export function isShown(field: Field, values: Values, fields: readonly Field[]): boolean {
  if (!field.when) return true;
  const { field: other, is } = field.when;
  const value = values[other] ?? fields.find((each) => each.name === other)?.default;
  return typeof value !== "object" && is.includes(String(value ?? ""));
}
