import assert from "node:assert/strict";
import { has } from "./conformanceStage.ts";
import { bodyText, draft, eventually, Reader, rejectsWith, type Play } from "./conformanceSupport.ts";

/** Exchanges, bindings and routing keys, where the broker has them. */
export function routing(play: Play): void {
  const { routing: trait } = play.traits;
  if (!has(trait)) {
    describe(`no routing: ${trait.gap}`, () => nothingToBind(play));
    return;
  }
  describe("routing", () => {
    it("tells where a message was published to", async () => {
      const exchange = await play.exchange("topic");
      const place = await play.place();
      await play.routing.bind(exchange.name, place.name, "#");
      const sent = draft("x", { key: "orders.é.created" });
      assert.deepEqual(await play.session.publish(exchange, sent), { outcome: "routed", persisted: true });
      await play.publish(place.node, "straight");
      const subscription = await play.session.watch(place.node, { mode: "consume", window: 10 });
      const [routed, straight] = await new Reader(subscription).take(2);
      assert.ok(routed && straight);
      await subscription.close();
      assert.equal(routed.origin, exchange.name);
      assert.equal(routed.key, sent.key);
      assert.equal(straight.origin, undefined);
      assert.equal(play.session.originOf?.(place.node, exchange.name)?.id, exchange.id);
    });

    it("tells routed and returned apart, each for its own message", async () => {
      const exchange = await play.exchange("direct");
      const place = await play.place();
      await play.routing.bind(exchange.name, place.name, "yes");
      const receipts = await Promise.all(
        Array.from({ length: 300 }, (_, index) =>
          play.session.publish(exchange, draft("same", { key: index % 3 === 0 ? "no" : "yes" })),
        ),
      );
      receipts.forEach(({ outcome }, index) => {
        assert.equal(outcome, index % 3 === 0 ? "returned" : "routed", `message ${String(index)}`);
      });
      await eventually(() => play.ready(place), 200, "messages that arrived");
    });

    it("tells by the headers alone which message nobody gets", async () => {
      const exchange = await play.exchange("headers");
      const receipts = await Promise.all(
        ["1", "2"].map((value) =>
          play.session.publish(exchange, draft("same", { headers: [{ name: "n", value: { type: "int32", value } }] })),
        ),
      );
      for (const receipt of receipts) {
        assert.ok(receipt.outcome === "returned" && receipt.reason !== "", JSON.stringify(receipt));
      }
    });

    it("refuses a key that is too long", async () => {
      const exchange = await play.exchange("topic");
      const long = draft("x", { key: "k".repeat(256) });
      assert.equal((await rejectsWith(play.session.publish(exchange, long), "invalid")).field, "key");
    });

    it("taps by key, and nobody notices", async () => {
      const exchange = await play.exchange("topic");
      const place = await play.place();
      await play.routing.bind(exchange.name, place.name, "#");
      const before = await play.stage.names();
      await play.session.publish(exchange, draft("before", { key: "a" }));
      const tap = await play.session.watch(exchange, { mode: "tap", window: 2, values: { key: "a.#" } });
      for (const [body, key] of [
        ["1", "a"],
        ["2", "b"],
        ["3", "a.b"],
        ["4", "a.c"],
        ["5", "a.d"],
      ] as const) {
        await play.session.publish(exchange, draft(body, { key }));
      }
      const got = await new Reader(tap).take(4);
      assert.deepEqual(got.map(bodyText), ["1", "3", "4", "5"]);
      assert.ok(got.every(({ redelivered }) => !redelivered));
      await tap.close();
      await eventually(() => play.ready(place), 6, "messages of the queue itself");
      await eventually(async () => [...(await play.stage.names())].sort(), [...before].sort(), "what is left behind");
    });

    it("taps by header arguments", async () => {
      const exchange = await play.exchange("headers");
      const value = (text: string) => ({ type: "string", value: text }) as const;
      const tap = await play.session.watch(exchange, {
        mode: "tap",
        window: 10,
        values: {
          arguments: [
            { name: "x-match", value: value("all") },
            { name: "region", value: value("eu") },
          ],
        },
      });
      for (const region of ["us", "eu"])
        await play.session.publish(exchange, draft(region, { headers: [{ name: "region", value: value(region) }] }));
      assert.deepEqual((await new Reader(tap).take(1)).map(bodyText), ["eu"]);
      await tap.close();
    });

    it("shadows a queue through the same bindings", async () => {
      const exchange = await play.exchange("topic");
      const place = await play.place();
      await play.routing.bind(exchange.name, place.name, "x.*");
      const shadow = await play.session.watch(place.node, { mode: "tap", window: 10 });
      for (const key of ["x.1", "y.1", "x.2"]) await play.session.publish(exchange, draft(key, { key }));
      assert.deepEqual((await new Reader(shadow).take(2)).map(bodyText), ["x.1", "x.2"]);
      await shadow.close();
      await eventually(() => play.ready(place), 2, "messages of the queue itself");
    });

    it("says that a queue without bindings cannot be shadowed", async () => {
      const { node } = await play.place();
      await rejectsWith(play.session.watch(node, { mode: "tap", window: 10 }), "unsupported");
    });
  });
}

function nothingToBind(play: Play): void {
  it("offers no binding", async () => {
    const { node } = await play.place();
    assert.ok(!node.verbs.includes("bind"));
    await rejectsWith(play.session.act(node, "bind", "bind", {}), "unsupported");
  });
}
