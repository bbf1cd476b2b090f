import assert from "node:assert/strict";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { Delivery } from "../../../src/broker/contract.ts";
import { type Header, text } from "../../../src/broker/values.ts";
import { MessageLog } from "../../../src/inspect/log.ts";
import { parseQuery } from "../../../src/inspect/query/parser.ts";
import { delivery } from "../logSupport.ts";
import { found, logOf, matches } from "./querySupport.ts";

const json = (value: unknown): Partial<Delivery> => ({ body: Buffer.from(JSON.stringify(value)) });
const raw = (body: string): Partial<Delivery> => ({ body: Buffer.from(body) });
const header = (name: string, value: Header["value"]): Partial<Delivery> => ({ headers: [{ name, value }] });

const order: Partial<Delivery> = {
  key: "order.created.eu",
  origin: "shop",
  contentType: "application/json",
  position: "120",
  deliveryCount: 3,
  redelivered: true,
  persistent: true,
  headers: [
    { name: "tenant", value: { type: "int32", value: "42" } },
    text("app.region", "eu-west"),
    {
      name: "x-death",
      value: {
        type: "array",
        items: [
          {
            type: "table",
            entries: [text("reason", "expired"), { name: "count", value: { type: "int64", value: "7" } }],
          },
        ],
      },
    },
  ],
  properties: { correlationId: "c-77", priority: "10", timestamp: "1764000000", replyTo: "answers", type: "Order" },
  body: Buffer.from(
    '{"id":9007199254740993,"customer":{"name":"Ann O\'Neil","vip":true,"note":null},"items":[{"sku":"A-1","price":12.50},{"sku":"B-2","price":3}],"odd name":"x","total":"15"}',
  ),
};

/** Filters that find the order, and filters that do not. */
const finds = [
  "order",
  "ORDER neil",
  "ann and sku",
  "nothing or expired",
  '"O\'Neil"',
  "(nothing or ann) and (a-1 or nothing)",
  "not nothing",
  "-nothing",
  "/ann\\s+o/i",
  "/^order\\./",
  "/^eu-west$/",
  "key:order.*",
  "key:ORDER.*.e?",
  "key:created",
  "key = order.created.eu",
  "key ~ /^order.*eu$/",
  "key != order",
  "routing-key:order*",
  "exchange:shop",
  "origin = shop",
  "type:json",
  "type:order",
  "content-type:application/json",
  "contentType = application/json",
  "correlation:c-77",
  "correlation-id = c-77",
  "reply-to:answers",
  "priority >= 9",
  "priority > 9.5",
  "property.priority = 10",
  "property.correlationId:c-*",
  "timestamp = 1764000000",
  "timestamp >= 2025-11-24",
  "position >= 100",
  "position = 120",
  "deliveries > 2",
  "redelivered",
  "redelivered = true",
  "persistent and redelivered",
  "not persistent:false",
  "header.tenant = 42",
  "header.tenant >= 41.5",
  "header.tenant = 42.0",
  "header.tenant",
  "header.app.region = eu-west",
  'header["app.region"]:west',
  'header.x-death ~ "expired"',
  "header.x-death.reason = expired",
  "header.x-death[0].count >= 7",
  "header.x-death[*].count < 8",
  "header.x-death.reason ~ /^exp/",
  '$.customer.name ~ "an"',
  "$.customer.vip = true",
  "$.customer.note = null",
  "$.id = 9007199254740993",
  "$.id > 9007199254740992",
  "$.id < 9007199254740994",
  "$.items[0].sku = A-1",
  "$.items[*].sku = B-2",
  "$.items[*].price = 12.5",
  "$.items[1].price = 3.0",
  "$.items[*].price = 0.3e1",
  '$["odd name"] = x',
  "$.total > 9",
  '$.total = "15"',
  "$.customer",
  "$.customer ~ vip",
  "$.customer.* = true",
  "$.customer.name:ann*",
  "$.customer.name != Bert",
  "size > 100b",
  "size < 10kb",
  "size = 167 or size != 167",
  "state:none",
  "state != acked",
];
const findsNot = [
  "nothing",
  "order nothing",
  "not order",
  "-order",
  "/^created/",
  "/ANN/",
  "key = order",
  "key:created.*",
  "type:xml",
  "correlation = c-7",
  "priority < 9",
  "priority = 9.99",
  "property.nothing",
  "position < 100",
  "deliveries > 3",
  "persistent:no",
  "redelivered != true",
  "header.tenant = 421",
  "header.tenant != 42",
  "header.nothing != 42",
  "header.x-death.reason = rejected",
  "header.x-death[1]",
  '$.customer.name = "ann"',
  '$.customer.vip = "true"',
  '$.customer.note = "null"',
  "$.id = 9007199254740992",
  '$.id = "9007199254740993"',
  "$.items[2]",
  "$.items.sku",
  "$.customer.nothing != 1",
  "$.customer = 1",
  "$.vip",
  "$[0]",
  "size > 10kb",
  "state:unacked",
  "exchange:nothing",
];

