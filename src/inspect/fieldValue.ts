import type { Header, Value } from "../broker/values.ts";
import type { BuiltInField, ColumnField, FieldStep } from "../protocol/columns.ts";
import { ackStates } from "../protocol/rows.ts";
import type { Envelope } from "./envelope.ts";
import type { MessageLog } from "./log.ts";
import { guessType, preview } from "./preview.ts";
import { JsonPath } from "./query/jsonPath.ts";
import { newGlance, newRecordBytes } from "./record.ts";

/** Longer texts are cut: nobody reads more in a cell, and what they are sorted by is kept. */
const longestText = 200;
/** How far into a body a value is looked for: what lies beyond would take too long where many bodies are looked into. */
const searchedBytes = 256 * 1024;

/** Reads what messages of a log have in one field: as text for a cell, as a number or a text to sort by. */
export class FieldReader {
  readonly #log: MessageLog;
  readonly #field: ColumnField;
  readonly #record = newRecordBytes();
  readonly #glance = newGlance();
  readonly #path: JsonPath | undefined;
  /** Where the path led to. */
  #start = 0;
  #end = 0;

  constructor(log: MessageLog, field: ColumnField) {
    this.#log = log;
    this.#field = field;
    if (field.of === "path")
      this.#path = new JsonPath(field.steps.map(stepOf), (_, start, end) => {
        this.#start = start;
        this.#end = end;
        return true;
      });
  }

  /** @param envelope of that message, where it has been read already */
  text(slot: number, envelope?: Envelope): string {
    const value = this.#read(slot, envelope, false);
    return value === undefined ? "" : String(value);
  }

  /** What the message is sorted by: a number is one, whatever its type; undefined = it has none. */
  value(slot: number): number | string | undefined {
    return this.#read(slot, undefined, true);
  }

  #read(slot: number, envelope: Envelope | undefined, sorted: boolean): number | string | undefined {
    const log = this.#log;
    const field = this.#field;
    if (log.isMarker(slot)) return field.of === "builtIn" ? this.#ofMarker(slot, field.name) : undefined;
    switch (field.of) {
      case "builtIn":
        return this.#builtIn(slot, field.name, envelope, sorted);
      case "property": {
        const text = propertyOf(envelope ?? log.envelope(slot), field.name, log.isPersistent(slot));
        return sorted ? numberIn(text) : cut(text);
      }
      case "header":
        return headerValue((envelope ?? log.envelope(slot)).headers, field.steps, sorted);
      case "path":
        return this.#inBody(slot, sorted);
      default:
        return field satisfies never;
    }
  }

  #ofMarker(slot: number, name: BuiltInField): number | string | undefined {
    if (name === "time" || name === "age") return this.#log.time(slot);
    return name === "seq" ? this.#log.seq(slot) : undefined;
  }

  #builtIn(
    slot: number,
    name: BuiltInField,
    known: Envelope | undefined,
    sorted: boolean,
  ): number | string | undefined {
    const log = this.#log;
    const record = this.#record;
    const glance = this.#glance;
    switch (name) {
      case "time":
        return log.time(slot);
      case "age":
        return -log.time(slot);
      case "state":
        return ackStates.indexOf(log.state(slot));
      case "size":
        return log.size(slot);
      case "seq":
        return log.seq(slot);
      case "exchange":
        return cut((known ?? log.envelope(slot)).origin);
      case "position": {
        const { position } = known ?? log.envelope(slot);
        return sorted ? numberIn(position) : cut(position);
      }
      case "key":
        log.locate(slot, record);
        log.glance(record, glance);
        return cut(
          glance.key ??
            record.buffer.toString("utf8", glance.keyStart, Math.min(glance.keyEnd, glance.keyStart + longestText * 4)),
        );
      case "type":
        log.locate(slot, record);
        log.glance(record, glance);
        return cut(glance.contentType ?? guessType(record.buffer.subarray(record.bodyStart, record.end)));
      case "deliveries":
        log.locate(slot, record);
        log.glance(record, glance);
        // What was delivered before and is not counted was so once at least.
        return glance.deliveryCount >= 0 ? glance.deliveryCount : log.isRedelivered(slot) ? 1 : 0;
      case "preview":
        log.locate(slot, record);
        return preview(record.buffer.subarray(record.bodyStart, record.end));
      default:
        return name satisfies never;
    }
  }

  #inBody(slot: number, sorted: boolean): number | string | undefined {
    const record = this.#record;
    this.#log.locate(slot, record);
    const { buffer } = record;
    this.#path?.begin(buffer, record.bodyStart, record.end);
    if (this.#path?.run(searchedBytes) !== true) return undefined;
    const first = buffer[this.#start] ?? 0;
    if (first === quote) return stringIn(buffer, this.#start + 1, this.#end - 1);
    const text = buffer.toString("utf8", this.#start, Math.min(this.#end, this.#start + longestText * 4));
    if (!sorted) return cut(text);
    if (text === "null") return undefined;
    const number = first === minus || (first >= digit0 && first <= digit9) ? Number(text) : NaN;
    return Number.isNaN(number) ? cut(text) : number;
  }
}

const [quote, minus, digit0, digit9] = [0x22, 0x2d, 0x30, 0x39];

function stepOf(step: FieldStep): { readonly name: string } | { readonly index: number } {
  return typeof step === "number" ? { index: step } : { name: step };
}

/** The beginning of the text that is written in JSON in these bytes, without its quotes. */
function stringIn(buffer: Buffer, start: number, end: number): string | undefined {
  const text = buffer.toString("utf8", start, Math.min(end, start + longestText * 6));
  if (!text.includes("\\")) return cut(text);
  try {
    return cut(JSON.parse(`"${withoutHalfEscape(text)}"`) as string);
  } catch {
    return cut(text);
  }
}

/** Without an escape at the end that was cut in the middle. */
function withoutHalfEscape(text: string): string {
  const last = /(?:^|[^\\])(?:\\\\)*(\\(?:u[0-9a-f]{0,3})?)$/i.exec(text)?.[1];
  return last === undefined ? text : text.slice(0, -last.length);
}

/** A property by its name, and what the contract keeps beside them. */
function propertyOf(envelope: Envelope, name: string, persistent: boolean | undefined): string | undefined {
  if (Object.hasOwn(envelope.properties, name)) return envelope.properties[name];
  if (name === "contentType" || name === "contentEncoding") return envelope[name];
  return name === "persistent" && persistent !== undefined ? String(persistent) : undefined;
}

function headerValue(
  headers: readonly Header[],
  steps: readonly FieldStep[],
  sorted: boolean,
): number | string | undefined {
  // A header's own name may have points in it.
  const whole = steps.join(".");
  const direct = headers.find(({ name }) => name === whole);
  const value = direct ? direct.value : inside({ type: "table", entries: headers }, steps);
  if (!value) return undefined;
  if (!("value" in value)) return cut(plainText(value));
  if (value.type === "null") return sorted ? undefined : "null";
  if (!sorted || value.type === "string" || value.type === "bytes" || value.type === "boolean") return cut(value.value);
  const number = Number(value.value);
  return Number.isNaN(number) ? cut(value.value) : number;
}

function inside(value: Value, steps: readonly FieldStep[]): Value | undefined {
  let at: Value | undefined = value;
  for (const step of steps) {
    if (at?.type === "table") at = at.entries.find(({ name }) => name === String(step))?.value;
    else if (at?.type === "array") at = at.items[Number(step)];
    else return undefined;
  }
  return at;
}

/** A table or an array, as one would write it in JSON. */
function plainText(value: Value): string {
  if (value.type === "table")
    return `{${value.entries.map((each) => `${JSON.stringify(each.name)}:${plainText(each.value)}`).join(",")}}`;
  if (value.type === "array") return `[${value.items.map(plainText).join(",")}]`;
  return value.type === "string" ? JSON.stringify(value.value) : value.value;
}

/** A number where the text is one. */
function numberIn(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : cut(text);
}

function cut(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= longestText) return text;
  // A copy: a part of a text would keep the whole of it in memory.
  return Buffer.from(text.slice(0, longestText)).toString();
}
