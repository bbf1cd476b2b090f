import assert from "node:assert/strict";
import amqp, { type Channel, type ChannelModel } from "amqplib";
import type { Done, Node, Page, Pin, Session } from "../../src/broker/contract.ts";
import { BrokerError } from "../../src/broker/errors.ts";
import type { FieldValue, Values } from "../../src/broker/form.ts";
import { text } from "../../src/broker/values.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { startRabbitmq, type RabbitmqServer } from "../support/rabbitmqServer.ts";

const signal = new AbortController().signal;

describe("RabbitMQ topology", function () {
  this.timeout(40_000);
  let broker: RabbitmqServer;
  let session: Session;
  let model: ChannelModel;
  /** Of another client than the session's. */
  let other: Channel;

  before(async () => {
    broker = await startRabbitmq({ plugins: ["rabbitmq_consistent_hash_exchange"] });
    model = await patiently(() => amqp.connect(broker.uri, { noDelay: true }));
    // Its broker is killed at the end.
    model.on("error", () => undefined);
    other = await model.createChannel();
    session = await connect();
  });

  after(async () => {
    await session.close();
    await model.close().catch(() => undefined);
    await broker.stop();
  });

  function connect(
    options: { user?: string; password?: string; admin?: string; pins?: readonly Pin[]; vhost?: string } = {},
  ): Promise<Session> {
    const { user = "guest", password = "guest", admin = broker.adminUrl, pins = [], vhost = "%2F" } = options;
    return driver.connect(
      { uri: `amqp://${user}@127.0.0.1:${broker.amqpPort}/${vhost}`, password, admin, pins },
      signal,
    );
  }

  async function folder(kind: "queues" | "exchanges", vhost = "/", of = session): Promise<Node> {
    const top = (await of.list(undefined)).items.find(({ name }) => name === vhost);
    const found = (await of.list(top)).items.find((node) => node.kind === kind);
    assert.ok(found);
    return found;
  }

  async function find(kind: "queues" | "exchanges", name: string, of = session): Promise<Node> {
    const { items } = await of.list(await folder(kind, "/", of), { filter: name, fresh: true });
    const found = items.find((node) => node.name === name);
    assert.ok(found, `${name} is not in the tree`);
    return found;
  }

  async function create(form: "queue" | "exchange", values: Values, of = session): Promise<Node> {
    const done = await of.act(await folder(form === "queue" ? "queues" : "exchanges", "/", of), "create", form, values);
    assert.ok(done.node);
    return done.node;
  }

  /** What the broker keeps of a queue or exchange. */
  async function kept(kind: "queues" | "exchanges", name: string): Promise<Record<string, unknown>> {
    return (await broker.api("GET", `/api/${kind}/%2F/${name}`)) as Record<string, unknown>;
  }

  async function fill(queue: string, count: number): Promise<void> {
    const channel = await model.createConfirmChannel();
    for (let i = 0; i < count; i++) channel.sendToQueue(queue, Buffer.from(`message ${i}`));
    await channel.waitForConfirms();
    await channel.close();
  }

  async function refused(work: Promise<unknown>): Promise<BrokerError> {
    try {
      await work;
    } catch (error) {
      assert.ok(error instanceof BrokerError, String(error));
      return error;
    }
    assert.fail("it was not refused");
  }

  /** The management API of a broker that starts answers before AMQP does. */
  async function patiently<T>(work: () => Promise<T>): Promise<T> {
    let result: { readonly value: T } | undefined;
    await until("AMQP answers", async () => {
      result = await work().then(
        (value) => ({ value }),
        () => undefined,
      );
      return result !== undefined;
    });
    assert.ok(result);
    return result.value;
  }

  /** @param pause milliseconds between two looks */
  async function until(what: string, holds: () => Promise<boolean>, pause = 50): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (!(await holds())) {
      assert.ok(performance.now() < deadline, `not in time: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  describe("the tree", () => {
    it("shows vhosts, folders and the broker's own exchanges, each with its verbs", async () => {
      assert.deepEqual(session.info.limits, []);
      const top = await session.list(undefined);
      assert.deepEqual(
        top.items.map(({ name, kind }) => [name, kind]),
        [["/", "vhost"]],
      );
      const folders = await session.list(top.items[0]);
      assert.deepEqual(
        folders.items.map(({ id }) => id),
        ["f:%2F:exchanges", "f:%2F:queues"],
      );
      const { items } = await session.list(folders.items[0]);
      const verbs = Object.fromEntries(items.map((node) => [node.name, node.verbs.join()]));
      assert.equal(verbs["(default)"], "publish");
      assert.equal(verbs["amq.topic"], "publish,tap,bind");
      assert.equal(verbs["amq.rabbitmq.trace"], "tap,bind");
      const [again] = await session.refresh([folders.items[0]!]);
      assert.equal(again?.detail, String(items.length));
    });

    it("shows how a queue and an exchange are bound, and what consumes", async () => {
      await other.assertExchange("tree.x", "headers");
      await other.assertExchange("tree.y", "topic");
      await other.assertQueue("tree.q");
      await other.bindQueue("tree.q", "tree.x", "", { "x-match": "any", n: 3 });
      await other.bindQueue("tree.q", "tree.y", "a.*:b/c");
      await other.bindExchange("tree.x", "tree.y", "#");
      await other.prefetch(7);
      const { consumerTag } = await other.consume("tree.q", () => undefined);
      let page: Page<Node> = { items: [] };
      await until("the consumer is listed with its channel", async () => {
        page = await session.list(await find("queues", "tree.q"));
        return page.items.at(-1)?.detail?.startsWith("127.0.0.1:") === true;
      });
      assert.deepEqual(
        page.items.map(({ kind, name, verbs }) => [kind, name, verbs.join()]),
        [
          ["binding", "tree.x", "delete"],
          ["binding", "tree.y", "delete"],
          ["consumer", consumerTag, ""],
        ],
      );
      assert.deepEqual(page.items.map(({ detail }) => detail).slice(0, 2), ["n=3, x-match=any", "key a.*:b/c"]);
      assert.match(page.items[2]?.detail ?? "", /prefetch 7 · acks/);
      assert.deepEqual(
        (await session.list(await find("exchanges", "tree.y"))).items.map(({ name, detail }) => [name, detail]),
        [
          ["tree.q", "key a.*:b/c"],
          ["tree.x", "exchange · key #"],
        ],
      );
      const bindings = [...page.items, ...(await session.list(await find("exchanges", "tree.y"))).items];
      assert.equal(new Set(bindings.map(({ id }) => id)).size, bindings.length);
      assert.deepEqual(
        (await session.refresh(bindings)).map(({ id }) => id),
        bindings.map(({ id }) => id),
      );
      assert.deepEqual((await session.list(await find("queues", "tree.q"), { filter: "TREE.X" })).items.length, 1);

      const before = await session.effects(page.items[1]!, "delete");
      assert.match(before[0]?.sentence ?? "", /with the key “a\.\*:b\/c” no longer reaches “tree\.q”/);
      for (const binding of page.items.slice(0, 2)) await session.act(binding, "delete", "delete", {});
      await other.cancel(consumerTag);
      await until(
        "the consumer is gone",
        async () => (await session.list(await find("queues", "tree.q"))).items.length === 0,
      );
      assert.equal((await session.refresh(page.items)).length, 0);
    });

    it("knows the counts of the moment after others publish, consume and purge", async () => {
      const node = await create("queue", { name: "counts", type: "classic" });
      const now = async (): Promise<string | undefined> => (await session.refresh([node]))[0]?.detail;
      await fill("counts", 20);
      assert.match((await now()) ?? "", /^20 ready/);
      const channel = await model.createChannel();
      await channel.prefetch(5);
      let got = 0;
      await new Promise<void>((resolve, reject) => {
        channel
          .consume("counts", () => {
            got++;
            if (got === 5) resolve();
          })
          .catch(reject);
      });
      assert.match((await now()) ?? "", /^15 ready.* · 1 consumer$/);
      await until(
        "the statistics know what is unacked",
        async () => (await now()) === "15 ready · 5 unacked · 1 consumer",
      );
      const done = await session.act(node, "purge", "purge", {});
      assert.equal(done.sentence, "Purged 15 messages from “counts”.");
      assert.match((await now()) ?? "", /^0 ready/);
      await channel.close();
      await until("what was unacked came back", async () => /^5 ready/.test((await now()) ?? ""));
    });

    it("does not keep an expiring queue alive by looking at it", async () => {
      const node = await create("queue", { name: "expiring", type: "classic", expires: "1500" });
      await until("it expires while it is looked at", async () => (await session.refresh([node])).length === 0);
    });

    it("offers only what works with an exclusive queue of somebody else", async () => {
      const { queue } = await other.assertQueue("", { exclusive: true });
      const node = await find("queues", queue);
      assert.deepEqual(node.verbs, ["publish", "tap"]);
      assert.equal((await session.refresh([node])).length, 1);
      await other.deleteQueue(queue);
      assert.equal((await session.refresh([node])).length, 0);
    });

    it("shows where dead letters go, by argument and by policy", async () => {
      const byArgument = await create("queue", {
        name: "dead.a",
        deadLetterExchange: "amq.fanout",
        deadLetterKey: "k",
      });
      assert.match(byArgument.detail ?? "", /→ amq\.fanout$/);
      assert.equal(
        byArgument.facts?.find(({ label }) => label === "Dead letters go to")?.value,
        "amq.fanout with key k",
      );
      await broker.api("PUT", "/api/policies/%2F/dead", {
        pattern: "^dead\\.b$",
        definition: { "dead-letter-exchange": "amq.direct" },
        "apply-to": "queues",
      });
      const byPolicy = await create("queue", { name: "dead.b" });
      await until("the policy is in force", async () =>
        /→ amq\.direct$/.test((await session.refresh([byPolicy]))[0]?.detail ?? ""),
      );
    });
  });

  describe("create", () => {
    it("makes each type of queue with exactly the arguments asked for", async () => {
      await create("queue", {
        name: "made.classic",
        type: "classic",
        durable: true,
        ttl: "60000",
        maxLength: "10",
        maxLengthBytes: "5000000000",
        overflow: "reject-publish-dlx",
        deadLetterKey: "dead",
        maxPriority: "5",
        expires: "3600000",
        singleActiveConsumer: true,
        arguments: [{ name: "x-own", value: { type: "table", entries: [text("a", "b")] } }],
        // Of other types: not shown, so not asked for.
        deliveryLimit: "3",
        maxAge: "7D",
      });
      assert.deepEqual((await kept("queues", "made.classic"))["arguments"], {
        "x-queue-type": "classic",
        "x-message-ttl": 60000,
        "x-max-length": 10,
        "x-max-length-bytes": 5000000000,
        "x-overflow": "reject-publish-dlx",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "dead",
        "x-max-priority": 5,
        "x-expires": 3600000,
        "x-single-active-consumer": true,
        "x-own": { a: "b" },
      });
      await create("queue", {
        name: "made.quorum",
        type: "quorum",
        durable: false,
        deliveryLimit: "3",
        quorumOverflow: "reject-publish",
        initialGroupSize: "1",
      });
      const quorum = await kept("queues", "made.quorum");
      assert.deepEqual(quorum["arguments"], {
        "x-queue-type": "quorum",
        "x-delivery-limit": 3,
        "x-overflow": "reject-publish",
        "x-quorum-initial-group-size": 1,
      });
      const stream = await create("queue", {
        name: "made.stream",
        type: "stream",
        maxAge: "7D",
        segmentBytes: "1000000",
        maxLengthBytes: "20000000000",
      });
      assert.deepEqual((await kept("queues", "made.stream"))["arguments"], {
        "x-queue-type": "stream",
        "x-max-age": "7D",
        "x-stream-max-segment-size-bytes": 1000000,
        "x-max-length-bytes": 20000000000,
      });
      assert.deepEqual(stream.verbs, ["publish", "tap", "browse", "bind", "delete"]);
      assert.equal(stream.variant, "stream");
    });

    it("makes an exchange, of a plugin's type too", async () => {
      const forms = await session.forms(await folder("exchanges"), "create");
      const types = forms[0]?.fields.find(({ name }) => name === "type")?.choices?.map(({ value }) => value);
      assert.deepEqual(types, ["direct", "fanout", "topic", "headers", "x-consistent-hash"]);
      const hash = await create("exchange", { name: "made.hash", type: "x-consistent-hash" });
      assert.ok(!hash.verbs.includes("tap"), "a tap would take messages away from others");
      const node = await create("exchange", {
        name: "made.x",
        type: "topic",
        durable: false,
        autoDelete: true,
        internal: true,
        alternateExchange: "amq.fanout",
      });
      assert.equal(node.detail, "topic · transient · auto-delete · internal · else → amq.fanout");
      assert.deepEqual(node.verbs, ["tap", "bind", "delete"]);
      const made = await kept("exchanges", "made.x");
      assert.deepEqual([made["internal"], made["auto_delete"], made["durable"]], [true, true, false]);
    });

    it("is in the tree at once, without asking for all names again", async () => {
      const queues = await folder("queues");
      const before = (await session.list(queues, { fresh: true })).total ?? 0;
      await create("queue", { name: "at.once" });
      const list = await session.list(queues);
      assert.equal(list.total, before + 1);
      const made = (await session.list(queues, { filter: "at.once" })).items[0];
      assert.ok(made);
      await session.act(made, "delete", "delete", {});
      assert.equal((await session.list(queues)).total, before);
    });

    const refusals: readonly (readonly [
      name: string,
      form: "queue" | "exchange",
      values: Values,
      field: string,
      sentence: RegExp,
    ])[] = [
      ["an empty name", "queue", { name: " " }, "name", /Give it a name/],
      ["a name of the broker's", "queue", { name: "amq.mine" }, "name", /the broker's own/],
      ["a name that is too long", "exchange", { name: "ü".repeat(128), type: "topic" }, "name", /255 bytes/],
      ["a number that is none", "queue", { name: "bad", ttl: "1.5" }, "ttl", /not a whole number/],
      [
        "a number that is too large",
        "queue",
        { name: "bad", maxPriority: "256" },
        "maxPriority",
        /not between 0 and 255/,
      ],
      ["an age without a unit", "queue", { name: "bad", type: "stream", maxAge: "7" }, "maxAge", /no age/],
      [
        "an argument twice",
        "queue",
        { name: "bad", ttl: "5", arguments: [text("x-message-ttl", "5")] },
        "arguments",
        /twice/,
      ],
    ];
    for (const [name, form, values, field, sentence] of refusals) {
      it(`refuses ${name}`, async () => {
        const error = await refused(create(form, values));
        assert.match(error.message, sentence);
        assert.deepEqual([error.kind, error.field], ["invalid", field]);
      });
    }

    it("says which setting differs from what exists", async () => {
      await create("queue", { name: "there", ttl: "60000" });
      const cases: readonly (readonly [values: Record<string, FieldValue>, field: string, sentence: RegExp])[] = [
        [{ ttl: "5" }, "ttl", /x-message-ttl: 60000; asked for: 5/],
        [{}, "ttl", /x-message-ttl: 60000; asked for: not set/],
        [{ ttl: "60000", durable: false }, "durable", /durable: true; asked for: false/],
        [{ ttl: "60000", type: "quorum" }, "type", /x-queue-type: classic; asked for: quorum/],
      ];
      for (const [values, field, sentence] of cases) {
        const error = await refused(create("queue", { name: "there", ...values }));
        assert.match(error.message, sentence);
        assert.equal(error.field, field);
      }
      await create("queue", { name: "there", ttl: "60000" });
      const error = await refused(
        create("exchange", { name: "amq-like", type: "topic" }).then(() =>
          create("exchange", { name: "amq-like", type: "fanout" }),
        ),
      );
      assert.match(error.message, /type: topic; asked for: fanout/);
      assert.equal(error.field, "type");
    });
  });

  describe("bind", () => {
    it("binds both ways, with typed arguments, and completes names", async () => {
      const exchange = await create("exchange", { name: "bind.x", type: "headers" });
      const queue = await create("queue", { name: "bind.q" });
      const [fromExchange] = await session.forms(exchange, "bind");
      assert.ok(fromExchange?.fields.find(({ name }) => name === "queue")?.suggestions?.includes("bind.q"));
      const [fromQueue] = await session.forms(queue, "bind");
      const sources = fromQueue?.fields.find(({ name }) => name === "source")?.suggestions;
      assert.ok(sources?.includes("bind.x") && !sources.includes(""));

      const args = [
        text("x-match", "all"),
        { name: "n", value: { type: "int64", value: "9007199254740993" } as const },
      ];
      const done: Done = await session.act(queue, "bind", "bind", { source: "bind.x", key: "k", arguments: args });
      assert.equal(done.sentence, "Bound “bind.q” to “bind.x” with the key “k”.");
      assert.equal(done.node?.name, "bind.x");
      assert.equal((await session.list(queue)).items[0]?.id, done.node.id);
      // Its argument is larger than JSON numbers are exact: it is met all the same.
      await session.act(done.node, "delete", "delete", {});
      assert.equal((await session.list(queue)).items.length, 0);

      await session.act(exchange, "bind", "bind", { queue: "bind.q", key: "" });
      await session.act(exchange, "bind", "bind", { destinationType: "exchange", exchange: "amq.fanout", key: "x" });
      assert.deepEqual(
        (await session.list(exchange)).items.map(({ name }) => name),
        ["amq.fanout", "bind.q"],
      );
      for (const node of (await session.list(exchange)).items) await session.act(node, "delete", "delete", {});
    });

    it("says what is missing", async () => {
      const queue = await find("queues", "bind.q");
      const noSource = await refused(session.act(queue, "bind", "bind", {}));
      assert.deepEqual([noSource.kind, noSource.field], ["invalid", "source"]);
      const error = await refused(session.act(queue, "bind", "bind", { source: "nowhere" }));
      assert.match(error.message, /no exchange “nowhere”/);
      assert.deepEqual([error.kind, error.field], ["missing", "source"]);
      const exchange = await find("exchanges", "bind.x");
      const to = await refused(session.act(exchange, "bind", "bind", { queue: "nowhere" }));
      assert.deepEqual([to.kind, to.field], ["missing", "queue"]);
      const long = await refused(session.act(queue, "bind", "bind", { source: "bind.x", key: "x".repeat(256) }));
      assert.deepEqual([long.kind, long.field], ["invalid", "key"]);
    });
  });

  describe("delete", () => {
    for (const type of ["classic", "quorum"] as const) {
      it(`of a ${type} queue keeps to its conditions and names what went`, async () => {
        const name = `delete.${type}`;
        const node = await create("queue", { name, type });
        await fill(name, 3);
        const channel = await model.createChannel();
        await channel.consume(name, () => undefined);
        const used = await refused(session.act(node, "delete", "delete", { ifUnused: true }));
        assert.match(used.message, /was not deleted: it has consumers/);
        await channel.close();
        await until("the messages came back", async () =>
          /^3 ready/.test((await session.refresh([node]))[0]?.detail ?? ""),
        );
        const full = await refused(session.act(node, "delete", "delete", { ifEmpty: true }));
        assert.match(full.message, /was not deleted: it is not empty/);
        assert.deepEqual([full.kind, full.field], ["invalid", "ifEmpty"]);
        const [effect] = await session.effects(node, "delete");
        assert.equal(effect?.sentence, `Deletes the queue “${name}” with its 3 messages.`);
        const done = await session.act(node, "delete", "delete", { ifUnused: true });
        assert.equal(done.sentence, `Deleted the queue “${name}” with 3 messages.`);
        assert.equal((await session.refresh([node])).length, 0);
        assert.equal((await refused(session.effects(node, "purge"))).kind, "missing");
      });
    }

    it("of an exchange keeps to its condition", async () => {
      const node = await create("exchange", { name: "delete.x", type: "fanout" });
      await other.assertQueue("delete.q");
      await other.bindQueue("delete.q", "delete.x", "");
      assert.match(
        (await session.effects(node, "delete")).map(({ sentence }) => sentence).join(" "),
        /\(1, to delete\.q\)/,
      );
      const error = await refused(session.act(node, "delete", "delete", { ifUnused: true }));
      assert.match(error.message, /something is bound to it/);
      await session.act(node, "delete", "delete", {});
      assert.equal((await session.refresh([node])).length, 0);
    });

    it("of what is the broker's own is not offered", async () => {
      const topic = await find("exchanges", "amq.topic");
      assert.equal((await refused(session.act(topic, "delete", "delete", {}))).kind, "unsupported");
      const byDefault = await find("exchanges", "(default)");
      assert.match((await refused(session.effects(byDefault, "tap"))).message, /default exchange cannot be bound/);
    });
  });

  describe("forms of looking", () => {
    it("suit the type", async () => {
      const names = async (node: Node, verb: "tap" | "browse" | "consume"): Promise<readonly string[]> =>
        (await session.forms(node, verb)).flatMap(({ fields }) => fields.map(({ name }) => name));
      assert.deepEqual(await names(await find("exchanges", "amq.topic"), "tap"), ["key"]);
      assert.deepEqual(await names(await find("exchanges", "amq.fanout"), "tap"), []);
      assert.deepEqual(await names(await find("exchanges", "amq.headers"), "tap"), ["arguments"]);
      assert.deepEqual(await names(await find("queues", "bind.q"), "browse"), ["limit"]);
      assert.deepEqual(await names(await find("queues", "made.stream"), "browse"), ["offset"]);
      assert.deepEqual(await names(await find("queues", "bind.q"), "consume"), []);
      const [publish] = await session.forms(await find("exchanges", "amq.topic"), "publish");
      assert.deepEqual(
        publish?.fields.map(({ name }) => name),
        [
          "key",
          "priority",
          "expiration",
          "correlationId",
          "replyTo",
          "messageId",
          "timestamp",
          "type",
          "userId",
          "appId",
        ],
      );
    });

    it("complete the keys that are bound", async () => {
      await other.assertQueue("keys.q");
      await other.bindQueue("keys.q", "amq.direct", "paid");
      const [form] = await session.forms(await find("exchanges", "amq.direct"), "tap");
      assert.deepEqual(form?.fields[0]?.suggestions, ["paid"]);
    });
  });

  describe("without the management API", () => {
    const pins: Pin[] = [
      { parent: "f:%2F:queues", name: "pinned.q" },
      { parent: "f:%2F:queues", name: "pinned.gone" },
      { parent: "f:%2F:exchanges", name: "amq.topic" },
    ];
    let alone: Session;

    before(async () => {
      await other.assertQueue("pinned.q");
      await fill("pinned.q", 2);
      alone = await connect({ admin: "", pins });
    });

    after(() => alone.close());

    it("shows what is pinned, checked with the broker, and says why", async () => {
      const top = await alone.list(undefined);
      assert.match(top.notice ?? "", /no management URL/);
      const list = await alone.list(await folder("queues", "/", alone));
      assert.match(list.notice ?? "", /Only the names that you pin are shown/);
      assert.deepEqual(
        list.items.map(({ name, detail, warning, verbs }) => [name, detail, warning, verbs.includes("publish")]),
        [
          ["pinned.gone", undefined, "missing", false],
          ["pinned.q", "2 ready", undefined, true],
        ],
      );
      const exchanges = await alone.list(await folder("exchanges", "/", alone));
      assert.deepEqual(
        exchanges.items.map(({ name }) => name),
        ["(default)", "amq.topic"],
      );
      await fill("pinned.q", 1);
      assert.equal((await alone.refresh(list.items))[1]?.counts?.ready, 3);
    });

    it("pins, creates, purges, deletes and unpins", async () => {
      const queues = await folder("queues", "/", alone);
      assert.deepEqual(queues.verbs, ["create", "pin"]);
      const missing = await refused(alone.act(queues, "pin", "pin", { name: "nowhere" }));
      assert.deepEqual([missing.kind, missing.field], ["missing", "name"]);
      await other.assertQueue("pinned.later");
      const pinned = await alone.act(queues, "pin", "pin", { name: "pinned.later" });
      assert.equal(pinned.node?.id, "q:%2F:pinned.later");
      const made = await alone.act(queues, "create", "queue", { name: "pinned.made", type: "quorum" });
      await fill("pinned.made", 1);
      assert.deepEqual(
        (await alone.list(queues)).items.map(({ name }) => name),
        ["pinned.gone", "pinned.later", "pinned.made", "pinned.q"],
      );
      const full = await refused(alone.act(made.node!, "delete", "delete", { ifEmpty: true }));
      assert.match(full.message, /not empty \(messages: 1\)/);
      assert.match((await alone.effects(made.node!, "delete"))[0]?.sentence ?? "", /with its 1 message/);
      await alone.act(made.node!, "purge", "purge", {});
      await alone.act(made.node!, "delete", "delete", { ifEmpty: true });
      await alone.act(pinned.node, "unpin", "unpin", {});
      assert.deepEqual(
        (await alone.list(queues)).items.map(({ name }) => name),
        ["pinned.gone", "pinned.q"],
      );
    });

    it("cannot tell how a queue is bound", async () => {
      const list = await alone.list(await folder("queues", "/", alone));
      assert.ok(!list.items[1]?.verbs.includes("tap"));
    });
  });

  describe("a user with fewer rights", () => {
    before(async () => {
      await broker.api("PUT", "/api/users/plain", { password: "p", tags: "" });
      await broker.api("PUT", "/api/users/manager", { password: "p", tags: "management" });
      for (const user of ["plain", "manager"]) {
        await broker.api("PUT", `/api/permissions/%2F/${user}`, { configure: "^mine\\.", write: ".*", read: ".*" });
      }
    });

    it("without the tag gets on without the management API and is told which tag it needs", async () => {
      const plain = await connect({ user: "plain", password: "p" });
      try {
        assert.match(
          plain.info.limits.join(" "),
          /“plain” may not use the management API .* it needs the tag “management”/,
        );
        const node = await create("queue", { name: "mine.q" }, plain);
        assert.equal(node.detail, "0 ready");
        assert.equal((await refused(create("queue", { name: "yours.q" }, plain))).kind, "denied");
        await plain.act(node, "delete", "delete", {});
      } finally {
        await plain.close();
      }
      const target = {
        uri: `amqp://plain@127.0.0.1:${broker.amqpPort}/%2F`,
        password: "p",
        admin: broker.adminUrl,
        pins: [],
      };
      const checks = await driver.check(target, signal);
      assert.deepEqual(
        checks.map(({ ok }) => ok),
        [true, false],
      );
      assert.match(checks[1]?.sentence ?? "", /needs the tag “management”/);
    });

    it("with the tag sees its own vhosts only", async () => {
      await broker.api("PUT", "/api/vhosts/closed");
      const manager = await connect({ user: "manager", password: "p" });
      try {
        assert.deepEqual(
          (await manager.list(undefined)).items.map(({ name }) => name),
          ["/"],
        );
        assert.match(manager.info.limits.join(" "), /sees only the virtual hosts that it may use/);
        const closed: Node = { id: "f:closed:queues", kind: "queues", name: "Queues", verbs: [], expandable: true };
        assert.equal((await refused(manager.list(closed))).kind, "denied");
      } finally {
        await manager.close();
        await broker.api("DELETE", "/api/vhosts/closed");
      }
    });
  });

  describe("ten thousand queues", () => {
    const vhost = "many";
    const count = 10_000;

    before(async () => {
      await broker.api("PUT", `/api/vhosts/${vhost}`);
      const queues = Array.from({ length: count }, (_, i) => ({
        name: `app.${i % 40}.queue.${String(i).padStart(5, "0")}`,
        durable: false,
        auto_delete: false,
        arguments: {},
      }));
      await broker.api("POST", `/api/definitions/${vhost}`, { queues, exchanges: [], bindings: [] });
    });

    it("come in pages from one request, filtered at once, deepest first when asked", async () => {
      const queues = await folder("queues", vhost);
      const names = new Set<string>();
      let page: string | undefined;
      do {
        const list: Page<Node> = await session.list(queues, page === undefined ? {} : { page });
        assert.ok(list.items.length <= 500);
        assert.equal(list.total, count);
        for (const { name } of list.items) names.add(name);
        page = list.next;
      } while (page !== undefined);
      assert.equal(names.size, count);
      assert.equal((await session.refresh([queues]))[0]?.detail, String(count));

      const start = performance.now();
      const found = await session.list(queues, { filter: "QUEUE.0123" });
      assert.ok(performance.now() - start < 100);
      assert.equal(found.total, 10);

      const deep = found.items[3]!;
      const many = await amqp.connect(`${broker.uri}/${vhost}`, { noDelay: true });
      const channel = await many.createConfirmChannel();
      for (let i = 0; i < 5; i++) channel.sendToQueue(deep.name, Buffer.from("x"));
      await channel.waitForConfirms();
      await many.close();
      await until(
        "the statistics know the deepest one",
        async () => (await session.list(queues, { sort: "depth", fresh: true })).items[0]?.name === deep.name,
        1000,
      );
      const second = await session.list(queues, { sort: "depth", page: "500" });
      assert.equal(second.items.length, 500);

      const visible = (await session.list(queues)).items.slice(0, 100);
      const now = await session.refresh(visible);
      assert.deepEqual(
        now.map(({ id }) => id),
        visible.map(({ id }) => id),
      );
      assert.ok(now.every(({ counts }) => counts?.ready === 0 && counts.consumers === 0));
    });
  });

  // Last: it ends the connections of all the others.
  describe("a broker that is killed", () => {
    it("goes on after the broker was restarted: it says so, then lists again", async () => {
      const mine = await connect();
      const ended = new Promise<BrokerError | undefined>((resolve) => mine.onDidClose(resolve));
      const queues = await folder("queues", "/", mine);
      await broker.kill();
      assert.match((await refused(mine.list(queues, { fresh: true }))).kind, /^(unreachable|closed)$/);
      assert.ok(await ended);
      await broker.start();
      const again = await patiently(() => connect());
      assert.ok((await again.list(queues)).items.some(({ name }) => name === "made.quorum"));
      await again.close();
    });
  });
});
