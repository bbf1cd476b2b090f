import assert from "node:assert/strict";
import { bodyText, draft, eventually, letters, Reader, rejectsWith, tags, type Play } from "./conformanceSupport.ts";

/** The three ways to look. */
export function watching(play: Play): void {
  consuming(play);
  browsing(play);
  tapping(play);
}

function consuming(play: Play): void {
  describe("consume", () => {
    it("delivers no more than the window, then goes on", async () => {
      const queue = await play.queue();
      await play.publish(queue, ...letters("abcdefgh"));
      const subscription = await play.session.watch(queue, { mode: "consume", window: 3 });
      assert.deepEqual(subscription.outcomes, ["ack", "requeue", "reject"]);
      assert.equal(subscription.terms?.rejected, "dropped", "it has no dead-letter exchange");
      for (const outcome of subscription.outcomes) assert.ok(subscription.terms.says[outcome], outcome);
      const reader = new Reader(subscription);
      const first = await reader.takeAll();
      assert.deepEqual(first.map(bodyText), ["a", "b", "c"]);
      assert.deepEqual(await subscription.settle(tags(first).slice(0, 2), "ack"), []);
      assert.deepEqual((await reader.takeAll()).map(bodyText), ["d", "e"]);
      await subscription.close();
      await eventually(() => play.stage.ready(queue.name), 6, "messages given back");
    });

    it("changes the window while it runs", async () => {
      const queue = await play.queue();
      await play.publish(queue, ...letters("abcdefghijkl"));
      const subscription = await play.session.watch(queue, { mode: "consume", window: 2 });
      const reader = new Reader(subscription);
      const first = await reader.takeAll();
      assert.equal(first.length, 2);
      await subscription.setWindow(5);
      assert.equal(subscription.window, 5);
      const more = await reader.takeAll();
      assert.equal(first.length + more.length, 5);
      await subscription.setWindow(1);
      assert.deepEqual(await subscription.settle(tags([...first, ...more]).slice(0, 4), "ack"), []);
      assert.equal((await reader.takeAll()).length, 0, "one is unsettled still");
      assert.deepEqual(await subscription.settle(tags(more).slice(-1), "ack"), []);
      const last = await reader.takeAll();
      assert.deepEqual(last.map(bodyText), ["f"]);
      await subscription.setWindow(3);
      await subscription.settle(tags(last), "ack");
      assert.equal((await reader.takeAll()).length, 3, "the whole window again");
      await subscription.close();
      await eventually(() => play.stage.ready(queue.name), 6, "messages given back");
    });

    it("acks, requeues and rejects, some and all", async () => {
      const queue = await play.queue();
      await play.publish(queue, ...letters("abcdef"));
      const subscription = await play.session.watch(queue, { mode: "consume", window: 6 });
      const reader = new Reader(subscription);
      const [a, b, c, d, e, f] = tags(await reader.take(6));
      assert.ok(a && b && c && d && e && f);
      assert.ok(a < b && b < c && c < d && d < e && e < f, "tags rise");
      assert.deepEqual(await subscription.settle([e, b], "ack"), []);
      assert.deepEqual(await subscription.settle([a, c], "reject"), []);
      assert.deepEqual(await subscription.settle([d, f], "requeue"), []);
      const again = await reader.take(2);
      assert.deepEqual(again.map(bodyText), ["d", "f"]);
      assert.ok(again.every(({ redelivered, tag }) => redelivered && tag > f));
      assert.deepEqual(await subscription.settle([a, ...tags(again)], "ack"), [a], "that one is settled already");
      await subscription.close();
      await eventually(() => play.stage.ready(queue.name), 0, "messages left");
    });

    it("settles what is asked for at once, and each on its own", async () => {
      const queue = await play.queue();
      await play.publish(queue, ...letters("abcdefghij"));
      const subscription = await play.session.watch(queue, { mode: "consume", window: 10 });
      const got = await new Reader(subscription).take(10);
      const lost = await Promise.all(tags(got).map((tag) => subscription.settle([tag], "ack")));
      assert.deepEqual(lost.flat(), []);
      await subscription.close();
      await eventually(() => play.stage.ready(queue.name), 0, "messages left");
    });

    it("ends with close, twice, and gives back what is unsettled or not pulled", async () => {
      const queue = await play.queue();
      await play.publish(queue, ...letters("abcd"));
      const subscription = await play.session.watch(queue, { mode: "consume", window: 4 });
      const reader = new Reader(subscription);
      const [one] = await reader.take(1);
      await Promise.all([subscription.close(), subscription.close()]);
      await subscription.close();
      await reader.rest();
      await eventually(() => play.stage.ready(queue.name), 4, "messages given back");
      assert.deepEqual(await subscription.settle([one?.tag ?? 0], "ack"), [one?.tag], "the chance is gone");
    });

    it("ends with a sentence when its queue is deleted", async () => {
      const queue = await play.queue();
      await play.publish(queue, "a");
      const subscription = await play.session.watch(queue, { mode: "consume", window: 4 });
      const reader = new Reader(subscription);
      const [one] = await reader.take(1);
      await play.stage.deleteQueue(queue.name);
      await rejectsWith(reader.rest(), "missing");
      assert.deepEqual(await subscription.settle([one?.tag ?? 0], "ack"), [one?.tag]);
      await subscription.close();
    });

    it("tells that a queue is not there", async () => {
      const queue = await play.queue();
      await play.stage.deleteQueue(queue.name);
      await rejectsWith(play.session.watch(queue, { mode: "consume", window: 1 }), "missing");
      await rejectsWith(play.session.watch(queue, { mode: "browse", window: 1 }), "missing");
    });

    it("competes with another consumer", async () => {
      const queue = await play.queue();
      const one = await play.session.watch(queue, { mode: "consume", window: 1 });
      const other = await play.session.watch(queue, { mode: "consume", window: 1 });
      await play.publish(queue, "a", "b");
      const [[a], [b]] = await Promise.all([new Reader(one).take(1), new Reader(other).take(1)]);
      assert.deepEqual([a, b].map((each) => each && bodyText(each)).sort(), ["a", "b"]);
      await Promise.all([one.close(), other.close()]);
      await eventually(() => play.stage.ready(queue.name), 2, "messages given back");
    });
  });
}

