import assert from "node:assert/strict";
import type { Delivery, Node, Outcome, Subscription } from "../../src/broker/contract.ts";
import { has, type LogTrait, type SourceTrait, type WorkTrait } from "./conformanceStage.ts";
import { deleting, emptying } from "./conformanceUntilEmpty.ts";
import { bodyText, eventually, letters, Reader, rejectsWith, tags, type Play } from "./conformanceSupport.ts";

/** The three ways to look. */
export function watching(play: Play): void {
  const { work, logs, sources } = play.traits;
  for (const trait of work) {
    consuming(play, trait);
    emptying(play, trait);
    browsing(play, trait);
  }
  if (has(logs)) for (const trait of logs) reading(play, trait);
  if (has(sources)) for (const trait of sources) tapping(play, trait);
  else describe(`no tap: ${sources.gap}`, () => noTap(play));
}

function consuming(play: Play, trait: WorkTrait): void {
  const { kind } = trait;
  describe(`consume: ${kind}`, () => {
    it("delivers no more than the window, then goes on", async () => {
      const place = await play.place(kind);
      await play.publish(place.node, ...letters("abcdefgh"));
      const subscription = await play.session.watch(place.node, { mode: "consume", window: 3 });
      assert.deepEqual(subscription.outcomes, trait.outcomes);
      assert.equal(subscription.terms?.rejected, trait.rejected);
      for (const outcome of subscription.outcomes) assert.ok(subscription.terms.says[outcome], outcome);
      const reader = new Reader(subscription);
      const first = await reader.takeAll();
      assert.deepEqual(first.map(bodyText), ["a", "b", "c"]);
      assert.deepEqual(await subscription.settle(tags(first).slice(0, 2), "ack"), []);
      assert.deepEqual((await reader.takeAll()).map(bodyText), ["d", "e"]);
      await subscription.close();
      await play.left(place, 8, 2);
    });

    it("changes the window while it runs", async () => {
      const place = await play.place(kind);
      await play.publish(place.node, ...letters("abcdefghijkl"));
      const subscription = await play.session.watch(place.node, { mode: "consume", window: 2 });
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
      await play.left(place, 12, 6);
    });

    it("settles some and all, with every outcome that there is", () => settleAll(play, trait));

    for (const outcome of ["ack", "requeue", "reject"] as const) {
      if (!trait.outcomes.includes(outcome))
        it(`has no ${outcome}, and refuses it`, async () => {
          const { node } = await play.place(kind);
          await play.publish(node, "a");
          const subscription = await play.session.watch(node, { mode: "consume", window: 1 });
          const [one] = await new Reader(subscription).take(1);
          await rejectsWith(subscription.settle([one?.tag ?? 0], outcome), "unsupported");
          assert.deepEqual(await subscription.settle([one?.tag ?? 0], "ack"), [], "it can be settled still");
          await subscription.close();
        });
    }

    it("settles what is asked for at once, and each on its own", async () => {
      const place = await play.place(kind);
      await play.publish(place.node, ...letters("abcdefghij"));
      const subscription = await play.session.watch(place.node, { mode: "consume", window: 10 });
      const got = await new Reader(subscription).take(10);
      const lost = await Promise.all(tags(got).map((tag) => subscription.settle([tag], "ack")));
      assert.deepEqual(lost.flat(), []);
      await subscription.close();
      await play.left(place, 10, 10);
    });

    it("ends with close, twice, and gives back what is unsettled or not pulled", async () => {
      const place = await play.place(kind);
      await play.publish(place.node, ...letters("abcd"));
      const before = await play.stage.names();
      const subscription = await play.session.watch(place.node, { mode: "consume", window: 4 });
      const reader = new Reader(subscription);
      const [one] = await reader.take(1);
      await Promise.all([subscription.close(), subscription.close()]);
      await subscription.close();
      await reader.rest();
      await play.left(place, 4, 0);
      assert.deepEqual(await subscription.settle([one?.tag ?? 0], "ack"), [one?.tag], "the chance is gone");
      await eventually(async () => [...(await play.stage.names())].sort(), [...before].sort(), "what is left behind");
    });

    if (has(trait.told)) {
      it("ends with a sentence when its place is deleted", async () => {
        const place = await play.place(kind);
        await play.publish(place.node, "a");
        const subscription = await play.session.watch(place.node, { mode: "consume", window: 4 });
        const reader = new Reader(subscription);
        const [one] = await reader.take(1);
        await play.stage.remove(kind, place.name);
        await rejectsWith(reader.rest(), "missing");
        assert.deepEqual(await subscription.settle([one?.tag ?? 0], "ack"), [one?.tag]);
        await subscription.close();
      });

      it("tells that a place is not there", async () => {
        const place = await play.place(kind);
        await play.stage.remove(kind, place.name);
        await rejectsWith(play.session.watch(place.node, { mode: "consume", window: 1 }), "missing");
        if (has(trait.browsed))
          await rejectsWith(play.session.watch(place.node, { mode: "browse", window: 1 }), "missing");
      });
    } else
      it(`waits where nothing is: ${trait.told.gap}`, async () => {
        const place = await play.place(kind);
        await play.stage.remove(kind, place.name);
        const subscription = await play.session.watch(place.node, { mode: "consume", window: 1 });
        await play.publish(place.node, "a");
        assert.deepEqual((await new Reader(subscription).take(1)).map(bodyText), ["a"]);
        await subscription.close();
      });

    if (has(trait.shared))
      it("competes with another consumer", async () => {
        const place = await play.place(kind);
        const [one, other] = await twoConsumers(play, place.node);
        await play.publish(place.node, "a", "b");
        const [[a], [b]] = await Promise.all([new Reader(one).take(1), new Reader(other).take(1)]);
        assert.deepEqual([a, b].map((each) => each && bodyText(each)).sort(), ["a", "b"]);
        await Promise.all([one.close(), other.close()]);
        await play.left(place, 2, 0);
      });
    else
      it(`leaves other consumers alone: ${trait.shared.gap}`, async () => {
        const place = await play.place(kind);
        const [one, other] = await twoConsumers(play, place.node, 2);
        await play.publish(place.node, "a", "b");
        for (const each of [one, other]) assert.deepEqual((await new Reader(each).take(2)).map(bodyText), ["a", "b"]);
        await Promise.all([one.close(), other.close()]);
      });
  });
}

