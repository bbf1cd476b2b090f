import assert from "node:assert/strict";
import type { Verb } from "../../src/broker/contract.ts";
import type { BrokerError } from "../../src/broker/errors.ts";
import { publishing } from "./conformancePublish.ts";
import { routing } from "./conformanceRouting.ts";
import { has, type Stage, type Traits } from "./conformanceStage.ts";
import { draft, eventually, Play, Reader, rejectsWith, within } from "./conformanceSupport.ts";
import { watching } from "./conformanceWatch.ts";

/**
 * What every driver has to do, on its real broker.
 * @param traits what the broker has; where it has a gap the refusal is tested
 * @param setUp called once; `stop` of what it gives is called at the end
 */
export function conformance(name: string, traits: Traits, setUp: () => Promise<Stage>): void {
  describe(`the driver contract: ${name}`, () => {
    const play = new Play(traits);
    before(async function () {
      this.timeout(90_000);
      await play.begin(await setUp());
    });
    after(async function () {
      this.timeout(30_000);
      await play.end();
    });

    addresses(play);
    tree(play);
    publishing(play);
    watching(play);
    routing(play);
    endings(play);
  });
}

function addresses(play: Play): void {
  describe("addresses", () => {
    it("takes a URI apart and puts it together again", () => {
      const { driver, target } = play.stage;
      const address = driver.parse(target.uri);
      assert.equal(driver.compose(driver.decompose(address.uri)), address.uri);
      assert.equal(driver.parse(address.uri).uri, address.uri, "the normal form is stable");
      assert.ok(driver.addressFields.length > 0);
      assert.ok(address.name !== "");
    });

    it("says what is wrong with one that is not a URI", () => {
      assert.throws(
        () => play.stage.driver.parse("not a URI"),
        (error: BrokerError) => error.kind === "invalid" && error.message.endsWith("."),
      );
    });

    it("checks every part of a connection", async () => {
      const checks = await play.stage.driver.check(play.stage.target, AbortSignal.timeout(20_000));
      assert.ok(checks.length > 0);
      for (const check of checks) assert.ok(check.ok && check.sentence.endsWith("."), JSON.stringify(check));
    });

    const { password } = play.traits;
    if (has(password))
      it("tells a wrong password", async () => {
        const wrong = { ...play.stage.target, password: "wrong" };
        const checks = await play.stage.driver.check(wrong, AbortSignal.timeout(20_000));
        assert.ok(checks.some(({ ok }) => !ok));
        const error = await rejectsWith(play.stage.driver.connect(wrong, AbortSignal.timeout(20_000)), "refused");
        assert.ok(!error.message.includes("wrong ") || !/“wrong”/.test(error.message), "no password in a sentence");
      });

    it("gives up connecting when told so", async () => {
      const stop = new AbortController();
      stop.abort();
      await assert.rejects(within(play.stage.driver.connect(play.stage.target, stop.signal), "the end of connecting"));
    });
  });
}

