import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Session, Target } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/redis/index.ts";
import { freePorts } from "../../scripts/freePorts.ts";
import { startRedis, type RedisServer } from "../support/redisServer.ts";
import {
  authority,
  clientCertificate,
  clientKey,
  selfSigned,
  serverCertificate,
  serverKey,
} from "../support/testCertificates.ts";
import { bodyText, draft, eventually, find, Reader, rejectsWith, tags } from "./conformanceSupport.ts";

const open: Session[] = [];
const running: RedisServer[] = [];

async function server(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const started = await startRedis(options);
  running.push(started);
  return started;
}

async function connect(uri: string, more: Partial<Target> = {}): Promise<Session> {
  const session = await driver.connect({ uri, pins: [], ...more }, AbortSignal.timeout(20_000));
  open.push(session);
  return session;
}

async function end(): Promise<void> {
  await Promise.all(open.splice(0).map((session) => session.close()));
  await Promise.all(running.splice(0).map((each) => each.stop()));
}

describe("Redis by Sentinel", function () {
  this.timeout(60_000);
  after(end);

  it("finds the master, says when the name is wrong, and finds the new one after a failover", async () => {
    const master = await server({ password: "secret" });
    const replica = await server({
      password: "secret",
      conf: [`replicaof 127.0.0.1 ${String(master.port)}`, "masterauth secret"],
    });
    const watch = (port: number): readonly string[] => [
      `sentinel monitor shop 127.0.0.1 ${String(port)} 1`,
      "sentinel auth-pass shop secret",
      "sentinel down-after-milliseconds shop 500",
      "sentinel failover-timeout shop 5000",
    ];
    const sentinel = await server({ sentinel: true, conf: watch(master.port) });
    const [nobody = 0] = await freePorts(1);
    const hosts = `127.0.0.1:${String(nobody)},127.0.0.1:${String(sentinel.port)}`;
    const uri = `redis+sentinel://${hosts}/shop`;
    const session = await connect(uri, { password: "secret" });
    await master.cli("XADD", "s", "*", "body", "a");
    assert.equal((await find(session, ["streams"], "stream", "s")).name, "s");
    await rejectsWith(connect(`redis+sentinel://127.0.0.1:${String(sentinel.port)}/other`), "refused");

    await eventually(async () => /connected_slaves:1/.test(await master.cli("INFO", "replication")), true, "a replica");
    await eventually(async () => (await replica.cli("XLEN", "s")).trim(), "1", "the entry at the replica");
    await eventually(
      async () => (await sentinel.cli("SENTINEL", "REPLICAS", "shop")).includes(String(replica.port)),
      true,
      "a sentinel that knows the replica",
    );
    const lost = new Promise((resolve) => session.onDidClose(resolve));
    await master.kill();
    await lost;
    // Until the sentinel has made it master, connecting says that there is none, as the reconnect of a session sees it.
    const again = async (): Promise<Session | undefined> => connect(uri, { password: "secret" }).catch(() => undefined);
    let next: Session | undefined;
    for (const until = Date.now() + 30_000; !next && Date.now() < until;) next = await again();
    assert.ok(next, "the failover did not happen");
    const node = await find(next, ["streams"], "stream", "s");
    assert.equal((await next.publish(node, draft("b"))).outcome, "routed");
    assert.equal((await replica.cli("XLEN", "s")).trim(), "2");
  });
});