function browsing(play: Play): void {
  describe("browse", () => {
    it("reads a queue, ends, and leaves it as it was", async () => {
      for (const kind of ["classic", "quorum"] as const) {
        const queue = await play.queue(kind);
        await play.publish(queue, ...letters("abcde"));
        const subscription = await play.session.watch(queue, { mode: "browse", window: 10 });
        assert.deepEqual(subscription.outcomes, []);
        assert.deepEqual((await new Reader(subscription).rest()).map(bodyText), letters("abcde"));
        await rejectsWith(subscription.settle([1], "ack"), "unsupported");
        await subscription.close();
        await eventually(() => play.stage.ready(queue.name), 5, `messages of the ${kind} queue`);
        const consumer = await play.session.watch(queue, { mode: "consume", window: 10 });
        assert.deepEqual((await new Reader(consumer).take(5)).map(bodyText), letters("abcde"), "in the same order");
        await consumer.close();
      }
    });

    it("reads no more than asked for, and nothing from an empty queue", async () => {
      const queue = await play.queue();
      const empty = await play.session.watch(queue, { mode: "browse", window: 10 });
      assert.deepEqual(await new Reader(empty).rest(), []);
      await play.publish(queue, ...letters("abcde"));
      const two = await play.session.watch(queue, { mode: "browse", window: 10, values: { limit: "2" } });
      assert.deepEqual((await new Reader(two).rest()).map(bodyText), ["a", "b"]);
      await Promise.all([empty.close(), two.close()]);
      await rejectsWith(
        play.session.watch(queue, { mode: "browse", window: 10, values: { limit: "many" } }),
        "invalid",
      );
      await eventually(() => play.stage.ready(queue.name), 5, "messages left");
    });

    it("gives back when it is closed halfway", async () => {
      const queue = await play.queue();
      await play.publish(queue, ...letters("abcde"));
      const subscription = await play.session.watch(queue, { mode: "browse", window: 1 });
      await subscription.close();
      await eventually(() => play.stage.ready(queue.name), 5, "messages left");
    });

    it("reads a stream from any place, with a small window, and never empties it", async () => {
      const queue = await play.queue("stream");
      await play.publish(queue, ...letters("abcdefgh"));
      const all = await play.session.watch(queue, { mode: "browse", window: 2 });
      const got = await new Reader(all).take(8);
      assert.deepEqual(got.map(bodyText), letters("abcdefgh"));
      await all.close();
      const position = got[5]?.position;
      assert.ok(position !== undefined);
      const later = await play.session.watch(queue, { mode: "browse", window: 10, values: { offset: position } });
      assert.deepEqual((await new Reader(later).take(3)).map(bodyText), ["f", "g", "h"]);
      await later.setWindow(20);
      await later.close();
      assert.ok(!queue.verbs.includes("consume"), "a stream is not consumed");
      await rejectsWith(
        play.session.watch(queue, { mode: "browse", window: 10, values: { offset: "yesterday-ish" } }),
        "invalid",
      );
    });
  });
}

function tapping(play: Play): void {
  describe("tap", () => {
    it("copies what is published from now on, and nobody notices", async () => {
      const exchange = await play.exchange("topic");
      const queue = await play.queue();
      await play.stage.bind(exchange.name, queue.name, "#");
      const before = await play.stage.queueNames();
      await play.session.publish(exchange, draft("before", { key: "a" }));
      const tap = await play.session.watch(exchange, { mode: "tap", window: 2, values: { key: "a.#" } });
      assert.deepEqual(tap.outcomes, []);
      assert.ok(tap.facts.length > 0);
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
      await rejectsWith(tap.settle([1], "ack"), "unsupported");
      await tap.close();
      await eventually(() => play.stage.ready(queue.name), 6, "messages of the queue itself");
      await eventually(
        async () => [...(await play.stage.queueNames())].sort(),
        [...before].sort(),
        "queues left behind",
      );
    });

    it("goes on when its window changes", async () => {
      const exchange = await play.exchange("fanout");
      const tap = await play.session.watch(exchange, { mode: "tap", window: 1 });
      const reader = new Reader(tap);
      await play.publish(exchange, "a");
      assert.deepEqual((await reader.take(1)).map(bodyText), ["a"]);
      await tap.setWindow(100);
      await play.publish(exchange, "b", "c", "d");
      assert.deepEqual((await reader.take(3)).map(bodyText), ["b", "c", "d"]);
      await tap.close();
    });

    it("binds by header arguments", async () => {
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
      const queue = await play.queue();
      await play.stage.bind(exchange.name, queue.name, "x.*");
      const shadow = await play.session.watch(queue, { mode: "tap", window: 10 });
      for (const key of ["x.1", "y.1", "x.2"]) await play.session.publish(exchange, draft(key, { key }));
      assert.deepEqual((await new Reader(shadow).take(2)).map(bodyText), ["x.1", "x.2"]);
      await shadow.close();
      await eventually(() => play.stage.ready(queue.name), 2, "messages of the queue itself");
    });

    it("says that a queue without bindings cannot be shadowed", async () => {
      await rejectsWith(play.session.watch(await play.queue(), { mode: "tap", window: 10 }), "unsupported");
    });
  });
}
