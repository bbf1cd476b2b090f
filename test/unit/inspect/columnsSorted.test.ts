import assert from "node:assert/strict";
import { MessageLog } from "../../../src/inspect/log.ts";
import { SortedView } from "../../../src/inspect/sortedView.ts";
import { delivery, seededRandom, until } from "../logSupport.ts";

describe("a sorted list", () => {
  const views: SortedView[] = [];
  afterEach(() => {
    for (const view of views.splice(0)) view.close();
  });
  const sortedView = (log: MessageLog, changed: () => void = () => undefined): SortedView => {
    const view = new SortedView(log, log, changed);
    views.push(view);
    return view;
  };
  const seqs = (log: MessageLog, view: SortedView): readonly number[] =>
    Array.from({ length: view.count }, (_, at) => {
      const slot = view.slotAt(at);
      return slot < 0 ? -1 : log.seq(slot);
    });
  const add = (log: MessageLog, body: string, parts = {}): number =>
    log.add(delivery({ body: Buffer.from(body), ...parts }), 1000 + log.nextSeq, "none");

  it("is sorted by numbers, then by texts, and what has nothing stays last in both directions", async () => {
    const log = new MessageLog();
    for (const value of ["10", '"b"', "9", null, '"a"', "-1", "10", '"ä"', '"Z"', "1e3"])
      add(log, value === null ? "{}" : `{"v":${value}}`);
    const view = sortedView(log);
    view.setSort({ field: "$.v", descending: false });
    await until(() => !view.sorting);
    assert.deepEqual(seqs(log, view), [6, 3, 1, 7, 10, 9, 5, 2, 8, 4]);
    view.setSort({ field: "$.v", descending: true });
    await until(() => !view.sorting);
    assert.deepEqual(seqs(log, view), [10, 1, 7, 3, 6, 8, 2, 5, 9, 4]);
    assert.equal(view.position(3), 3);
    assert.equal(view.position(99), -1);
    view.setSort(undefined);
    assert.deepEqual(seqs(log, view), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("is stable: equal ones stay as they arrived, in both directions", async () => {
    const log = new MessageLog();
    const random = seededRandom(3);
    for (let at = 0; at < 5000; at++) add(log, "", { key: `k${Math.floor(random() * 7)}` });
    const view = sortedView(log);
    for (const descending of [false, true]) {
      view.setSort({ field: "key", descending });
      await until(() => !view.sorting);
      const keys = new Map(seqs(log, view).map((seq) => [seq, log.envelope(log.slot(seq)).key ?? ""]));
      const sign = descending ? -1 : 1;
      const expected = [...keys.keys()].toSorted((a, b) => {
        const [left = "", right = ""] = [keys.get(a), keys.get(b)];
        return left === right ? a - b : left < right ? -sign : sign;
      });
      assert.deepEqual(seqs(log, view), expected);
    }
  });

  it("takes in what arrives and lets go what is evicted, a moment later and in its place", async () => {
    const log = new MessageLog({ messages: 3000 });
    let changes = 0;
    const view = sortedView(log, () => changes++);
    const random = seededRandom(5);
    const more = (count: number): void => {
      for (let at = 0; at < count; at++) add(log, "x".repeat(Math.floor(random() * 100)));
    };
    more(2500);
    view.setSort({ field: "size", descending: true });
    await until(() => !view.sorting);
    assert.equal(view.count, 2500);
    more(2000);
    view.touch();
    assert.equal(view.count, 2500, "not at once");
    await until(() => changes > 0 && view.count === 3000);
    const sizes = seqs(log, view).map((seq) => log.size(log.slot(seq)));
    assert.equal(sizes.length, 3000);
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => b - a),
    );
    assert.equal(new Set(seqs(log, view)).size, 3000);
  });

  it("tells that one message was taken in, when nothing else happens", async () => {
    const log = new MessageLog();
    for (let at = 0; at < 5; at++) add(log, "x".repeat(at));
    let told = 0;
    const view = sortedView(log, () => told++);
    view.setSort({ field: "size", descending: true });
    assert.equal(view.sorting, false);
    add(log, "x".repeat(9));
    view.touch();
    await until(() => told === 1);
    assert.deepEqual(seqs(log, view), [6, 5, 4, 3, 2, 1]);
  });

  it("says of what was evicted since that it is gone", async () => {
    const log = new MessageLog({ messages: 10 });
    for (let at = 0; at < 10; at++) add(log, "x".repeat(at));
    const view = sortedView(log);
    view.setSort({ field: "size", descending: false });
    await until(() => !view.sorting);
    add(log, "new");
    assert.deepEqual(seqs(log, view), [-1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.equal(view.position(1), -1);
  });

  it("follows states, which change where they are", async () => {
    const log = new MessageLog();
    for (let at = 0; at < 5; at++) log.add(delivery(), at, "pending");
    const view = sortedView(log);
    view.setSort({ field: "state", descending: false });
    await until(() => !view.sorting);
    log.setState(log.slot(2), "acked");
    view.touch();
    await until(() => seqs(log, view).at(-1) === 2);
    assert.deepEqual(seqs(log, view), [1, 3, 4, 5, 2]);
  });

  it("keeps what is pinned, and has it in its place", async () => {
    const log = new MessageLog({ messages: 4 });
    log.add(delivery({ body: Buffer.alloc(50) }), 0, "pending");
    for (let at = 1; at <= 8; at++) add(log, "x".repeat(at));
    const view = sortedView(log);
    view.setSort({ field: "size", descending: true });
    await until(() => !view.sorting);
    assert.deepEqual(seqs(log, view), [1, 9, 8, 7]);
    add(log, "x".repeat(60));
    view.touch();
    await until(() => view.position(10) >= 0);
    assert.deepEqual(seqs(log, view), [10, 1, 9, 8]);
  });

  it("is given up for the next one, and holds the event loop for a moment only", async () => {
    const log = new MessageLog({ messages: 200_000, bytes: 1024 ** 3 });
    const random = seededRandom(11);
    for (let at = 0; at < 200_000; at++)
      add(log, "", { properties: { messageId: `id-${Math.floor(random() * 1e9)}` } });
    const view = sortedView(log);
    const start = performance.now();
    view.setSort({ field: "messageId", descending: false });
    assert.ok(performance.now() - start < 1000, "only a slice of it");
    assert.ok(view.sorting);
    assert.equal(log.seq(view.slotAt(0)), 1, "as it arrived until then");
    view.setSort({ field: "time", descending: true });
    await until(() => !view.sorting);
    assert.equal(log.seq(view.slotAt(0)), 200_000);
    assert.equal(log.seq(view.slotAt(199_999)), 1);
  });

  it("stays as it is until it is sorted anew, when some of the filtered came or left", async () => {
    const log = new MessageLog();
    for (let at = 0; at < 6; at++) add(log, "x".repeat(at));
    let shown = [1, 2, 5, 6];
    const source = {
      get count() {
        return shown.length;
      },
      slotAt: (position: number) => log.slot(shown[position] ?? -1),
      position: (seq: number) => shown.indexOf(seq),
    };
    const view = new SortedView(log, source, () => undefined);
    views.push(view);
    view.setSort({ field: "size", descending: true });
    await until(() => !view.sorting);
    assert.deepEqual(seqs(log, view), [6, 5, 2, 1]);
    shown = [1, 3, 6];
    view.renew();
    assert.deepEqual(seqs(log, view), [6, 5, 2, 1]);
    await until(() => view.count === 3);
    assert.deepEqual(seqs(log, view), [6, 3, 1]);
  });

  it("starts anew when the log was cleared", async () => {
    const log = new MessageLog();
    for (let at = 0; at < 5; at++) add(log, "x".repeat(at));
    const view = sortedView(log);
    view.setSort({ field: "size", descending: true });
    await until(() => !view.sorting);
    log.clear();
    view.restart();
    await until(() => !view.sorting);
    assert.equal(view.count, 0);
    add(log, "later");
    view.touch();
    await until(() => view.count === 1);
  });
});
