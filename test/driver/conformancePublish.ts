import assert from "node:assert/strict";
import { scalarTypes } from "../../src/broker/values.ts";
import { has } from "./conformanceStage.ts";
import { bodyText, draft, letters, Reader, rejectsWith, tags, typedHeaders, type Play } from "./conformanceSupport.ts";

/** What becomes of a message that is published. */
export function publishing(play: Play): void {
  describe("publish", () => {
    keeping(play);
    refusing(play);

    it("takes an empty body and nothing else", async () => {
      const { node } = await play.place();
      assert.equal((await play.session.publish(node, draft("", { persistent: false }))).outcome, "routed");
      const subscription = await play.session.watch(node, { mode: "consume", window: 10 });
      const [got] = await new Reader(subscription).take(1);
      await subscription.close();
      assert.ok(got);
      assert.equal(got.body.length, 0);
      if (has(play.traits.message.persistent)) assert.equal(got.persistent, false);
      assert.deepEqual(got.headers, []);
      assert.equal(got.origin, undefined);
    });

    const { full } = play.traits;
    if (has(full))
      it("tells that a full place refused", async () => {
        const { node } = await play.place(full);
        assert.equal((await play.session.publish(node, draft("a"))).outcome, "routed");
        const receipt = await play.session.publish(node, draft("b"));
        assert.ok(receipt.outcome === "refused" && receipt.reason !== "", JSON.stringify(receipt));
      });

    it("has a thousand on their way at once, in order, and loses none", async function () {
      this.timeout(40_000);
      const place = await play.place();
      const count = 3000;
      const receipts = await Promise.all(
        Array.from({ length: count }, (_, index) => play.session.publish(place.node, draft(String(index)))),
      );
      assert.ok(receipts.every(({ outcome }) => outcome === "routed"));
      const subscription = await play.session.watch(place.node, { mode: "consume", window: count });
      const got = await new Reader(subscription).take(count);
      assert.deepEqual(
        got.map(bodyText),
        Array.from({ length: count }, (_, index) => String(index)),
      );
      assert.deepEqual(await subscription.settle(tags(got), "ack"), []);
      await subscription.close();
      await play.left(place, count, count);
    });

    const { sources } = play.traits;
    for (const { kind, returned } of has(sources) ? sources : []) {
      if (has(returned))
        it(`tells that nobody gets a message (${kind})`, async () => {
          const { node } = await play.place(kind);
          const receipt = await play.session.publish(node, draft("x"));
          assert.ok(receipt.outcome === "returned" && receipt.reason !== "", JSON.stringify(receipt));
          const tap = await play.session.watch(node, { mode: "tap", window: 10 });
          assert.equal((await play.session.publish(node, draft("x"))).outcome, "routed");
          await tap.close();
        });
    }
  });
}

function keeping(play: Play): void {
  const { message } = play.traits;
  it("keeps every byte and property", async () => {
    const { node } = await play.place();
    const body = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
    const sent = draft(body, message.full);
    const receipt = await play.session.publish(node, sent);
    assert.equal(receipt.outcome, "routed", JSON.stringify(receipt));
    const subscription = await play.session.watch(node, { mode: "consume", window: 10 });
    const [got] = await new Reader(subscription).take(1);
    await subscription.close();
    assert.ok(got);
    assert.deepEqual(got.body, body);
    if (has(message.key) && message.full.key !== undefined) assert.equal(got.key, sent.key);
    assert.equal(got.contentType, sent.contentType);
    assert.equal(got.contentEncoding, sent.contentEncoding);
    if (has(message.persistent)) assert.equal(got.persistent, true);
    assert.equal(got.redelivered, false);
    for (const [name, value] of Object.entries(sent.properties)) assert.equal(got.properties[name], value, name);
    for (const header of sent.headers)
      assert.deepEqual(
        got.headers.find(({ name }) => name === header.name),
        header,
      );
  });

  it("keeps the type of every header that it takes, and refuses the others", async () => {
    const { node } = await play.place();
    const { headers: types } = message;
    const taken = typedHeaders.filter(({ value }) => types === "all" || types.some((type) => type === value.type));
    if (taken.length > 0) {
      assert.equal((await play.session.publish(node, draft("x", { headers: taken }))).outcome, "routed");
      const subscription = await play.session.watch(node, { mode: "consume", window: 10 });
      const [got] = await new Reader(subscription).take(1);
      await subscription.close();
      const byName = (one: { name: string }, other: { name: string }): number => (one.name < other.name ? -1 : 1);
      assert.deepEqual([...(got?.headers ?? [])].sort(byName), taken.toSorted(byName));
    }
    for (const header of typedHeaders) {
      if (taken.includes(header)) continue;
      const { field } = await rejectsWith(play.session.publish(node, draft("x", { headers: [header] })), "invalid");
      assert.equal(field, "headers", header.name);
    }
    if (types !== "all") for (const type of types) assert.ok(scalarTypes.includes(type));
  });
}

function refusing(play: Play): void {
  const { message } = play.traits;
  it("names the field that is at fault", async () => {
    const place = await play.place();
    for (const [field, wrong] of message.wrong) {
      assert.equal((await rejectsWith(play.session.publish(place.node, draft("x", wrong)), "invalid")).field, field);
    }
    await play.publish(place.node, ...letters("a"));
    assert.equal(await play.ready(place), 1, "none of that did any harm");
  });

  if (!has(message.key))
    it(`refuses a key: ${message.key.gap}`, async () => {
      const { node } = await play.place();
      const { field } = await rejectsWith(play.session.publish(node, draft("x", { key: "k" })), "invalid");
      assert.equal(field, "key");
    });

  if (!has(message.contentType))
    it(`refuses a content type: ${message.contentType.gap}`, async () => {
      const { node } = await play.place();
      const wrong = draft("x", { contentType: "application/json" });
      assert.equal((await rejectsWith(play.session.publish(node, wrong), "invalid")).field, "contentType");
    });
}
