import assert from "node:assert/strict";
import type { Draft, Node, Receipt } from "../../../src/broker/contract.ts";
import { BrokerError } from "../../../src/broker/errors.ts";
import { type ManyOptions, publishMany } from "../../../src/commands/publishMany.ts";

const node: Node = { id: "q:/orders", kind: "queue", name: "orders", verbs: ["publish"], expandable: false };
const draft: Draft = { body: Buffer.from("x"), persistent: true, headers: [], properties: {} };
const routed: Receipt = { outcome: "routed", persisted: true };

/** A broker whose answers are given by hand. */
class SlowBroker {
  readonly waiting: { resolve(receipt: Receipt): void; reject(error: Error): void }[] = [];
  sent = 0;
  most = 0;

  readonly publish = (): Promise<Receipt> => {
    this.sent++;
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.most = Math.max(this.most, this.waiting.length);
    });
  };

  answer(count: number, receipt: Receipt = routed): void {
    for (const each of this.waiting.splice(0, count)) each.resolve(receipt);
  }
}

function options(over: Partial<ManyOptions>): ManyOptions {
  return { count: 10, perSecond: 0, signal: new AbortController().signal, report: () => undefined, ...over };
}

/** Lets everything run that is ready to. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("publish many", () => {
  it("sends as many as asked and counts what became of them", async () => {
    const answers: Receipt[] = [
      routed,
      { outcome: "returned", reason: "NO_ROUTE" },
      { outcome: "refused", reason: "full" },
    ];
    let at = 0;
    const result = await publishMany(
      { publish: () => Promise.resolve(answers[at++ % 3] ?? routed) },
      node,
      draft,
      options({ count: 30 }),
    );
    assert.deepEqual(
      [result.asked, result.routed, result.returned, result.refused, result.cancelled],
      [30, 10, 10, 10, false],
    );
    assert.match(
      result.sentence,
      /10 of 30 messages were confirmed and routed\. 10 were returned, .*NO_ROUTE.* 10 were refused \(full\)/,
    );
  });

  it("keeps no more than 1000 without an answer", async () => {
    const broker = new SlowBroker();
    const running = publishMany(broker, node, draft, options({ count: 2500 }));
    await settled();
    assert.equal(broker.sent, 1000);
    while (broker.waiting.length > 0) {
      broker.answer(100);
      await settled();
    }
    const result = await running;
    assert.equal(result.routed, 2500);
    assert.equal(broker.most, 1000);
    assert.equal(result.sentence, "All 2,500 messages were confirmed and routed.");
  });

  it("stops at once when cancelled, and waits for those on their way", async () => {
    const broker = new SlowBroker();
    const abort = new AbortController();
    const running = publishMany(broker, node, draft, options({ count: 5000, signal: abort.signal }));
    await settled();
    abort.abort();
    await settled();
    let done = false;
    void running.then(() => (done = true));
    broker.answer(999);
    await settled();
    assert.equal(done, false, "the last answer is still awaited");
    broker.answer(1);
    const result = await running;
    assert.deepEqual([result.routed, result.cancelled, broker.sent], [1000, true, 1000]);
    assert.match(result.sentence, /4,000 were not sent, because you cancelled/);
  });

  it("can be cancelled while it waits for its next turn", async () => {
    const abort = new AbortController();
    let sent = 0;
    const publish = (): Promise<Receipt> => {
      if (++sent === 1) setImmediate(() => abort.abort());
      return Promise.resolve(routed);
    };
    const started = performance.now();
    const result = await publishMany(
      { publish },
      node,
      draft,
      options({ count: 10, perSecond: 0.01, signal: abort.signal }),
    );
    assert.equal(result.routed, 1);
    assert.ok(performance.now() - started < 5000);
  });

  for (const outcome of ["blocked", "lost"] as const) {
    it(`stops early when a message is ${outcome}`, async () => {
      const broker = new SlowBroker();
      const running = publishMany(broker, node, draft, options({ count: 5000 }));
      await settled();
      const receipt: Receipt =
        outcome === "blocked" ? { outcome, reason: "disk alarm", sent: true } : { outcome, reason: "socket closed" };
      broker.answer(1, receipt);
      broker.answer(999);
      const result = await running;
      assert.equal(result[outcome], 1);
      assert.equal(broker.sent, 1000);
      assert.match(result.sentence, outcome === "blocked" ? /disk alarm/ : /socket closed/);
      assert.match(result.sentence, /4,000 were not sent\./);
    });
  }

  it("ends with the sentence of what cannot be sent", async () => {
    const publish = (): Promise<Receipt> => Promise.reject(new BrokerError("invalid", "The priority is no number."));
    const result = await publishMany({ publish }, node, draft, options({ count: 3 }));
    assert.equal(result.routed, 0);
    assert.match(result.sentence, /The priority is no number\. 3 were not sent\./);
  });

  it("keeps to the rate without drifting", async () => {
    const times: number[] = [];
    const publish = (): Promise<Receipt> => {
      times.push(performance.now());
      return Promise.resolve(routed);
    };
    await publishMany({ publish }, node, draft, options({ count: 101, perSecond: 400 }));
    const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
    // 100 gaps at 400 a second are 250 ms; never faster, and late only by what the machine is late at the end.
    assert.ok(took >= 245, `took ${took} ms`);
    assert.ok(took < 1500, `took ${took} ms`);
  });

  it("reports up to the whole", async () => {
    let percent = 0;
    let last = "";
    const report = (message: string, more = 0): void => {
      last = message;
      percent += more;
    };
    await publishMany({ publish: () => Promise.resolve(routed) }, node, draft, options({ count: 40, report }));
    assert.ok(Math.abs(percent - 100) < 0.001, String(percent));
    assert.equal(last, "40 of 40");
  });
});
