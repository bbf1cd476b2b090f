import assert from "node:assert/strict";
import { connect } from "node:net";
import type { Options } from "amqplib";
import type { Effect, Node, Outcome, Session, Subscription, WatchMode } from "../../src/broker/contract.ts";
import { GuardedSession } from "../../src/connections/guard.ts";
import { AllLooks, Looks } from "../../src/connections/looks.ts";
import type { GuardRules } from "../../src/connections/readOnly.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { FakeMemento } from "../support/connectionBench.ts";
import { startFakeServer } from "../support/fakeAmqpServer.ts";
import { startRabbitmq, type RabbitmqServer } from "../support/rabbitmqServer.ts";
import { bodyText, draft, eventually, find, fresh, Reader } from "./conformanceSupport.ts";
import { RabbitmqStage, targetOf } from "./rabbitmqStage.ts";

/** What is said beforehand, and that it is so: on a real RabbitMQ, whatever its version here can do. */
describe("looking at RabbitMQ does what it says, and no more", function () {
  this.timeout(60_000);
  let broker: RabbitmqServer;
  let stage: RabbitmqStage;
  let rules: GuardRules;
  let looks: AllLooks;
  const sessions: Session[] = [];
  const servers: { stop(): Promise<void> }[] = [];

  before(async function () {
    this.timeout(120_000);
    broker = await startRabbitmq();
    stage = new RabbitmqStage(broker);
  });
  beforeEach(() => {
    rules = { connection: "Shop", readOnly: undefined, environment: undefined };
    looks = new AllLooks(new FakeMemento());
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
  after(() => stage.stop());

  /** A session as connections hand it out. */
  const open = async (port = broker.amqpPort): Promise<GuardedSession> => {
    const target = targetOf(broker, { uri: `amqp://guest@127.0.0.1:${String(port)}` });
    const inner = await driver.connect(target, AbortSignal.timeout(20_000));
    const session = new GuardedSession(inner, () => rules, new Looks(looks, () => "shop"));
    sessions.push(session);
    return session;
  };
  const declare = async (
    session: Session,
    options: Options.AssertQueue,
    messages: readonly string[] = [],
  ): Promise<Node> => {
    const name = fresh("queue");
    await stage.withChannel(async (channel) => {
      await channel.assertQueue(name, { durable: true, ...options });
    });
    const node = await queueNamed(session, name);
    for (const message of messages) assert.equal((await session.publish(node, draft(message))).outcome, "routed");
    return node;
  };
  const ready = (name: string): Promise<number> => stage.ready("queue", name);
  const quorum = (args: Record<string, unknown> = {}): Options.AssertQueue => ({
    arguments: { "x-queue-type": "quorum", ...args },
  });
  const browse = async (session: Session, node: Node, consent?: object): Promise<readonly string[]> => {
    const options = { mode: "browse", window: 100, ...(consent && { consent }) } as const;
    return bodies(await session.watch(node, options));
  };
  const said = async (session: Session, node: Node, verb: WatchMode, severity?: Effect["severity"]): Promise<string> =>
    (await session.effects(node, verb))
      .filter((effect) => severity === undefined || effect.severity === severity)
      .map(({ sentence }) => sentence)
      .join("\n");

  it("classic: a browse leaves every message, in order, marked as redelivered", async () => {
    const session = await open();
    const node = await declare(session, {}, ["a", "b", "c"]);
    assert.match(await said(session, node, "browse"), /“redelivered” will be set/);
    assert.deepEqual(await browse(session, node), ["a", "b", "c"]);
    const again = new Reader(await session.watch(node, { mode: "browse", window: 100 }));
    assert.deepEqual(
      (await again.rest()).map((delivery) => [bodyText(delivery), delivery.redelivered]),
      [
        ["a", true],
        ["b", true],
        ["c", true],
      ],
    );
    assert.equal(await ready(node.name), 3);
  });

  it("quorum with a delivery limit: the looks that are left are told, the last are asked about, then it is true", async () => {
    const session = await open();
    const node = await declare(session, quorum({ "x-delivery-limit": 4 }), ["a"]);
    const left = async (from = session): Promise<number | undefined> =>
      (await from.effects(node, "browse")).find((effect) => effect.left !== undefined)?.left;
    assert.match(await said(session, node, "browse", "danger"), /after 4 returns a message is dropped/);
    assert.equal(await left(), 3);
    await browse(session, node);
    assert.match(await said(session, node, "browse"), /Attempt 2 of 4: after 2 more looks this quorum queue drops/);
    await assert.rejects(browse(session, node), /Attempt 2 of 4.*/s);
    for (const expected of [2, 1, 0]) {
      assert.equal(await left(), expected);
      assert.deepEqual(await browse(session, node, {}), ["a"]);
    }
    // Another session of the same connection knows it too.
    const other = await open();
    assert.equal(await left(other), -1);
    assert.match(await said(other, node, "browse", "danger"), /limit of 4 is reached/);
    assert.equal(await ready(node.name), 1);
    await browse(other, node, {});
    await eventually(() => ready(node.name), 0, "the message that was looked at too often");
  });

  it("quorum with a limit and a dead-letter exchange: it is dead-lettered, as it says", async () => {
    const session = await open();
    const dead = await declare(session, {});
    const more = { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead.name };
    const node = await declare(session, quorum({ "x-delivery-limit": 1, ...more }), ["a"]);
    assert.match(await said(session, node, "consume"), /what you reject is dead-lettered/);
    await browse(session, node, {});
    assert.match(await said(session, node, "browse", "danger"), /the next look|Attempt 2 of 1|limit of 1 is reached/);
    await browse(session, node, {});
    await eventually(() => ready(dead.name), 1, "the dead letter");
  });

  it("quorum without a limit: nothing is counted before RabbitMQ 4.0", async () => {
    const session = await open();
    const node = await declare(session, quorum(), ["a"]);
    for (let look = 0; look < 3; look++) {
      assert.ok((await session.effects(node, "browse")).every((effect) => effect.left === undefined));
      assert.deepEqual(await browse(session, node), ["a"]);
    }
  });

  it("stream: nothing changes, also on a read-only connection", async () => {
    const session = await open();
    const node = await declare(session, { arguments: { "x-queue-type": "stream" } }, ["a", "b"]);
    assert.deepEqual(
      (await session.effects(node, "browse")).map(({ severity }) => severity),
      ["info"],
    );
    rules = { ...rules, readOnly: "kept" };
    const subscription = await session.watch(await queueNamed(session, node.name), { mode: "browse", window: 10 });
    const reader = new Reader(subscription);
    assert.equal((await reader.take(2)).length, 2);
    await subscription.close();
  });

  it("a queue that took the name of a stream is not read as one: nothing is acked", async () => {
    const session = await open();
    const node = await declare(session, {}, ["a", "b"]);
    const stale: Node = { ...node, variant: "stream", traceless: true };
    assert.deepEqual(await browse(session, stale), ["a", "b"]);
    assert.equal(await ready(node.name), 2);
    // Without the management API the broker itself refuses.
    const blind = await driver.connect(targetOf(broker, { admin: "" }), AbortSignal.timeout(20_000));
    sessions.push(blind);
    await assert.rejects(blind.watch(stale, { mode: "browse", window: 10 }), /x-stream-offset/);
    assert.equal(await ready(node.name), 2);
  });

  it("exclusive: nothing is offered that its owner's connection alone may do", async () => {
    const session = await open();
    const owner = await stage.keepChannel();
    const name = fresh("queue");
    await owner.assertQueue(name, { exclusive: true, durable: false });
    const node = await queueNamed(session, name);
    for (const mode of ["browse", "consume"] as const) {
      assert.ok(!node.verbs.includes(mode));
      await assert.rejects(session.watch(node, { mode, window: 1 }), { kind: "unsupported" });
      const forged = { ...node, verbs: [mode] };
      await assert.rejects(session.watch(forged, { mode, window: 1 }), { kind: "denied" });
    }
    await owner.deleteQueue(name);
    await owner.close();
  });

  it("auto-delete: a browse leaves it, a consumer that closes takes it along, as it says", async () => {
    const session = await open();
    const node = await declare(session, { autoDelete: true }, ["a", "b"]);
    assert.equal(await said(session, node, "browse", "danger"), "");
    assert.deepEqual(await browse(session, node), ["a", "b"]);
    assert.equal(await ready(node.name), 2);
    assert.match(await said(session, node, "consume", "danger"), /when you close it is deleted/);
    await (await session.watch(node, { mode: "consume", window: 1 })).close();
    await eventually(async () => (await stage.names()).includes(node.name), false, "the queue's end");
  });

  it("single active consumer: nothing comes while another is served, as it says", async () => {
    const session = await open();
    const node = await declare(session, { arguments: { "x-single-active-consumer": true } });
    const other = await stage.keepChannel();
    await other.consume(node.name, () => undefined);
    assert.match(await said(session, node, "consume"), /one consumer at a time/);
    await session.publish(node, draft("a"));
    assert.deepEqual(await browse(session, node), []);
    await other.close();
    await eventually(() => ready(node.name), 1, "the message of the other");
  });

  it("time to live: what is held for longer is gone once it goes back, as it says", async () => {
    const session = await open();
    const node = await declare(session, { arguments: { "x-message-ttl": 200 } });
    assert.match(await said(session, node, "consume"), /expire after 200 ms.*dropped once it goes back/);
    const consumer = await session.watch(node, { mode: "consume", window: 1 });
    await session.publish(node, draft("a"));
    await new Reader(consumer).take(1);
    const after = Date.now() + 250;
    await eventually(() => Date.now() > after, true, "its time");
    await consumer.close();
    await eventually(() => ready(node.name), 0, "its end");
  });

  it("max-length: when full, what comes meanwhile pushes the oldest out, as it says", async () => {
    const session = await open();
    const node = await declare(session, { arguments: { "x-max-length": 2 } }, ["a", "b"]);
    await eventually(
      async () => /full \(2\).*the oldest is dropped/.test(await said(session, node, "browse", "danger")),
      true,
      "the danger",
    );
    const consumer = await session.watch(node, { mode: "consume", window: 2 });
    await new Reader(consumer).take(2);
    await session.publish(node, draft("c"));
    await consumer.close();
    await eventually(() => ready(node.name), 2, "what is left");
    assert.deepEqual(await browse(session, node), ["b", "c"]);
  });

  it("priority: a browse leaves everything where it was", async () => {
    const session = await open();
    const node = await declare(session, { arguments: { "x-max-priority": 5 } });
    for (const priority of ["1", "5", "3"]) await session.publish(node, draft(priority, { properties: { priority } }));
    for (let look = 0; look < 2; look++) assert.deepEqual(await browse(session, node), ["5", "3", "1"]);
  });

  it("policies count like arguments", async () => {
    const session = await open();
    const node = await declare(session, {}, ["a"]);
    const policy = `/api/policies/%2F/${node.name}`;
    const definition = { "max-length": 1, "dead-letter-exchange": "dlx", "message-ttl": 60_000 };
    await broker.api("PUT", policy, { pattern: `^${node.name}$`, definition, "apply-to": "queues" });
    await eventually(
      async () => {
        const consume = await said(session, node, "consume");
        return [/what you reject is dead-lettered/, /full \(1\).*dead-lettered/, /60000 ms.*dead-lettered/].every(
          (each) => each.test(consume),
        );
      },
      true,
      "the policy in the effects",
    );
    await broker.api("DELETE", policy);
  });

  it("a read-only connection offers taps and quiet looks only, and refuses the rest with a sentence", async () => {
    const session = await open();
    const classic = await declare(session, {}, ["a"]);
    rules = { ...rules, readOnly: "host" };
    assert.deepEqual((await queueNamed(session, classic.name)).verbs, ["tap"]);
    const refused = { kind: "denied", message: /MQ: Allow Changes/ };
    await assert.rejects(browse(session, classic), refused);
    await assert.rejects(browse(session, { ...classic, variant: "stream", traceless: true }), refused);
    await assert.rejects(session.watch(classic, { mode: "consume", window: 1 }), refused);
    await assert.rejects(session.act(classic, "purge", "", {}), refused);
    await assert.rejects(session.publish(classic, draft("b")), refused);
    assert.equal(await ready(classic.name), 1);
  });

  describe("on the wire", () => {
    const recorded = async (): Promise<{ session: GuardedSession; node: Node; methods: readonly Method[] }> => {
      const methods: Method[] = [];
      let connections = 0;
      const proxy = await startFakeServer((socket) => {
        const back = connect({ port: broker.amqpPort, host: "127.0.0.1" });
        const frames = new Frames(++connections);
        socket.on("data", (chunk: Buffer) => {
          methods.push(...frames.read(chunk));
          back.write(chunk);
        });
        back.on("data", (chunk: Buffer) => socket.write(chunk));
        back.on("error", () => socket.destroy());
        back.on("close", () => socket.destroy());
        socket.on("close", () => back.destroy());
      });
      servers.push(proxy);
      const session = await open(proxy.port);
      return { session, node: await declare(session, {}, ["a", "b", "c"]), methods };
    };
    /** On the channel where something was given back. */
    const ofInterest = (methods: readonly Method[]): readonly string[] => {
      const channel = methods.find(({ name }) => name === "nack requeue")?.channel;
      return methods.filter((each) => each.channel === channel && each.name !== "other").map(({ name }) => name);
    };
    const sequence = ["cancel", "nack requeue", "channel.close"];

    const closings: readonly (readonly [string, (session: GuardedSession, consumer: Subscription) => Promise<void>])[] =
      [
        ["its panel closes", (_, consumer) => consumer.close()],
        ["VS Code closes", (session) => session.close()],
        [
          "the connection becomes read-only",
          async (session) => {
            rules = { ...rules, readOnly: "kept" };
            await session.rulesChanged();
          },
        ],
      ];
    for (const [when, end] of closings)
      it(`what a consumer holds is nacked before its channel closes, and waited for, when ${when}`, async () => {
        const { session, node, methods } = await recorded();
        const consumer = await session.watch(node, { mode: "consume", window: 10 });
        await new Reader(consumer).take(3);
        const from = methods.length;
        await end(session, consumer);
        assert.deepEqual(ofInterest(methods.slice(from)), sequence);
        // Waited for: it is back the moment that closing is over.
        assert.equal(await ready(node.name), 3);
      });

    it("a browse gives back by nack before its channel closes", async () => {
      const { session, node, methods } = await recorded();
      const from = methods.length;
      await browse(session, node);
      assert.deepEqual(ofInterest(methods.slice(from)), sequence);
    });

    it("requeue and reject are nacks, never basic.reject", async () => {
      const { session, node, methods } = await recorded();
      const consumer = await session.watch(node, { mode: "consume", window: 3 });
      const [first, second] = await new Reader(consumer).take(3);
      const settle = (tag: number | undefined, outcome: Outcome): Promise<readonly number[]> =>
        consumer.settle([tag ?? 0], outcome);
      await settle(first?.tag, "requeue");
      await settle(second?.tag, "reject");
      await consumer.close();
      const names = methods.map(({ name }) => name);
      assert.ok(names.includes("nack requeue"));
      assert.ok(names.includes("nack"));
      assert.ok(!names.includes("reject"));
    });
  });

  async function bodies(subscription: Subscription): Promise<readonly string[]> {
    return (await new Reader(subscription).rest()).map(bodyText);
  }
});

interface Method {
  readonly name: string;
  /** Of which connection, too. */
  readonly channel: string;
}

function queueNamed(session: Session, name: string): Promise<Node> {
  return find(session, ["vhost", "queues"], "queue", name);
}

/** The methods among the frames that a client sends. */
class Frames {
  readonly #connection: number;
  #rest = Buffer.alloc(0);
  #greeted = false;

  constructor(connection: number) {
    this.#connection = connection;
  }

  read(chunk: Buffer): Method[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (!this.#greeted && this.#rest.length >= 8) {
      this.#greeted = true;
      this.#rest = this.#rest.subarray(8);
    }
    const found: Method[] = [];
    while (this.#greeted && this.#rest.length >= 7) {
      const size = this.#rest.readUInt32BE(3) + 8;
      if (this.#rest.length < size) break;
      const payload = this.#rest.subarray(7, size - 1);
      if (this.#rest.readUInt8(0) === 1)
        found.push({
          name: nameOf(payload),
          channel: `${String(this.#connection)}/${String(this.#rest.readUInt16BE(1))}`,
        });
      this.#rest = this.#rest.subarray(size);
    }
    return found;
  }
}

function nameOf(method: Buffer): string {
  switch (method.readUInt32BE(0)) {
    case 0x003c_0078:
      return (method.readUInt8(12) & 2) === 2 ? "nack requeue" : "nack";
    case 0x003c_005a:
      return "reject";
    case 0x003c_001e:
      return "cancel";
    case 0x0014_0028:
      return "channel.close";
    default:
      return "other";
  }
}
