import assert from "node:assert/strict";
import { ChangeNotifier } from "../../src/inspect/changeNotifier.ts";

describe("ChangeNotifier", () => {
  /** A page that answers when told to, and a clock that is moved by hand. */
  class Bench {
    time = 0;
    sent: number[] = [];
    answers: (() => void)[] = [];
    timers: { at: number; run: () => void }[] = [];
    readonly notifier = new ChangeNotifier({
      send: () => {
        this.sent.push(this.time);
        return new Promise<void>((resolve) => this.answers.push(resolve));
      },
      now: () => this.time,
      setTimer: (run, milliseconds) => {
        const timer = { at: this.time + milliseconds, run };
        this.timers.push(timer);
        return { dispose: () => void (this.timers = this.timers.filter((each) => each !== timer)) };
      },
    });

    async answer(): Promise<void> {
      this.answers.shift()?.();
      await new Promise(setImmediate);
    }

    async pass(milliseconds: number): Promise<void> {
      this.time += milliseconds;
      const due = this.timers.filter(({ at }) => at <= this.time);
      this.timers = this.timers.filter(({ at }) => at > this.time);
      for (const { run } of due) run();
      await new Promise(setImmediate);
    }
  }

  it("tells the first change at once and the last of many later, at most ten a second", async () => {
    const bench = new Bench();
    for (let at = 0; at < 1000; at++) {
      bench.notifier.notify();
      await bench.answer();
      await bench.pass(1);
    }
    assert.equal(bench.sent[0], 0);
    assert.ok(bench.sent.length <= 11, `${bench.sent.length} in a second`);
    await bench.pass(100);
    assert.ok((bench.sent.at(-1) ?? 0) >= 999);
  });

  it("never tells a second time before the page answered", async () => {
    const bench = new Bench();
    bench.notifier.notify();
    bench.notifier.notify();
    await bench.pass(5000);
    assert.equal(bench.sent.length, 1);
    await bench.answer();
    assert.equal(bench.sent.length, 2);
  });

  it("tells nothing while the page is hidden, and what happened meanwhile when it is shown", async () => {
    const bench = new Bench();
    bench.notifier.setVisible(false);
    bench.notifier.notify();
    await bench.pass(1000);
    assert.equal(bench.sent.length, 0);
    bench.notifier.setVisible(true);
    assert.equal(bench.sent.length, 1);
  });

  it("does not wait for the answer of a page that was destroyed", async () => {
    const bench = new Bench();
    bench.notifier.notify();
    bench.notifier.restart();
    await bench.pass(100);
    assert.equal(bench.sent.length, 1);
    bench.notifier.notify();
    assert.equal(bench.sent.length, 2);
  });

  it("goes on after a failure, and leaves no timer when disposed", async () => {
    let fail = true;
    let sent = 0;
    const notifier = new ChangeNotifier({
      interval: 1,
      send: () => {
        sent++;
        return fail ? Promise.reject(new Error("gone")) : Promise.resolve();
      },
    });
    notifier.notify();
    await new Promise(setImmediate);
    fail = false;
    notifier.notify();
    const deadline = Date.now() + 2000;
    while (sent < 2 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal(sent, 2);
    const bench = new Bench();
    bench.notifier.notify();
    await bench.answer();
    bench.notifier.notify();
    bench.notifier.dispose();
    assert.deepEqual(bench.timers, []);
  });
});
