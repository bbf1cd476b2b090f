import assert from "node:assert/strict";
import type { Draft, Node, Receipt } from "../../../src/broker/contract.ts";
import { BrokerError } from "../../../src/broker/errors.ts";
import { type Outgoing, sendMessages, type SendOptions } from "../../../src/commands/sendMessages.ts";

const node: Node = { id: "q:orders", kind: "queue", name: "orders", verbs: ["publish"], expandable: false };
const routed: Receipt = { outcome: "routed", persisted: true };

/** A broker whose answers are given by hand, but for the first. */
class SlowBroker {
  readonly waiting: { resolve(receipt: Receipt): void; reject(error: Error): void }[] = [];
  readonly sent: string[] = [];
  most = 0;

  readonly publish = (_: Node, { body }: Draft): Promise<Receipt> => {
    this.sent.push(Buffer.from(body.subarray(0, 10)).toString());
    if (this.sent.length === 1) return Promise.resolve(routed);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.most = Math.max(this.most, this.waiting.length);
    });
  };

  answer(count: number): void {
    for (const each of this.waiting.splice(0, count)) each.resolve(routed);
  }
}

function options(over: Partial<SendOptions>): SendOptions {
  return { count: 10, perSecond: 0, signal: new AbortController().signal, report: () => undefined, ...over };
}

async function* messages(count: number, size = 10): AsyncGenerator<Outgoing, void> {
  for (let index = 1; index <= count; index++) {
    const body = Buffer.alloc(size, " ");
    body.write(String(index));
    yield { line: index, node, draft: { body, persistent: true, headers: [], properties: {} } };
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("sending messages", () => {
  it("counts what became of them and tells it", async () => {
    const answers: Receipt[] = [
      routed,
      { outcome: "returned", reason: "NO_ROUTE" },
      { outcome: "refused", reason: "full" },
    ];
    let at = 0;
    const publish = (): Promise<Receipt> => Promise.resolve(answers[at++ % 3] ?? routed);
    const result = await sendMessages({ publish }, messages(9), options({ count: 9 }));
    assert.deepEqual(result.counts, { routed: 3, returned: 3, refused: 3, blocked: 0, lost: 0 });
    assert.equal(
      result.sentence,
      "3 of 9 messages were confirmed and routed. 3 were returned, nobody gets them (NO_ROUTE). 3 were refused (full).",
    );
  });

  it("keeps their order, and no more than 1000 without an answer", async () => {
    const broker = new SlowBroker();
    const running = sendMessages(broker, messages(3000), options({ count: 3000 }));
    await settled();
    assert.equal(broker.sent.length, 1001);
    while (broker.waiting.length > 0) {
      broker.answer(250);
      await settled();
    }
    assert.equal((await running).sentence, "All 3,000 messages were confirmed and routed.");
    assert.equal(broker.most, 1000);
    assert.deepEqual(
      broker.sent.map(Number),
      Array.from({ length: 3000 }, (_, index) => index + 1),
    );
  });

  it("keeps no more than 16 MiB without an answer, and sends large bodies alone", async () => {
    const broker = new SlowBroker();
    const size = 300 * 1024;
    const running = sendMessages(broker, messages(100, size), options({ count: 100 }));
    await settled();
    assert.ok(broker.waiting.length * size <= 16 * 1024 * 1024 && broker.waiting.length > 40);
    while (broker.waiting.length > 0) {
      broker.answer(50);
      await settled();
    }
    assert.equal((await running).counts.routed, 100);
    const alone = new SlowBroker();
    const second = sendMessages(alone, messages(4, 1024 * 1024), options({ count: 4 }));
    for (let round = 0; round < 4; round++) {
      await settled();
      assert.ok(alone.waiting.length <= 1);
      alone.answer(1);
    }
    assert.equal((await second).counts.routed, 4);
  });

  it("stops at once when cancelled, waits for those on their way, and says how many were sent", async () => {
    const broker = new SlowBroker();
    const abort = new AbortController();
    const running = sendMessages(broker, messages(5000), options({ count: 5000, signal: abort.signal }));
    await settled();
    abort.abort();
    broker.answer(5000);
    const result = await running;
    assert.deepEqual([result.cancelled, result.counts.routed, result.untried], [true, 1001, 3999]);
    assert.equal(
      result.sentence,
      "1,001 of 5,000 messages were confirmed and routed. 3,999 were not sent, because you cancelled.",
    );
  });

  it("goes on after a message that is wrong in itself, and tells its line", async () => {
    let at = 0;
    const publish = (): Promise<Receipt> =>
      ++at === 3 ? Promise.reject(new BrokerError("invalid", "The header is too long.")) : Promise.resolve(routed);
    const result = await sendMessages({ publish }, messages(5), options({ count: 5 }));
    assert.deepEqual([result.counts.routed, result.failed], [4, 1]);
    assert.match(result.sentence, /1 could not be sent\. Line 3: The header is too long\.$/);
  });

  it("stops when the broker blocks, the connection goes, or the target is gone", async () => {
    const stops: readonly (() => Promise<Receipt>)[] = [
      () => Promise.resolve({ outcome: "blocked", reason: "low on memory", sent: false }),
      () => Promise.resolve({ outcome: "lost", reason: "reset" }),
      () => Promise.reject(new BrokerError("missing", "There is no exchange “x”.")),
    ];
    for (const stop of stops) {
      let at = 0;
      const publish = (): Promise<Receipt> => (++at < 3 ? Promise.resolve(routed) : stop());
      const result = await sendMessages({ publish }, messages(50_000), options({ count: 50_000 }));
      assert.equal(result.counts.routed, 2);
      assert.ok(result.untried > 40_000, result.sentence);
      assert.match(result.sentence, /low on memory|reset|no exchange/);
      assert.match(result.sentence, /were not sent\.$/);
    }
  });

  it("keeps to a rate", async () => {
    const start = performance.now();
    const publish = (): Promise<Receipt> => Promise.resolve(routed);
    await sendMessages({ publish }, messages(11), options({ count: 11, perSecond: 100 }));
    assert.ok(performance.now() - start >= 95);
  });

  it("waits for those on their way when the file cannot be read any more", async () => {
    const broker = new SlowBroker();
    const breaking = async function* (): AsyncGenerator<Outgoing, void> {
      yield* messages(5);
      throw new Error("The disk is gone.");
    };
    let over = false;
    const running = sendMessages(broker, breaking(), options({})).finally(() => (over = true));
    running.catch(() => undefined);
    await settled();
    assert.equal(over, false);
    broker.answer(10);
    await assert.rejects(running, /disk is gone/);
  });
});
