import assert from "node:assert/strict";
import type { KnownQueue } from "../../src/drivers/rabbitmq/effectParts.ts";
import { deleteExchangeEffects, deleteQueueEffects, purgeEffects } from "../../src/drivers/rabbitmq/effects.ts";
import * as look from "../../src/drivers/rabbitmq/lookEffects.ts";
import { tapExchangeEffects, tapQueueEffects } from "../../src/drivers/rabbitmq/tapEffects.ts";
import type { Effect } from "../../src/broker/contract.ts";
import type { BindingInfo, ConsumerInfo } from "../../src/drivers/rabbitmq/managementShapes.ts";

describe("what a verb on RabbitMQ says beforehand", () => {
  const browseEffects = (queue: KnownQueue, version?: string, deliveries?: number): readonly Effect[] =>
    look.browseEffects(queue, { version, ...(deliveries !== undefined && { seen: { deliveries } }) });
  const consumeEffects = (queue: KnownQueue, version?: string, deliveries?: number): readonly Effect[] =>
    look.consumeEffects(queue, { version, ...(deliveries !== undefined && { seen: { deliveries } }) });
  const quorum: KnownQueue = {
    name: "orders",
    type: "quorum",
    ready: 12,
    unacked: 0,
    consumerCount: 0,
    arguments: {},
    policyDefinition: {},
  };
  const classic: KnownQueue = { ...quorum, type: "classic" };
  const binding: BindingInfo = {
    vhost: "/",
    source: "shop",
    destination: "orders",
    destinationType: "queue",
    key: "order.*",
    arguments: {},
    propertiesKey: "order.%2A",
  };

  describe("browse of a quorum queue", () => {
    const cases: readonly (readonly [
      name: string,
      version: string | undefined,
      queue: Partial<KnownQueue>,
      says: RegExp | undefined,
    ])[] = [
      ["3.10 without a limit: free", "3.10.8", {}, undefined],
      ["3.10 with a limit", "3.10.8", { arguments: { "x-delivery-limit": 5 } }, /after 5 returns a message is dropped/],
      ["4.0: the default limit", "4.0.1", {}, /after 20 returns a message is dropped/],
      [
        "4.2, dead-lettering",
        "4.2.0",
        { arguments: { "x-dead-letter-exchange": "dlx" } },
        /after 20 returns a message is dead-lettered/,
      ],
      ["4.1, limit by policy", "4.1.3", { policyDefinition: { "delivery-limit": 7 } }, /after 7 returns/],
      ["4.1, limit switched off", "4.1.3", { arguments: { "x-delivery-limit": -1 } }, undefined],
      ["4.3: putting back is free", "4.3.0", {}, undefined],
      [
        "4.3 with delayed retry of all",
        "4.3.0",
        { arguments: { "x-delayed-retry-type": "all", "x-delayed-retry-min": 1000 } },
        /nobody gets these messages for 1000 ms or more/,
      ],
      [
        "4.3 with delayed retry of what was returned, by policy",
        "4.3.1",
        { policyDefinition: { "delayed-retry-type": "returned" } },
        /nobody gets these messages for a while/,
      ],
      [
        "4.3 with delayed retry of failures only",
        "4.3.0",
        { arguments: { "x-delayed-retry-type": "failed" } },
        undefined,
      ],
      ["5.0 as 4.3", "5.0.0", {}, undefined],
      ["an unknown version", undefined, {}, undefined],
    ];
    for (const [name, version, queue, says] of cases) {
      it(name, () => {
        const dangers = sentences(browseEffects({ ...quorum, ...queue }, version), "danger");
        if (says) assert.match(dangers.join(" "), says);
        else assert.deepEqual(dangers, []);
      });
    }
  });

  it("browse says what others notice, and that a stream notices nothing", () => {
    const said = sentences(browseEffects({ ...classic, consumerCount: 2 }, "4.1.0")).join(" ");
    assert.match(said, /12 are ready/);
    assert.match(said, /“redelivered” will be set/);
    assert.match(said, /2 consumers do not get them in that moment, and the order may change while they are attached/);
    assert.deepEqual(
      browseEffects({ ...quorum, type: "stream" }, "4.1.0").map(({ severity }) => severity),
      ["info"],
    );
  });

  it("consuming deletes an auto-delete queue that has no other consumer, browsing does not", () => {
    const queue = { ...classic, autoDelete: true };
    assert.deepEqual(sentences(browseEffects(queue, "3.10.8"), "danger"), []);
    assert.match(sentences(consumeEffects(queue), "danger").join(), /when you close it is deleted/);
    assert.deepEqual(sentences(consumeEffects({ ...queue, consumerCount: 1 }), "danger"), []);
  });

  describe("attempts at a quorum queue, counted by what its messages carried (definitions as documented for 4.x)", () => {
    const attempts: readonly (readonly [
      deliveries: number,
      severity: Effect["severity"],
      left: number,
      says: RegExp,
      queue?: Partial<KnownQueue>,
    ])[] = [
      [2, "notice", 17, /Attempt 3 of 20: after 17 more looks this quorum queue drops the message/],
      [
        2,
        "notice",
        17,
        /Attempt 3 of 20: after 17 more looks this quorum queue dead-letters the message/,
        { policyDefinition: { "dead-letter-exchange": "dlx" } },
      ],
      [16, "notice", 3, /Attempt 17 of 20: after 3 more looks/],
      [17, "danger", 2, /Attempt 18 of 20: after 2 more looks/],
      [18, "danger", 1, /Attempt 19 of 20: after 1 more look this/],
      [19, "danger", 0, /Attempt 20 of 20: the next look makes this quorum queue drop the message/],
      [20, "danger", -1, /limit of 20 is reached: this look makes the quorum queue drop the message/],
      [3, "notice", 3, /Attempt 4 of 7/, { arguments: { "x-delivery-limit": 7 } }],
    ];
    for (const [deliveries, severity, left, says, queue] of attempts)
      for (const [verb, effects] of [
        ["browse", browseEffects],
        ["consume", consumeEffects],
      ] as const)
        it(`${verb} after ${String(deliveries)} ${JSON.stringify(queue ?? {})}`, () => {
          const counted = effects({ ...quorum, ...queue }, "4.1.2", deliveries).filter(
            (each) => each.left !== undefined,
          );
          assert.equal(counted.length, 1);
          assert.equal(counted[0]?.severity, severity);
          assert.equal(counted[0].left, left);
          assert.match(counted[0].sentence, says);
        });

    it("are not told where they do not count", () => {
      const uncounted: readonly (readonly [KnownQueue, string | undefined])[] = [
        [classic, "4.1.2"],
        [quorum, "4.3.0"],
        [quorum, "3.13.0"],
        [{ ...quorum, arguments: { "x-delivery-limit": -1 } }, "4.1.2"],
        [{ ...quorum, type: "stream" }, "4.1.2"],
      ];
      for (const [queue, version] of uncounted)
        assert.ok(browseEffects(queue, version, 19).every(({ left }) => left === undefined));
    });

    it("are guessed at without the management API once a message told that it is counted", () => {
      const unknown = { name: "orders", ready: 3 };
      assert.match(sentences(browseEffects(unknown, "4.1.2"), "notice").join(" "), /If this is a quorum queue/);
      const [counted] = browseEffects(unknown, "4.1.2", 4).filter(({ left }) => left !== undefined);
      assert.equal(counted?.left, 15);
      assert.doesNotMatch(sentences(browseEffects(unknown, "3.10.8")).join(" "), /quorum/);
      assert.doesNotMatch(sentences(browseEffects(unknown, "4.3.0")).join(" "), /quorum/);
    });
  });

  it("looking at a queue of limited length says what is pushed out meanwhile", () => {
    const said = (args: object, ready: number, severity: Effect["severity"]): string =>
      sentences(browseEffects({ ...classic, ready, arguments: { ...args } }, "3.10.8"), severity).join(" ");
    assert.match(said({ "x-max-length": 12 }, 12, "danger"), /full \(12\).*the oldest is dropped/);
    assert.match(
      said({ "x-max-length": 12 }, 3, "notice"),
      /limited: if it fills up meanwhile, the oldest messages are dropped/,
    );
    const kept = { "x-max-length": 12, "x-dead-letter-exchange": "dlx" };
    assert.match(said(kept, 12, "notice"), /the oldest is dead-lettered/);
    assert.equal(said(kept, 12, "danger"), "");
    assert.match(said({ "x-max-length-bytes": 1000 }, 3, "notice"), /limited/);
    assert.doesNotMatch(said({ "x-max-length": 12, "x-overflow": "reject-publish" }, 12, "danger"), /full/);
  });

  it("consume says what becomes of acked, rejected and expired messages", () => {
    const said = (args: object): string => sentences(consumeEffects({ ...classic, arguments: { ...args } })).join(" ");
    assert.match(said({}), /what you ack or reject is gone for everyone/);
    assert.match(
      said({ "x-dead-letter-exchange": "dlx" }),
      /what you ack is gone for everyone, what you reject is dead-lettered/,
    );
    assert.match(sentences(consumeEffects({ name: "orders" })).join(" "), /dead-lettered or dropped/);
    assert.match(said({ "x-message-ttl": 60_000 }), /expire after 60000 ms: what you hold for longer is dropped/);
  });

  it("consume names its rivals, and what keeps messages from coming", () => {
    assert.match(sentences(consumeEffects({ ...classic, consumerCount: 1 })).join(" "), /competes with 1 consumer,/);
    const single = { ...classic, consumerCount: 3, arguments: { "x-single-active-consumer": true } };
    assert.match(sentences(consumeEffects(single)).join(" "), /competes with 3 consumers.*one consumer at a time/s);
    const held = { ...classic, consumerCount: 1, consumers: [{ exclusive: true } as ConsumerInfo] };
    assert.match(sentences(consumeEffects(held)).join(" "), /holds this queue exclusively/);
  });

  it("purge and delete name how many messages, consumers and bindings go", () => {
    const queue = {
      ...classic,
      ready: 120,
      unacked: 3,
      consumerCount: 2,
      arguments: { "x-dead-letter-exchange": "dlx" },
    };
    assert.match(
      sentences(purgeEffects(queue)).join(" "),
      /Removes the 120 messages.*not dead-lettered.*The 3 that consumers hold unacked stay/s,
    );
    assert.match(sentences(purgeEffects({ ...classic, ready: 1 })).join(" "), /Removes the 1 message /);
    const said = sentences(deleteQueueEffects(queue, [binding, { ...binding, source: "other" }])).join(" ");
    assert.match(said, /with its 123 messages.*2 consumers lose it.*bindings go too \(2, from shop, other\)/s);
    assert.deepEqual(sentences(deleteQueueEffects({ ...classic, ready: 0 }, [])), [
      "Deletes the queue “orders”. It is empty.",
    ]);
  });

  it("nothing is said about numbers that are not known", () => {
    const said = sentences(deleteQueueEffects({ name: "orders" }, undefined)).join(" ");
    assert.match(said, /with all its messages/);
    assert.match(said, /cannot be known without the management API/);
    assert.match(sentences(purgeEffects({ name: "orders" })).join(" "), /all messages that are ready/);
  });

  it("deleting an exchange names what leads to it", () => {
    const said = sentences(
      deleteExchangeEffects("shop", [binding], [{ ...binding, source: "in" }], ["a", "b", "c", "d"]),
    ).join(" ");
    assert.match(said, /\(1, to orders\).*\(1, from in\).*\(a, b, c and 1 more\)/s);
  });

  it("a tap says its cost, and what an alternate exchange misses", () => {
    const exchange = { name: "shop", arguments: { "alternate-exchange": "lost" }, policyDefinition: {} };
    const said = sentences(tapExchangeEffects(exchange)).join(" ");
    assert.match(said, /A private copy.*a quarter of their throughput.*no longer go to the alternate exchange “lost”/s);
    assert.match(sentences(tapQueueEffects("orders", [binding])).join(" "), /through its bindings \(1, from shop\)/);
    assert.match(sentences(tapQueueEffects("orders", [])).join(" "), /bound to no exchange/);
  });
});

function sentences(effects: readonly Effect[], severity?: Effect["severity"]): readonly string[] {
  return effects
    .filter((effect) => severity === undefined || effect.severity === severity)
    .map(({ sentence }) => sentence);
}
