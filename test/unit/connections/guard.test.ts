import assert from "node:assert/strict";
import type { Draft, Node, Session, Verb } from "../../../src/broker/contract.ts";
import { BrokerError } from "../../../src/broker/errors.ts";
import { GuardedSession } from "../../../src/connections/guard.ts";
import { AllLooks, Looks } from "../../../src/connections/looks.ts";
import type { GuardRules } from "../../../src/connections/readOnly.ts";
import { createMemoryDriver } from "../../../src/drivers/memory/index.ts";
import type { MemoryBroker } from "../../../src/drivers/memory/index.ts";
import { FakeMemento } from "../../support/connectionBench.ts";
import { FakeSession } from "../../support/fakeDriver.ts";

describe("guarded session", () => {
  let rules: GuardRules;
  let broker: MemoryBroker;
  let session: GuardedSession;

  beforeEach(async () => {
    rules = { connection: "Shop", readOnly: undefined, environment: undefined };
    const driver = createMemoryDriver();
    broker = driver.broker("shop");
    broker.declareQueue("orders", { type: "classic", durable: true, args: [] });
    broker.declareQueue("log", { type: "stream", durable: true, args: [] });
    broker.bind({ exchange: "amq.topic", queue: "orders", key: "#", args: [] });
    for (let at = 0; at < 5; at++) broker.publish("", "orders", draft(`order ${String(at)}`));
    broker.publish("", "log", draft("entry"));
    const inner = await driver.connect({ uri: "memory://shop", pins: [] }, new AbortController().signal);
    session = new GuardedSession(inner, () => rules, new Looks(new AllLooks(new FakeMemento()), () => "shop"));
  });

  afterEach(() => session.close());

  const readOnly = (): void => {
    rules = { ...rules, readOnly: "kept" };
  };
  const production = (): void => {
    rules = { ...rules, environment: "production" };
  };
  const ready = (name: string): number => broker.queue(name).ready.length;

  it("sends no text that has no bytes, wherever it stands", async () => {
    const orders = await named(session, "orders");
    const half = "\ud800";
    const headers = [{ name: "list", value: { type: "array", items: [{ type: "string", value: half }] } }] as const;
    for (const more of [
      { key: half },
      { contentType: half },
      { properties: { type: half } },
      { headers: [{ name: half, value: { type: "null", value: "" } as const }] },
      { headers: [{ name: "nested", value: { type: "table", entries: headers } as const }] },
    ])
      await assert.rejects(session.publish(orders, { ...draft("x"), ...more }), /half of a surrogate pair/);
    assert.equal(ready("orders"), 5);
    const whole = { ...draft("x"), properties: { type: "\ud83d\udc07" } };
    assert.equal((await session.publish(orders, whole)).outcome, "routed");
  });

  describe("of a read-only connection", () => {
    it("hands out nodes without what it refuses, and says what that is", async () => {
      const before = await named(session, "orders");
      readOnly();
      const [orders, log, exchanges] = [
        await named(session, "orders"),
        await named(session, "log"),
        await top(session),
      ];
      assert.deepEqual(orders.verbs, ["tap"]);
      assert.deepEqual(new Set([...orders.verbs, ...(orders.refused ?? [])]), new Set(before.verbs));
      assert.deepEqual(log.verbs, ["tap", "browse"]);
      assert.deepEqual(exchanges.verbs, []);
      const [refreshed] = await session.refresh([orders]);
      assert.deepEqual(refreshed, orders);
    });

    it("lists, refreshes, and answers forms and effects of what it refuses", async () => {
      readOnly();
      const orders = await named(session, "orders");
      assert.equal((await session.forms(orders, "delete")).length, 1);
      assert.equal((await session.effects(orders, "purge"))[0]?.severity, "danger");
    });

    it("refuses every verb but tap and browse, with a sentence that says what to do", async () => {
      const orders = await named(session, "orders");
      const folder = await top(session);
      readOnly();
      const refused: readonly (readonly [Verb, () => Promise<unknown>])[] = [
        ["publish", () => session.publish(orders, draft("no"))],
        ["consume", () => session.watch(orders, { mode: "consume", window: 10 })],
        ["purge", () => session.act(orders, "purge", "", {})],
        ["delete", () => session.act(orders, "delete", "", {}, { typed: "orders" })],
        ["bind", () => session.act(orders, "bind", "", {})],
        ["create", () => session.act(folder, "create", "queue", { name: "other" })],
        ["configure", () => session.act(orders, "configure", "", {})],
        ["reset", () => session.act(orders, "reset", "", {})],
        ["retry", () => session.act(orders, "retry", "", {})],
      ];
      for (const [verb, tried] of refused)
        await assert.rejects(tried, denied(/“Shop” is read-only.*MQ: Allow Changes/), verb);
      assert.equal(ready("orders"), 5);
      assert.equal(broker.queues.has("other"), false);
    });

    it("leaves pinning names alone: that changes nothing at the broker", async () => {
      const inner = new FakeSession();
      const guarded = new GuardedSession(inner, () => ({ ...rules, readOnly: "kept" }), looks());
      await guarded.act({ ...(await top(session)), verbs: ["pin"] }, "pin", "", { name: "orders" });
      assert.equal(inner.acted.length, 1);
    });

    it("browses where looking leaves no trace, and nowhere else", async () => {
      readOnly();
      const log = await session.watch(await named(session, "log"), { mode: "browse", window: 10 });
      await log.close();
      const orders = await named(session, "orders");
      await assert.rejects(
        session.watch(orders, { mode: "browse", window: 10 }),
        denied(/leaves traces.*taken out.*MQ: Allow Changes/),
      );
    });

    it("believes no node about itself: the broker is asked", async () => {
      const orders = await named(session, "orders");
      readOnly();
      const forged: Node = { ...orders, variant: "stream", traceless: true, verbs: ["browse", "consume", "tap"] };
      await assert.rejects(session.watch(forged, { mode: "browse", window: 10 }), denied(/leaves traces/));
      await assert.rejects(
        session.watch({ ...forged, id: "queue:none", name: "none" }, { mode: "browse", window: 1 }),
        /gone/,
      );
    });

    it("taps, unless a tap would destroy something", async () => {
      readOnly();
      const tap = await session.watch(await named(session, "orders"), { mode: "tap", window: 10 });
      await tap.close();
      const inner = new FakeSession();
      const guarded = new GuardedSession(inner, () => rules, looks());
      const node = await named(session, "orders");
      inner.effectsOf.tap = [{ severity: "danger", sentence: "The exchange goes with your copy." }];
      await assert.rejects(guarded.watch(node, { mode: "tap", window: 1 }), denied(/goes with your copy.*read-only/));
    });

    it("detaches a consumer when it becomes read-only: everything is back, and its reader is told", async () => {
      const consumer = await session.watch(await named(session, "orders"), { mode: "consume", window: 10 });
      const reading = readAll(consumer);
      await reading.first;
      assert.equal(ready("orders"), 0);
      readOnly();
      await assert.rejects(consumer.settle([1], "ack"), denied(/read-only/));
      await assert.rejects(consumer.settle([1], "reject"), denied(/read-only/));
      await session.rulesChanged();
      await assert.rejects(reading.end, denied(/detached.*given back.*read-only/));
      assert.equal(ready("orders"), 5);
    });

    it("lets a message be given back", async () => {
      const consumer = await session.watch(await named(session, "orders"), { mode: "consume", window: 1 });
      await readAll(consumer).first;
      readOnly();
      assert.deepEqual(await consumer.settle([1], "requeue"), []);
      await consumer.close();
      assert.equal(ready("orders"), 5);
    });

    it("follows the rules of the moment", async () => {
      readOnly();
      const orders = await named(session, "orders");
      await assert.rejects(session.publish(orders, draft("no")), denied(/read-only/));
      rules = { ...rules, readOnly: undefined };
      // The node of before, from which the verb was taken.
      assert.equal((await session.publish(orders, draft("yes"))).outcome, "routed");
    });
  });

  describe("in production", () => {
    beforeEach(production);

    it("refuses what cannot be undone until the name was typed, exactly", async () => {
      const orders = await named(session, "orders");
      for (const consent of [undefined, {}, { typed: "" }, { typed: "Orders" }, { typed: "order" }])
        await assert.rejects(
          session.act(orders, "purge", "", {}, consent),
          denied(/production.*“orders” has to be typed/),
        );
      await assert.rejects(session.act(orders, "delete", "", {}), denied(/production/));
      assert.equal(ready("orders"), 5);
      await session.act(orders, "purge", "", {}, { typed: "orders" });
      assert.equal(ready("orders"), 0);
    });

    it("does what can be undone without it", async () => {
      const folder = await top(session);
      await session.act(folder, "create", "exchange", { name: "fresh" });
      assert.equal((await session.publish(await named(session, "orders"), draft("yes"))).outcome, "routed");
    });

    it("asks for the effects with the very values that are acted with", async () => {
      const inner = new FakeSession();
      inner.effects = async (_, __, values) =>
        values?.["all"] === true ? [{ severity: "danger", sentence: "All goes." }] : [];
      const guarded = new GuardedSession(inner, () => rules, looks());
      const node = await named(session, "orders");
      await guarded.act(node, "configure", "", { all: false });
      await assert.rejects(guarded.act(node, "configure", "", { all: true }), denied(/All goes/));
      await guarded.act(node, "configure", "", { all: true }, { typed: "orders" });
      assert.equal(inner.acted.length, 2);
    });

    it("wants the name before a look that cannot be undone", async () => {
      const inner = new FakeSession();
      inner.effectsOf.consume = [{ severity: "danger", sentence: "The queue goes with you." }];
      const guarded = new GuardedSession(inner, () => rules, looks());
      const node = await named(session, "orders");
      await assert.rejects(guarded.watch(node, { mode: "consume", window: 1 }), denied(/goes with you/));
      await guarded.watch(node, { mode: "consume", window: 1, consent: { typed: "orders" } });
    });

    it("acks one at a time unasked, several only with the name", async () => {
      const consumer = await session.watch(await named(session, "orders"), { mode: "consume", window: 10 });
      await readAll(consumer).first;
      assert.deepEqual(await consumer.settle([1], "ack"), []);
      await assert.rejects(consumer.settle([2, 3], "ack"), denied(/“orders” has to be typed/));
      await assert.rejects(consumer.settle([2, 3], "reject"), denied(/“orders” has to be typed/));
      assert.deepEqual(await consumer.settle([2, 3], "requeue"), []);
      assert.deepEqual(await consumer.settle([4, 5], "ack", { typed: "orders" }), []);
      await consumer.close();
      assert.equal(ready("orders"), 2);
    });
  });

  describe("where the broker counts looks", () => {
    it("asks for consent before the last ones, in any environment", async () => {
      const inner = new FakeSession();
      const guarded = new GuardedSession(inner, () => rules, looks());
      const node = await named(session, "orders");
      const left = async (count: number, consent?: object): Promise<void> => {
        inner.effectsOf.browse = [{ severity: "notice", sentence: "So many are left.", left: count }];
        await guarded.watch(node, { mode: "browse", window: 1, ...(consent && { consent }) });
      };
      await left(17);
      await left(3);
      for (const count of [2, 0, -1]) await assert.rejects(left(count), denied(/So many are left/));
      await left(-1, {});
    });

    it("asks for it before a consumer too, once messages told that they are counted: what it holds comes back", async () => {
      const inner = new FakeSession();
      const known = looks();
      const guarded = new GuardedSession(inner, () => rules, known);
      const node = await named(session, "orders");
      inner.effectsOf.consume = [{ severity: "danger", sentence: "The next loses it.", left: 0 }];
      await guarded.watch(node, { mode: "consume", window: 1 });
      known.begin(node, true);
      await assert.rejects(guarded.watch(node, { mode: "consume", window: 1 }), denied(/The next loses it/));
      await guarded.watch(node, { mode: "consume", window: 1, consent: {} });
    });

    it("remembers what was seen for longer than the session, and forgets what was purged", async () => {
      const store = new FakeMemento();
      const counting = (): { guarded: GuardedSession; seen: FakeSession["seen"] } => {
        const inner = new FakeSession();
        inner.effectsOf.browse = [{ severity: "notice", sentence: "It counts.", left: 10 }];
        const guarded = new GuardedSession(inner, () => rules, new Looks(new AllLooks(store), () => "shop"));
        return { guarded, seen: inner.seen };
      };
      const node = await named(session, "orders");
      const first = counting();
      const look = await first.guarded.watch(node, { mode: "browse", window: 1 });
      await readAll(look).end;
      const second = counting();
      await second.guarded.effects(node, "browse");
      assert.deepEqual([...first.seen, ...second.seen], [undefined, { deliveries: 1 }]);
      await second.guarded.act(node, "purge", "", {});
      await second.guarded.effects(node, "browse");
      assert.equal(second.seen.at(-1), undefined);
    });
  });

  it("passes on what the session says about itself", async () => {
    const said: unknown[] = [];
    session.onDidClose((reason) => said.push(reason));
    session.onDidBlock((reason) => said.push(reason));
    assert.equal(session.info.product, "Memory");
    broker.block("disk");
    await session.close();
    assert.deepEqual(said, ["disk", undefined]);
  });
});

function looks(): Looks {
  return new Looks(new AllLooks(new FakeMemento()), () => "shop");
}

function denied(sentence: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BrokerError);
    assert.equal(error.kind, "denied");
    assert.match(error.message, sentence);
    return true;
  };
}

async function top(session: Session): Promise<Node> {
  const node = (await session.list(undefined)).items[0];
  assert.ok(node);
  return node;
}

async function named(session: Session, name: string): Promise<Node> {
  const { items } = await session.list(undefined);
  const folder = items.find(({ kind }) => kind === "queues");
  assert.ok(folder);
  const node = (await session.list(folder)).items.find((each) => each.name === name);
  assert.ok(node);
  return node;
}

function draft(text: string): Draft {
  return { body: Buffer.from(text), persistent: false, headers: [], properties: {} };
}

/** `first` = a batch came; `end` = nothing more comes. */
function readAll(messages: AsyncIterable<unknown>): { readonly first: Promise<void>; readonly end: Promise<void> } {
  let came: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (came = resolve));
  const end = (async () => {
    for await (const batch of messages) if (batch !== undefined) came();
  })();
  end.catch(() => undefined);
  return { first, end };
}
