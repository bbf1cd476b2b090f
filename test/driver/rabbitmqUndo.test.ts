import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Delivery, Node, Session } from "../../src/broker/contract.ts";
import { drain } from "../../src/commands/drain.ts";
import { journaledPurge } from "../../src/commands/journaledPurge.ts";
import { moveQueue, movesHeader } from "../../src/commands/moveQueue.ts";
import { restoreEntry } from "../../src/commands/restoreEntry.ts";
import { takeOut } from "../../src/commands/takeOut.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { Journal } from "../../src/journal/journal.ts";
import { awkwardBody, randomHeaders, randomProperties } from "../support/randomMessages.ts";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import { seededRandom } from "../unit/logSupport.ts";
import { bodyText, draft, eventually, fresh, letters, Reader, typedHeaders, within } from "./conformanceSupport.ts";
import { RabbitmqStage } from "./rabbitmqStage.ts";

/** Taking away and bringing back, on the real broker. */
describe("the undo journal and moving with RabbitMQ", function () {
  this.timeout(120_000);
  let stage: RabbitmqStage;
  let session: Session;
  let folder: string;
  let journal: Journal;

  before(async () => {
    stage = new RabbitmqStage(await startRabbitmq());
    session = await driver.connect(stage.target, AbortSignal.timeout(20_000));
    folder = await mkdtemp(join(tmpdir(), "mq-undo-"));
    journal = new Journal(folder, () => ({ enabled: true, maxBytes: 2 ** 30, maxDays: 1 }));
  });
  after(async () => {
    await session.close();
    await stage.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const signal = new AbortController().signal;
  const report = (): void => undefined;
  const connection = { id: "c", name: "Rabbit" };
  const queue = async (kind = "classic"): Promise<Node> => {
    const name = fresh(kind);
    await stage.make(kind, name);
    return stage.node(session, kind, name);
  };
  const all = async (node: Node): Promise<readonly Delivery[]> => {
    const subscription = await session.watch(node, { mode: "browse", window: 1000, values: { limit: "5000" } });
    const got = await new Reader(subscription).rest();
    await subscription.close();
    return got;
  };
  /** Everything of it that its sender decided on. */
  const content = ({ body, headers, properties, persistent, contentType, contentEncoding }: Delivery) => ({
    body: Buffer.from(body).toString("base64"),
    // A table has no order.
    headers: headers.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    properties,
    persistent,
    contentType,
    contentEncoding,
  });

  for (const kind of ["classic", "quorum"])
    it(`brings a purged ${kind} queue back as it was, to the byte`, async () => {
      const seed = Math.floor(Math.random() * 2 ** 32);
      const random = seededRandom(seed);
      try {
        const node = await queue(kind);
        for (let index = 0; index < 200; index++)
          await session.publish(
            node,
            draft(awkwardBody(random, index), {
              persistent: index % 3 !== 0,
              headers: index % 5 === 0 ? typedHeaders : randomHeaders(random),
              properties: randomProperties(random),
              ...(index % 2 === 0 ? { contentType: "application/x-größe; a=b" } : {}),
            }),
          );
        const before = (await all(node)).map(content);
        assert.equal(before.length, 200);
        await eventually(() => stage.ready(kind, node.name), 200, "messages that the browse gave back");
        const [now = node] = await session.refresh([node]);
        assert.equal((await journaledPurge({ session, node: now, connection, journal, report, signal })).taken, 200);
        await eventually(() => stage.ready(kind, node.name), 0, "messages after the purge");
        const [entry] = await journal.list();
        assert.ok(entry);
        assert.equal((await restoreEntry({ session, node, journal, entry, report, signal })).counts.routed, 200);
        assert.deepEqual((await all(node)).map(content), before);
      } catch (error) {
        throw new Error(`with the seed ${String(seed)}`, { cause: error });
      }
    });

  it("moves between two connections in order, and leaves what came later", async () => {
    const other = await driver.connect(stage.target, AbortSignal.timeout(20_000));
    const [from, to] = [await queue(), await queue("quorum")];
    const count = 3000;
    await Promise.all(Array.from({ length: count }, (_, at) => session.publish(from, draft(String(at)))));
    let later = false;
    const result = await moveQueue({
      from: { session, node: from },
      to: { session: other, node: to },
      window: 500,
      report: () => {
        if (!later) void session.publish(from, draft("later"));
        later = true;
      },
      signal,
    });
    assert.equal(result.taken, count);
    const moved = await all(to);
    assert.deepEqual(
      moved.map(bodyText),
      Array.from({ length: count }, (_, at) => String(at)),
    );
    assert.deepEqual(moved[0]?.headers, [{ name: movesHeader, value: { type: "int32", value: "1" } }]);
    await eventually(() => stage.ready("classic", from.name), 1, "the message that came later");
    await other.close();
  });

  it("leaves each message in one place or in both when the connection goes in the middle", async () => {
    const own = await driver.connect(stage.target, AbortSignal.timeout(20_000));
    const [from, to] = [await queue(), await queue()];
    const count = 4000;
    await Promise.all(Array.from({ length: count }, (_, at) => session.publish(from, draft(String(at)))));
    let published = 0;
    const moving = moveQueue({
      from: { session: own, node: from },
      to: {
        node: to,
        session: {
          publish: async (...what) => {
            if (++published === 1500) await stage.drop();
            return own.publish(...what);
          },
        },
      },
      window: 500,
      report,
      signal,
    });
    const result = await within(moving, "the end of the move", 30_000);
    assert.ok(result.stopped !== undefined && result.taken < count);
    await own.close();
    await session.close();
    session = await driver.connect(stage.target, AbortSignal.timeout(20_000));
    const places = new Set([...(await all(from)), ...(await all(to))].map(bodyText));
    assert.equal(places.size, count);
  });

  it("deletes one message of a browse, and puts the others back in their order", async () => {
    for (const kind of ["classic", "quorum"]) {
      const node = await queue(kind);
      for (const letter of letters("abcbd")) await session.publish(node, draft(letter));
      const seen = await all(node);
      const [now = node] = await session.refresh([node]);
      const { body, key, persistent = true, headers, properties } = seen[2] ?? assert.fail();
      const wanted = [{ draft: { body, ...(key === undefined ? {} : { key }), persistent, headers, properties } }];
      const result = await takeOut({ session, node: now, wanted, found: report, report, signal });
      assert.deepEqual([result.taken, result.stopped], [1, undefined], kind);
      assert.deepEqual((await all(node)).map(bodyText).toSorted(), letters("abbd"), kind);
    }
  });

  it("says so when the broker gives the messages to another consumer only", async () => {
    const name = fresh("single");
    await stage.withChannel((channel) =>
      channel.assertQueue(name, { durable: true, arguments: { "x-single-active-consumer": true } }),
    );
    const node = await stage.node(session, "classic", name);
    const active = await session.watch(node, { mode: "consume", window: 1 });
    await session.publish(node, draft("a"));
    await session.publish(node, draft("b"));
    await new Reader(active).take(1);
    const result = await drain({
      session,
      node,
      window: 10,
      keep: async (batch) => ({ safe: batch }),
      report,
      signal,
    });
    assert.equal(result.taken, 0);
    assert.match(result.stopped ?? "", /single active consumer/);
    await active.close();
  });
});
