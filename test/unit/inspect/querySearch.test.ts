import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Delivery } from "../../../src/broker/contract.ts";
import { MessageLog } from "../../../src/inspect/log.ts";
import { View } from "../../../src/inspect/view.ts";
import { delivery, until } from "../logSupport.ts";
import { found, logOf, shown } from "./querySupport.ts";

const raw = (body: string): Partial<Delivery> => ({ body: Buffer.from(body) });

/** Enough that it takes several slices: every message is to be looked at by a pattern. */
const slow = String.raw`/nee+dle$/`;
const padding = "lorem ipsum dolor sit amet ".repeat(100);

function large(count: number, holds: (index: number) => boolean): MessageLog {
  const log = new MessageLog();
  const hit = delivery(raw(`${padding}needle`));
  const other = delivery(raw(padding));
  for (let index = 1; index <= count; index++) log.add(holds(index) ? hit : other, index, "none");
  return log;
}

/** Everything that is in the view at each change. */
function watched(log: MessageLog): { readonly view: View; readonly steps: number[][] } {
  const steps: number[][] = [];
  const view = new View(log, () => steps.push(shown(log, view)));
  return { view, steps };
}

const every = (n: number, from: number, to: number): number[] =>
  Array.from({ length: to }, (_, index) => index + 1).filter((seq) => seq >= from && seq % n === 0);

