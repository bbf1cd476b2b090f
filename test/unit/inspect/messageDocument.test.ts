import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Draft } from "../../../src/broker/contract.ts";
import { text } from "../../../src/broker/values.ts";
import type { KeptMessage } from "../../../src/inspect/messageReader.ts";
import { comparableText, manyMessages, messageJson } from "../../../src/inspect/messageDocument.ts";

function message(body: string | Buffer, more: Partial<Draft> = {}, kept: Partial<KeptMessage> = {}): KeptMessage {
  const bytes = Buffer.from(body);
  return {
    seq: 1,
    received: 1_700_000_000_123,
    state: "pending",
    redelivered: false,
    size: bytes.length,
    whole: true,
    origin: "shop",
    draft: { body: bytes, key: "order.created", persistent: true, headers: [], properties: {}, ...more },
    ...kept,
  };
}

describe("a message as JSON", () => {
  it("has the body inline, with every digit and every name", async () => {
    const json = await messageJson(
      message('{"id":12345678901234567890,"a":1,"a":1.10}', { contentType: "application/json" }),
    );
    assert.match(json, /"body": \{\n {4}"id": 12345678901234567890,\n {4}"a": 1,\n {4}"a": 1.10\n {2}\}/);
    const parsed = JSON.parse(json) as Record<string, unknown>;
    assert.deepEqual(
      [parsed["received"], parsed["state"], parsed["exchange"], parsed["key"], parsed["bodyIs"]],
      ["2023-11-14T22:13:20.123Z", "pending", "shop", "order.created", "json"],
    );
  });

  it("tells the type of every header, one in each line, and every property", async () => {
    const json = await messageJson(
      message("", {
        headers: [
          { name: "retries", value: { type: "int64", value: "9007199254740993" } },
          { name: "path", value: { type: "array", items: [{ type: "bytes", value: "AP8=" }] } },
          { name: "more", value: { type: "table", entries: [text("a", "ü\n")] } },
        ],
        properties: { timestamp: "1700000000", correlationId: "c" },
      }),
    );
    assert.match(json, /\n {4}\{ "name": "retries", "value": \{ "type": "int64", "value": "9007199254740993" \} \},\n/);
    const parsed = JSON.parse(json) as Record<string, unknown>;
    assert.deepEqual(parsed["properties"], { timestamp: "1700000000", correlationId: "c" });
    assert.deepEqual((parsed["headers"] as unknown[])[2], {
      name: "more",
      value: { type: "table", entries: [{ name: "a", value: { type: "string", value: "ü\n" } }] },
    });
    assert.equal(parsed["body"], "");
  });

  it("has text as text, binary in base64, and beside what was unpacked the bytes as they came", async () => {
    assert.equal((JSON.parse(await messageJson(message('he said "no"'))) as { body: string }).body, 'he said "no"');
    const binary = JSON.parse(await messageJson(message(Buffer.from([0, 255, 254, 3])))) as Record<string, string>;
    assert.equal(binary["body"], "AP/+Aw==");
    const packed = gzipSync('{"a":1}');
    const unpacked = JSON.parse(await messageJson(message(packed, { contentEncoding: "gzip" }))) as Record<
      string,
      unknown
    >;
    assert.deepEqual(unpacked["body"], { a: 1 });
    assert.equal(unpacked["bodyBase64"], packed.toString("base64"));
  });

  it("says when only the beginning of the body was kept, and is JSON then too", async () => {
    const json = await messageJson(
      message('{"a":[1,2', { contentType: "application/json" }, { whole: false, size: 20_000_000 }),
    );
    const parsed = JSON.parse(json) as Record<string, unknown>;
    assert.deepEqual(parsed["bodyCut"], { kept: 9, size: 20_000_000 });
    assert.equal(typeof parsed["body"], "string");
  });
});

describe("many messages as one document", () => {
  const kept = new Map([1, 2, 3, 4].map((seq) => [seq, message(`{"n":${String(seq)}}`, {}, { seq })]));

  it("are a JSON array in the order asked for; what is gone is counted", async () => {
    const what = await manyMessages([1, 9, 3], (seq) => kept.get(seq), { most: 1e6 });
    const bodies = (JSON.parse(what.text) as { body: unknown }[]).map(({ body }) => body);
    assert.deepEqual(bodies, [{ n: 1 }, { n: 3 }]);
    assert.deepEqual([what.written, what.gone, what.full], [2, 1, false]);
  });

  it("are all there, whatever their number and size", async () => {
    const sizes = [...Array.from({ length: 1000 }, (_, seq) => seq), 300_000, 128 * 1024, 0, 1, 200_000];
    const seqs = sizes.map((_, seq) => seq);
    const what = await manyMessages(seqs, (seq) => message("é".repeat(sizes[seq] ?? 0)), { most: 1e8 });
    const bodies = (JSON.parse(what.text) as { body: string }[]).map(({ body }) => body.length);
    assert.deepEqual(bodies, sizes);
    assert.equal(what.written, sizes.length);
    // Each begins in a line of its own, indented once.
    assert.equal(what.text.split("\n  {\n").length, sizes.length + 1);
  });

  it("end when the document is full, and when they are cancelled", async () => {
    const full = await manyMessages([1, 2, 3, 4], (seq) => kept.get(seq), { most: 700 });
    assert.ok(full.full && full.written >= 1 && full.written < 4);
    assert.equal((JSON.parse(full.text) as unknown[]).length, full.written);
    const abort = new AbortController();
    abort.abort();
    const none = await manyMessages([1, 2], (seq) => kept.get(seq), { most: 1e6, signal: abort.signal });
    assert.deepEqual(JSON.parse(none.text), []);
  });
});

describe("a message to be compared", () => {
  it("has its headers and properties in one order, and its body indented", async () => {
    const one = await comparableText(
      message('{"b":1,"a":[]}', {
        headers: [text("b", "2"), { name: "a", value: { type: "table", entries: [text("z", "1"), text("y", "2")] } }],
        properties: { type: "t", appId: "a" },
      }),
    );
    const other = await comparableText(
      message('{ "b": 1, "a": [] }', {
        headers: [{ name: "a", value: { type: "table", entries: [text("y", "2"), text("z", "1")] } }, text("b", "2")],
        properties: { appId: "a", type: "t" },
      }),
    );
    assert.equal(one, other);
    assert.match(one, /\na \(table\):\n {2}y \(string\): 2\n {2}z \(string\): 1\nb \(string\): 2\n/);
    assert.match(one, /\nappId: a\ntype: t\n/);
    assert.match(one, /# Body\n\{\n {2}"b": 1,\n {2}"a": \[\]\n\}\n$/);
  });

  it("shows what cannot be seen, and keeps every header in its own line", async () => {
    const lines = await comparableText(message("x", { headers: [text("a\nb", "1\n2\u202e")] }));
    assert.match(lines, /\na␊b \(string\): 1␊2\\u202e\n/);
  });
});
