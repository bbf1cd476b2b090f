import assert from "node:assert/strict";
import type { Delivery } from "../../../src/broker/contract.ts";
import { AllLooks, Looks } from "../../../src/connections/looks.ts";
import { FakeMemento, settled } from "../../support/connectionBench.ts";

describe("how often a queue was looked at", () => {
  const node = { id: "queue:orders" };
  let store: FakeMemento;
  let now: number;

  beforeEach(() => {
    store = new FakeMemento();
    now = 0;
  });

  const looks = (connection = "shop"): Looks => new Looks(new AllLooks(store, () => ++now), () => connection);
  const browse = (of: Looks, ...counts: (number | undefined)[]): void => {
    const look = of.begin(node, true);
    look.saw(counts.map(messageOf));
    look.end();
  };

  it("is not known before the first look", () => {
    assert.equal(looks().seen(node), undefined);
  });

  it("is one more than the highest that a message carried", () => {
    const those = looks();
    browse(those, undefined, 4, 2);
    assert.deepEqual(those.seen(node), { deliveries: 5 });
  });

  it("is known to the next session, of the same connection only", async () => {
    browse(looks(), 2);
    await settled();
    assert.deepEqual(looks().seen(node), { deliveries: 3 });
    assert.equal(looks("other").seen(node), undefined);
  });

  it("goes down again when those messages are gone, once as many others were seen", () => {
    const those = looks();
    browse(those, 18, 1);
    browse(those, undefined);
    assert.deepEqual(those.seen(node), { deliveries: 20 }, "one of two was seen: the other may still be there");
    browse(those, undefined, undefined);
    assert.deepEqual(those.seen(node), { deliveries: 1 });
  });

  it("goes down too when all that is left was seen, however few", () => {
    const those = looks();
    browse(those, 18, 1, 1);
    const look = those.begin(node, true, 1);
    look.saw([messageOf(2)]);
    look.end();
    assert.deepEqual(those.seen(node), { deliveries: 3 });
  });

  it("counts a look that was closed before it told anything", () => {
    const those = looks();
    browse(those, 3, 3);
    those.begin(node, true).end();
    assert.deepEqual(those.seen(node), { deliveries: 5 });
  });

  it("is not kept where nothing counts, until a message says that it does", () => {
    const those = looks();
    const consumer = those.begin(node, false);
    consumer.saw([messageOf(undefined)]);
    assert.equal(those.seen(node), undefined);
    consumer.saw([messageOf(6)]);
    assert.deepEqual(those.seen(node), { deliveries: 7 });
  });

  it("keeps the newest of very many, and nothing malformed", () => {
    const those = looks();
    for (let at = 0; at < 600; at++) those.begin({ id: String(at) }, true);
    assert.equal(those.seen({ id: "0" }), undefined);
    assert.deepEqual(those.seen({ id: "599" }), { deliveries: 1 });
    store.entries.set("mq.looks", JSON.stringify({ "shop a": 1, "shop b": { deliveries: "x" }, "shop c": null }));
    for (const id of ["a", "b", "c"]) assert.equal(looks().seen({ id }), undefined);
  });
});

function messageOf(deliveryCount: number | undefined): Delivery {
  return {
    tag: 1,
    redelivered: false,
    ...(deliveryCount !== undefined && { deliveryCount }),
    headers: [],
    properties: {},
    body: new Uint8Array(),
  };
}