describe("Redis Cluster", function () {
  this.timeout(90_000);
  let nodes: readonly RedisServer[];
  let session: Session;

  before(async () => {
    const bus = await freePorts(3);
    nodes = await Promise.all(
      bus.map((port) =>
        server({ conf: ["cluster-enabled yes", `cluster-port ${String(port)}`, "cluster-node-timeout 2000"] }),
      ),
    );
    const [first] = nodes;
    assert.ok(first);
    const addresses = nodes.map(({ port }) => `127.0.0.1:${String(port)}`);
    await first.cli("--cluster", "create", ...addresses, "--cluster-yes");
    await eventually(async () => (await first.cli("CLUSTER", "INFO")).includes("cluster_state:ok"), true, "a cluster");
    session = await connect(`redis+cluster://127.0.0.1:${String(first.port)}`);
  });
  after(end);

  it("lists, publishes and consumes what lies on any node", async () => {
    const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "streams");
    assert.ok(folder);
    const names = Array.from({ length: 12 }, (_, index) => `stream-${String(index)}`);
    for (const name of names) await session.act(folder, "create", "stream", { name });
    const there: string[] = [];
    let page: string | undefined;
    do {
      const part = await session.list(folder, page === undefined ? {} : { page });
      there.push(...part.items.map(({ name }) => name));
      page = part.next;
    } while (page !== undefined);
    assert.deepEqual(there.sort(), [...names].sort());
    for (const name of names) {
      const node = await find(session, ["streams"], "stream", name);
      assert.equal((await session.publish(node, draft(name))).outcome, "routed");
      const consumer = await session.watch(node, { mode: "consume", window: 10 });
      const got = await new Reader(consumer).take(1);
      assert.equal(got[0] && bodyText(got[0]), name);
      assert.deepEqual(await consumer.settle(tags(got), "ack"), []);
      await consumer.close();
    }
  });

  it("takes from a list into a private list on the same node", async () => {
    const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "lists");
    assert.ok(folder);
    for (const name of ["plain", "with{tag}inside", "{whole}"]) {
      const { node } = await session.act(folder, "pin", "pin", { name });
      assert.ok(node);
      for (const body of ["a", "b"]) await session.publish(node, draft(body));
      const consumer = await session.watch(node, { mode: "consume", window: 10 });
      assert.equal((await new Reader(consumer).take(2)).length, 2);
      await consumer.close();
      assert.equal((await session.refresh([node]))[0]?.counts?.ready, 2, name);
    }
  });

  it("follows a slot that has moved", async () => {
    const [first, second] = nodes;
    assert.ok(first && second);
    const node = await find(session, ["streams"], "stream", "stream-0");
    const slot = (await first.cli("CLUSTER", "KEYSLOT", "stream-0")).trim();
    const ids = await Promise.all(nodes.map(async (each) => (await each.cli("CLUSTER", "MYID")).trim()));
    const owner = (await first.cli("CLUSTER", "NODES"))
      .split("\n")
      .find((line) => {
        const ranges = line
          .split(" ")
          .slice(8)
          .map((range) => range.split("-").map(Number));
        return ranges.some(([from = 0, to = from]) => Number(slot) >= from && Number(slot) <= to);
      })
      ?.split(" ")[0];
    const from = nodes[ids.indexOf(owner ?? "")];
    const to = nodes[(ids.indexOf(owner ?? "") + 1) % nodes.length];
    assert.ok(from && to);
    await to.cli("CLUSTER", "SETSLOT", slot, "IMPORTING", owner ?? "");
    await from.cli("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[nodes.indexOf(to)] ?? "");
    await from.cli("MIGRATE", "127.0.0.1", String(to.port), "stream-0", "0", "5000");
    // Between the two: ASK.
    assert.equal((await session.publish(node, draft("asked"))).outcome, "routed");
    for (const each of [to, from]) await each.cli("CLUSTER", "SETSLOT", slot, "NODE", ids[nodes.indexOf(to)] ?? "");
    // And then: MOVED.
    assert.equal((await session.publish(node, draft("moved"))).outcome, "routed");
    assert.equal((await session.refresh([node]))[0]?.counts?.ready, 3);
  });

  it("has sharded channels", async () => {
    const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "shardChannels");
    assert.ok(folder);
    const { node } = await session.act(folder, "pin", "pin", { name: "news" });
    assert.ok(node);
    const tap = await session.watch(node, { mode: "tap", window: 10 });
    const receipt = await session.publish(node, draft("x"));
    assert.deepEqual(receipt, { outcome: "routed", persisted: false, receivers: 1 });
    assert.equal((await new Reader(tap).take(1)).length, 1);
    await tap.close();
  });

  it("says what to do where the URI is that of one server, and the other way round", async () => {
    const [first] = nodes;
    const one = await connect(`redis://127.0.0.1:${String(first?.port)}`);
    const folder = (await one.list(undefined)).items.find(({ kind }) => kind === "streams");
    assert.ok(folder);
    const errors = await Promise.all(
      ["a", "b", "c", "d", "e", "f"].map((name) =>
        one.act(folder, "create", "stream", { name }).then(
          () => "",
          (error: unknown) => String(error),
        ),
      ),
    );
    assert.ok(errors.some((sentence) => sentence.includes("redis+cluster://")));
    const alone = await server();
    const error = await rejectsWith(connect(`redis+cluster://127.0.0.1:${String(alone.port)}`), "unsupported");
    assert.match(error.message, /redis:\/\//);
  });
});

