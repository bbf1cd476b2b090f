import assert from "node:assert/strict";
import type { Draft, Node, Session } from "../../src/broker/contract.ts";
import { text } from "../../src/broker/values.ts";
import { createMemoryDriver, type MemoryDriver } from "../../src/drivers/memory/index.ts";
import { Inspection } from "../../src/inspect/inspection.ts";
import { type Row, unpackRows } from "../../src/protocol/rows.ts";
import { until } from "./logSupport.ts";

describe("an inspection", () => {
  let driver: MemoryDriver;
  let session: Session;
  let queue: Node;
  let inspection: Inspection;

  beforeEach(async () => {
    driver = createMemoryDriver();
    session = await connect(driver);
    queue = await queueNode(session, "work");
    inspection = new Inspection({ limits: { messages: 100 } });
  });
  afterEach(async () => {
    await inspection.close();
    await session.close();
  });

  const consume = async (window = 50): Promise<void> => {
    inspection.attach(await session.watch(queue, { mode: "consume", window }));
  };
  const send = async (...bodies: string[]): Promise<void> => {
    for (const body of bodies) await session.publish(queue, draft(body));
  };
  const rows = (from = 0, count = 1000): Row[] => unpackRows(inspection.rows({ from, count }));
  const states = (): string[] => rows().map(({ state }) => state);
  const previews = (): string[] => rows().map(({ preview }) => preview);

  it("shows what arrives", async () => {
    await consume();
    await session.publish(queue, { ...draft('{"a":1}'), contentType: "application/json", headers: [text("h", "v")] });
    await until(() => inspection.summary.received === 1);
    const [row] = rows();
    assert.equal(row?.seq, 1);
    assert.equal(row.key, "work");
    assert.equal(row.type, "application/json");
    assert.equal(row.preview, '{"a":1}');
    assert.equal(row.state, "pending");
    assert.equal(row.size, 7);
    const detail = await inspection.reader.detail(1);
    assert.deepEqual(detail.headers, [text("h", "v")]);
    assert.equal(detail.contentType, "application/json");
    assert.equal(detail.body.size, 7);
    assert.equal(Buffer.from(inspection.reader.draft(1).draft.body).toString(), '{"a":1}');
  });

  it("settles one, several, and all; each is seen at the broker", async () => {
    await consume();
    await send("a", "b", "c", "d");
    await until(() => inspection.summary.pending === 4);
    assert.deepEqual(await inspection.settle({ what: "these", seqs: [2], outcome: "ack" }), { settled: 1, lost: 0 });
    assert.deepEqual(states(), ["pending", "acked", "pending", "pending"]);
    assert.deepEqual(await inspection.settle({ what: "these", seqs: [1, 2, 3], outcome: "reject" }), {
      settled: 2,
      lost: 0,
    });
    assert.deepEqual(await inspection.settle({ what: "all", outcome: "ack" }), { settled: 1, lost: 0 });
    assert.deepEqual(states(), ["rejected", "acked", "rejected", "acked"]);
    const [now] = await session.refresh([queue]);
    assert.deepEqual(now?.counts, { ready: 0, unacked: 0, consumers: 1 });
  });

  it("deletes of a browse exactly what is asked for, never by the tags of an earlier one", async () => {
    await send("a", "b", "c");
    const look = async (received: number): Promise<void> => {
      inspection.attach(await session.watch(queue, { mode: "browse", window: 50 }));
      await until(() => inspection.summary.received === received && inspection.ended !== undefined);
    };
    await look(3);
    assert.deepEqual(states(), ["none", "none", "none"]);
    assert.equal(inspection.summary.settling, undefined, "there is nothing to settle");
    assert.deepEqual(await inspection.delete([1, 2]), { deleted: 2, gone: 0 });
    assert.deepEqual(inspection.deletable([1, 2, 3]), [3]);
    inspection.setFilter("state:deleted");
    assert.deepEqual(previews(), ["a", "b"]);
    inspection.setFilter("");
    await look(4);
    // The third of the first look has the tag that is nobody's now; the marker is no message.
    assert.deepEqual(inspection.deletable([1, 2, 3, 4, 5]), [5]);
    assert.deepEqual(await inspection.delete([3, 4]), { deleted: 0, gone: 0 });
    const other = await session.watch(queue, { mode: "consume", window: 50 });
    assert.deepEqual(await inspection.delete([5]), { deleted: 0, gone: 1 });
    await other.close();
    const [now] = await session.refresh([queue]);
    assert.equal(now?.counts?.ready, 1);
  });

  it("settles under a filter only what is seen", async () => {
    await consume();
    await send("apple", "pear", "apple pie");
    await until(() => inspection.summary.pending === 3);
    inspection.setFilter("APPLE");
    assert.equal(inspection.summary.shown, 2);
    await inspection.settle({ what: "all", outcome: "ack" });
    inspection.setFilter("");
    assert.deepEqual(states(), ["acked", "pending", "acked"]);
  });

  it("holds still while paused, and goes on after", async () => {
    await consume();
    await send("a");
    await until(() => inspection.summary.received === 1);
    inspection.setPaused(true);
    await send("b", "c");
    await session.refresh([queue]);
    assert.equal(inspection.summary.received, 1);
    assert.equal(inspection.summary.stalled, "paused");
    inspection.setPaused(false);
    await until(() => inspection.summary.received === 3);
    assert.deepEqual(previews(), ["a", "b", "c"]);
  });

  it("stops pulling when it is full of what is unsettled, and goes on when some are settled", async () => {
    inspection = new Inspection({ limits: { messages: 3 } });
    await consume(10);
    await send("a", "b", "c", "d", "e");
    await until(() => inspection.summary.stalled === "full");
    assert.deepEqual(previews(), ["a", "b", "c"]);
    await inspection.settle({ what: "these", seqs: [1, 2], outcome: "ack" });
    await until(() => inspection.summary.received === 5);
    assert.deepEqual(previews(), ["c", "d", "e"]);
    assert.equal(inspection.summary.evicted, 2);
  });

  it("changes the window", async () => {
    await consume(1);
    await send("a", "b", "c");
    await until(() => inspection.summary.received === 1);
    await inspection.setWindow(3);
    await until(() => inspection.summary.received === 3);
    assert.equal(inspection.window, 3);
    await assert.rejects(inspection.setWindow(0), { kind: "invalid" });
    await assert.rejects(inspection.setWindow(101), { kind: "invalid" });
  });

  it("says why it ended, what was lost, and with a marker what was not seen", async () => {
    let now = Date.UTC(2024, 0, 1, 12, 0, 0);
    inspection = new Inspection({ now: () => now });
    await consume();
    await send("a", "b");
    await until(() => inspection.summary.pending === 2);
    await inspection.settle({ what: "these", seqs: [1], outcome: "ack" });
    driver.broker("test").drop();
    await until(() => inspection.ended !== undefined);
    assert.equal(inspection.ended?.failed, true);
    assert.deepEqual(states(), ["acked", "lost"]);
    await assert.rejects(inspection.settle({ what: "all", outcome: "ack" }), { kind: "closed" });
    now += 60_000;
    session = await connect(driver);
    await consume();
    assert.equal(inspection.ended, undefined);
    await until(() => inspection.summary.received === 3);
    const marker = rows()[2];
    assert.equal(marker?.marker, true);
    assert.match(marker.preview, /Nothing was seen from .* to .*: 1\./);
    const again = rows()[3];
    assert.equal(again?.redelivered, true);
    assert.equal(again.state, "pending");
    await inspection.settle({ what: "all", outcome: "ack" });
    assert.deepEqual(states(), ["acked", "lost", "none", "acked"]);
  });

  it("ends by itself after browsing, with nothing to settle", async () => {
    await send("a", "b");
    inspection.attach(await session.watch(queue, { mode: "browse", window: 10 }));
    await until(() => inspection.ended !== undefined);
    assert.equal(inspection.ended?.failed, false);
    assert.deepEqual(states(), ["none", "none"]);
    await assert.rejects(inspection.settle({ what: "all", outcome: "ack" }), { kind: "unsupported" });
  });

  it("gives back what is unsettled when it is closed", async () => {
    await consume();
    await send("a", "b");
    await until(() => inspection.summary.pending === 2);
    await inspection.close();
    const [now] = await session.refresh([queue]);
    assert.deepEqual(now?.counts, { ready: 2, unacked: 0, consumers: 0 });
  });

  it("gives a kept message as a draft, with everything", async () => {
    await consume();
    const sent: Draft = {
      ...draft("body"),
      contentType: "text/plain",
      contentEncoding: "identity",
      headers: [text("a", "b")],
      properties: { messageId: "1" },
      persistent: false,
    };
    await session.publish(queue, sent);
    await until(() => inspection.summary.received === 1);
    const copy = inspection.reader.draft(1);
    assert.deepEqual(
      { ...copy.draft, body: Buffer.from(copy.draft.body).toString() },
      { ...sent, body: "body", key: "work" },
    );
    assert.equal(copy.whole, true);
    assert.throws(() => inspection.reader.draft(99), { kind: "missing" });
    await assert.rejects(inspection.reader.detail(99), { kind: "missing" });
  });

  it("clears what is settled and keeps what is pending", async () => {
    await consume();
    await send("a", "b", "c");
    await until(() => inspection.summary.pending === 3);
    await inspection.settle({ what: "these", seqs: [1, 3], outcome: "ack" });
    inspection.clear();
    assert.deepEqual(previews(), ["b"]);
    assert.equal(inspection.locate(2), 0);
    assert.equal(inspection.locate(1), -1);
  });

  it("filters what is kept and what arrives, and keeps up with eviction", async () => {
    inspection = new Inspection({ limits: { messages: 6 } });
    const exchange = await exchangeNode(session);
    inspection.attach(await session.watch(exchange, { mode: "tap", window: 10 }));
    const publish = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index++)
        await session.publish(exchange, { ...draft(index % 2 ? `odd ${index}` : `even ${index}`), key: "k" });
      await until(() => inspection.summary.received === to);
    };
    await publish(0, 4);
    inspection.setFilter("odd");
    assert.deepEqual(previews(), ["odd 1", "odd 3"]);
    await publish(4, 10);
    assert.deepEqual(previews(), ["odd 5", "odd 7", "odd 9"]);
    assert.equal(inspection.summary.shown, 3);
    assert.equal(inspection.summary.kept, 6);
    assert.equal(inspection.locate(8), 1);
    assert.equal(inspection.locate(9), -1);
    inspection.setFilter("");
    assert.equal(inspection.summary.shown, 6);
  });

  it("searches a large log in slices, and the next search cancels it", async () => {
    inspection = new Inspection();
    const stream = await queueNode(session, "large", "stream");
    const filler = "x".repeat(2000);
    for (let index = 0; index < 30_000; index++)
      driver.broker("test").publish("", "large", draft(index % 1000 === 7 ? `needle ${filler}` : filler));
    inspection.attach(await session.watch(stream, { mode: "browse", window: 1000 }));
    await until(() => inspection.ended !== undefined);
    let changes = 0;
    inspection.onDidChange(() => changes++);
    inspection.setFilter("nee");
    const cancelled = inspection.summary.searching;
    inspection.setFilter("needle");
    assert.ok(cancelled && inspection.summary.searching, "one slice is not enough for all of it");
    await until(() => !inspection.summary.searching);
    assert.equal(inspection.summary.shown, 30);
    assert.deepEqual(
      rows(0, 2).map(({ seq }) => seq),
      [8, 1008],
    );
    assert.ok(changes > 2);
  });

  it("never holds the event loop for long while much arrives at once", async () => {
    inspection = new Inspection();
    const stream = await queueNode(session, "flood", "stream");
    for (let index = 0; index < 100_000; index++) driver.broker("test").publish("", "flood", draft("some body"));
    let longest = 0;
    let last = performance.now();
    let done = false;
    const tick = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (!done) setImmediate(tick);
    };
    inspection.attach(await session.watch(stream, { mode: "browse", window: 100_000 }));
    last = performance.now();
    setImmediate(tick);
    await until(() => inspection.ended !== undefined);
    done = true;
    assert.equal(inspection.summary.kept, 100_000);
    // The figure is 10 ms; a busy machine is given some more.
    assert.ok(longest < 1000, `held for ${longest} ms`);
  });
});

async function connect(driver: MemoryDriver): Promise<Session> {
  return driver.connect({ uri: "memory://test", pins: [] }, new AbortController().signal);
}

async function queueNode(session: Session, name: string, type = "classic"): Promise<Node> {
  const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "queues")!;
  return (await session.act(folder, "create", "queue", { name, type })).node!;
}

async function exchangeNode(session: Session): Promise<Node> {
  const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "exchanges")!;
  return (await session.list(folder)).items.find(({ name }) => name === "amq.topic")!;
}

function draft(body: string): Draft {
  return { body: Buffer.from(body), persistent: true, headers: [], properties: {} };
}
