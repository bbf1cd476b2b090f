import assert from "node:assert/strict";
import {
  bodyText,
  draft,
  eventually,
  Reader,
  rejectsWith,
  tags,
  typedHeaders,
  type Play,
} from "./conformanceSupport.ts";

/** What becomes of a message that is published. */
export function publishing(play: Play): void {
  describe("publish", () => {
    it("keeps every byte, property and typed header", async () => {
      const exchange = await play.exchange("topic");
      const queue = await play.queue();
      await play.stage.bind(exchange.name, queue.name, "#");
      const body = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
      const properties = {
        priority: "5",
        expiration: "3600000",
        correlationId: "c-1 ä",
        replyTo: "answers",
        messageId: "m-1",
        timestamp: "1700000000",
        type: "order.created",
        appId: "tests",
      };
      const sent = draft(body, {
        key: "orders.é.created",
        contentType: "application/json",
        contentEncoding: "gzip",
        headers: typedHeaders,
        properties,
      });
      assert.deepEqual(await play.session.publish(exchange, sent), { outcome: "routed", persisted: true });
      const subscription = await play.session.watch(queue, { mode: "consume", window: 10 });
      const [got] = await new Reader(subscription).take(1);
      await subscription.close();
      assert.ok(got);
      assert.deepEqual(got.body, body);
      assert.equal(got.key, sent.key);
      assert.equal(got.origin, exchange.name);
      assert.equal(got.contentType, sent.contentType);
      assert.equal(got.contentEncoding, sent.contentEncoding);
      assert.equal(got.persistent, true);
      assert.equal(got.redelivered, false);
      assert.deepEqual(got.properties, properties);
      const byName = (one: { name: string }, other: { name: string }): number => (one.name < other.name ? -1 : 1);
      assert.deepEqual([...got.headers].sort(byName), [...typedHeaders].sort(byName));
    });

    it("takes an empty body and nothing else", async () => {
      const queue = await play.queue();
      assert.equal((await play.session.publish(queue, draft("", { persistent: false }))).outcome, "routed");
      const subscription = await play.session.watch(queue, { mode: "consume", window: 10 });
      const [got] = await new Reader(subscription).take(1);
      await subscription.close();
      assert.ok(got);
      assert.equal(got.body.length, 0);
      assert.equal(got.persistent, false);
      assert.deepEqual(got.headers, []);
      assert.deepEqual(got.properties, {});
      assert.equal(got.origin, undefined);
    });

    it("tells routed and returned apart, each for its own message", async () => {
      const exchange = await play.exchange("direct");
      const queue = await play.queue();
      await play.stage.bind(exchange.name, queue.name, "yes");
      const receipts = await Promise.all(
        Array.from({ length: 300 }, (_, index) =>
          play.session.publish(exchange, draft("same", { key: index % 3 === 0 ? "no" : "yes" })),
        ),
      );
      receipts.forEach(({ outcome }, index) => {
        assert.equal(outcome, index % 3 === 0 ? "returned" : "routed", `message ${String(index)}`);
      });
      await eventually(() => play.stage.ready(queue.name), 200, "messages that arrived");
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

    it("tells that a full queue refused", async () => {
      const queue = await play.queue("full");
      assert.equal((await play.session.publish(queue, draft("a"))).outcome, "routed");
      const receipt = await play.session.publish(queue, draft("b"));
      assert.ok(receipt.outcome === "refused" && receipt.reason !== "", JSON.stringify(receipt));
    });

    it("has a thousand on their way at once, in order, and loses none", async function () {
      this.timeout(40_000);
      const queue = await play.queue();
      const count = 3000;
      const receipts = await Promise.all(
        Array.from({ length: count }, (_, index) => play.session.publish(queue, draft(String(index)))),
      );
      assert.ok(receipts.every(({ outcome }) => outcome === "routed"));
      const subscription = await play.session.watch(queue, { mode: "consume", window: count });
      const got = await new Reader(subscription).take(count);
      assert.deepEqual(
        got.map(bodyText),
        Array.from({ length: count }, (_, index) => String(index)),
      );
      assert.deepEqual(await subscription.settle(tags(got), "ack"), []);
      await subscription.close();
      await eventually(() => play.stage.ready(queue.name), 0, "messages left");
    });

    it("names the field that is at fault", async () => {
      const queue = await play.queue();
      const exchange = await play.exchange("topic");
      const wrong = [
        ["priority", draft("x", { properties: { priority: "256" } })],
        ["expiration", draft("x", { properties: { expiration: "soon" } })],
        ["timestamp", draft("x", { properties: { timestamp: "-1" } })],
        ["nonsense", draft("x", { properties: { nonsense: "x" } })],
        ["headers", draft("x", { headers: [{ name: "n", value: { type: "int8", value: "128" } }] })],
        ["headers", draft("x", { headers: [{ name: "", value: { type: "string", value: "" } }] })],
        [
          "headers",
          draft("x", { headers: [1, 2].map(() => ({ name: "twice", value: { type: "string", value: "" } })) }),
        ],
      ] as const;
      for (const [field, one] of wrong) {
        assert.equal((await rejectsWith(play.session.publish(queue, one), "invalid")).field, field);
      }
      const long = draft("x", { key: "k".repeat(256) });
      assert.equal((await rejectsWith(play.session.publish(exchange, long), "invalid")).field, "key");
      assert.equal((await play.session.publish(queue, draft("fine"))).outcome, "routed", "none of that did any harm");
      assert.equal(await play.stage.ready(queue.name), 1);
    });
  });
}
