import { compareDecimals, type Decimal, decimal } from "./decimal.ts";
import type { Comparison, Test } from "./query.ts";
import { parseMoment } from "./units.ts";

/** Whether a text, of a field that is there, passes. */
export type TextTest = (text: string) => boolean;

/** What is asked of the text of a field. Numbers are compared as such, exactly, where both are. */
export function textTest(test: Test): TextTest {
  switch (test.op) {
    case "exists":
      return () => true;
    case "contains": {
      const needle = test.text.toLowerCase();
      return (text) => text.toLowerCase().includes(needle);
    }
    case "glob": {
      const matches = globTest(test.pattern);
      return matches;
    }
    case "regex": {
      const pattern = new RegExp(test.source, test.flags);
      return (text) => pattern.test(text);
    }
    default: {
      const { op, value } = test;
      const number = test.quoted ? undefined : decimal(value);
      return (text) => {
        if (number) {
          const other = decimal(text);
          if (other) return holds(op, compareDecimals(other, number));
        }
        return holds(op, text === value ? 0 : text < value ? -1 : 1);
      };
    }
  }
}

/** For a number: what is not one does not pass. */
export function numberTest(op: Comparison, number: Decimal): TextTest {
  return (text) => {
    const other = decimal(text);
    return other !== undefined && holds(op, compareDecimals(other, number));
  };
}

/** For seconds since 1970: the value may be written as a moment. */
export function secondsTest(test: Test, now: number): TextTest {
  if (!("value" in test) || decimal(test.value)) return textTest(test);
  const moment = parseMoment(test.value, now);
  if (!moment) return textTest(test);
  const matches = momentTest(test.op, moment);
  // Seconds by AMQP, milliseconds by Kafka: those of the present century are larger.
  return (text) => /^\d+$/.test(text) && matches(Number(text) > 100_000_000_000 ? Number(text) : Number(text) * 1000);
}

/** For milliseconds since 1970, against something that lasts from … to. */
export function momentTest(
  op: Comparison,
  { from, to }: { readonly from: number; readonly to: number },
): (time: number) => boolean {
  switch (op) {
    case "=":
      return (time) => time >= from && time < to;
    case "!=":
      return (time) => time < from || time >= to;
    case "<":
      return (time) => time < from;
    case "<=":
      return (time) => time < to;
    case ">":
      return (time) => time >= to;
    case ">=":
      return (time) => time >= from;
    default:
      return op satisfies never;
  }
}

/** @param order of the two that are compared: less than, greater than or equal to zero */
export function holds(op: Comparison, order: number): boolean {
  switch (op) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      return op satisfies never;
  }
}

/** The whole text, without regard to case. In time linear in the text for each star, whatever the pattern. */
function globTest(pattern: string): TextTest {
  const wanted = Array.from(pattern.toLowerCase());
  return (text) => {
    const given = Array.from(text.toLowerCase());
    let at = 0;
    let want = 0;
    let star = -1;
    let mark = 0;
    while (at < given.length) {
      const each = wanted[want];
      if (each === "*") {
        star = want++;
        mark = at;
      } else if (each !== undefined && (each === "?" || each === given[at])) {
        want++;
        at++;
      } else if (star >= 0) {
        want = star + 1;
        at = ++mark;
      } else return false;
    }
    while (wanted[want] === "*") want++;
    return want === wanted.length;
  };
}
