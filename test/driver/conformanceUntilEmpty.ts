import assert from "node:assert/strict";
import { has, type WorkTrait } from "./conformanceStage.ts";
import { bodyText, eventually, letters, Reader, rejectsWith, tags, type Play } from "./conformanceSupport.ts";

/** A consumer that ends when its place is empty. */
export function emptying(play: Play, trait: WorkTrait): void {
  const { kind } = trait;
  describe(`consume until it is empty: ${kind}`, () => {
    it("hands out what was ready when it began, and ends by itself", async () => {
      const place = await play.place(kind);
      await play.publish(place.node, ...letters("abcdefg"));
      const subscription = await play.session.watch(place.node, { mode: "consume", window: 3, untilEmpty: true });
      const reader = new Reader(subscription);
      const first = await reader.take(3);
      await play.publish(place.node, "later", "still later");
      assert.deepEqual(await subscription.settle(tags(first), "ack"), []);
      const second = await reader.take(3);
      assert.deepEqual(await subscription.settle(tags(second).slice(0, 2), "ack"), []);
      const rest = await reader.rest();
      assert.deepEqual([...first, ...second, ...rest].map(bodyText), letters("abcdefg"));
      const kept = [...second.slice(2), ...rest];
      assert.deepEqual(await subscription.settle(tags(kept), "ack"), [], "after the end it can still be settled");
      await subscription.close();
      await play.left(place, 9, 7);
    });

    it("gives back what was not settled, and ends at once where nothing is", async () => {
      const place = await play.place(kind);
      const none = await play.session.watch(place.node, { mode: "consume", window: 3, untilEmpty: true });
      assert.deepEqual(await new Reader(none).rest(), []);
      await none.close();
      await play.publish(place.node, ...letters("abc"));
      const all = await play.session.watch(place.node, { mode: "consume", window: 100, untilEmpty: true });
      assert.deepEqual((await new Reader(all).rest()).map(bodyText), letters("abc"));
      await all.setWindow(5);
      await all.close();
      await play.left(place, 3, 0);
    });

    if (has(trait.shared))
      it("ends when others were faster", async () => {
        const place = await play.place(kind);
        await play.publish(place.node, ...letters("abcdefgh"));
        const other = await play.session.watch(place.node, { mode: "consume", window: 5 });
        const theirs = new Reader(other);
        await theirs.take(5);
        await eventually(() => play.ready(place), 3, "messages that are left");
        const slow = await play.session.watch(place.node, { mode: "consume", window: 1, untilEmpty: true });
        const mine = new Reader(slow);
        const [one] = await mine.take(1);
        await other.setWindow(10);
        await theirs.take(2);
        await slow.settle([one?.tag ?? 0], "ack");
        assert.deepEqual(await mine.rest(), [], "it ends although it got fewer than were there");
        await Promise.all([slow.close(), other.close()]);
        await play.left(place, 8, 1);
      });
  });
}

/** Removing exactly one message that was looked at. */
export function deleting(play: Play, kind: string): void {
  it("deletes exactly what was asked for, or refuses to where the broker cannot", async () => {
    const place = await play.place(kind);
    await play.publish(place.node, ...letters("abcba"));
    const subscription = await play.session.watch(place.node, { mode: "browse", window: 10 });
    const got = await new Reader(subscription).take(5);
    const [a, b, c] = tags(got);
    assert.ok(a && b && c);
    if (!subscription.outcomes.includes("delete")) {
      await rejectsWith(subscription.settle([a], "delete"), "unsupported");
      await subscription.close();
      return;
    }
    assert.deepEqual(await subscription.settle([b], "delete"), []);
    assert.deepEqual(await subscription.settle([a, b, 99], "delete"), [b, 99], "what is not there any more");
    await subscription.close();
    assert.deepEqual(await subscription.settle([c], "delete"), [c], "the chance is gone");
    const again = await play.session.watch(place.node, { mode: "browse", window: 10 });
    assert.deepEqual((await new Reader(again).take(3)).map(bodyText), ["c", "b", "a"]);
    await again.close();
  });
}
