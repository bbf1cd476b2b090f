import assert from "node:assert/strict";
import { createServer as createHttp } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import type { Node, Session } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/redis/index.ts";
import { freePorts } from "../../scripts/freePorts.ts";
import { startRedis, type RedisServer } from "../support/redisServer.ts";
import { bodyText, draft, eventually, find, fresh, letters, Reader, rejectsWith, tags } from "./conformanceSupport.ts";

describe("Redis: what goes wrong, and what is left", function () {
  this.timeout(30_000);
  let broker: RedisServer;
  let session: Session;

  const connect = (uri = `redis://127.0.0.1:${String(broker.port)}`): Promise<Session> =>
    driver.connect({ uri, pins: [] }, AbortSignal.timeout(20_000));
  const stream = async (name = fresh("s")): Promise<Node> => {
    await broker.cli("XADD", name, "1-1", "body", "first");
    return find(session, ["streams"], "stream", name);
  };

  before(async () => {
    broker = await startRedis();
    session = await connect();
  });
  after(async () => {
    await session.close();
    await broker.stop();
  });

  it("names a port that nobody listens on, and one that speaks another protocol", async () => {
    const [nobody = 0] = await freePorts(1);
    await rejectsWith(connect(`redis://127.0.0.1:${String(nobody)}`), "unreachable");
    const http = createHttp((_, answer) => answer.end("<html>"));
    const amqp = createServer(
      (socket) =>
        void socket
          .on("error", () => undefined)
          .resume()
          .end("AMQP\0\0\x09\x01"),
    );
    const silent = createServer((socket) => void socket.on("error", () => undefined).resume());
    for (const [other, word] of [
      [http, /HTTP/],
      [amqp, /AMQP/],
      [silent, /did not answer/],
    ] as const) {
      const port = await listening(other);
      const error = await rejectsWith(
        connect(`redis://127.0.0.1:${String(port)}?connection_timeout=700`),
        "unreachable",
      );
      assert.match(error.message, word);
      await closed(other);
    }
  });

  it("says that a key holds another type by now", async () => {
    const node = await stream();
    await broker.cli("DEL", node.name);
    await broker.cli("HSET", node.name, "a", "b");
    for (const doing of [
      () => session.publish(node, draft("x")),
      () => session.watch(node, { mode: "browse", window: 1 }),
      () => session.act(node, "delete", "delete", {}),
    ]) {
      const error = await rejectsWith(doing(), "invalid");
      assert.match(error.message, /another type/);
    }
    assert.deepEqual(await session.refresh([node]), []);
    assert.match(await broker.cli("HGET", node.name, "a"), /b/, "it was not touched");
  });

  it("says that a group is gone, before and under a consumer", async () => {
    const node = await stream();
    await session.act(node, "create", "group", { name: "g", from: "first" });
    const [group] = (await session.list(node)).items;
    assert.ok(group);
    const consumer = await session.watch(group, { mode: "consume", window: 1 });
    const reader = new Reader(consumer);
    const [one] = await reader.take(1);
    await broker.cli("XGROUP", "DESTROY", node.name, "g");
    assert.deepEqual(await consumer.settle([one?.tag ?? 0], "ack"), [one?.tag]);
    await rejectsWith(reader.rest(), "missing");
    await consumer.close();
    await rejectsWith(session.watch(group, { mode: "consume", window: 1 }), "missing");
    await rejectsWith(session.act(group, "delete", "delete", {}), "missing");
  });

  it("says that it is read-only, and that its memory is full", async () => {
    const replica = await startRedis({ conf: [`replicaof 127.0.0.1 ${String(broker.port)}`] });
    const node = await stream();
    const there = await connect(`redis://127.0.0.1:${String(replica.port)}`);
    await eventually(async () => (await replica.cli("EXISTS", node.name)).trim(), "1", "the stream at the replica");
    const denied = await rejectsWith(there.publish(node, draft("x")), "denied");
    assert.match(denied.message, /read-only replica/);
    await there.close();
    await replica.stop();
    await broker.cli("CONFIG", "SET", "maxmemory", "1");
    const receipt = await session.publish(node, draft("x"));
    await broker.cli("CONFIG", "SET", "maxmemory", "0");
    assert.ok(receipt.outcome === "refused" && /memory/.test(receipt.reason), JSON.stringify(receipt));
  });

  it("refuses an id that is not greater, and says which field", async () => {
    const node = await stream();
    const { field } = await rejectsWith(session.publish(node, draft("x", { properties: { id: "1-0" } })), "invalid");
    assert.equal(field, "id");
    const receipt = await session.publish(node, draft("x", { properties: { id: "7-7" } }));
    assert.deepEqual(receipt, { outcome: "routed", persisted: true, position: "7-7" });
    for (let index = 0; index < 5; index++)
      await session.publish(node, draft("x", { properties: { maxLength: "2", trim: "exact" } }));
    assert.equal((await broker.cli("XLEN", node.name)).trim(), "2");
  });

  it("offers the private list of a consumer that was killed, and gives it back in order", async () => {
    const name = fresh("work");
    for (const body of letters("abcd")) await broker.cli("RPUSH", name, body);
    const node = await find(session, ["lists"], "list", name);
    const consumer = await session.watch(node, { mode: "consume", window: 1 });
    await new Reader(consumer).take(1);
    // As one that was killed leaves it: its connection is gone.
    const left = `mq-workbench:taken:00000000dead:left={${name}}`;
    for (let moved = 0; moved < 2; moved++) await broker.cli("LMOVE", name, left, "LEFT", "RIGHT");
    const { items } = await session.list(listsOf(await session.list(undefined)), { filter: name });
    const taken = items.filter(({ variant }) => variant === "taken");
    const [dead, alive] = [taken.find((each) => each.name === left), taken.find((each) => each.name !== left)];
    assert.ok(alive && dead);
    const now = await session.refresh([alive, dead]);
    assert.deepEqual(
      now.map(({ warning }) => warning !== undefined),
      [false, true],
    );
    assert.ok((await session.effects(alive, "retry")).some(({ severity }) => severity === "danger"));
    assert.ok(
      (await session.effects(node, "consume")).some(({ sentence }) => sentence.includes("gone: give them back")),
    );
    await session.act(dead, "retry", "retry", {});
    // One is held still.
    await consumer.close();
    assert.equal((await broker.cli("LRANGE", name, "0", "-1")).trim(), "a\nb\nc\nd");
    assert.deepEqual(await session.refresh([alive, dead]), []);
  });

  it("gives back by itself what it held when its connection broke", async () => {
    const name = fresh("work");
    for (const body of letters("abcd")) await broker.cli("RPUSH", name, body);
    const node = await find(session, ["lists"], "list", name);
    const consumer = await session.watch(node, { mode: "consume", window: 3 });
    await new Reader(consumer).take(3);
    const ended = new Promise((resolve) => session.onDidClose(resolve));
    await broker.cli("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await ended;
    session = await connect();
    assert.equal((await broker.cli("LRANGE", name, "0", "-1")).trim(), "a\nb\nc\nd");
    await consumer.close();
  });

  it("claims what idles in a group, and gives it back to whom it belongs", async () => {
    const node = await stream();
    await broker.cli("XADD", node.name, "2-1", "body", "second");
    await session.act(node, "create", "group", { name: "g", from: "first" });
    await broker.cli("XREADGROUP", "GROUP", "g", "worker", "COUNT", "1", "STREAMS", node.name, ">");
    const consumer = await session.watch(node, {
      mode: "consume",
      window: 10,
      values: { group: "g", claimIdle: "0" },
    });
    const got = await new Reader(consumer).take(2);
    assert.deepEqual(got.map(bodyText), ["first", "second"]);
    assert.deepEqual(
      got.map(({ redelivered, deliveryCount }) => [redelivered, deliveryCount]),
      [
        [true, 1],
        [false, undefined],
      ],
    );
    await consumer.close();
    const [group] = (await session.list(node)).items;
    assert.ok(group);
    const consumers = (await session.list(group)).items;
    const pending = await Promise.all(
      consumers.map(async (each) => [each.name, (await session.list(each)).items.map(({ name }) => name)] as const),
    );
    const worker = pending.find(([name]) => name === "worker");
    assert.deepEqual(worker?.[1], ["1-1"], "it is the worker's again");
    assert.ok(
      pending.some(([name, ids]) => name !== "worker" && ids.includes("2-1")),
      "what was new can be claimed",
    );
    const next = await session.watch(group, { mode: "consume", window: 10, values: { claimIdle: "60" } });
    const again = await new Reader(next).take(2);
    assert.deepEqual(await next.settle(tags(again), "ack"), []);
    await next.close();
    assert.equal((await session.refresh([group]))[0]?.counts?.unacked, 0);
    assert.ok(
      !(await session.list(group)).items.some(({ name, counts }) => name !== "worker" && (counts?.unacked ?? 0) > 0),
    );
  });

  it("removes a temporary group that was left behind, and resets a group", async () => {
    const node = await stream();
    await broker.cli("XGROUP", "CREATE", node.name, "mq-workbench:00000000dead", "0");
    await broker.cli("XGROUP", "CREATE", node.name, "g", "$");
    const marked = (await session.list(node)).items.find(({ name }) => name.startsWith("mq-"));
    assert.ok(marked?.warning);
    const consumer = await session.watch(node, { mode: "consume", window: 1 });
    await consumer.close();
    const groups = (await session.list(node)).items;
    assert.deepEqual(
      groups.map(({ name }) => name),
      ["g"],
    );
    const [group] = groups;
    assert.ok(group);
    assert.equal(group.counts?.ready, 0);
    await session.act(group, "reset", "reset", { from: "first" });
    const reading = await session.watch(group, { mode: "consume", window: 10 });
    assert.equal((await new Reader(reading).take(1)).length, 1);
    await reading.close();
  });

  it("reads what redis-cli wrote, and writes what redis-cli reads", async () => {
    const node = await stream();
    await broker.cli("XADD", node.name, "*", "sensor", "7", "temperature", "19.5");
    await session.publish(
      node,
      draft("hello", { headers: [{ name: "tenant", value: { type: "string", value: "eu" } }] }),
    );
    const looked = await session.watch(node, { mode: "browse", window: 10 });
    const got = await new Reader(looked).rest();
    assert.deepEqual(got.map(bodyText), ["first", '{"sensor":"7","temperature":"19.5"}', "hello"]);
    assert.match(await broker.cli("XREVRANGE", node.name, "+", "-", "COUNT", "1"), /tenant\neu\nbody\nhello/);
    // The same entry again, field by field.
    const copied = got[1];
    assert.ok(copied);
    await session.publish(node, { ...copied, persistent: true });
    assert.match(await broker.cli("XREVRANGE", node.name, "+", "-", "COUNT", "1"), /sensor\n7\ntemperature\n19\.5/);
    const channels = (await session.list(undefined)).items.find(({ kind }) => kind === "channels");
    assert.ok(channels);
    const { node: pattern } = await session.act(channels, "pin", "pin", { name: "news.*" });
    assert.ok(pattern);
    const tap = await session.watch(pattern, { mode: "tap", window: 10 });
    assert.equal((await broker.cli("PUBLISH", "news.eu", "a")).trim(), "1");
    const [heard] = await new Reader(tap).take(1);
    assert.equal(heard?.origin, "news.eu");
    await tap.close();
  });

  it("counts what a slow reader of a channel lost", async () => {
    const channels = (await session.list(undefined)).items.find(({ kind }) => kind === "channels");
    assert.ok(channels);
    const { node } = await session.act(channels, "pin", "pin", { name: fresh("c") });
    assert.ok(node);
    const tap = await session.watch(node, { mode: "tap", window: 10 });
    for (let sent = 0; sent < 12_000; sent += 1000)
      await Promise.all(Array.from({ length: 1000 }, () => session.publish(node, draft("x"))));
    await eventually(() => tap.dropped, 2000, "dropped messages");
    assert.equal((await new Reader(tap).take(10_000)).length, 10_000);
    await tap.close();
  });
});

function listsOf({ items }: { readonly items: readonly Node[] }): Node {
  const folder = items.find(({ kind }) => kind === "lists");
  assert.ok(folder);
  return folder;
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  const gone = new Promise((resolve) => server.close(resolve));
  if ("closeAllConnections" in server) (server as ReturnType<typeof createHttp>).closeAllConnections();
  await gone;
}