describe("the filter's language", () => {
  it("finds by every kind of condition", async () => {
    for (const filter of finds) assert.equal(await matches(filter, order), true, filter);
  });

  it("does not find what does not match", async () => {
    for (const filter of findsNot) assert.equal(await matches(filter, order), false, filter);
  });

  it("finds the same where an envelope is kept in the other way", async () => {
    const many = { ...order, body: Buffer.concat([order.body ?? Buffer.alloc(0), Buffer.alloc(300_000, " ")]) };
    const sized = /^size/;
    for (const filter of finds.filter((each) => !sized.test(each)))
      assert.equal(await matches(filter, many), true, filter);
    for (const filter of findsNot.filter((each) => !sized.test(each)))
      assert.equal(await matches(filter, many), false, filter);
  });

  it("shows everything when it is empty", () => {
    assert.deepEqual(parseQuery("  "), { query: undefined });
  });

  it("finds text in every part of a message, without regard to case", async () => {
    const parts: Partial<Delivery>[] = [
      raw("some NeeDle here"),
      { key: "order.needle.eu" },
      { origin: "needles" },
      { contentType: "text/needle" },
      { headers: [text("x-needle", "")] },
      { headers: [text("a", "the Needle")] },
      header("t", { type: "table", entries: [text("inner", "NEEDLE")] }),
      { properties: { messageId: "needle-1" } },
    ];
    for (const part of parts) assert.equal(await matches("nEEdle", part), true, JSON.stringify(part));
    assert.equal(await matches("needle", { key: "n", body: Buffer.from("eedle") }), false, "not across parts");
    assert.deepEqual(await found(logOf([raw("abc nee"), raw("dle abc")]), "needle"), [], "not across messages");
  });

  it("takes special characters in quotes as they are", async () => {
    assert.equal(await matches("a.b", raw("axb")), false);
    assert.equal(await matches('"[a|b]+(c)?/"', raw("say [A|B]+(c)?/ now")), true);
    assert.equal(await matches('"say \\"hi\\"\\n"', raw('they say "Hi"\n')), true);
    assert.equal(await matches('"a\\"b"', header("t", { type: "table", entries: [text("x", 'a"b')] })), true);
  });

  it("finds text beyond ASCII, without regard to case", async () => {
    assert.equal(await matches("GRÜSSE", raw("viele grüsse")), true);
    assert.equal(await matches("zoë", { key: "ZOË" }), true);
    assert.equal(await matches("😀", raw("a 😀")), true);
    assert.equal(await matches("ü", raw("Ã¼")), false);
    assert.equal(await matches("/gr.sse/i", raw("viele GRÜSSE")), true);
    assert.equal(await matches("$.größe = 1", json({ größe: 1 })), true);
    assert.equal(await matches("$.n ~ ÜB", json({ n: "über" })), true);
  });

  it("is not fooled by how lengths are kept", async () => {
    // A text of 97 bytes is kept with a length byte that reads "a".
    assert.equal(await matches("ab", { key: "b".repeat(97) }), false);
    assert.equal(await matches("ab", { key: "b".repeat(97), body: Buffer.from("xab") }), true);
    assert.equal(await matches("/ab/", { key: "b".repeat(97) }), false);
  });

  it("finds in packed bodies", async () => {
    const body = Buffer.from('{"customer":{"name":"Ann"},"note":"needle"}');
    const packed: Partial<Delivery>[] = [
      { body: gzipSync(body) },
      { body: gzipSync(body), contentEncoding: "gzip", contentType: "application/json" },
      { body: deflateSync(body), contentEncoding: "deflate" },
      { body: deflateRawSync(body), contentEncoding: "deflate" },
      { body: brotliCompressSync(body), contentEncoding: "br" },
    ];
    for (const parts of packed) {
      for (const filter of [
        "needle",
        "/need\\w+/",
        "$.customer.name = Ann",
        "not nothing",
        "$.customer.name and needle",
      ])
        assert.equal(
          await matches(filter, parts),
          true,
          `${filter} in ${parts.contentEncoding ?? "gzip by its bytes"}`,
        );
      assert.equal(await matches("not needle", parts), false);
      assert.equal(await matches("$.customer.name = Bert", parts), false);
    }
    assert.equal(await matches("liar", { body: Buffer.from("no gzip, a liar"), contentEncoding: "gzip" }), true);
  });

  it("follows paths through what is written oddly, and gives up on what is not JSON", async () => {
    assert.equal(await matches("$.a.b = x", raw('\ufeff { "a" : { "b" : "x" } } ')), true);
    assert.equal(await matches("$.a.b = x", raw(String.raw`{"\u0061":{"b":"\u0078"}}`)), true, "by numbers");
    assert.equal(await matches("$.a = a/b", raw(String.raw`{"a":"a\/b"}`)), true, "an escaped slash");
    assert.equal(await matches('$["a\\"b"] = 1', raw(String.raw`{"a\"b":1}`)), true);
    assert.equal(await matches("$.a = 2", raw('{"a":1,"a":2}')), true, "of names that are there twice each counts");
    assert.equal(await matches("$.a = 1", raw('{"a":1,"a":2}')), true);
    assert.equal(await matches("$.a = 1", raw('{"b":"}{\\"","c":[[],{}],"a":1')), true, "not finished");
    assert.equal(await matches("$[*] = 3", raw("[1,[3],2,3]")), true);
    assert.equal(await matches("$[*] = 3", raw("[1,[3],2]")), false);
    assert.equal(await matches("$[*]", raw("[]")), false);
    assert.equal(await matches("$.a", raw("{}")), false);
    for (const body of ["", "a = 1", "<a>1</a>", '{"a"', '{"a":', "{a:1}", '{"a";1}', "\u0000\u0001", '"a"'])
      assert.equal(await matches("$.a = 1", raw(body)), false, body);
    assert.equal(
      await matches("$.b = 1", { body: Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0xff, 0xfe, 0x7d]) }),
      false,
    );
  });

  it("knows what is known besides headers and bodies", async () => {
    const now = Date.parse("2026-11-21T14:10:00Z");
    const log = logOf([raw("a"), raw("bb"), raw("ccc")], now - 3000);
    assert.deepEqual(await found(log, "size > 1", now), [2, 3]);
    assert.deepEqual(await found(log, "size = 0.002kb", now), [2]);
    assert.deepEqual(await found(log, "age <= 2s", now), [2, 3]);
    assert.deepEqual(await found(log, "age > 1500ms", now), [1, 2]);
    assert.deepEqual(await found(log, "time >= 2026-11-21T14:09:58Z", now), [2, 3]);
    assert.deepEqual(await found(log, "time = 2026-11-21T14:09Z", now), [1, 2, 3]);
    assert.deepEqual(await found(log, "time < 2026-11-21T15:09:58+01:00", now), [1]);
    const local = new Date(now - 2000).toTimeString().slice(0, 8);
    assert.deepEqual(await found(log, `time = ${local}`, now), [2]);
    assert.deepEqual(await found(log, "time > 2026-12-24", now), []);
  });

  it("asks for the ack state", async () => {
    const log = new MessageLog();
    for (const state of ["pending", "settling", "acked", "requeued", "rejected", "lost", "none"] as const)
      log.add(delivery(), 0, state);
    assert.deepEqual(await found(log, "state:unacked"), [1, 2]);
    assert.deepEqual(await found(log, "state = pending"), [1]);
    assert.deepEqual(await found(log, "state:settled"), [3, 4, 5]);
    assert.deepEqual(await found(log, "state:lost or state:NONE"), [6, 7]);
    assert.deepEqual(await found(log, "state != settled"), [1, 2, 6, 7]);
  });

  it("takes a type from the body where none is said", async () => {
    assert.equal(await matches("type:json", raw('{"a":1}')), true);
    assert.equal(await matches("type:xml", raw("<a/>")), true);
    assert.equal(await matches("type:json", { ...raw('{"a":1}'), contentType: "text/plain" }), false);
  });

  it("says every mistake and where it is", () => {
    const table: readonly (readonly [string, RegExp, number, number])[] = [
      ["size >", /value is missing after “size >”/, 0, 6],
      ["a key:", /value is missing/, 2, 6],
      ['"abc', /double quote that begins here/, 0, 4],
      ['""', /nothing between these quotes/, 0, 2],
      ['"a\\q"', /means nothing/, 2, 4],
      ["(", /never closed/, 0, 1],
      ["a (b or c", /never closed/, 2, 3],
      ["()", /nothing between/, 0, 2],
      ["a)", /never opened/, 1, 2],
      ["$.", /name is missing after the dot/, 1, 2],
      ["$", /path goes on/, 0, 1],
      ["$.a[", /In brackets/, 3, 4],
      ["$.a[x] = 1", /In brackets/, 3, 6],
      ["header. = 1", /name is missing after the dot/, 6, 7],
      ["/(/", /pattern is not right: Unterminated group/, 0, 3],
      ["/abc", /not finished/, 0, 4],
      ["/orders/42", /cannot stand behind a pattern/, 8, 10],
      ["a and", /missing after “and”/, 2, 5],
      ["not", /missing after “not”/, 0, 3],
      ["or a", /missing before “or”/, 0, 2],
      ["a or or b", /missing after “or”/, 2, 4],
      ["sise > 3", /Did you mean “size”\?/, 0, 4],
      ["http://x", /"http:\/\/x"/, 0, 4],
      ["tenant = 3", /header\.tenant/, 0, 6],
      ["= 3", /name is missing before “=”/, 0, 1],
      ["size > big", /no size/, 7, 10],
      ["size ~ 3", /“size” is compared by/, 0, 8],
      ["age < 5", /no length of time/, 6, 7],
      ["time > 25:00", /no time/, 7, 12],
      ["state:unackd", /no state. There are: unacked/, 6, 12],
      ["state > acked", /“state” is asked for by/, 0, 13],
      ["redelivered = maybe", /“true” or “false”/, 14, 19],
      ["deliveries > x", /Here stands a number/, 10, 14],
      ["(".repeat(200), /nested too deeply/, 100, 101],
      ["a ".repeat(6000), /too long/, 10_000, 12_000],
    ];
    for (const [filter, sentence, from, to] of table) {
      const parsed = parseQuery(filter, { headers: ["tenant"] });
      assert.ok("mistake" in parsed, filter);
      const { mistake } = parsed;
      assert.match(mistake.sentence, sentence, filter);
      assert.deepEqual([mistake.from, mistake.to], [from, to], filter);
    }
  });

  it("takes words that look like something as text where they are", () => {
    for (const word of ["key", "size", "$100", "a.b", "header", "android", "or-else", "a-b", "C++", "#1", "100%"])
      assert.deepEqual(parseQuery(word), { query: { kind: "text", text: word } }, word);
    assert.deepEqual(parseQuery('"and"'), { query: { kind: "text", text: "and" } });
  });
});
