import type { Header, Value } from "../../broker/values.ts";
import { type Envelope, jsonShape, lengthBytes, readLength } from "../envelope.ts";
import type { MessageLog } from "../log.ts";
import { guessType } from "../preview.ts";
import { newRecordBytes } from "../record.ts";
import { cost } from "./costs.ts";
import { Each } from "./matcher.ts";
import type { Field, Step, Test } from "./query.ts";
import { isInRecord, PerShape, startOfText, valueTexts } from "./shapes.ts";
import type { TextTest } from "./valueTest.ts";

type EnvelopeField = Exclude<Field, { readonly of: "path" }>;

/** Whether a message's envelope matches, as far as its shape says it: else where in the record the text stands. */
type Plan = boolean | { readonly places: readonly { readonly nth: number; readonly header?: HeaderPlan }[] };

/** For a header that is a table or an array: the way from there. */
interface HeaderPlan {
  readonly type: string;
  readonly steps: readonly Step[];
}

/** Something of a message besides its body: only what is asked for is decoded. */
export function fieldMatcher(log: MessageLog, field: EnvelopeField, test: Test, passes: TextTest): Each {
  const plans = new PerShape((shape) => planOf(log, shape, field, passes));
  const record = newRecordBytes();
  return new Each(test.op === "regex" ? cost.regex : cost.field, (slot) => {
    if (log.isMarker(slot)) return false;
    log.locate(slot, record);
    const { shape, buffer, start } = record;
    if (shape === jsonShape)
      return envelopeMatches(log.envelope(slot), field, passes) || guessed(log, slot, field, passes);
    const plan = plans.of(shape);
    if (plan === true) return true;
    if (plan !== false)
      for (const { nth, header } of plan.places) {
        const at = startOfText(buffer, start, nth);
        const length = readLength(buffer, at);
        const from = at + lengthBytes(length);
        const text = buffer.toString("utf8", from, from + length);
        if (header ? valueMatches(parsed(header.type, text), header.steps, passes) : passes(text)) return true;
      }
    return guessed(log, slot, field, passes);
  });
}

/** What the column "type" shows when nothing says what a body is. */
function guessed(log: MessageLog, slot: number, field: EnvelopeField, passes: TextTest): boolean {
  if (field.of !== "type") return false;
  const isSaid = log.envelope(slot).contentType !== undefined;
  return !isSaid && passes(guessType(log.body(slot)));
}

function planOf(log: MessageLog, shape: number, field: EnvelopeField, passes: TextTest): Plan {
  const places: { readonly nth: number; readonly header?: HeaderPlan }[] = [];
  let nth = -1;
  for (const { part, type, name } of log.partsOfShape(shape)) {
    const here = isInRecord(part) ? ++nth : -1;
    if (field.of === "header") {
      if (part !== "header") continue;
      for (const steps of waysFrom(name, field.steps))
        if (type === "array" || type === "table") places.push({ nth: here, header: { type, steps } });
        else if (steps.length === 0) places.push({ nth: here });
    } else if (field.of === "property") {
      if (part === "property" && name === field.name) places.push({ nth: here });
    } else if (field.of === "type") {
      if (part === "contentType" && passes(name)) return true;
      if (part === "property" && name === "type") places.push({ nth: here });
    } else if (part === field.of) {
      if (here < 0) return passes(name);
      places.push({ nth: here });
    }
  }
  return places.length > 0 ? { places } : false;
}

function envelopeMatches(envelope: Envelope, field: EnvelopeField, passes: TextTest): boolean {
  const { properties, headers, contentType } = envelope;
  const isIn = (text: string | number | undefined): boolean => text !== undefined && passes(String(text));
  switch (field.of) {
    case "header":
      return headersMatch(headers, field.steps, passes);
    case "property":
      return isIn(Object.hasOwn(properties, field.name) ? properties[field.name] : undefined);
    case "type":
      return isIn(contentType) || isIn(properties["type"]);
    default:
      return isIn(envelope[field.of]);
  }
}

function headersMatch(headers: readonly Header[], steps: readonly Step[], passes: TextTest): boolean {
  return headers.some(({ name, value }) => waysFrom(name, steps).some((rest) => valueMatches(value, rest, passes)));
}

/** What of a path is left behind that name, which may itself have dots in it; empty when it leads elsewhere. */
function waysFrom(name: string, steps: readonly Step[]): (readonly Step[])[] {
  const ways: (readonly Step[])[] = [];
  let joined = "";
  for (const [at, step] of steps.entries()) {
    if ("all" in step && at === 0) ways.push(steps.slice(1));
    if (!("name" in step)) break;
    joined += at === 0 ? step.name : `.${step.name}`;
    if (joined === name) ways.push(steps.slice(at + 1));
    if (joined.length >= name.length) break;
  }
  return ways;
}

/** Without a step left: one of the texts in it passes. An array is gone through where no element is named. */
function valueMatches(value: Value, steps: readonly Step[], passes: TextTest): boolean {
  const [step, ...rest] = steps;
  if (!step) {
    if ("value" in value) return passes(value.value);
    const texts: string[] = [];
    valueTexts(value, texts);
    return texts.length === 0 ? passes("") : texts.some(passes);
  }
  if ("items" in value) {
    if ("index" in step) {
      const item = value.items[step.index];
      return item !== undefined && valueMatches(item, rest, passes);
    }
    return value.items.some((item) => valueMatches(item, "all" in step ? rest : steps, passes));
  }
  if (!("entries" in value)) return false;
  if ("all" in step) return value.entries.some((entry) => valueMatches(entry.value, rest, passes));
  return headersMatch(value.entries, steps, passes);
}

function parsed(type: string, text: string): Value {
  if (type === "array" || type === "table") return JSON.parse(text) as Value;
  return { type: "string", value: text };
}
