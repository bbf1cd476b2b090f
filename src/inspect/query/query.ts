/** What a filter says, once it has been read. */
import type { AckState } from "../../protocol/rows.ts";

export type Query =
  | { readonly kind: "and" | "or"; readonly parts: readonly Query[] }
  | { readonly kind: "not"; readonly part: Query }
  | Condition;

export type Condition =
  /** Anywhere in a message, without regard to case. */
  | { readonly kind: "text"; readonly text: string }
  /** Anywhere in a message. */
  | ({ readonly kind: "regex" } & Pattern)
  | { readonly kind: "field"; readonly field: Field; readonly test: Test }
  | { readonly kind: "size"; readonly comparison: Comparison; readonly bytes: number }
  | { readonly kind: "age"; readonly comparison: Comparison; readonly milliseconds: number }
  /** `moment` as it was written: a time of day is one of the day on which it is asked. */
  | { readonly kind: "time"; readonly comparison: Comparison; readonly moment: string }
  | { readonly kind: "state"; readonly states: readonly AckState[]; readonly negated: boolean }
  | { readonly kind: "flag"; readonly flag: "redelivered" | "persistent"; readonly value: boolean };

export interface Pattern {
  readonly source: string;
  readonly flags: string;
}

/** What is compared. */
export type Field =
  | { readonly of: "key" | "origin" | "position" | "contentType" | "contentEncoding" | "deliveryCount" }
  /** What the column "type" shows, or the property of that name. */
  | { readonly of: "type" }
  | { readonly of: "property"; readonly name: string }
  /** A header, or a value inside of one that is a table. */
  | { readonly of: "header"; readonly steps: readonly Step[] }
  /** A value in a body of JSON. */
  | { readonly of: "path"; readonly steps: readonly Step[] };

/** `all` = every element, or every member. */
export type Step = { readonly name: string } | { readonly index: number } | { readonly all: true };

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

export type Test =
  | { readonly op: "exists" }
  /** Without regard to case. */
  | { readonly op: "contains"; readonly text: string }
  /** The whole text, without regard to case: * for anything, ? for one character. */
  | { readonly op: "glob"; readonly pattern: string }
  | ({ readonly op: "regex" } & Pattern)
  /** `quoted`: it is text even if it looks like something else. */
  | { readonly op: Comparison; readonly value: string; readonly quoted: boolean };