async function twoConsumers(
  play: Play,
  node: Parameters<Play["session"]["watch"]>[0],
  window = 1,
): Promise<readonly [Subscription, Subscription]> {
  const one = await play.session.watch(node, { mode: "consume", window });
  return [one, await play.session.watch(node, { mode: "consume", window })];
}

/** Six messages: two acked, then two for each of the other outcomes, which may bring them back. */
async function settleAll(play: Play, trait: WorkTrait): Promise<void> {
  const others = trait.outcomes.filter((outcome) => outcome !== "ack");
  const place = await play.place(trait.kind);
  await play.publish(place.node, ...letters("abcdef"));
  const subscription = await play.session.watch(place.node, { mode: "consume", window: 6 });
  const reader = new Reader(subscription);
  const [a, b, c, d, e, f] = tags(await reader.take(6));
  assert.ok(a && b && c && d && e && f);
  assert.ok(a < b && b < c && c < d && d < e && e < f, "tags rise");
  assert.deepEqual(await subscription.settle([e, b], "ack"), []);
  const first: Outcome = others.includes("reject") ? "reject" : "ack";
  assert.deepEqual(await subscription.settle([a, c], first), []);
  if (others.includes("requeue")) {
    assert.deepEqual(await subscription.settle([d, f], "requeue"), []);
    const again = await reader.take(2);
    assert.deepEqual(again.map(bodyText), ["d", "f"]);
    assert.ok(again.every(({ tag }) => tag > f));
    if (has(trait.redelivered)) assert.ok(again.every(({ redelivered }) => redelivered));
    assert.deepEqual(await subscription.settle([a, ...tags(again)], "ack"), [a], "that one is settled already");
  } else assert.deepEqual(await subscription.settle([a, d, f], "ack"), [a], "that one is settled already");
  await subscription.close();
  await play.left(place, 6, 6);
}