describe("a search", () => {
  it("shows the newest first and puts older ones in front, in the order of the list", async () => {
    const log = large(20_000, (index) => index % 10 === 0);
    const { view, steps } = watched(log);
    view.setFilter(slow);
    assert.ok(view.searching);
    await until(() => view.count > 0, 60_000);
    const first = shown(log, view);
    assert.equal(first.at(-1), 20_000);
    await until(() => !view.searching, 60_000);
    const all = every(10, 1, 20_000);
    for (const step of [first, ...steps]) assert.deepEqual(step, all.slice(all.length - step.length));
    assert.deepEqual(shown(log, view), all);
    assert.equal(view.shift, all.length, "every row was put in front of what was there");
  }).timeout(60_000);

  it("adds what arrives at the end meanwhile, at once", async () => {
    const log = large(20_000, (index) => index % 10 === 0);
    const view = new View(log, () => undefined);
    view.setFilter(slow);
    assert.ok(view.searching);
    const seq = log.add(delivery(raw(`${padding}needle`)), 1, "none");
    view.arrived();
    await until(() => shown(log, view).at(-1) === seq);
    await until(() => !view.searching, 60_000);
    assert.deepEqual(shown(log, view), [...every(10, 1, 20_000), seq]);
  }).timeout(60_000);

  it("forgets what is evicted meanwhile", async () => {
    const log = new MessageLog({ messages: 8000 });
    const hit = delivery(raw(`${padding}needle`));
    for (let index = 1; index <= 8000; index++) log.add(index % 10 === 0 ? hit : delivery(raw(padding)), 0, "none");
    const view = new View(log, () => undefined);
    view.setFilter(slow);
    let slices = 0;
    for (; view.searching; slices++) {
      for (let some = 0; some < 20; some++) log.add(some % 10 === 0 ? hit : delivery(), 0, "none");
      view.arrived();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(slices > 0);
    const seqs = shown(log, view);
    assert.ok(seqs.length > 0);
    for (const seq of seqs) assert.ok(log.slot(seq) >= 0);
    assert.deepEqual(seqs, await found(log, "needle"));
  }).timeout(60_000);

  it("keeps in view what is pinned, until it is settled and leaves", async () => {
    const log = new MessageLog({ messages: 4 });
    const view = new View(log, () => undefined);
    view.setFilter("needle");
    for (let index = 1; index <= 4; index++) log.add(delivery(raw("needle")), 0, index < 3 ? "pending" : "none");
    view.arrived();
    for (let index = 5; index <= 6; index++) log.add(delivery(raw("needle")), 0, "none");
    view.arrived();
    assert.deepEqual(shown(log, view), [1, 2, 5, 6]);
    log.setState(log.slot(2), "acked");
    log.add(delivery(raw("needle")), 0, "none");
    view.arrived();
    assert.deepEqual(shown(log, view), [1, 5, 6, 7]);
    assert.deepEqual(await found(log, "needle"), [1, 5, 6, 7]);
  });

  it("is given up for the next one", async () => {
    const log = large(20_000, (index) => index % 10 === 0);
    const { view, steps } = watched(log);
    view.setFilter(slow);
    assert.ok(view.searching);
    view.setFilter("nothing");
    await until(() => !view.searching);
    assert.equal(view.count, 0);
    assert.ok(steps.every((step) => step.length === 0));
    view.setFilter(slow);
    view.close();
    const { count } = view;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(view.count, count);
  }).timeout(60_000);

  it("leaves what was shown where it is while there is a mistake in the text", async () => {
    const log = logOf([raw("a"), raw("b"), raw("ab")]);
    const view = new View(log, () => undefined);
    assert.equal(view.setFilter("a"), true);
    assert.equal(view.setFilter("a and"), false);
    assert.deepEqual(shown(log, view), [1, 3]);
    assert.match(view.mistake?.sentence ?? "", /missing after/);
    log.add(delivery(raw("a too")), 0, "none");
    view.arrived();
    assert.deepEqual(shown(log, view), [1, 3, 4]);
    assert.equal(view.setFilter("a and b"), true);
    assert.equal(view.mistake, undefined);
    assert.deepEqual(shown(log, view), [3]);
    view.setFilter("");
    assert.equal(view.count, 4);
  });

  it("is held to a range of time, with a text or alone", () => {
    const log = logOf([raw("a"), raw("b"), raw("a"), raw("b")]);
    const view = new View(log, () => undefined);
    view.setFilter("", { from: 1000, to: 3000 });
    assert.deepEqual(shown(log, view), [2, 3]);
    view.setFilter("a", { from: 1000, to: 3000 });
    assert.deepEqual(shown(log, view), [3]);
    assert.deepEqual(view.range, { from: 1000, to: 3000 });
    log.add(delivery(raw("a")), 2500, "none");
    log.add(delivery(raw("a")), 3500, "none");
    view.arrived();
    assert.deepEqual(shown(log, view), [3, 5]);
    view.setFilter("a");
    assert.deepEqual(shown(log, view), [1, 3, 5, 6]);
  });

  it("follows ack states that it was asked for", () => {
    const log = new MessageLog();
    for (let index = 0; index < 5; index++) log.add(delivery(), 0, "pending");
    const view = new View(log, () => undefined);
    const settle = (seqs: number[], state: "acked" | "pending"): boolean => {
      for (const seq of seqs) log.setState(log.slot(seq), state);
      return view.statesChanged(seqs);
    };
    view.setFilter("state:unacked");
    assert.equal(settle([2, 4], "acked"), true);
    assert.deepEqual(shown(log, view), [1, 3, 5]);
    assert.equal(settle([2], "pending"), true);
    assert.deepEqual(shown(log, view), [1, 2, 3, 5]);
    assert.equal(settle([1, 2], "pending"), false);
    view.setFilter("size = 0");
    assert.equal(settle([1], "acked"), false);
    assert.equal(view.count, 5);
  });

  it("lets go of what grew too old, and takes in what grew old enough", () => {
    const log = new MessageLog();
    for (const received of [1000, 2000, 3000, 4000]) log.add(delivery(raw("a")), received, "none");
    let now = 5000;
    const view = new View(
      log,
      () => undefined,
      () => now,
    );
    view.setFilter("age < 2500ms and a");
    assert.deepEqual(shown(log, view), [3, 4]);
    assert.equal(view.age(), false);
    now = 6000;
    assert.equal(view.age(), true);
    assert.deepEqual(shown(log, view), [4]);
    log.add(delivery(raw("a")), 6000, "none");
    view.arrived();
    assert.deepEqual(shown(log, view), [4, 5]);
    now = 60_000;
    assert.equal(view.age(), true);
    assert.equal(view.count, 0);
    now = 7000;
    view.setFilter("age > 3s or age < 1s");
    assert.deepEqual(shown(log, view), [1, 2, 3]);
    now = 8000;
    assert.equal(view.age(), true);
    assert.deepEqual(shown(log, view), [1, 2, 3, 4]);
    now = 7900;
    view.setFilter("not age < 2s");
    now = 9000;
    assert.equal(view.age(), true);
    assert.deepEqual(shown(log, view), [1, 2, 3, 4, 5]);
    view.close();
  });

  it("tells how far rows moved, with and without a filter", () => {
    const log = new MessageLog({ messages: 3 });
    const view = new View(log, () => undefined);
    for (let index = 0; index < 3; index++) log.add(delivery(raw("a")), 0, "none");
    const before = view.shift;
    log.add(delivery(raw("a")), 0, "none");
    assert.equal(view.shift, before - 1);
    view.setFilter("a");
    const filtered = view.shift;
    log.add(delivery(raw("a")), 0, "none");
    view.arrived();
    assert.equal(view.shift, filtered - 1);
  });

  it("cuts off a pattern that goes back and forth for ever, and says so", async () => {
    const log = logOf([raw("aab"), raw(`${"a".repeat(60)}b`), raw("aa")]);
    const view = new View(log, () => undefined);
    view.setFilter(String.raw`/^(a+)+$/`);
    await until(() => view.mistake !== undefined, 30_000);
    await until(() => !view.searching);
    assert.match(view.mistake?.sentence ?? "", /\/\^\(a\+\)\+\$\/ takes too long/);
    assert.deepEqual(shown(log, view), [3], "what was found before stays");
    view.setFilter("aa");
    assert.equal(view.mistake, undefined);
    assert.deepEqual(shown(log, view), [1, 2, 3]);
    view.setFilter(String.raw`key ~ /^(a+)+$/`);
    log.add(delivery({ key: `${"a".repeat(60)}b` }), 0, "none");
    view.arrived();
    await until(() => view.mistake !== undefined, 30_000);
  }).timeout(60_000);

  it("looks through very large and hostile bodies piece by piece", async () => {
    const most = 16 * 1024 * 1024;
    const deep = `${"[".repeat(100_000)}1${"]".repeat(100_000)}`;
    const end = Buffer.from(',"a":{"b":"needle at the end"}}');
    const filler = Buffer.from(`{"x":"${"y".repeat(most - end.length - 8)}"`);
    const log = logOf([
      { body: Buffer.concat([filler, end]) },
      raw(`{"deep":${deep},"a":{"b":"needle at the end"}}`),
      { body: Buffer.alloc(most, 0xff) },
      { body: gzipSync(Buffer.alloc(64 * 1024 * 1024)) },
      raw(deep),
      { body: Buffer.alloc(most, '"') },
      { body: Buffer.alloc(most, "[") },
    ]);
    for (const filter of [
      "needle",
      "NEEDLE at",
      '$.a.b = "needle at the end"',
      "$.a.b ~ end",
      "/needle.*end/",
      "not not needle",
    ])
      assert.deepEqual(await found(log, filter), [1, 2], filter);
    assert.deepEqual(await found(log, "$[0][0][0]"), [5]);
    const view = new View(log, () => undefined);
    view.setFilter("needle");
    await until(() => !view.searching, 30_000);
    assert.match(view.note ?? "", /Of 1 packed bodies only the beginning was searched/);
  }).timeout(120_000);
});
