import assert from "node:assert/strict";
import type { Delivery, Draft, Node, Session, Subscription } from "../../src/broker/contract.ts";
import { BrokerError } from "../../src/broker/errors.ts";
import { text, type Header } from "../../src/broker/values.ts";
import { createMemoryDriver, type MemoryDriver } from "../../src/drivers/memory/index.ts";

describe("the memory driver", () => {
  let driver: MemoryDriver;
  let session: Session;

  beforeEach(async () => {
    driver = createMemoryDriver({ pageSize: 3 });
    session = await connect(driver);
  });
  afterEach(() => session.close());

  it("lists in pages, filtered and sorted", async () => {
    for (const name of ["b", "a", "c", "Ab", "d"]) await createQueue(session, name);
    const folder = await queuesFolder(session);
    const first = await session.list(folder);
    assert.deepEqual(
      first.items.map(({ name }) => name),
      ["Ab", "a", "b"],
    );
    assert.equal(first.total, 5);
    const rest = await session.list(folder, { page: first.next ?? "" });
    assert.deepEqual(
      rest.items.map(({ name }) => name),
      ["c", "d"],
    );
    const filtered = await session.list(folder, { filter: "A" });
    assert.deepEqual(
      filtered.items.map(({ name }) => name),
      ["Ab", "a"],
    );
    await session.publish(await queue(session, "c"), draft("x"));
    const deepest = await session.list(folder, { sort: "depth" });
    assert.equal(deepest.items[0]?.name, "c");
  });

  it("keeps every property and typed header exactly", async () => {
    const target = await createQueue(session, "exact");
    const headers: Header[] = [
      text("name", "Zoë 😀"),
      { name: "big", value: { type: "int64", value: "9007199254740993" } },
      {
        name: "list",
        value: {
          type: "array",
          items: [
            { type: "decimal", value: "1.50" },
            { type: "null", value: "" },
          ],
        },
      },
      { name: "table", value: { type: "table", entries: [{ name: "raw", value: { type: "bytes", value: "AAEC" } }] } },
    ];
    const sent: Draft = {
      ...draft("body"),
      headers,
      contentType: "text/plain",
      contentEncoding: "identity",
      properties: { messageId: "m-1", priority: "4" },
    };
    await session.publish(target, sent);
    const subscription = await session.watch(target, { mode: "consume", window: 1 });
    const [delivery] = await pull(subscription, 1);
    assert.deepEqual(delivery?.headers, headers);
    assert.deepEqual(delivery.properties, { messageId: "m-1", priority: "4" });
    assert.equal(delivery.contentType, "text/plain");
    assert.equal(delivery.contentEncoding, "identity");
    assert.equal(delivery.persistent, true);
    assert.equal(Buffer.from(delivery.body).toString(), "body");
    await subscription.close();
  });

  for (const [type, key, matching, other] of [
    ["topic", "order.*.eu", "order.new.eu", "order.new.us"],
    ["topic", "order.#", "order", "orders"],
    ["topic", "#.eu", "a.b.eu", "eu.a"],
    ["direct", "exact", "exact", "exact.not"],
  ] as const) {
    it(`routes by a ${type} exchange with "${key}"`, async () => {
      const exchange = await createExchange(session, "x", type);
      await createQueue(session, "q");
      await session.act(exchange, "bind", "binding", { queue: "q", key });
      const hit = await session.publish(exchange, { ...draft(""), key: matching });
      assert.equal(hit.outcome, "routed");
      const missed = await session.publish(exchange, { ...draft(""), key: other });
      assert.equal(missed.outcome, "returned");
    });
  }

  it("routes by headers, all or any", async () => {
    const exchange = await createExchange(session, "h", "headers");
    await createQueue(session, "all");
    const wanted = [text("a", "1"), text("b", "2")];
    await session.act(exchange, "bind", "binding", { queue: "all", arguments: [...wanted, text("x-match", "all")] });
    assert.equal((await session.publish(exchange, { ...draft(""), headers: wanted })).outcome, "routed");
    assert.equal((await session.publish(exchange, { ...draft(""), headers: [text("a", "1")] })).outcome, "returned");
    await session.act(exchange, "bind", "binding", { queue: "all", arguments: [...wanted, text("x-match", "any")] });
    assert.equal((await session.publish(exchange, { ...draft(""), headers: [text("a", "1")] })).outcome, "routed");
  });

  it("delivers no more than the window, and goes on when some are settled", async () => {
    const target = await createQueue(session, "w");
    for (let index = 0; index < 5; index++) await session.publish(target, draft(String(index)));
    const subscription = await session.watch(target, { mode: "consume", window: 2 });
    const batches = subscription[Symbol.asyncIterator]();
    const first = await next(batches);
    assert.deepEqual(texts(first), ["0", "1"]);
    assert.deepEqual((await session.refresh([target]))[0]?.counts, { ready: 3, unacked: 2, consumers: 1 });
    assert.deepEqual(await subscription.settle([first[0]?.tag ?? 0], "ack"), []);
    assert.deepEqual(texts(await next(batches)), ["2"]);
    await subscription.setWindow(4);
    assert.deepEqual(texts(await next(batches)), ["3", "4"]);
    await subscription.close();
    assert.equal((await batches.next()).done, true);
    assert.deepEqual((await session.refresh([target]))[0]?.counts, { ready: 4, unacked: 0, consumers: 0 });
  });

  it("marks what comes back as redelivered, in its old place, and quorum queues count", async () => {
    const target = await createQueue(session, "back", { type: "quorum" });
    for (const body of ["a", "b"]) await session.publish(target, draft(body));
    const subscription = await session.watch(target, { mode: "consume", window: 1 });
    const batches = subscription[Symbol.asyncIterator]();
    const [first] = await next(batches);
    assert.equal(first?.redelivered, false);
    assert.equal(first.deliveryCount, 0);
    await subscription.settle([first.tag], "requeue");
    const [again] = await next(batches);
    assert.equal(Buffer.from(again?.body ?? []).toString(), "a");
    assert.equal(again?.redelivered, true);
    assert.equal(again.deliveryCount, 1);
    assert.deepEqual(await subscription.settle([first.tag], "ack"), [first.tag], "a tag is good for one settling");
    await subscription.close();
  });

  it("dead-letters what is rejected or too much, and counts", async () => {
    const dead = await createQueue(session, "dead");
    await createQueue(session, "work", { maxLength: "1", deadLetterExchange: "amq.fanout" });
    await session.act(dead, "bind", "binding", { exchange: "amq.fanout", key: "" });
    const work = await queue(session, "work");
    await session.publish(work, draft("first"));
    await session.publish(work, draft("second"));
    const working = await session.watch(work, { mode: "consume", window: 1 });
    const [second] = await pull(working, 1);
    await working.settle([second?.tag ?? 0], "reject");
    await working.close();
    const burying = await session.watch(dead, { mode: "consume", window: 5 });
    const deaths = await pull(burying, 2);
    assert.deepEqual(texts(deaths), ["first", "second"]);
    const reasons = deaths.map(({ headers }) => JSON.stringify(headers));
    assert.match(reasons[0] ?? "", /maxlen/);
    assert.match(reasons[1] ?? "", /rejected/);
    await burying.close();
  });

  it("tells refused, blocked, returned and lost apart", async () => {
    const full = await createQueue(session, "full", { maxLength: "1", overflow: "reject-publish" });
    assert.deepEqual(await session.publish(full, draft("")), { outcome: "routed", persisted: true });
    assert.equal((await session.publish(full, draft(""))).outcome, "refused");
    const broker = driver.broker("test");
    const heard: (string | undefined)[] = [];
    session.onDidBlock((reason) => heard.push(reason));
    broker.block("low on memory");
    assert.deepEqual(await session.publish(full, draft("")), {
      outcome: "blocked",
      reason: "low on memory",
      sent: false,
    });
    broker.unblock();
    assert.deepEqual(heard, ["low on memory", undefined]);
    broker.hold();
    const waiting = session.publish(full, draft(""));
    broker.drop();
    assert.equal((await waiting).outcome, "lost");
    await assert.rejects(session.publish(full, draft("")), { kind: "closed" });
  });

  it("gives back what is unsettled when the connection drops, and says why it closed", async () => {
    const target = await createQueue(session, "drop");
    await session.publish(target, draft("1"));
    const subscription = await session.watch(target, { mode: "consume", window: 5 });
    const batches = subscription[Symbol.asyncIterator]();
    const [delivery] = await next(batches);
    const closed = new Promise((resolve) => session.onDidClose(resolve));
    driver.broker("test").drop();
    assert.ok((await closed) instanceof BrokerError);
    await assert.rejects(batches.next(), { kind: "closed" });
    assert.deepEqual(await subscription.settle([delivery?.tag ?? 0], "ack"), [delivery?.tag]);
    const other = await connect(driver);
    assert.deepEqual((await queue(other, "drop")).counts, { ready: 1, unacked: 0, consumers: 0 });
    await other.close();
  });

  it("ends a consumer whose queue is deleted by another session", async () => {
    const target = await createQueue(session, "gone");
    const subscription = await session.watch(target, { mode: "consume", window: 5 });
    const other = await connect(driver);
    await other.act(await queue(other, "gone"), "delete", "delete", {});
    await assert.rejects(pull(subscription, 1), { kind: "missing" });
    await other.close();
  });

  it("browses a queue and leaves it as it was, and a stream by offset", async () => {
    const target = await createQueue(session, "look");
    const stream = await createQueue(session, "log", { type: "stream" });
    for (let index = 0; index < 5; index++) {
      await session.publish(target, draft(String(index)));
      await session.publish(stream, draft(String(index)));
    }
    const browsing = await session.watch(target, { mode: "browse", window: 2, values: { limit: "3" } });
    assert.deepEqual(texts(await all(browsing)), ["0", "1", "2"]);
    assert.deepEqual((await session.refresh([target]))[0]?.counts, { ready: 5, unacked: 0, consumers: 0 });
    const reading = await session.watch(stream, { mode: "browse", window: 2, values: { offset: "3" } });
    const read = await all(reading);
    assert.deepEqual(texts(read), ["3", "4"]);
    assert.equal(read[0]?.position, "3");
    await assert.rejects(session.watch(stream, { mode: "consume", window: 1 }), { kind: "unsupported" });
  });

  it("taps an exchange and leaves nothing behind", async () => {
    const exchange = await createExchange(session, "tapped", "topic");
    const tap = await session.watch(exchange, { mode: "tap", window: 2, values: { key: "a.#" } });
    assert.deepEqual(tap.outcomes, []);
    for (const key of ["a.1", "b.1", "a.2", "a.3"]) await session.publish(exchange, { ...draft(key), key });
    assert.deepEqual(texts(await pull(tap, 3)), ["a.1", "a.2", "a.3"]);
    await tap.close();
    assert.equal(driver.broker("test").queues.size, 0);
    assert.deepEqual(driver.broker("test").bindings, []);
  });

  it("says what is wrong with bad input, and where", async () => {
    const target = await createQueue(session, "q");
    const bad = (change: Partial<Draft>) => session.publish(target, { ...draft(""), ...change });
    await assert.rejects(bad({ properties: { expiration: "abc" } }), { kind: "invalid", field: "expiration" });
    await assert.rejects(bad({ headers: [{ name: "n", value: { type: "int8", value: "200" } }] }), {
      field: "headers",
    });
    const folder = await queuesFolder(session);
    await assert.rejects(session.act(folder, "create", "queue", { name: "" }), { kind: "invalid", field: "name" });
    await assert.rejects(session.act(folder, "create", "queue", { name: "q", type: "stream" }), { kind: "invalid" });
    assert.throws(() => driver.parse("http://x"), { kind: "invalid" });
    await assert.rejects(driver.connect({ uri: "memory://nowhere", pins: [] }, new AbortController().signal), {
      kind: "unreachable",
    });
  });
});

