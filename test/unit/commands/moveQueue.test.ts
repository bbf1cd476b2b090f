import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Draft, Node, Session } from "../../../src/broker/contract.ts";
import { copyLooked, mostMoves, type MoveJob, moveQueue, movesHeader } from "../../../src/commands/moveQueue.ts";
import { createMemoryDriver, type MemoryBroker, type MemoryDriver } from "../../../src/drivers/memory/index.ts";
import { Journal } from "../../../src/journal/journal.ts";

describe("moving the messages of a queue", () => {
  let driver: MemoryDriver;
  let here: MemoryBroker;
  let there: MemoryBroker;
  let source: Session;
  let target: Session;
  let from: Node;
  let to: Node;

  beforeEach(async () => {
    driver = createMemoryDriver();
    here = driver.broker("here");
    there = driver.broker("there");
    for (const broker of [here, there])
      for (const name of ["orders", "other"]) broker.declareQueue(name, { type: "classic", durable: true, args: [] });
    source = await connect("here");
    target = await connect("there");
    from = await node(source, "orders");
    to = await node(target, "other");
  });
  afterEach(async () => {
    await Promise.all([source.close(), target.close()]);
  });

  const connect = (name: string): Promise<Session> =>
    driver.connect({ uri: `memory://${name}`, pins: [] }, AbortSignal.timeout(10_000));
  const node = async (session: Session, name: string): Promise<Node> => {
    const { items } = await session.list({ id: "queues", kind: "queues", name: "", verbs: [], expandable: true });
    const found = items.find((each) => each.name === name);
    assert.ok(found);
    return found;
  };
  const fill = (count: number): void => {
    for (let at = 1; at <= count; at++) here.publish("", "orders", draft(String(at)));
  };
  const move = (more: Partial<MoveJob> = {}) =>
    moveQueue({
      from: { session: source, node: from },
      to: { session: target, node: to },
      window: 500,
      report: () => undefined,
      signal: new AbortController().signal,
      ...more,
    });
  const left = (broker: MemoryBroker, name: string): string[] =>
    broker.queue(name).ready.map((message) => Buffer.from(message.draft.body).toString());
  const numbers = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at + 1));

  it("moves all, in order, with everything that they have and one move more", async () => {
    fill(2);
    const properties = { messageId: "m-1", correlationId: "c" };
    const headers = [
      { name: "n", value: { type: "int64", value: "9007199254740993" } },
      { name: movesHeader, value: { type: "int32", value: "2" } },
    ] as const;
    here.publish("", "orders", { ...draft("3"), contentType: "text/plain", properties, headers, persistent: false });
    const result = await move();
    assert.equal(result.taken, 3);
    assert.equal(result.counts.routed, 3);
    assert.deepEqual(left(here, "orders"), []);
    assert.deepEqual(left(there, "other"), ["1", "2", "3"]);
    const moved = there.queue("other").ready[2]?.draft;
    assert.deepEqual(moved?.headers, [headers[0], { name: movesHeader, value: { type: "int32", value: "3" } }]);
    assert.deepEqual(moved.properties, properties);
    assert.equal(moved.contentType, "text/plain");
    assert.equal(moved.persistent, false);
  });

  it("moves many in order, while others come in: those stay", async () => {
    fill(5000);
    let told = 0;
    const result = await move({
      report: (done) => {
        if (told === 0) here.publish("", "orders", draft("later"));
        told = done;
      },
    });
    assert.equal(result.taken, 5000);
    assert.equal(told, 5000);
    assert.deepEqual(left(there, "other"), numbers(5000));
    assert.deepEqual(left(here, "orders"), ["later"]);
  });

  it("takes only as many as asked for, and only what the filter lets through", async () => {
    fill(30);
    assert.equal((await move({ most: 4, window: 4 })).taken, 4);
    assert.deepEqual(left(there, "other"), numbers(4));
    const result = await move({ filter: "/^2/", most: 5 });
    assert.equal(result.taken, 5);
    assert.deepEqual(left(there, "other").slice(4), ["20", "21", "22", "23", "24"]);
    assert.deepEqual(
      left(here, "orders"),
      numbers(30).filter((each) => !left(there, "other").includes(each)),
      "the others are in their old places",
    );
  });

  it("leaves in the source what the target does not take, and says why", async () => {
    fill(3);
    there.declareQueue("full", {
      type: "classic",
      durable: true,
      args: [
        { name: "x-max-length", value: { type: "int32", value: "1" } },
        { name: "x-overflow", value: { type: "string", value: "reject-publish" } },
      ],
    });
    const result = await move({ to: { session: target, node: await node(target, "full") } });
    assert.deepEqual([result.taken, result.counts.refused, result.back], [1, 2, 2]);
    assert.match(result.reasons.join(), /full/);
    assert.deepEqual(left(here, "orders"), ["2", "3"]);
    there.block("disk");
    const blocked = await move();
    assert.equal(blocked.taken, 0);
    assert.match(blocked.stopped ?? "", /disk/);
    assert.deepEqual(left(here, "orders"), ["2", "3"]);
  });

  it("does not move what was moved too often", async () => {
    fill(1);
    const header = { name: movesHeader, value: { type: "int32", value: String(mostMoves) } } as const;
    here.publish("", "orders", { ...draft("round"), headers: [header] });
    const result = await move();
    assert.deepEqual([result.taken, result.failed, result.back], [1, 1, 1]);
    assert.match(result.reasons.join(), /x-mq-moves/);
    assert.deepEqual(left(here, "orders"), ["round"]);
  });

  it("ends although its target leads back to its source", async () => {
    fill(10);
    const result = await move({ to: { session: source, node: from } });
    assert.equal(result.taken, 10);
    assert.equal(left(here, "orders").length, 10);
  });

  it("is cancelled at any time: each message is in exactly one place", async () => {
    fill(3000);
    const stop = new AbortController();
    const result = await move({
      signal: stop.signal,
      report: () => {
        stop.abort();
      },
    });
    assert.ok(result.cancelled && result.taken > 0 && result.taken < 3000);
    const places = [...left(there, "other"), ...left(here, "orders")];
    assert.deepEqual(places, numbers(3000), "in order, the rest where it was");
  });

  it("loses none when either end is killed at any step", async () => {
    for (const step of ["publish", "confirm", "ack"] as const) {
      for (const end of [here, there]) {
        here.queue("orders").ready = [];
        there.queue("other").ready = [];
        fill(1500);
        let count = 0;
        const killer = (at: typeof step): void => {
          if (at === step && ++count === 700) end.drop();
        };
        const result = await move({
          to: {
            node: to,
            session: {
              publish: async (...given) => {
                killer("publish");
                const receipt = await target.publish(...given);
                killer("confirm");
                return receipt;
              },
            },
          },
          from: {
            node: from,
            session: {
              watch: async (...given) => {
                const inner = await source.watch(...given);
                return new Proxy(inner, {
                  get(object, name) {
                    if (name === "settle")
                      return (...what: Parameters<typeof inner.settle>) => {
                        count += 600;
                        killer("ack");
                        return object.settle(...what);
                      };
                    const value: unknown = Reflect.get(object, name, object);
                    return typeof value === "function" ? (value as () => unknown).bind(object) : value;
                  },
                });
              },
            },
          },
        });
        const places = new Set([...left(there, "other"), ...left(here, "orders")]);
        assert.equal(places.size, 1500, `${step}: some are nowhere`);
        assert.ok(result.taken <= 1500);
        await Promise.all([source.close(), target.close()]);
        source = await connect("here");
        target = await connect("there");
      }
    }
  });

  it("writes what it takes away into the journal first", async () => {
    const root = await mkdtemp(join(tmpdir(), "mq-move-"));
    const journal = new Journal(root, () => ({ enabled: true, maxBytes: 1024 * 1024, maxDays: 1 }));
    fill(3);
    await move({ journal: { journal, connection: { id: "here", name: "Here" } } });
    const [entry] = await journal.list();
    assert.equal(entry?.head?.what, "move");
    assert.equal(entry.count, 3);
    await rm(root, { recursive: true });
  });

  it("copies what a look shows, and leaves it there", async () => {
    fill(20);
    const looked = await source.watch(from, { mode: "browse", window: 7 });
    const result = await copyLooked(
      {
        to: { session: target, node: to },
        filter: "/^1/",
        most: 5,
        report: () => undefined,
        signal: new AbortController().signal,
      },
      looked,
    );
    await looked.close();
    assert.equal(result.counts.routed, 5);
    assert.deepEqual(left(there, "other"), ["1", "10", "11", "12", "13"]);
    assert.deepEqual(left(here, "orders"), numbers(20));
  });

  function draft(body: string): Draft {
    return { body: Buffer.from(body), persistent: true, headers: [], properties: {} };
  }
});
