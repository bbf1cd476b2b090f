import { compareDecimals, decimal } from "./decimal.ts";
import { type RawTest, unquoted } from "./jsonPath.ts";
import type { Test } from "./query.ts";
import { holds, textTest } from "./valueTest.ts";

/** Of a longer value only this much is looked at. */
const mostBytes = 1024 * 1024;

/**
 * What is asked of a value in JSON, as it is written. Text in quotes is compared with texts alone; anything else with
 * numbers exactly, with `true`, `false` and `null`, and with texts. `~` looks at objects and arrays as they are written.
 */
export function jsonTest(test: Test): RawTest {
  if (test.op === "exists") return () => true;
  if (!("value" in test)) {
    const passes = textTest(test);
    return (bytes, start, end) => passes(textOf(bytes, start, end));
  }
  const { op, value, quoted } = test;
  const number = quoted ? undefined : decimal(value);
  const small = number && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
  return (bytes, start, end) => {
    const first = bytes[start];
    if (first === 0x7b || first === 0x5b) return op === "!=";
    const isText = first === 0x22;
    if (number) {
      if (small !== undefined && !isText && end - start < 16) {
        const other = smallInteger(bytes, start, end);
        if (other !== undefined) return holds(op, other - small);
      }
      const other = decimal(textOf(bytes, start, end));
      if (other) return holds(op, compareDecimals(other, number));
    }
    // "null" in quotes is another value than null without.
    if (quoted && !isText) return op === "!=";
    const text = textOf(bytes, start, end);
    if (text === value) return holds(op, 0);
    // What is larger is asked of texts among themselves.
    if (!isText && op !== "=" && op !== "!=") return false;
    return holds(op, text < value ? -1 : 1);
  };
}

function textOf(bytes: Buffer, start: number, end: number): string {
  const to = Math.min(end, start + mostBytes);
  return bytes[start] === 0x22 && to === end ? unquoted(bytes, start, end) : bytes.toString("utf8", start, to);
}

function smallInteger(bytes: Buffer, start: number, end: number): number | undefined {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  let value = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return bytes[start] === 0x2d ? -value : value;
}
