/**
 * Typed values, as headers and arguments carry them on the wire.
 *
 * Every value is plain JSON whose text is exact: it crosses to a webview, into a file and back without
 * losing a digit, a type or a byte. Scalars are kept as text for that reason (a 64-bit integer does not fit a
 * JavaScript number, NaN does not fit JSON).
 */

/**
 * | type | text |
 * |---|---|
 * | `string` | the text itself |
 * | `boolean` | `true` or `false` |
 * | `int8` … `uint64` | decimal digits, with a minus sign where signed |
 * | `float`, `double` | what `String(number)` gives; `NaN`, `Infinity`, `-Infinity` |
 * | `decimal` | digits with a point: `12.34` has two places |
 * | `timestamp` | seconds since 1970, decimal digits |
 * | `bytes` | base64 |
 * | `null` | the empty string |
 */
export const scalarTypes = [
  "string",
  "boolean",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "float",
  "double",
  "decimal",
  "timestamp",
  "bytes",
  "null",
] as const;
export type ScalarType = (typeof scalarTypes)[number];

export type Value =
  | { readonly type: ScalarType; readonly value: string }
  | { readonly type: "array"; readonly items: readonly Value[] }
  | { readonly type: "table"; readonly entries: readonly Header[] };

/** A named, typed value: a message header, or an argument of a queue, an exchange or a binding. */
export interface Header {
  readonly name: string;
  readonly value: Value;
}

const integerRanges: Partial<Record<ScalarType, readonly [bigint, bigint]>> = {
  int8: [-(2n ** 7n), 2n ** 7n - 1n],
  uint8: [0n, 2n ** 8n - 1n],
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  timestamp: [0n, 2n ** 64n - 1n],
};

/**
 * Whether `text` is the text of a value of `type` (see {@link scalarTypes}).
 * @returns undefined when it is, else the smallest and largest allowed value where that is the reason, or `"form"`.
 */
export function scalarProblem(
  type: ScalarType,
  text: string,
): undefined | "form" | { readonly min: bigint; readonly max: bigint } {
  const range = integerRanges[type];
  if (range) {
    if (!/^-?\d+$/.test(text)) return "form";
    const [min, max] = range;
    const value = BigInt(text);
    return value < min || value > max ? { min, max } : undefined;
  }
  switch (type) {
    case "boolean":
      return text === "true" || text === "false" ? undefined : "form";
    case "float":
    case "double":
      return /^(NaN|-?Infinity|-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/i.test(text) ? undefined : "form";
    case "decimal":
      return /^-?\d+(\.\d+)?$/.test(text) ? undefined : "form";
    case "bytes":
      return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) ? undefined : "form";
    case "null":
      return text === "" ? undefined : "form";
    default:
      return undefined;
  }
}

/** Whether half of a surrogate pair stands alone in a text: then no bytes are exactly this text. */
export function hasHalfPair(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

/** A string header: the commonest kind. */
export function text(name: string, value: string): Header {
  return { name, value: { type: "string", value } };
}
