import assert from "node:assert/strict";
import type { Verb } from "../../src/broker/contract.ts";
import type { BrokerError } from "../../src/broker/errors.ts";
import { publishing } from "./conformancePublish.ts";
import { draft, eventually, find, Play, Reader, rejectsWith, within, type Stage } from "./conformanceSupport.ts";
import { watching } from "./conformanceWatch.ts";

/**
 * What every driver has to do, on its real broker.
 * @param setUp called once; `stop` of what it gives is called at the end
 */
export function conformance(name: string, setUp: () => Promise<Stage>): void {
  describe(`the driver contract: ${name}`, () => {
    const play = new Play();
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
      const queue = await play.queue();
      const top = await play.session.list(undefined);
      assert.equal(new Set(top.items.map(({ id }) => id)).size, top.items.length);
      const again = await find(play.session, "queue", queue.name);
      assert.equal(again.id, queue.id);
      assert.deepEqual(
        (await play.session.list(undefined)).items.map(({ id }) => id),
        top.items.map(({ id }) => id),
      );
    });

    it("refreshes what is there and leaves out what is gone", async () => {
      const [one, other] = [await play.queue(), await play.queue()];
      await play.stage.deleteQueue(one.name);
      const now = await play.session.refresh([one, other]);
      assert.deepEqual(
        now.map(({ id }) => id),
        [other.id],
      );
    });

    it("knows how many messages are ready", async () => {
      const queue = await play.queue();
      await play.publish(queue, "a", "b", "c");
      await eventually(async () => (await play.session.refresh([queue]))[0]?.counts?.ready, 3, "ready messages");
    });

    it("describes every verb of a node, and what it will do", async () => {
      for (const node of [
        await play.queue(),
        await play.queue("quorum"),
        await play.queue("stream"),
        await play.exchange("topic"),
      ]) {
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
      const queue = { ...(await play.queue()), verbs: [] as readonly Verb[] };
      await rejectsWith(play.session.publish(queue, draft("x")), "unsupported");
      for (const mode of ["tap", "browse", "consume"] as const) {
        await rejectsWith(play.session.watch(queue, { mode, window: 1 }), "unsupported");
      }
      await rejectsWith(play.session.act(queue, "purge", "purge", {}), "unsupported");
    });

    it("purges and deletes", async () => {
      const queue = await play.queue();
      await play.publish(queue, "a", "b");
      const purgeForms = await play.session.forms(queue, "purge");
      const purged = await play.session.act(queue, "purge", purgeForms[0]?.id ?? "", {});
      assert.match(purged.sentence, /[.!?]$/);
      await eventually(() => play.stage.ready(queue.name), 0, "messages after the purge");
      const deleteForms = await play.session.forms(queue, "delete");
      await play.session.act(queue, "delete", deleteForms[0]?.id ?? "", {});
      assert.ok(!(await play.stage.queueNames()).includes(queue.name));
    });
  });
}

function endings(play: Play): void {
  describe("the end of a session", () => {
    it("is told once, and gives everything back", async () => {
      const queue = await play.queue();
      await play.publish(queue, "a", "b");
      const own = await play.connect();
      const ends: unknown[] = [];
      own.onDidClose((reason) => ends.push(reason));
      const subscription = await own.watch(queue, { mode: "consume", window: 10 });
      const reader = new Reader(subscription);
      await reader.take(2);
      await Promise.all([own.close(), own.close()]);
      await own.close();
      await reader.rest();
      assert.deepEqual(ends, [undefined]);
      await eventually(() => play.stage.ready(queue.name), 2, "messages given back");
      await rejectsWith(own.publish(queue, draft("x")), "closed");
      await rejectsWith(own.watch(queue, { mode: "consume", window: 1 }), "closed");
      await rejectsWith(own.list(undefined), "closed");
    });

    it("comes with a reason when the broker drops the connection", async () => {
      const queue = await play.queue();
      await play.publish(queue, "a");
      const own = await play.connect();
      const ends: (BrokerError | undefined)[] = [];
      const ended = new Promise<void>((resolve) => {
        own.onDidClose((reason) => {
          ends.push(reason);
          resolve();
        });
      });
      const subscription = await own.watch(queue, { mode: "consume", window: 10 });
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
      await eventually(() => play.stage.ready(queue.name), 1, "messages given back");
      // The session of the other tests was dropped too.
      await play.reconnect();
    });
  });
}
