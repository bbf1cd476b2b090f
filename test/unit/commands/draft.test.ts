import assert from "node:assert/strict";
import type { Draft } from "../../../src/broker/contract.ts";
import { BrokerError } from "../../../src/broker/errors.ts";
import { draftOf, draftTextOf, emptyDraft, receiptSentence } from "../../../src/commands/draft.ts";
import type { DraftText } from "../../../src/protocol/publish.ts";

const noFile = (): Promise<Uint8Array> => Promise.reject(new Error("no file expected"));

async function fault(text: Partial<DraftText>, readFile = noFile): Promise<BrokerError> {
  const outcome = await draftOf({ ...emptyDraft, ...text }, readFile).catch((error: unknown) => error);
  assert.ok(outcome instanceof BrokerError, "expected a BrokerError");
  assert.equal(outcome.kind, "invalid");
  return outcome;
}

function textOf(draft: Draft): string {
  return Buffer.from(draft.body).toString();
}

describe("a draft", () => {
  it("is persistent JSON unless said otherwise", async () => {
    const draft = await draftOf({ ...emptyDraft, body: '{"n":12345678901234567890}' }, noFile);
    assert.equal(draft.persistent, true);
    assert.equal(draft.contentType, "application/json");
    assert.equal(textOf(draft), '{"n":12345678901234567890}');
  });

  it("leaves out what is empty", async () => {
    const draft = await draftOf({ ...emptyDraft, contentType: " ", properties: { priority: "5", appId: "" } }, noFile);
    assert.equal("contentType" in draft, false);
    assert.equal("contentEncoding" in draft, false);
    assert.deepEqual(draft.properties, { priority: "5" });
    assert.equal(draft.body.length, 0);
  });

  it("says line and column of what is not JSON", async () => {
    const error = await fault({ body: '{\n  "a": 1,\n}' });
    assert.equal(error.field, "body");
    assert.match(error.message, /Line [23], column \d+: a comma needs another value/);
  });

  it("takes hex with spaces, newlines and 0x", async () => {
    const draft = await draftOf({ ...emptyDraft, format: "hex", body: "0x48 65\n6C:6c,6f" }, noFile);
    assert.equal(textOf(draft), "Hello");
  });

  it("says what is wrong with hex", async () => {
    assert.match((await fault({ format: "hex", body: "4g" })).message, /“g” is not a hex digit/);
    assert.match((await fault({ format: "hex", body: "48 6" })).message, /Half a byte/);
  });

  it("reads a file when it is sent, and says why it cannot", async () => {
    const file = { ...emptyDraft, format: "file", body: "/data/order.bin" } as const;
    const draft = await draftOf(file, (path) => Promise.resolve(Buffer.from(path)));
    assert.equal(textOf(draft), "/data/order.bin");
    const error = await fault(file, () => Promise.reject(new Error("no such file")));
    assert.equal(error.message, "Cannot read /data/order.bin (no such file).");
    assert.match((await fault({ format: "file", body: "" })).message, /Choose the file/);
  });

  it("names the header that is wrong, however deep", async () => {
    const error = await fault({
      headers: [
        { name: "fine", value: { type: "string", value: "" } },
        {
          name: "outer",
          value: {
            type: "table",
            entries: [{ name: "n", value: { type: "array", items: [{ type: "int8", value: "128" }] } }],
          },
        },
      ],
    });
    assert.equal(error.field, "headers.1.0.0");
    assert.equal(error.message, "128 is out of the range of int8: -128 to 127.");
    const twice = { name: "a", value: { type: "string", value: "" } } as const;
    assert.equal((await fault({ headers: [twice, twice] })).field, "headers.1");
    assert.equal((await fault({ headers: [{ ...twice, name: "" }] })).field, "headers.0");
  });

  it("comes back as it was sent, byte for byte", async () => {
    const bodies = ['{"a":1}', "plain", "a\r\nb\r\n", "a\r\nb\n", "\ufeffbom", "\u0000\u0001", "tab\tand ☃", ""];
    for (const each of [
      ...bodies.map((body) => Buffer.from(body)),
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.from([0xc3]),
    ]) {
      const sent: Draft = {
        body: each,
        key: "k",
        contentType: "application/json",
        persistent: false,
        headers: [],
        properties: { type: "t" },
      };
      const again = await draftOf(draftTextOf(sent), noFile);
      assert.deepEqual({ ...again, body: Buffer.from(again.body) }, sent);
    }
  });

  it("comes back from being edited with every property and every type of header as it was", async () => {
    const scalars = {
      ...{ string: "it's\nso", boolean: "true", int8: "-8", uint8: "200", int16: "-300", uint16: "60000" },
      ...{ int32: "-70000", uint32: "4000000000", int64: "9007199254740993", uint64: "18446744073709551615" },
      ...{ float: "0.1", double: "-0", decimal: "-12.30", timestamp: "1700000000", bytes: "AP8B", null: "" },
    } as const;
    const headers: Draft["headers"] = Object.entries(scalars).map(([type, value]) => ({
      name: type,
      value: { type: type as keyof typeof scalars, value },
    }));
    const sent: Draft = {
      body: Buffer.from('{"n":12345678901234567890}'),
      key: "order.created",
      contentType: "application/json",
      contentEncoding: "identity",
      persistent: false,
      headers: [
        ...headers,
        { name: "table", value: { type: "table", entries: headers } },
        {
          name: "array",
          value: { type: "array", items: [{ type: "table", entries: headers }, ...headers.map(({ value }) => value)] },
        },
      ],
      properties: {
        ...{ priority: "5", expiration: "60000", correlationId: "c", replyTo: "r", messageId: "m" },
        ...{ timestamp: "1700000000", type: "t", userId: "guest", appId: "a" },
      },
    };
    const again = await draftOf(draftTextOf(sent), noFile);
    assert.deepEqual({ ...again, body: Buffer.from(again.body) }, sent);
  });

  it("is shown as JSON, text or hex by what it is", () => {
    const formatOf = (body: Uint8Array, contentType?: string): string =>
      draftTextOf({ body, persistent: true, headers: [], properties: {}, ...(contentType ? { contentType } : {}) })
        .format;
    assert.equal(formatOf(Buffer.from('{"a":1}'), "application/vnd.x+json"), "json");
    assert.equal(formatOf(Buffer.from("{a:1}"), "application/json"), "text");
    assert.equal(formatOf(Buffer.from('{"a":1}')), "json");
    assert.equal(formatOf(Buffer.from('{"a":1}'), "text/plain"), "text");
    assert.equal(formatOf(Buffer.from([0x80]), "text/plain"), "hex");
  });
});