describe("Redis with TLS", function () {
  this.timeout(60_000);
  let folder: string;
  let broker: RedisServer;
  let strict: RedisServer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mq-redis-tls-"));
    const files = { ca: join(folder, "ca.pem"), cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
    await writeFile(files.ca, authority);
    await writeFile(files.cert, serverCertificate);
    await writeFile(files.key, serverKey);
    broker = await server({ tls: { ...files, clients: false } });
    strict = await server({ tls: { ...files, clients: true } });
  });
  after(async () => {
    await end();
    await rm(folder, { recursive: true, force: true });
  });

  const uri = (of: RedisServer, scheme = "rediss"): string => `${scheme}://localhost:${String(of.port)}`;

  it("lets in with the right authority, and refuses the wrong one", async () => {
    const session = await connect(uri(broker), { tls: { ca: authority, verify: true } });
    assert.ok((await session.list(undefined)).items.length > 0);
    await rejectsWith(connect(uri(broker), { tls: { verify: true } }), "refused");
    await rejectsWith(connect(uri(broker), { tls: { ca: selfSigned.cert, verify: true } }), "refused");
    await rejectsWith(
      connect(uri(broker), { tls: { ca: authority, serverName: "other.test", verify: true } }),
      "refused",
    );
    await connect(uri(broker), { tls: { verify: false } });
  });

  it("shows a client certificate, and says when one is wanted", async () => {
    await connect(uri(strict), { tls: { ca: authority, cert: clientCertificate, key: clientKey, verify: true } });
    const error = await rejectsWith(
      connect(uri(strict), { tls: { ca: authority, verify: true } }),
      "refused",
      "unreachable",
      "closed",
    );
    assert.match(error.message, /certificate|TLS/);
  });

  it("says when one side speaks TLS and the other does not", async () => {
    const plain = await server();
    const toTls = await rejectsWith(connect(uri(broker, "redis")), "unreachable");
    assert.match(toTls.message, /rediss:\/\//);
    const toPlain = await rejectsWith(connect(uri(plain)), "unreachable");
    assert.match(toPlain.message, /TLS/);
  });
});

describe("Redis with access control lists", function () {
  this.timeout(30_000);
  after(end);

  it("works with what a user may, and says what they may not", async () => {
    const broker = await server({ password: "secret" });
    await broker.cli("XADD", "orders:1", "*", "body", "a");
    await broker.cli("XADD", "private", "*", "body", "a");
    await broker.cli(
      ...["ACL", "SETUSER", "reader", "on", ">reads", "~orders:*", "-@all"],
      ...["+ping", "+scan", "+xinfo", "+xrange", "+type", "+time", "+client|setname", "+select"],
    );
    const uri = `redis://reader@127.0.0.1:${String(broker.port)}`;
    const refused = await rejectsWith(connect(uri, { password: "wrong" }), "refused");
    assert.match(refused.message, /reader/);
    const session = await connect(uri, { password: "reads" });
    assert.ok(session.info.limits.length > 1, "it says that the version is unknown");
    const mine = await find(session, ["streams"], "stream", "orders:1");
    const reading = await session.watch(mine, { mode: "browse", window: 10 });
    assert.deepEqual((await new Reader(reading).rest()).map(bodyText), ["a"]);
    const denied = await rejectsWith(session.publish(mine, draft("x")), "denied");
    assert.match(denied.message, /access control list/);
    const theirs = await find(session, ["streams"], "stream", "private");
    await rejectsWith(session.watch(theirs, { mode: "browse", window: 10 }), "denied");
    // The row stays; only its numbers are unknown.
    assert.deepEqual(
      (await session.refresh([mine, theirs])).map(({ counts }) => counts?.ready),
      [1, undefined],
    );
  });
});
