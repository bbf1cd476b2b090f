import { fieldOf, type FieldStep, type KnownFields, parseField, propertyField } from "../protocol/columns.ts";
import type { Header } from "../broker/values.ts";
import type { RowWriter } from "../protocol/rows.ts";
import { FieldReader } from "./fieldValue.ts";
import type { MessageLog } from "./log.ts";
import { previewText } from "./preview.ts";

/** Reads the texts of columns beyond those that every row has. */
export class ExtraTexts {
  readonly #log: MessageLog;
  readonly #readers = new Map<string, FieldReader | undefined>();

  constructor(log: MessageLog) {
    this.#log = log;
  }

  /** Writes one text for each field. */
  write(slot: number, fields: readonly string[], writer: RowWriter): void {
    const envelope = this.#log.isMarker(slot) ? undefined : this.#log.envelope(slot);
    for (const field of fields) {
      const text = envelope && this.#reader(field)?.text(slot, envelope);
      writer.text(text === undefined ? "" : previewText(text));
    }
  }

  #reader(field: string): FieldReader | undefined {
    if (this.#readers.has(field)) return this.#readers.get(field);
    // What was once a column and is none any more.
    if (this.#readers.size > 100) this.#readers.clear();
    const parsed = parseField(field);
    const reader = parsed && new FieldReader(this.#log, parsed);
    this.#readers.set(field, reader);
    return reader;
  }
}

/** How many of the newest messages are looked at, and how many of their bodies, to know what they have. */
const messagesLookedAt = 200;
const bodiesLookedAt = 20;
const largestBody = 64 * 1024;
const deepestPath = 4;
const mostNames = 60;

/** What the newest messages have that could be a column. Looks at so few that it takes a moment only. */
export function knownFields(log: MessageLog): KnownFields {
  const headers = new Set<string>();
  const properties = new Set<string>();
  const paths = new Set<string>();
  let bodies = 0;
  const first = Math.max(0, log.count - messagesLookedAt);
  for (let position = log.count - 1; position >= first; position--) {
    const slot = log.slotAt(position);
    if (log.isMarker(slot)) continue;
    const { headers: own, properties: named, contentEncoding } = log.envelope(slot);
    addHeaders(headers, own, []);
    for (const name of Object.keys(named)) properties.add(propertyField(name));
    if (contentEncoding !== undefined) properties.add("contentEncoding");
    if (log.isPersistent(slot) !== undefined) properties.add("persistent");
    if (bodies < bodiesLookedAt && addPaths(paths, log.body(slot))) bodies++;
  }
  return { headers: sorted(headers), properties: sorted(properties), paths: sorted(paths) };
}

function addHeaders(found: Set<string>, headers: readonly Header[], outer: readonly FieldStep[]): void {
  for (const { name, value } of headers) {
    const steps = [...outer, name];
    if (value.type === "table" && outer.length < 2) addHeaders(found, value.entries, steps);
    else add(found, fieldOf("header", steps));
  }
}

/** @returns whether it was a body of JSON */
function addPaths(found: Set<string>, body: Buffer): boolean {
  if (body.length === 0 || body.length > largestBody || (body[0] !== 0x7b && body[0] !== 0x5b)) return false;
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return false;
  }
  collect(found, value, []);
  return true;
}

function collect(found: Set<string>, value: unknown, steps: readonly FieldStep[]): void {
  if (found.size >= mostNames) return;
  if (Array.isArray(value)) {
    if (value.length > 0 && steps.length < deepestPath) collect(found, value[0], [...steps, 0]);
  } else if (typeof value === "object" && value !== null) {
    if (steps.length >= deepestPath) return;
    for (const [name, member] of Object.entries(value)) collect(found, member, [...steps, name]);
  } else if (steps.length > 0) add(found, fieldOf("$", steps));
}

function add(found: Set<string>, field: string): void {
  if (found.size < mostNames && parseField(field)) found.add(field);
}

function sorted(names: ReadonlySet<string>): string[] {
  return [...names].sort();
}