function tree(play: Play): void {
  describe("the tree", () => {
    it("has ids that are unique and stay", async () => {
      const place = await play.place();
      const top = await play.session.list(undefined);
      assert.equal(new Set(top.items.map(({ id }) => id)).size, top.items.length);
      const again = await play.stage.node(play.session, place.kind, place.name);
      assert.equal(again.id, place.node.id);
      assert.deepEqual(
        (await play.session.list(undefined)).items.map(({ id }) => id),
        top.items.map(({ id }) => id),
      );
    });

    it("refreshes what is there and leaves out what is gone", async () => {
      const [one, other] = [await play.place(), await play.place()];
      await play.stage.remove(one.kind, one.name);
      // A broker of several nodes may take a moment to forget.
      await eventually(
        async () => (await play.session.refresh([one.node, other.node])).map(({ id }) => id),
        [other.node.id],
        "what is left",
      );
    });

    for (const { kind, counted } of play.traits.work) {
      if (has(counted))
        it(`knows how many messages are ready (${kind})`, async () => {
          const { node } = await play.place(kind);
          await play.publish(node, "a", "b", "c");
          await eventually(async () => (await play.session.refresh([node]))[0]?.counts?.ready, 3, "ready messages");
        });
      else
        it(`does not invent a number of ready messages (${kind}): ${counted.gap}`, async () => {
          const { node } = await play.place(kind);
          await play.publish(node, "a");
          assert.equal((await play.session.refresh([node]))[0]?.counts?.ready, undefined);
        });
    }

    it("describes every verb of a node, and what it will do", async () => {
      const nodes = [];
      for (const kind of kindsOf(play.traits)) nodes.push((await play.place(kind)).node);
      if (has(play.traits.routing)) nodes.push(await play.exchange("topic"));
      for (const node of nodes) {
        for (const verb of node.verbs) {
          const forms = await play.session.forms(node, verb);
          assert.equal(new Set(forms.map(({ id }) => id)).size, forms.length);
          for (const { fields } of forms) assert.equal(new Set(fields.map((field) => field.name)).size, fields.length);
          for (const { sentence } of await play.session.effects(node, verb))
            assert.match(sentence, /[.!?]$/, `${node.kind} ${verb}`);
        }
      }
    });

    it("refuses a verb that a node does not have", async () => {
      const bare = { ...(await play.place()).node, verbs: [] as readonly Verb[] };
      await rejectsWith(play.session.publish(bare, draft("x")), "unsupported");
      for (const mode of ["tap", "browse", "consume"] as const) {
        await rejectsWith(play.session.watch(bare, { mode, window: 1 }), "unsupported");
      }
      await rejectsWith(play.session.act(bare, "purge", "purge", {}), "unsupported");
    });

    for (const { kind, purged } of play.traits.work) {
      if (has(purged))
        it(`purges (${kind})`, async () => {
          const place = await play.place(kind);
          await play.publish(place.node, "a", "b");
          const [form] = await play.session.forms(place.node, "purge");
          const done = await play.session.act(place.node, "purge", form?.id ?? "", {});
          assert.match(done.sentence, /[.!?]$/);
          await eventually(() => play.ready(place), 0, "messages after the purge");
        });
      else
        it(`offers no purge (${kind}): ${purged.gap}`, async () => {
          const { node } = await play.place(kind);
          assert.ok(!node.verbs.includes("purge"));
          await rejectsWith(play.session.act(node, "purge", "purge", {}), "unsupported");
        });
    }

    it("deletes", async () => {
      const place = await play.place();
      await play.publish(place.node, "a", "b");
      const [form] = await play.session.forms(place.node, "delete");
      const done = await play.session.act(place.node, "delete", form?.id ?? "", {});
      assert.match(done.sentence, /[.!?]$/);
      await eventually(async () => (await play.stage.names()).includes(place.name), false, "the place");
    });
  });
}

/** Every kind of place that the stage can make. */
function kindsOf({ work, logs, sources, others }: Traits): ReadonlySet<string> {
  const kinds = [...work, ...(has(logs) ? logs : []), ...(has(sources) ? sources : [])].map(({ kind }) => kind);
  return new Set([...kinds, ...others]);
}

function endings(play: Play): void {
  describe("the end of a session", () => {
    it("is told once, and gives everything back", async () => {
      const place = await play.place();
      await play.publish(place.node, "a", "b");
      const own = await play.connect();
      const ends: unknown[] = [];
      own.onDidClose((reason) => ends.push(reason));
      const subscription = await own.watch(place.node, { mode: "consume", window: 10 });
      const reader = new Reader(subscription);
      await reader.take(2);
      await Promise.all([own.close(), own.close()]);
      await own.close();
      await reader.rest();
      assert.deepEqual(ends, [undefined]);
      await play.left(place, 2, 0);
      await rejectsWith(own.publish(place.node, draft("x")), "closed");
      await rejectsWith(own.watch(place.node, { mode: "consume", window: 1 }), "closed");
      await rejectsWith(own.list(undefined), "closed");
    });

    it("comes with a reason when the broker drops the connection", async () => {
      const place = await play.place();
      await play.publish(place.node, "a");
      const own = await play.connect();
      const ends: (BrokerError | undefined)[] = [];
      const ended = new Promise<void>((resolve) => {
        own.onDidClose((reason) => {
          ends.push(reason);
          resolve();
        });
      });
      const subscription = await own.watch(place.node, { mode: "consume", window: 10 });
      const reader = new Reader(subscription);
      const [one] = await reader.take(1);
      await play.stage.drop();
      await within(ended, "the end of the session");
      await rejectsWith(reader.rest(), "closed");
      assert.deepEqual(await subscription.settle([one?.tag ?? 0], "ack"), [one?.tag]);
      await subscription.close();
      await own.close();
      assert.equal(ends.length, 1);
      assert.equal(ends[0]?.kind, "closed");
      // The session of the other tests was dropped too.
      await play.reconnect();
      await play.recovered(place);
      await play.left(place, 1, 0);
    });
  });
}
