import type { TimeRange } from "../../protocol/filter.ts";
import type { MessageLog } from "../log.ts";
import { cost } from "./costs.ts";
import { decimal } from "./decimal.ts";
import { fieldMatcher } from "./fieldMatcher.ts";
import { All, Any, Each, type Matcher, None } from "./matcher.ts";
import { PathMatcher } from "./pathMatcher.ts";
import type { Condition, Field, Query, Test } from "./query.ts";
import { RegexMatcher } from "./regexMatcher.ts";
import { TextMatcher } from "./textMatcher.ts";
import { parseMoment } from "./units.ts";
import { holds, momentTest, numberTest, secondsTest, textTest, type TextTest } from "./valueTest.ts";

/** Decides which messages of a log are shown. */
export interface Filter {
  readonly matcher: Matcher;
  /** The patterns in it, as they were written. They may take for ever. */
  readonly patterns: readonly string[];
  /** Whether it asks for the ack state, which changes. */
  readonly asksState: boolean;
  /** The ages that it asks for, in milliseconds: messages grow older than these while they are shown. */
  readonly ages: readonly number[];
  /** What ages are counted to; moved on by whoever keeps the view of it up to date. */
  readonly clock: Clock;
}

/** Milliseconds since 1970. */
export interface Clock {
  now: number;
}

/**
 * @param query undefined = everything
 * @param now milliseconds since 1970: what "5m ago" and "14:03" are counted from
 * @param range only what arrived in it
 * @returns undefined when it would let everything through
 */
export function compileQuery(
  log: MessageLog,
  query: Query | undefined,
  now: number,
  range?: TimeRange,
): Filter | undefined {
  const matchers: Matcher[] = [];
  if (range) matchers.push(new Each(cost.number, (slot) => isIn(range, log.time(slot))));
  const clock = { now };
  if (query) matchers.push(matcherOf(log, query, clock));
  const [first] = matchers;
  if (!first) return undefined;
  const conditions = query ? conditionsOf(query) : [];
  return {
    matcher: matchers.length === 1 ? first : new All(matchers),
    patterns: conditions.flatMap(patternsOf),
    asksState: conditions.some(({ kind }) => kind === "state"),
    ages: conditions.flatMap((condition) => (condition.kind === "age" ? [condition.milliseconds] : [])),
    clock,
  };
}

function matcherOf(log: MessageLog, query: Query, clock: Clock): Matcher {
  switch (query.kind) {
    case "and":
      return new All(query.parts.map((part) => matcherOf(log, part, clock)));
    case "or":
      return new Any(query.parts.map((part) => matcherOf(log, part, clock)));
    case "not":
      // A marker tells what was not seen: it is no message that does not match.
      return new All([
        new Each(cost.number, (slot) => !log.isMarker(slot)),
        new None(matcherOf(log, query.part, clock)),
      ]);
    case "text":
      return new TextMatcher(log, query.text);
    case "regex":
      return new RegexMatcher(log, query);
    case "field":
      return fieldOf(log, query.field, query.test, clock.now);
    default:
      return numbered(log, query, clock);
  }
}

function fieldOf(log: MessageLog, field: Field, test: Test, now: number): Matcher {
  if (field.of === "path") return new PathMatcher(log, field.steps, test);
  return fieldMatcher(log, field, test, passesOf(field, test, now));
}

function passesOf(field: Field, test: Test, now: number): TextTest {
  if (field.of === "property" && field.name === "timestamp") return secondsTest(test, now);
  if ("value" in test) {
    const number = decimal(test.value);
    const isNumeric = field.of === "deliveryCount" || (field.of === "property" && numeric.has(field.name));
    if (number && isNumeric) return numberTest(test.op, number);
  }
  return textTest(test);
}

const numeric: ReadonlySet<string> = new Set(["priority", "expiration"]);

type Numbered = Exclude<Condition, { readonly kind: "text" | "regex" | "field" }>;

function numbered(log: MessageLog, condition: Numbered, clock: Clock): Matcher {
  const each = (matches: (slot: number) => boolean): Matcher =>
    new Each(cost.number, (slot) => !log.isMarker(slot) && matches(slot));
  switch (condition.kind) {
    case "size": {
      const { comparison, bytes } = condition;
      return each((slot) => holds(comparison, log.size(slot) - bytes));
    }
    case "age": {
      const { comparison, milliseconds } = condition;
      return each((slot) => holds(comparison, clock.now - log.time(slot) - milliseconds));
    }
    case "time": {
      const matches = momentTest(condition.comparison, parseMoment(condition.moment, clock.now) ?? { from: 0, to: 0 });
      return each((slot) => matches(log.time(slot)));
    }
    case "state": {
      const { states, negated } = condition;
      return each((slot) => states.includes(log.state(slot)) !== negated);
    }
    case "flag": {
      const { flag, value } = condition;
      return flag === "redelivered"
        ? each((slot) => log.isRedelivered(slot) === value)
        : each((slot) => log.isPersistent(slot) === value);
    }
    default:
      return condition satisfies never;
  }
}

function isIn({ from, to }: TimeRange, time: number): boolean {
  return time >= from && time < to;
}

function conditionsOf(query: Query): readonly Condition[] {
  if ("part" in query) return conditionsOf(query.part);
  return "parts" in query ? query.parts.flatMap(conditionsOf) : [query];
}

function patternsOf(condition: Condition): readonly string[] {
  if (condition.kind === "regex") return [`/${condition.source}/${condition.flags}`];
  if (condition.kind !== "field" || condition.test.op !== "regex") return [];
  return [`/${condition.test.source}/${condition.test.flags}`];
}