function browsing(play: Play, trait: WorkTrait): void {
  const { kind, browsed } = trait;
  if (!has(browsed)) {
    describe(`no browse: ${kind}: ${browsed.gap}`, () => {
      it("is not offered", async () => {
        const { node } = await play.place(kind);
        assert.ok(!node.verbs.includes("browse"));
        await rejectsWith(play.session.watch(node, { mode: "browse", window: 1 }), "unsupported");
      });
    });
    return;
  }
  describe(`browse: ${kind}`, () => {
    it("reads a place, ends, and leaves it as it was", async () => {
      const place = await play.place(kind);
      await play.publish(place.node, ...letters("abcde"));
      const subscription = await play.session.watch(place.node, { mode: "browse", window: 10 });
      assert.deepEqual((await new Reader(subscription).rest()).map(bodyText), letters("abcde"));
      assert.ok(
        subscription.outcomes.every((outcome) => outcome === "delete"),
        "nothing is held",
      );
      await rejectsWith(subscription.settle([1], "ack"), "unsupported");
      await subscription.close();
      await play.left(place, 5, 0);
      const consumer = await play.session.watch(place.node, { mode: "consume", window: 10 });
      assert.deepEqual((await new Reader(consumer).take(5)).map(bodyText), letters("abcde"), "in the same order");
      await consumer.close();
    });

    it("says rightly whether looking leaves a trace, also when it is asked again", async () => {
      const { node } = await play.place(kind);
      await play.publish(node, ...letters("abc"));
      const look = async (): Promise<readonly Delivery[]> => {
        const subscription = await play.session.watch(node, { mode: "browse", window: 10 });
        return new Reader(subscription).rest();
      };
      await look();
      const marked = (await look()).some(({ redelivered, deliveryCount = 0 }) => redelivered || deliveryCount > 0);
      if (marked) assert.ok(!node.traceless, "a read-only connection would let it through");
      await sameTrace(play, node);
    });

    it("reads no more than asked for, and nothing from an empty one", async () => {
      const place = await play.place(kind);
      const empty = await play.session.watch(place.node, { mode: "browse", window: 10 });
      assert.deepEqual(await new Reader(empty).rest(), []);
      await play.publish(place.node, ...letters("abcde"));
      const two = await play.session.watch(place.node, { mode: "browse", window: 10, values: { limit: "2" } });
      assert.deepEqual((await new Reader(two).rest()).map(bodyText), ["a", "b"]);
      await Promise.all([empty.close(), two.close()]);
      await rejectsWith(
        play.session.watch(place.node, { mode: "browse", window: 10, values: { limit: "many" } }),
        "invalid",
      );
      await play.left(place, 5, 0);
    });

    deleting(play, kind);

    it("gives back when it is closed halfway", async () => {
      const place = await play.place(kind);
      await play.publish(place.node, ...letters("abcde"));
      const subscription = await play.session.watch(place.node, { mode: "browse", window: 1 });
      await subscription.close();
      await play.left(place, 5, 0);
    });
  });
}

/** The guard of a connection asks again, and believes that. */
async function sameTrace(play: Play, node: Node): Promise<void> {
  const [now] = await play.session.refresh([node]);
  assert.equal(now?.traceless, node.traceless);
}

