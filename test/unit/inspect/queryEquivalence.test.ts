import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Delivery } from "../../../src/broker/contract.ts";
import { text } from "../../../src/broker/values.ts";
import { MessageLog } from "../../../src/inspect/log.ts";
import { delivery, seededRandom } from "../logSupport.ts";
import { found } from "./querySupport.ts";

const words = [
  "alpha",
  "Beta",
  "GAMMA",
  "dél",
  "ß",
  "über",
  "x",
  "a\\b",
  'q"q',
  "tab\t",
  "end",
  "/s/",
  "42",
  "4.5e1",
  "😀",
];

describe("the search", () => {
  const seed = Date.now() % 1_000_000;
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const some = (): string =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(words)).join(pick(["", " ", "."]));

  const value = (depth: number): unknown => {
    const kind = random();
    if (kind < 0.4 || depth > 3) return pick([some(), Math.floor(random() * 50), true, null, 45, "45"]);
    if (kind < 0.7)
      return Object.fromEntries(Array.from({ length: 3 }, () => [pick(["a", "b", "c", "ü"]), value(depth + 1)]));
    return Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
  };

  /** As different programs write JSON. */
  const written = (of: unknown): string => {
    const json = JSON.stringify(of, null, pick([0, 0, 2]));
    if (random() < 0.2)
      return json.replaceAll(/[^\u0020-\u007e\n]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
    return random() < 0.1 ? json.replaceAll("/", "\\/") : json;
  };

  const message = (): Delivery => {
    let body = Buffer.from(
      random() < 0.5
        ? written({ a: value(0), b: value(1) })
        : Array.from({ length: Math.floor(random() * 40) }, some).join(" "),
    );
    const packed = random() < 0.1;
    if (packed) body = gzipSync(body);
    if (!packed && random() < 0.03) body = Buffer.concat([Buffer.alloc(280_000, " "), body]);
    return delivery({
      body,
      ...(random() < 0.7 ? { key: some() } : {}),
      ...(random() < 0.3 ? { contentType: pick(["application/json", "text/plain"]) } : {}),
      ...(packed && random() < 0.5 ? { contentEncoding: "gzip" } : {}),
      headers:
        random() < 0.5
          ? [
              text(pick(["h", "alpha", "i"]), some()),
              { name: "t", value: { type: "table", entries: [text("inner", some())] } },
            ]
          : [],
      properties: random() < 0.5 ? { messageId: some() } : {},
    });
  };

  const bodyOf = ({ body }: Delivery): Buffer =>
    body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : Buffer.from(body);

  /** All texts of a message. */
  const textsOf = (of: Delivery): string[] => [
    bodyOf(of).toString(),
    ...[of.key, of.contentType, of.contentEncoding].filter((each) => each !== undefined),
    ...Object.entries(of.properties).flat(),
    ...of.headers.flatMap(({ name, value: each }) =>
      "value" in each
        ? [name, each.value]
        : [
            name,
            ...("entries" in each
              ? each.entries.flatMap((entry) => [entry.name, "value" in entry.value ? entry.value.value : ""])
              : []),
          ],
    ),
  ];

  const parsed = (of: Delivery): Record<string, unknown> | undefined => {
    try {
      const json: unknown = JSON.parse(bodyOf(of).toString());
      return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : undefined;
    } catch {
      return undefined;
    }
  };

  interface Condition {
    readonly text: string;
    matches(of: Delivery): boolean;
  }

  const condition = (): Condition => {
    const word = pick(words);
    const quoted = JSON.stringify(word);
    switch (Math.floor(random() * 6)) {
      case 0:
      case 1:
        return {
          text: quoted,
          matches: (of) => textsOf(of).some((each) => each.toLowerCase().includes(word.toLowerCase())),
        };
      case 2: {
        const [source, flags] = pick([
          ["a.*b", "i"],
          ["^al", ""],
          ["ß|x$", ""],
          ["\\d\\d", ""],
          ["l.x", "i"],
          ["\\bend\\b", ""],
        ] as const);
        const pattern = new RegExp(source, flags);
        return {
          text: `/${source}/${flags}`,
          matches: (of) => textsOf(of).some((each) => pattern.test(each)),
        };
      }
      case 3:
        return {
          text: `key ~ ${quoted}`,
          matches: ({ key }) => key?.toLowerCase().includes(word.toLowerCase()) === true,
        };
      case 4:
        return { text: `$.a = ${quoted}`, matches: (of) => parsed(of)?.["a"] === word };
      default: {
        const name = pick(["a", "b", "c", "ü"]);
        return {
          text: `$.a.${name} = 45`,
          matches: (of) => {
            const inner = parsed(of)?.["a"];
            if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return false;
            const here = (inner as Record<string, unknown>)[name];
            // Without quotes a number, or a text that is one.
            return here === 45 || here === "45" || here === "4.5e1";
          },
        };
      }
    }
  };

  const query = (depth: number): Condition => {
    const kind = random();
    if (kind < 0.5 || depth > 2) return condition();
    if (kind < 0.65) {
      const part = query(depth + 1);
      return { text: `not (${part.text})`, matches: (of) => !part.matches(of) };
    }
    const parts = [query(depth + 1), query(depth + 1)];
    const isAll = kind < 0.8;
    return {
      text: `(${parts.map((part) => part.text).join(isAll ? pick([" and ", " "]) : " or ")})`,
      matches: (of) => (isAll ? parts.every((part) => part.matches(of)) : parts.some((part) => part.matches(of))),
    };
  };

  it(`finds what a plain look at every message finds (seed ${String(seed)})`, async () => {
    const messages = Array.from({ length: 400 }, message);
    const log = new MessageLog();
    for (const each of messages) log.add(each, 0, "none");
    for (let round = 0; round < 80; round++) {
      const { text: filter, ...condition } = query(0);
      const expected = messages.flatMap((each, index) => (condition.matches(each) ? [index + 1] : []));
      assert.deepEqual(await found(log, filter), expected, `${filter} (seed ${String(seed)})`);
    }
  }).timeout(60_000);
});