describe("a draft for a place where messages are their body alone", () => {
  it("leaves out the content type that its kind of text implies, and nothing that was put in", async () => {
    const nothing = (): Promise<Uint8Array> => Promise.reject(new Error("nothing to read"));
    const text = { ...emptyDraft, body: "{}", contentEncoding: "gzip" };
    const draft = await draftOf(text, nothing, ["contentType", "contentEncoding", "persistent", "headers"]);
    assert.equal(draft.contentType, undefined);
    assert.equal(draft.contentEncoding, "gzip");
  });
});

describe("a receipt as a sentence", () => {
  it("tells the outcomes apart and gives the broker's reason", () => {
    const reason = "memory alarm";
    const sentences = [
      receiptSentence({ outcome: "routed", persisted: true }, "orders"),
      receiptSentence({ outcome: "routed", persisted: false }, "orders"),
      receiptSentence({ outcome: "routed", persisted: true, position: "7" }, "orders"),
      receiptSentence({ outcome: "routed", persisted: false, receivers: 1 }, "news"),
      receiptSentence({ outcome: "routed", persisted: false, receivers: 1200 }, "news"),
      receiptSentence({ outcome: "returned", reason: "NO_ROUTE" }, "orders"),
      receiptSentence({ outcome: "refused", reason }, "orders"),
      receiptSentence({ outcome: "blocked", reason, sent: true }, "orders"),
      receiptSentence({ outcome: "blocked", reason, sent: false }, "orders"),
      receiptSentence({ outcome: "lost", reason: "socket closed" }, "orders"),
    ];
    assert.equal(new Set(sentences).size, sentences.length);
    assert.match(sentences[4] ?? "", /1,200 subscribers/);
    assert.match(sentences[5] ?? "", /NO_ROUTE/);
    for (const sentence of sentences) assert.doesNotMatch(sentence, /[{}]/);
  });
});
