/**
 * The files of the undo journal. The first line says what was done; each line after it is a message as in an exported file
 * ({@link messageFormat}), in the order in which it was taken.
 */
import { t } from "@vscode/l10n";
import { type Node, type Verb, verbs } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";

/** The value of `format` in the first line. */
export const journalFormat = "mq-journal/1";

/** Bytes of the first line at most. */
export const longestHead = 64 * 1024;

export const journaledActs = ["purge", "delete", "move", "ack", "reject", "remove"] as const;
/** What took the messages away. `remove` = single ones of a browse. */
export type JournaledAct = (typeof journaledActs)[number];

/** What the first line says. No secrets: a connection is only named. */
export interface JournalHead {
  /** Milliseconds since 1970. */
  readonly when: number;
  readonly what: JournaledAct;
  readonly connection: { readonly id: string; readonly name: string };
  /** Where the messages were, enough of it to find it again. */
  readonly node: Pick<Node, "id" | "kind" | "name" | "variant" | "verbs" | "expandable">;
  /** How many there were to be, as far as was known. */
  readonly expected?: number;
}

/** With its line end. */
export function headLine({ when, what, connection, node, expected }: JournalHead): string {
  const { id, kind, name, variant, verbs: allowed, expandable } = node;
  const line = {
    format: journalFormat,
    when: new Date(when).toISOString(),
    what,
    connection: { id: connection.id, name: connection.name },
    node: { id, kind, name, variant, verbs: allowed, expandable },
    expected,
  };
  return `${JSON.stringify(line)}\n`;
}

/** @throws BrokerError `invalid` with a sentence that says what is wrong with it */
export function readHead(line: string): JournalHead {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw broken(t("It does not begin as a journal does: its first line is not JSON."));
  }
  if (!isRecord(value) || value["format"] !== journalFormat)
    throw broken(t("It is no journal: its first line does not say “{expected}”.", { expected: journalFormat }));
  const { when, what, connection, node, expected } = value;
  const time = typeof when === "string" ? Date.parse(when) : NaN;
  const act = journaledActs.find((each) => each === what);
  if (Number.isNaN(time) || !act || !isRecord(connection) || !isRecord(node))
    throw broken(t("Its first line does not say what was done when, and where."));
  const count = typeof expected === "number" && Number.isSafeInteger(expected) && expected >= 0 ? expected : undefined;
  return {
    when: time,
    what: act,
    connection: { id: textAt(connection, "id"), name: textAt(connection, "name") },
    node: {
      id: textAt(node, "id"),
      kind: textAt(node, "kind"),
      name: textAt(node, "name"),
      ...(typeof node["variant"] === "string" ? { variant: node["variant"] } : {}),
      verbs: Array.isArray(node["verbs"]) ? node["verbs"].filter(isVerb) : [],
      expandable: node["expandable"] === true,
    },
    ...(count === undefined ? {} : { expected: count }),
  };
}

/** Lines from … to, both included, counted as in the file. */
export type LineRange = readonly [number, number];

/** What is known of a journal besides what is in it: kept in a file beside it. */
export interface JournalState {
  /** How many messages it holds; absent when writing it was interrupted. */
  readonly count?: number;
  /** The lines whose messages were published again and confirmed, in order. */
  readonly restored: readonly LineRange[];
  /** Milliseconds since 1970, of the last one. */
  readonly restoredAt?: number;
}

export const emptyState: JournalState = { restored: [] };

/** What cannot be read counts as nothing: then more is restored, not less. */
export function readState(text: string): JournalState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return emptyState;
  }
  if (!isRecord(value)) return emptyState;
  const { count, restored, restoredAt } = value;
  return {
    ...(isCount(count) ? { count } : {}),
    restored: Array.isArray(restored) ? mergedRanges(restored.filter(isRange)) : [],
    ...(isCount(restoredAt) ? { restoredAt } : {}),
  };
}

/** In order, none touching another. */
export function mergedRanges(ranges: readonly LineRange[]): readonly LineRange[] {
  const merged: [number, number][] = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** How many lines they hold. */
export function linesIn(ranges: readonly LineRange[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

function isRange(value: unknown): value is LineRange {
  return Array.isArray(value) && value.length === 2 && value.every(isCount) && Number(value[0]) <= Number(value[1]);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isVerb(value: unknown): value is Verb {
  return (verbs as readonly unknown[]).includes(value);
}

type JsonRecord = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textAt(value: JsonRecord, name: string): string {
  const text = value[name];
  if (typeof text !== "string") throw broken(t("Its first line does not say what was done when, and where."));
  return text;
}

function broken(sentence: string): BrokerError {
  return new BrokerError("invalid", sentence);
}
