import assert from "node:assert/strict";
import type { Node, Receipt, Session, Target } from "../../src/broker/contract.ts";
import type { BrokerError } from "../../src/broker/errors.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { startProxy, type Proxy } from "../support/fakeAmqpServer.ts";
import { startRabbitmq, type RabbitmqServer } from "../support/rabbitmqServer.ts";
import { bodyText, draft, eventually, fresh, Reader, rejectsWith, within } from "./conformanceSupport.ts";
import { RabbitmqStage, targetOf } from "./rabbitmqStage.ts";

describe("a RabbitMQ with which things go wrong", function () {
  let broker: RabbitmqServer;
  let stage: RabbitmqStage;
  const sessions: Session[] = [];
  const proxies: Proxy[] = [];

  before(async function () {
    this.timeout(90_000);
    broker = await startRabbitmq();
    stage = new RabbitmqStage(broker);
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  after(async function () {
    this.timeout(30_000);
    await stage.stop();
  });

  const open = async (more: Partial<Target> = {}): Promise<Session> => {
    const session = await driver.connect(targetOf(broker, more), AbortSignal.timeout(20_000));
    sessions.push(session);
    return session;
  };
  const openThroughProxy = async (query = ""): Promise<{ session: Session; proxy: Proxy }> => {
    const proxy = await startProxy(broker.amqpPort);
    proxies.push(proxy);
    return { proxy, session: await open({ uri: `amqp://guest@127.0.0.1:${String(proxy.port)}${query}` }) };
  };
  const queueIn = async (session: Session): Promise<Node> => {
    const name = fresh("queue");
    await stage.make("classic", name);
    return stage.node(session, "queue", name);
  };
  const exchangeIn = async (session: Session, type = "topic"): Promise<Node> => {
    const name = fresh(type);
    await stage.makeExchange(name, type);
    return stage.routing.exchange(session, name);
  };
  const endOf = (session: Session): Promise<BrokerError | undefined> =>
    within(new Promise((resolve) => session.onDidClose(resolve)), "the end of the session", 15_000);

  describe("the connection", () => {
    it("is told to be dead when the other side falls silent", async () => {
      const { session, proxy } = await openThroughProxy("?heartbeat=1");
      const end = endOf(session);
      proxy.freeze();
      assert.match((await end)?.message ?? "", /stopped answering/);
    });

    it("is given up in time when the other side has fallen silent", async () => {
      const { session, proxy } = await openThroughProxy();
      const queue = await queueIn(session);
      await session.publish(queue, draft("x"));
      const subscription = await session.watch(queue, { mode: "consume", window: 1 });
      const reader = new Reader(subscription);
      await reader.take(1);
      proxy.freeze();
      await within(session.close(), "the end of the session", 8000);
      await reader.rest();
    });

    it("is told to be cut, in the middle of a frame as well", async () => {
      const { session, proxy } = await openThroughProxy();
      const queue = await queueIn(session);
      await session.publish(queue, draft("x".repeat(1000)));
      const end = endOf(session);
      const subscription = await session.watch(queue, { mode: "consume", window: 10 });
      const reader = new Reader(subscription);
      await reader.take(1);
      proxy.cutAfter(500);
      await stage.withChannel(async (channel) => channel.sendToQueue(queue.name, Buffer.alloc(2000)));
      const error = await rejectsWith(reader.rest(), "closed");
      assert.match(error.message, /was cut/);
      await proxy.stop();
      proxies.splice(proxies.indexOf(proxy), 1);
      assert.equal((await end)?.kind, "closed");
      await eventually(() => stage.ready("queue", queue.name), 2, "messages given back");
    });

    it("for consuming may go without the others", async () => {
      const session = await open();
      const queue = await queueIn(session);
      await session.publish(queue, draft("a"));
      const subscription = await session.watch(queue, { mode: "consume", window: 10 });
      const reader = new Reader(subscription);
      const [a] = await reader.take(1);
      await stage.closeConnections("consuming");
      assert.match((await rejectsWith(reader.rest(), "closed")).message, /closed on the broker's side/);
      assert.deepEqual(await subscription.settle([a?.tag ?? 0], "ack"), [a?.tag]);
      assert.equal((await session.publish(queue, draft("b"))).outcome, "routed");
      const again = await session.watch(queue, { mode: "consume", window: 10 });
      assert.deepEqual((await new Reader(again).take(2)).map(bodyText), ["a", "b"]);
    });

    it("for publishing may go: what was on its way counts as lost, and nothing is said to be routed that is not", async function () {
      this.timeout(60_000);
      const session = await open();
      const queue = await queueIn(session);
      const receipts: (Receipt | BrokerError)[] = [];
      const inFlight = new Set<Promise<unknown>>();
      const stop = new AbortController();
      const publishing = (async () => {
        while (!stop.signal.aborted) {
          const one: Promise<unknown> = session
            .publish(queue, draft("x".repeat(200)))
            .then(
              (receipt) => receipts.push(receipt),
              (error: unknown) => receipts.push(error as BrokerError),
            )
            .finally(() => inFlight.delete(one));
          inFlight.add(one);
          if (inFlight.size >= 100) await Promise.race(inFlight);
        }
        await Promise.all(inFlight);
      })();
      await stage.closeConnections("publishing");
      await eventually(
        () => receipts.some((each) => "outcome" in each && each.outcome === "lost"),
        true,
        "a lost message",
      );
      const before = receipts.length;
      await eventually(() => receipts.length > before + 100, true, "publishing goes on");
      stop.abort();
      await publishing;
      const count = (outcome: string): number =>
        receipts.filter((each) => "outcome" in each && each.outcome === outcome).length;
      const ready = await stage.ready("queue", queue.name);
      const detail = `${String(count("routed"))} routed, ${String(count("lost"))} lost, ${String(ready)} there`;
      assert.ok(ready >= count("routed") && ready <= count("routed") + count("lost"), detail);
      for (const each of receipts) if (!("outcome" in each)) assert.equal(each.kind, "closed", each.message);
    });

    it("for administration is the session", async () => {
      const session = await open();
      const end = endOf(session);
      await stage.closeConnections("administration");
      const reason = await end;
      assert.equal(reason?.kind, "closed");
      assert.match(reason.message, /closed on the broker's side/);
    });

    it("leaves nothing behind", async function () {
      this.timeout(40_000);
      const before = await stage.names();
      const session = await open();
      const exchange = await exchangeIn(session);
      const queue = await queueIn(session);
      await stage.bind(exchange.name, queue.name, "#");
      await session.publish(exchange, draft("x"));
      await Promise.all([
        session.watch(exchange, { mode: "tap", window: 5 }),
        session.watch(queue, { mode: "tap", window: 5 }),
        session.watch(queue, { mode: "browse", window: 5 }),
        session.watch(queue, { mode: "consume", window: 5 }),
      ]);
      await session.close();
      await eventually(async () => [...(await stage.names())].sort(), [...before, queue.name].sort(), "queues");
      await eventually(() => stage.connections(), [], "connections");
    });
  });

  describe("publishing", () => {
    it("tells what the broker failed on, where it fails on a decimal in a stream", async () => {
      const session = await open();
      const name = fresh("stream");
      await stage.make("stream", name);
      const price = { name: "price", value: { type: "decimal", value: "12.34" } } as const;
      const receipt = await session.publish(await stage.node(session, "queue", name), draft("x", { headers: [price] }));
      // RabbitMQ 3 fails, later ones take it.
      if (receipt.outcome !== "routed") assert.match(JSON.stringify(receipt), /"lost".*type decimal reaches a stream/);
      const other = await session.publish(await queueIn(session), draft("x", { headers: [price] }));
      assert.equal(other.outcome, "routed", "the next one goes its way");
    });

    it("tells that an exchange is not there, before and after it was", async () => {
      const session = await open();
      const [gone, other] = [await exchangeIn(session), await exchangeIn(session)];
      await stage.withChannel((channel) => channel.deleteExchange(gone.name));
      assert.match((await rejectsWith(session.publish(gone, draft("x")), "missing")).message, /no exchange/);
      await stage.makeExchange(gone.name, "topic");
      assert.equal((await session.publish(gone, draft("x"))).outcome, "returned");
      await stage.withChannel((channel) => channel.deleteExchange(gone.name));
      const both = await Promise.allSettled([session.publish(gone, draft("x")), session.publish(other, draft("x"))]);
      assert.deepEqual(
        both.map(({ status }) => status),
        ["rejected", "fulfilled"],
        "the other one is not harmed",
      );
    });

    it("tells what the broker alone can know, without harm to others", async () => {
      const session = await open();
      const queue = await queueIn(session);
      const others = Array.from({ length: 50 }, () => session.publish(queue, draft("fine")));
      const foreign = await rejectsWith(
        session.publish(queue, draft("x", { properties: { userId: "somebody" } })),
        "invalid",
      );
      assert.equal(foreign.field, "userId");
      const reply = await rejectsWith(
        session.publish(queue, draft("x", { properties: { replyTo: "amq.rabbitmq.reply-to" } })),
        "invalid",
      );
      assert.equal(reply.field, "replyTo");
      assert.ok((await Promise.all(others)).every(({ outcome }) => outcome === "routed"));
      assert.equal((await session.publish(queue, draft("x", { properties: { userId: "guest" } }))).outcome, "routed");
    });

    it("takes a body of 20 MiB", async function () {
      this.timeout(40_000);
      const session = await open();
      const queue = await queueIn(session);
      const body = Buffer.alloc(20 * 1024 * 1024, "mq");
      assert.equal((await session.publish(queue, draft(body))).outcome, "routed");
      const subscription = await session.watch(queue, { mode: "consume", window: 1 });
      const [got] = await new Reader(subscription).take(1);
      assert.ok(got && body.equals(got.body));
    });

    it("tells that an alarm blocks it, and goes on when that is over", async function () {
      this.timeout(60_000);
      const session = await open();
      const queue = await queueIn(session);
      await session.publish(queue, draft("before"));
      const alarms: (string | undefined)[] = [];
      session.onDidBlock((reason) => alarms.push(reason));
      await broker.ctl("set_vm_memory_high_watermark", "0");
      try {
        await eventually(
          async () => (await session.publish(queue, draft("during"))).outcome,
          "blocked",
          "a message that is blocked",
        );
        const receipt = await session.publish(queue, draft("never"));
        assert.ok(receipt.outcome === "blocked" && !receipt.sent && receipt.reason !== "");
        assert.equal(alarms.length, 1);
        assert.ok(alarms[0] !== undefined && alarms[0] !== "");
        const subscription = await session.watch(queue, { mode: "consume", window: 1 });
        assert.deepEqual((await new Reader(subscription).take(1)).map(bodyText), ["before"], "consuming goes on");
        await subscription.close();
      } finally {
        await broker.ctl("set_vm_memory_high_watermark", "0.4");
      }
      await eventually(() => alarms.length, 2, "the end of the alarm");
      assert.equal(alarms[1], undefined);
      assert.equal((await session.publish(queue, draft("after"))).outcome, "routed");
    });

    it("closes in time while an alarm blocks it", async function () {
      this.timeout(60_000);
      const session = await open();
      const queue = await queueIn(session);
      await broker.ctl("set_vm_memory_high_watermark", "0");
      try {
        await eventually(
          async () => (await session.publish(queue, draft("x"))).outcome,
          "blocked",
          "a message that is blocked",
        );
        await within(session.close(), "the end of the session", 5000);
      } finally {
        await broker.ctl("set_vm_memory_high_watermark", "0.4");
      }
    });
  });

  describe("permissions", () => {
    it("are told when they are missing", async () => {
      await broker.api("PUT", "/api/users/reader", { password: "p", tags: "management" });
      await broker.api("PUT", "/api/permissions/%2F/reader", {
        configure: "^amq\\.gen.*",
        write: "^amq\\.gen.*",
        read: "^$",
      });
      const admin = await open();
      const [queue, exchange] = [await queueIn(admin), await exchangeIn(admin)];
      await admin.publish(queue, draft("secret"));
      const session = await open({ uri: `amqp://reader@127.0.0.1:${String(broker.amqpPort)}`, password: "p" });
      await rejectsWith(session.publish(exchange, draft("x")), "denied");
      await rejectsWith(session.watch(queue, { mode: "consume", window: 1 }), "denied");
      await rejectsWith(
        session.watch(queue, { mode: "browse", window: 1 }).then((each) => new Reader(each).rest()),
        "denied",
      );
      await rejectsWith(session.watch(exchange, { mode: "tap", window: 1 }), "denied");
      assert.deepEqual(
        (await stage.names()).filter((name) => name.startsWith("amq.gen")),
        [],
        "queues left behind",
      );
    });

    it("are not given for the exclusive queue of another connection", async () => {
      const session = await open();
      const name = fresh("exclusive");
      const channel = await stage.keepChannel();
      await channel.assertQueue(name, { exclusive: true });
      const queue: Node = { ...(await queueIn(session)), name, id: `q:%2F:${name}` };
      await rejectsWith(session.watch(queue, { mode: "consume", window: 1 }), "denied");
      await channel.close();
    });
  });

  describe("consuming", () => {
    it("tells that unsettled messages were taken back", async function () {
      this.timeout(40_000);
      await broker.ctl(
        "eval",
        "application:set_env(rabbit, consumer_timeout, 500), application:set_env(rabbit, channel_tick_interval, 300).",
      );
      try {
        const session = await open();
        const queue = await queueIn(session);
        await session.publish(queue, draft("a"));
        const subscription = await session.watch(queue, { mode: "consume", window: 1 });
        const reader = new Reader(subscription);
        const [a] = await reader.take(1);
        assert.match((await rejectsWith(reader.rest(), "expired")).message, /not settled for too long/);
        assert.deepEqual(await subscription.settle([a?.tag ?? 0], "ack"), [a?.tag]);
        await eventually(() => stage.ready("queue", queue.name), 1, "messages given back");
      } finally {
        await broker.ctl(
          "eval",
          "application:set_env(rabbit, consumer_timeout, 1800000), application:set_env(rabbit, channel_tick_interval, 60000).",
        );
      }
    });
  });

  // The last one, because it takes the broker away.
  describe("the broker itself", () => {
    it("may stop and come back", async function () {
      this.timeout(120_000);
      const session = await open();
      const queue = await queueIn(session);
      await session.publish(queue, draft("kept"));
      const subscription = await session.watch(queue, { mode: "consume", window: 1 });
      const reader = new Reader(subscription);
      await reader.take(1);
      const end = endOf(session);
      await broker.shutDown();
      assert.match((await end)?.message ?? "", /shutting down|was cut/);
      await rejectsWith(reader.rest(), "closed");
      await rejectsWith(session.publish(queue, draft("x")), "closed");
      await rejectsWith(driver.connect(targetOf(broker), AbortSignal.timeout(20_000)), "unreachable");
      await broker.start();
      const again = await open();
      const consumer = await again.watch(queue, { mode: "consume", window: 1 });
      const [kept] = await new Reader(consumer).take(1);
      assert.ok(kept && bodyText(kept) === "kept" && kept.redelivered);
    });
  });
});
