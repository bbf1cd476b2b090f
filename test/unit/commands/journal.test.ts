import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Delivery, Draft, Node, Session, Subscription } from "../../../src/broker/contract.ts";
import { BrokerError } from "../../../src/broker/errors.ts";
import { drain } from "../../../src/commands/drain.ts";
import { type JournaledPurge, journaledPurge } from "../../../src/commands/journaledPurge.ts";
import { restoreEntry } from "../../../src/commands/restoreEntry.ts";
import { createMemoryDriver, type MemoryDriver } from "../../../src/drivers/memory/index.ts";
import { Journal } from "../../../src/journal/journal.ts";
import type { JournalEntry } from "../../../src/journal/journalEntry.ts";
import { typedHeaders } from "../../driver/conformanceSupport.ts";

const mebibyte = 1024 * 1024;

describe("the undo journal", () => {
  let root: string;
  let folder: string;
  let driver: MemoryDriver;
  let session: Session;
  let limits = { enabled: true, maxBytes: mebibyte, maxDays: 30 };
  let now = Date.parse("2026-11-28T10:00:00Z");
  let journal: Journal;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "mq-journal-"));
    folder = join(root, "journal");
    limits = { enabled: true, maxBytes: mebibyte, maxDays: 30 };
    now = Date.parse("2026-11-28T10:00:00Z");
    driver = createMemoryDriver();
    session = await driver.connect({ uri: "memory://shop", pins: [] }, AbortSignal.timeout(10_000));
    journal = new Journal(
      folder,
      () => limits,
      () => now,
    );
  });
  afterEach(async () => {
    await session.close();
    await rm(root, { recursive: true });
  });

  const queue = async (name: string): Promise<Node> => {
    driver.broker("shop").declareQueue(name, { type: "classic", durable: true, args: [] });
    const { items } = await session.list({ id: "queues", kind: "queues", name: "", verbs: [], expandable: true });
    const node = items.find((each) => each.name === name);
    assert.ok(node);
    return node;
  };
  const filled = async (name: string, count: number): Promise<Node> => {
    const node = await queue(name);
    for (let at = 1; at <= count; at++) await session.publish(node, draft(String(at)));
    return queue(name);
  };
  const bodies = (name: string): string[] =>
    driver
      .broker("shop")
      .queue(name)
      .ready.map(({ draft: { body } }) => Buffer.from(body).toString());
  const purge = (node: Node, more: Partial<JournaledPurge> = {}) =>
    journaledPurge({
      session,
      node,
      connection: { id: "shop", name: "Shop" },
      journal,
      report: () => undefined,
      signal: new AbortController().signal,
      ...more,
    });
  const restore = (node: Node, entry: JournalEntry, more: { again?: boolean; signal?: AbortSignal } = {}) =>
    restoreEntry({
      session,
      node,
      journal,
      entry,
      report: () => undefined,
      signal: new AbortController().signal,
      ...more,
    });
  const only = async (): Promise<JournalEntry> => {
    const entries = await journal.list();
    assert.equal(entries.length, 1);
    const [entry] = entries;
    assert.ok(entry);
    return entry;
  };

  it("brings back a purged queue to the byte, with typed headers and in order", async () => {
    const node = await queue("orders");
    const sent: Draft[] = [
      {
        body: Uint8Array.from({ length: 256 }, (_, at) => at),
        contentType: "application/octet-stream",
        contentEncoding: "identity",
        persistent: true,
        headers: typedHeaders,
        properties: { messageId: "m-1", priority: "3", timestamp: "1700000000" },
      },
      { ...draft("grüße 漢字\n"), persistent: false },
      draft(""),
    ];
    for (const each of sent) await session.publish(node, each);
    const [ready] = await session.refresh([node]);
    assert.ok(ready);
    assert.deepEqual(await purge(ready), { taken: 3, inBoth: 0, back: 0, cancelled: false });
    assert.deepEqual(bodies("orders"), []);
    const entry = await only();
    assert.equal(entry.count, 3);
    assert.deepEqual(entry.head?.connection, { id: "shop", name: "Shop" });
    assert.equal(entry.head.what, "purge");
    assert.equal(entry.head.node.name, "orders");
    assert.equal(entry.head.expected, 3);
    const result = await restore(node, entry);
    assert.equal(result.counts.routed, 3);
    const back = driver
      .broker("shop")
      .queue("orders")
      .ready.map((message) => message.draft);
    for (const [at, { body, headers, properties, persistent, contentType, contentEncoding }] of sent.entries()) {
      const there = back[at];
      assert.ok(there);
      assert.deepEqual(Buffer.from(there.body), Buffer.from(body));
      assert.deepEqual(there.headers, headers);
      assert.deepEqual(there.properties, properties);
      assert.equal(there.persistent, persistent);
      assert.equal(there.contentType, contentType);
      assert.equal(there.contentEncoding, contentEncoding);
    }
  });

  it("is for the eyes of its user only", async () => {
    await purge(await filled("orders", 1));
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const name of await readdir(folder)) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
  });

  it("acks nothing before its line is on the disk, whenever it is killed", async () => {
    for (const killAt of ["before the line", "between line and ack", "after the first ack"] as const) {
      const name = `orders ${killAt}`;
      const node = await filled(name, 2500);
      const own = await driver.connect({ uri: "memory://shop", pins: [] }, AbortSignal.timeout(10_000));
      let batches = 0;
      const killed = (where: typeof killAt): void => {
        if (where !== killAt) return;
        driver.broker("shop").drop();
        throw new Error("killed");
      };
      const watched: Pick<Session, "watch"> = {
        async watch(...given) {
          const inner = await own.watch(...given);
          return intercepted(inner, {
            batch: () => {
              batches++;
              if (batches === 2) killed("before the line");
            },
            settle: () => {
              if (batches === 2) killed("between line and ack");
            },
            settled: () => {
              if (batches === 2) killed("after the first ack");
            },
          });
        },
      };
      const result = await purge(node, { session: watched });
      assert.match(result.stopped ?? "", /./, killAt);
      session = await driver.connect({ uri: "memory://shop", pins: [] }, AbortSignal.timeout(10_000));
      const entry = (await journal.list()).find(({ head }) => head?.node.name === name);
      assert.ok(entry);
      const journaled = new Set<string>();
      for await (const { message } of journal.messages(entry, new AbortController().signal))
        journaled.add(Buffer.from(message?.draft.body ?? []).toString());
      const left = new Set(bodies(name));
      for (let at = 1; at <= 2500; at++)
        assert.ok(journaled.has(String(at)) || left.has(String(at)), `${killAt}: ${String(at)} is nowhere`);
      await restore(await queue(name), entry);
      assert.equal(new Set(bodies(name)).size, 2500, killAt);
    }
  });

  it("goes on restoring where it ended, and says how far that was", async () => {
    await purge(await filled("orders", 10));
    const node = await queue("orders");
    let entry = await only();
    let published = 0;
    const stop = new AbortController();
    const halfway: Pick<Session, "publish"> = {
      publish: async (to, what) => {
        if (++published === 4) stop.abort();
        return session.publish(to, what);
      },
    };
    const first = await restoreEntry({
      session: halfway,
      node,
      journal,
      entry,
      report: () => undefined,
      signal: stop.signal,
    });
    assert.ok(first.cancelled);
    assert.equal(first.counts.routed, published);
    entry = await only();
    assert.equal(entry.restored, published);
    const second = await restore(node, entry);
    assert.equal(second.before, published);
    assert.equal(second.counts.routed, 10 - published);
    assert.deepEqual(bodies("orders").toSorted(), "1 2 3 4 5 6 7 8 9 10".split(" ").toSorted());
    entry = await only();
    assert.equal(entry.restored, 10);
    assert.equal((await restore(node, entry)).counts.routed, 0, "nothing is sent twice unasked");
    assert.equal((await restore(node, entry, { again: true })).counts.routed, 10);
  });

  it("does not mark what was not routed", async () => {
    await purge(await filled("orders", 3));
    const node = await queue("orders");
    const entry = await only();
    driver.broker("shop").block("disk");
    const result = await restore(node, entry);
    assert.ok(result.stopped);
    assert.equal((await only()).restored, 0);
  });

  it("reads a journal up to its last whole line, and tells the broken one by its number", async () => {
    await purge(await filled("orders", 3));
    const entry = await only();
    await rm(entry.path.replace(/\.jsonl$/, ".state.json"));
    await appendFile(entry.path, '{"format":"mq-message/1","body":"cut');
    const again = await only();
    assert.equal(again.count, 3);
    const result = await restore(await queue("orders"), again);
    assert.equal(result.counts.routed, 3);
    assert.deepEqual(
      result.broken.map(({ line }) => line),
      [5],
    );
    assert.match(result.broken[0]?.problem ?? "", /not JSON/);
  });

  it("tells what cannot be read, and keeps the others", async () => {
    await purge(await filled("orders", 1));
    for (const [name, text] of [
      ["2020-a.jsonl", ""],
      ["2020-b.jsonl", "nonsense\n"],
      ["2020-c.jsonl", '{"format":"mq-journal/1","when":"never"}\n'],
      ["2020-d.jsonl", '{"format":"mq-journal/2"}\n'],
    ] as const)
      await writeFile(join(folder, name), text);
    const entries = await journal.list();
    assert.equal(entries.length, 5);
    for (const { problem } of entries.slice(1)) assert.match(problem ?? "", /\.$/);
    assert.equal(entries[0]?.problem, undefined);
    const [broken] = entries.slice(1);
    assert.ok(broken);
    await assert.rejects(restore(await queue("orders"), broken), BrokerError);
  });

  it("forgets the oldest when it is too much or too old, never what is being written", async () => {
    limits = { ...limits, maxBytes: 3000 };
    for (const name of ["one", "two", "three"]) {
      await purge(await filled(name, 4));
      now += 1000;
    }
    const names = async () => (await journal.list()).map(({ head }) => head?.node.name);
    assert.deepEqual(await names(), ["three", "two"]);
    const [newest] = await journal.list();
    assert.ok(newest);
    const old = new Date(now - 31 * 24 * 60 * 60 * 1000);
    await utimes(newest.path, old, old);
    await journal.prune();
    assert.deepEqual(await names(), ["two"]);
    assert.equal((await readdir(folder)).length, 2, "its state goes with it");
  });

  it("stops where the journal is full: the rest stays in the queue", async () => {
    limits = { ...limits, maxBytes: 20_000 };
    const node = await filled("orders", 2500);
    const result = await purge(node);
    assert.match(result.stopped ?? "", /journal is full/);
    const { count } = await only();
    assert.equal(count, result.taken);
    assert.equal(bodies("orders").length, 2500 - result.taken);
    assert.ok((await stat((await only()).path)).size <= 20_000);
  });

  it("leaves nothing behind where there was nothing, and takes nothing when it cannot be written", async () => {
    assert.equal((await purge(await queue("empty"))).taken, 0);
    assert.deepEqual(await readdir(folder), []);
    const node = await filled("orders", 2);
    await rm(folder, { recursive: true });
    await writeFile(folder, "in the way");
    await assert.rejects(purge(node), /cannot be written .* Nothing was taken away\.$/);
    assert.deepEqual(bodies("orders"), ["1", "2"]);
  });

  it("is cancelled at any time, and each message is in one place", async () => {
    const node = await filled("orders", 3000);
    const stop = new AbortController();
    const result = await purge(node, {
      signal: stop.signal,
      report: () => {
        stop.abort();
      },
    });
    assert.ok(result.cancelled);
    assert.ok(result.taken > 0 && result.taken < 3000);
    assert.equal(bodies("orders").length + result.taken, 3000);
    assert.equal((await only()).count, result.taken);
  });

  it("holds no secret", async () => {
    await purge(await filled("orders", 1));
    const text = await readFile((await only()).path, "utf8");
    assert.ok(!text.includes("memory://"), "no address");
  });

  it("takes at most so many, and gives back what was not meant, in its old order", async () => {
    const node = await filled("orders", 10);
    const result = await drain({
      session,
      node,
      window: 100,
      most: 3,
      keep: async (batch, left) => ({
        safe: batch.filter(({ tag }) => tag % 2 === 0).slice(0, left),
      }),
      report: () => undefined,
      signal: new AbortController().signal,
    });
    assert.equal(result.taken, 3);
    assert.equal(result.back, 7);
    assert.deepEqual(bodies("orders"), ["1", "3", "5", "7", "8", "9", "10"]);
    const few = await drain({
      session,
      node,
      window: 2,
      keep: async (batch) => ({ safe: batch.filter(({ body }) => body[0] === 0x37) }),
      report: () => undefined,
      signal: new AbortController().signal,
    });
    assert.match(few.stopped ?? "", /no more can be looked at/);
    assert.deepEqual(bodies("orders"), ["1", "3", "5", "7", "8", "9", "10"]);
  });

  function draft(body: string): Draft {
    return { body: Buffer.from(body), persistent: true, headers: [], properties: {} };
  }
});

/** A subscription that tells what is done with it, before or after. */
function intercepted(inner: Subscription, tell: { batch(): void; settle(): void; settled(): void }): Subscription {
  return {
    outcomes: inner.outcomes,
    window: inner.window,
    dropped: 0,
    facts: [],
    async settle(tags, outcome) {
      tell.settle();
      const lost = await inner.settle(tags, outcome);
      tell.settled();
      return lost;
    },
    setWindow: (window) => inner.setWindow(window),
    close: () => inner.close(),
    async *[Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
      for await (const batch of inner) {
        tell.batch();
        yield batch;
      }
    },
  };
}