async function connect(driver: MemoryDriver): Promise<Session> {
  return driver.connect({ uri: "memory://test", pins: [] }, new AbortController().signal);
}

async function queuesFolder(session: Session): Promise<Node> {
  return (await session.list(undefined)).items.find(({ kind }) => kind === "queues")!;
}

async function createQueue(session: Session, name: string, values: Record<string, string> = {}): Promise<Node> {
  const done = await session.act(await queuesFolder(session), "create", "queue", { name, ...values });
  return done.node!;
}

async function createExchange(session: Session, name: string, type: string): Promise<Node> {
  const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "exchanges")!;
  return (await session.act(folder, "create", "exchange", { name, type })).node!;
}

async function queue(session: Session, name: string): Promise<Node> {
  return (await session.list(await queuesFolder(session), { filter: name })).items.find((node) => node.name === name)!;
}

function draft(body: string): Draft {
  return { body: Buffer.from(body), persistent: true, headers: [], properties: {} };
}

async function next(batches: AsyncIterator<readonly Delivery[]>): Promise<readonly Delivery[]> {
  const result = await batches.next();
  assert.equal(result.done, false);
  return result.value;
}

async function pull(subscription: Subscription, count: number): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  for await (const batch of subscription) {
    deliveries.push(...batch);
    if (deliveries.length >= count) break;
  }
  return deliveries;
}

async function all(subscription: Subscription): Promise<Delivery[]> {
  return pull(subscription, Infinity);
}

function texts(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ body }) => Buffer.from(body).toString());
}
