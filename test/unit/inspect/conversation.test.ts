import assert from "node:assert/strict";
import type { Delivery } from "../../../src/broker/contract.ts";
import { text } from "../../../src/broker/values.ts";
import { Conversation, type ConversationSource } from "../../../src/inspect/conversation.ts";
import { relationsOf } from "../../../src/inspect/conversationRelations.ts";
import { MessageLog } from "../../../src/inspect/log.ts";
import { delivery, until } from "../logSupport.ts";

describe("a conversation", () => {
  let conversation: Conversation | undefined;
  let clock = 1000;

  beforeEach(() => {
    clock = 1000;
  });
  afterEach(() => {
    conversation?.close();
  });

  const source = (id: string): ConversationSource => ({ id, log: new MessageLog() });
  const arrive = ({ log }: ConversationSource, parts: Partial<Delivery>, after = 10): number =>
    log.add(delivery(parts), (clock += after), "none");
  const open = async (
    from: ConversationSource,
    seq: number,
    ...others: ConversationSource[]
  ): Promise<Conversation> => {
    conversation = new Conversation(from, seq);
    for (const other of others) conversation.add(other);
    await until(() => conversation?.searching === false);
    return conversation;
  };
  const keys = (): (string | undefined)[] | undefined => conversation?.found.map(({ key }) => key);

  it("finds the reply to a request in another inspector, by the request's message id, from either end", async () => {
    const requests = source("requests");
    const replies = source("replies");
    const asked = arrive(requests, { key: "rpc", properties: { messageId: "m-1", replyTo: "answers" } });
    arrive(requests, { key: "rpc", properties: { messageId: "m-2", replyTo: "answers" } });
    const answered = arrive(replies, { key: "answers", properties: { correlationId: "m-1" } }, 35);
    arrive(replies, { key: "answers", properties: { correlationId: "m-2" } });
    const { found } = await open(requests, asked, replies);
    assert.deepEqual(keys(), ["rpc", "answers"]);
    assert.deepEqual(relationsOf(found), [undefined, { kind: "reply", to: 0, after: 45 }]);
    conversation?.close();
    await open(replies, answered, requests);
    assert.deepEqual(keys(), ["rpc", "answers"]);
  });

  it("knows the ids by the names that systems give them", async () => {
    const log = source("all");
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const first = arrive(log, { key: "0", headers: [text("X-Correlation-Id", "c-1"), text("ce_id", "e-1")] });
    arrive(log, { key: "1", headers: [text("cloudEvents:id", "e-1")] });
    arrive(log, {
      key: "2",
      headers: [text("x-request-id", "c-1"), text("traceparent", `00-${trace}-00f067aa0ba902b7-01`)],
    });
    arrive(log, { key: "3", headers: [text("Traceparent", `00-${trace}-b7ad6b7169203331-00`)] });
    arrive(log, {
      key: "4",
      headers: [text("traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-00")],
    });
    arrive(log, { key: "5", headers: [text("note", "c-1")] });
    arrive(log, { key: "6", properties: { correlationId: "c-10" } });
    const { found } = await open(log, first);
    assert.deepEqual(keys(), ["0", "1", "2", "3"]);
    assert.deepEqual(
      relationsOf(found).map((relation) => relation?.kind),
      [undefined, "copy", "correlation", "trace"],
    );
  });

  it("follows ids over several messages, those that came before included", async () => {
    const log = source("all");
    arrive(log, { key: "first", properties: { messageId: "a" } });
    arrive(log, { key: "second", properties: { messageId: "b", correlationId: "a" } });
    const last = arrive(log, { key: "third", properties: { messageId: "c", correlationId: "b" } });
    await open(log, last);
    assert.deepEqual(keys(), ["first", "second", "third"]);
  });

  it("takes what was sent to the reply address for an answer only when it carries no id of its own", async () => {
    const log = source("all");
    const asked = arrive(log, { key: "rpc", properties: { messageId: "m", replyTo: "amq.gen-1" } });
    arrive(log, { key: "amq.gen-1" });
    arrive(log, { key: "amq.gen-1", properties: { correlationId: "other" } });
    arrive(log, { key: "rpc", properties: { messageId: "n", replyTo: "amq.gen-1" } });
    const { found } = await open(log, asked);
    assert.deepEqual(keys(), ["rpc", "amq.gen-1"]);
    assert.equal(relationsOf(found)[1]?.kind, "reply");
  });

  it("lets new ones join, in logs that were opened later too, and what comes back from an id that they bring", async () => {
    const log = source("one");
    const asked = arrive(log, { key: "asked", properties: { messageId: "m-1" } });
    arrive(log, { key: "earlier", properties: { correlationId: "m-2" } });
    const live = await open(log, asked);
    const later = source("two");
    live.add(later);
    arrive(later, { key: "answer", properties: { messageId: "m-2", correlationId: "m-1" } });
    live.wake();
    await until(() => live.found.length === 3);
    assert.deepEqual(keys(), ["asked", "earlier", "answer"]);
    live.close();
    arrive(later, { key: "too late", properties: { correlationId: "m-1" } });
    live.wake();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(live.found.length, 3);
  });

  it("keeps what it found when the log forgets it or its inspector is closed", async () => {
    const log: ConversationSource = { id: "small", log: new MessageLog({ messages: 2 }) };
    const first = arrive(log, { key: "first", properties: { correlationId: "c" } });
    const live = await open(log, first);
    for (let at = 0; at < 4; at++) arrive(log, { key: `more ${String(at)}`, properties: { correlationId: "c" } });
    live.wake();
    await until(() => live.found.length === 3);
    assert.deepEqual(keys(), ["first", "more 2", "more 3"]);
    live.remove("small");
    assert.equal(live.found.length, 3);
    assert.equal(live.sources, 0);
  });

  it("finds no more than its limit, and says that there is more", async () => {
    const log = source("all");
    const first = arrive(log, { properties: { correlationId: "c" } });
    for (let at = 0; at < 20; at++) arrive(log, { properties: { correlationId: "c" } });
    conversation = new Conversation(log, first, { limit: 10 });
    await until(() => conversation?.more === true);
    assert.equal(conversation.found.length, 10);
  });

  it("says so when nothing in a message leads to others, or it is gone", () => {
    const log = source("all");
    const bare = arrive(log, { key: "order.created", headers: [text("tenant", "42")] });
    assert.throws(() => new Conversation(log, bare), { kind: "invalid", message: /no message id, correlation id/ });
    assert.throws(() => new Conversation(log, 99), { kind: "missing" });
  });

  it("finds ids with marks, other letters and blanks in them, and in envelopes that are kept as JSON", async () => {
    const log = source("all");
    for (const id of ['a.b*c"d\\e', "Größe 東京 😀", "(x|y)[z]^$"]) {
      const first = arrive(log, { key: `${id} 1`, properties: { correlationId: id } });
      const large = text("large", "x".repeat(300_000));
      arrive(log, { key: `${id} 2`, properties: { correlationId: id }, headers: [large], body: Buffer.alloc(400_000) });
      await open(log, first);
      assert.deepEqual(keys(), [`${id} 1`, `${id} 2`]);
      conversation?.close();
    }
  });

  it("searches 200,000 messages without holding the loop for longer than 20 ms at a time", async () => {
    const log: ConversationSource = { id: "large", log: new MessageLog({ messages: 200_000 }) };
    const first = arrive(log, { properties: { correlationId: "wanted" } });
    for (let at = 0; at < 199_998; at++)
      log.log.add(delivery({ key: "order", properties: { correlationId: `c-${String(at)}` } }), clock, "none");
    arrive(log, { properties: { correlationId: "wanted" } });
    conversation = new Conversation(log, first, { slice: 5 });
    let longest = 0;
    while (conversation.searching) {
      const before = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      longest = Math.max(longest, performance.now() - before);
    }
    assert.equal(conversation.found.length, 2);
    // Twice the slice and more for the machine's other work.
    assert.ok(longest < 500, `${String(longest)} ms`);
  });

  it("tells when a message was sent, where it says so", async () => {
    const log = source("all");
    const first = arrive(log, { properties: { messageId: "m", timestamp: "1772616600" } });
    const { found } = await open(log, first);
    assert.equal(found[0]?.sent, 1_772_616_600_000);
  });
});
