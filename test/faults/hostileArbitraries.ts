import fc from "fast-check";
import type { Draft } from "../../src/broker/contract.ts";
import type { Header, Value } from "../../src/broker/values.ts";

const markup = [
  "<img src=x onerror=window.hacked=1>",
  "<script>window.hacked=1</script>",
  "</textarea><svg onload=window.hacked=1>",
  "[x](javascript:window.hacked=1)",
  "${window.hacked=1}{{window.hacked=1}}",
  "=cmd|' /C calc'!A0",
  "\u202eevil\u202c \u200f\u061c right to left \u2066x",
  "nul \0 inside, \u001b[31m, \ufeff, \u2028",
  "__proto__",
];

/** Any text: markup, controls, what has no UTF-8. */
const hostileText = (most: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...markup) },
    { weight: 40, arbitrary: fc.string({ unit: "binary", maxLength: most }) },
    { weight: 40, arbitrary: fc.string({ unit: "grapheme", maxLength: most }) },
    // Code units at random: lone surrogates, which are to be refused.
    {
      weight: 1,
      arbitrary: fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: most })
        .map((units) => String.fromCharCode(...units)),
    },
  );

const body: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 30, arbitrary: fc.uint8Array({ maxLength: 400 }) },
  { weight: 30, arbitrary: hostileText(200).map((text) => Buffer.from(text)) },
  // As some programs write it: surrogates as three bytes each.
  { weight: 10, arbitrary: hostileText(50).map((text) => Buffer.from(text, "utf16le")) },
  { weight: 20, arbitrary: fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom("[", '{"a":', "\x91", "<a>"), fc.integer({ min: 1, max: 20_000 }))
      .map(([opening, depth]) => Buffer.from(opening.repeat(depth), "latin1")),
  },
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.concat([gzipStart, bytes])) },
  { weight: 1, arbitrary: fc.constantFrom("x", "<", "é").map((char) => Buffer.from(char.repeat(1024 * 1024))) },
);

const gzipStart = Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03]);

const whole = (min: bigint, max: bigint): fc.Arbitrary<string> => fc.bigInt({ min, max }).map(String);

/** Of every type that a field table of AMQP 0-9-1 has. */
const value: fc.Memo<Value> = fc.memo((depth) => {
  const scalars: fc.Arbitrary<Value>[] = [
    hostileText(80).map((text) => ({ type: "string", value: text })),
    fc.boolean().map((bit) => ({ type: "boolean", value: String(bit) })),
    whole(-128n, 127n).map((text) => ({ type: "int8", value: text })),
    whole(0n, 255n).map((text) => ({ type: "uint8", value: text })),
    whole(-32_768n, 32_767n).map((text) => ({ type: "int16", value: text })),
    whole(0n, 65_535n).map((text) => ({ type: "uint16", value: text })),
    whole(-(2n ** 31n), 2n ** 31n - 1n).map((text) => ({ type: "int32", value: text })),
    whole(0n, 2n ** 32n - 1n).map((text) => ({ type: "uint32", value: text })),
    whole(-(2n ** 63n), 2n ** 63n - 1n).map((text) => ({ type: "int64", value: text })),
    fc.float({ noNaN: true }).map((number) => ({ type: "float", value: shortest(number) })),
    fc
      .double({ noNaN: true })
      .map((number) => ({ type: "double", value: Object.is(number, -0) ? "-0" : String(number) })),
    fc
      .tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 20 }))
      .map(([digits, places]) => ({ type: "decimal", value: pointed(digits, places) })),
    whole(0n, 2n ** 63n - 1n).map((text) => ({ type: "timestamp", value: text })),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => ({ type: "bytes", value: Buffer.from(bytes).toString("base64") })),
    fc.constant({ type: "null", value: "" }),
  ];
  if (depth <= 1) return fc.oneof(...scalars);
  return fc.oneof(
    ...scalars,
    fc.array(value(depth - 1), { maxLength: 3 }).map((items): Value => ({ type: "array", items })),
    headers(depth - 1).map((entries): Value => ({ type: "table", entries })),
  );
});

function headers(depth: number): fc.Arbitrary<readonly Header[]> {
  const header = fc.record({ name: hostileText(40), value: value(depth) }, { noNullPrototype: true });
  return fc.uniqueArray(header, { maxLength: 5, selector: ({ name }) => name });
}

const properties: fc.Arbitrary<Readonly<Record<string, string>>> = fc.record(
  {
    priority: whole(0n, 255n),
    correlationId: hostileText(40),
    messageId: hostileText(40),
    type: hostileText(40),
    appId: hostileText(40),
    timestamp: whole(0n, 2n ** 40n),
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** A message with whatever somebody could put into it. */
export const hostileDraft: fc.Arbitrary<Draft> = fc.record(
  {
    body,
    persistent: fc.boolean(),
    contentType: fc.oneof(
      fc.constantFrom("application/json", "text/html", "image/svg+xml", "application/x-protobuf", "text/xml"),
      hostileText(40),
    ),
    contentEncoding: fc.oneof(fc.constantFrom("gzip", "br", "deflate", "zstd", "identity"), hostileText(20)),
    headers: headers(3),
    properties,
  },
  { requiredKeys: ["body", "persistent", "headers", "properties"], noNullPrototype: true },
);

/** What `String` gives for the number that has these 32 bits. */
function shortest(number: number): string {
  if (Object.is(number, -0)) return "-0";
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(number.toPrecision(digits)));
    if (Math.fround(Number(text)) === number) return text;
  }
  return String(number);
}

function pointed(digits: number, places: number): string {
  if (places === 0) return String(digits);
  const text = String(Math.abs(digits)).padStart(places + 1, "0");
  return `${digits < 0 ? "-" : ""}${text.slice(0, -places)}.${text.slice(-places)}`;
}