function reading(play: Play, trait: LogTrait): void {
  const { kind, ends } = trait;
  describe(`browse from any place: ${kind}`, () => {
    it("leaves no trace, and says so: a read-only connection lets it through", async () => {
      const { node } = await play.place(kind);
      assert.equal(node.traceless, true);
      await sameTrace(play, node);
    });

    it("reads with a small window, and never empties it", async () => {
      const { node } = await play.place(kind);
      await play.publish(node, ...letters("abcdefgh"));
      const all = await play.session.watch(node, { mode: "browse", window: 2 });
      const got = await new Reader(all).take(8);
      assert.deepEqual(got.map(bodyText), letters("abcdefgh"));
      await all.close();
      const position = got[5]?.position;
      assert.ok(position !== undefined);
      const later = await play.session.watch(node, { mode: "browse", window: 10, values: trait.from(position) });
      const reader = new Reader(later);
      const rest = has(ends) ? await reader.rest() : await reader.take(3);
      assert.deepEqual(rest.map(bodyText), ["f", "g", "h"]);
      await later.setWindow(20);
      await later.close();
    });

    if (!has(ends))
      it(`goes on with what comes: ${ends.gap}`, async () => {
        const { node } = await play.place(kind);
        await play.publish(node, "a");
        const all = await play.session.watch(node, { mode: "browse", window: 2 });
        const reader = new Reader(all);
        assert.deepEqual((await reader.take(1)).map(bodyText), ["a"]);
        await play.publish(node, "b");
        assert.deepEqual((await reader.take(1)).map(bodyText), ["b"]);
        await all.close();
      });

    deleting(play, kind);

    it("refuses a position that is none", async () => {
      const { node } = await play.place(kind);
      await rejectsWith(play.session.watch(node, { mode: "browse", window: 10, values: trait.wrong }), "invalid");
    });

    if (!play.traits.work.some((each) => each.kind === kind))
      it("is not consumed", async () => {
        const { node } = await play.place(kind);
        assert.ok(!node.verbs.includes("consume"));
        await rejectsWith(play.session.watch(node, { mode: "consume", window: 1 }), "unsupported");
      });
  });
}

function tapping(play: Play, { kind }: SourceTrait): void {
  describe(`tap: ${kind}`, () => {
    it("copies what is published from now on, and leaves nothing behind", async () => {
      const { node } = await play.place(kind);
      const before = await play.stage.names();
      await play.session.publish(node, { body: Buffer.from("before"), persistent: true, headers: [], properties: {} });
      const tap = await play.session.watch(node, { mode: "tap", window: 2 });
      assert.deepEqual(tap.outcomes, []);
      assert.ok(tap.facts.length > 0);
      await play.publish(node, ...letters("abcde"));
      const got = await new Reader(tap).take(5);
      assert.deepEqual(got.map(bodyText), letters("abcde"));
      assert.ok(got.every(({ redelivered }) => !redelivered));
      await rejectsWith(tap.settle([1], "ack"), "unsupported");
      await tap.close();
      await eventually(async () => [...(await play.stage.names())].sort(), [...before].sort(), "what is left behind");
    });

    it("goes on when its window changes", async () => {
      const { node } = await play.place(kind);
      const tap = await play.session.watch(node, { mode: "tap", window: 1 });
      const reader = new Reader(tap);
      await play.publish(node, "a");
      assert.deepEqual((await reader.take(1)).map(bodyText), ["a"]);
      await tap.setWindow(100);
      await play.publish(node, "b", "c", "d");
      assert.deepEqual((await reader.take(3)).map(bodyText), ["b", "c", "d"]);
      await tap.close();
    });

    it("gives each tap a copy of its own", async () => {
      const { node } = await play.place(kind);
      const taps = [
        await play.session.watch(node, { mode: "tap", window: 10 }),
        await play.session.watch(node, { mode: "tap", window: 10 }),
      ];
      await play.publish(node, "a", "b");
      for (const tap of taps) assert.deepEqual((await new Reader(tap).take(2)).map(bodyText), ["a", "b"]);
      for (const tap of taps) await tap.close();
    });
  });
}

function noTap(play: Play): void {
  it("is not offered", async () => {
    const { node } = await play.place();
    assert.ok(!node.verbs.includes("tap"));
    await rejectsWith(play.session.watch(node, { mode: "tap", window: 1 }), "unsupported");
  });
}
