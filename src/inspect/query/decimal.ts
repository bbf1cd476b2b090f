/** A decimal number as it is written, of any length: 0.digits × 10^exponent. */
export interface Decimal {
  readonly negative: boolean;
  /** Without zeros at either end; empty for zero. */
  readonly digits: string;
  readonly exponent: number;
}

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,15}))?$/;

/** @returns undefined when it is no number */
export function decimal(text: string): Decimal | undefined {
  const found = form.exec(text);
  if (!found) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = found;
  const all = whole + fraction;
  if (all === "") return undefined;
  let start = 0;
  while (all.charCodeAt(start) === 0x30) start++;
  let end = all.length;
  while (end > start && all.charCodeAt(end - 1) === 0x30) end--;
  if (start === end) return { negative: false, digits: "", exponent: 0 };
  return { negative: sign === "-", digits: all.slice(start, end), exponent: whole.length - start + Number(exponent) };
}

/** Exact, however many digits there are. @returns less than, greater than or equal to zero */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const signA = a.digits === "" ? 0 : a.negative ? -1 : 1;
  const signB = b.digits === "" ? 0 : b.negative ? -1 : 1;
  if (signA !== signB || signA === 0) return signA - signB;
  if (a.exponent !== b.exponent) return (a.exponent - b.exponent) * signA;
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -signA : signA;
}
