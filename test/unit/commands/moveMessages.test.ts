import assert from "node:assert/strict";
import type { Receipt } from "../../../src/broker/contract.ts";
import { BrokerError } from "../../../src/broker/errors.ts";
import { type Transfer, transferMessages, transferSentence } from "../../../src/commands/moveMessages.ts";
import type { KeptMessage } from "../../../src/inspect/messageReader.ts";

const routed: Receipt = { outcome: "routed", persisted: true };

/** A source of messages, and a target that answers when it is told to. */
class Play {
  readonly published: number[] = [];
  readonly settled: number[] = [];
  readonly messages = new Map<number, KeptMessage>();
  readonly abort = new AbortController();
  /** What becomes of a message; routed unless said. */
  answer: (seq: number) => Promise<Receipt> = () => Promise.resolve(routed);
  settle: (seqs: readonly number[]) => Promise<number> = (seqs) => {
    this.settled.push(...seqs);
    return Promise.resolve(seqs.length);
  };

  constructor(count: number) {
    for (let seq = 1; seq <= count; seq++) this.messages.set(seq, message(seq));
  }

  transfer(kind: "move" | "copy", seqs = [...this.messages.keys()]): Transfer {
    return {
      seqs,
      message: (seq) => this.messages.get(seq),
      publish: ({ seq }) => {
        this.published.push(seq);
        return this.answer(seq);
      },
      ...(kind === "move" ? { settle: (safe: readonly number[]) => this.settle(safe) } : {}),
      report: () => undefined,
      signal: this.abort.signal,
    };
  }
}

function message(seq: number, more: Partial<KeptMessage> = {}): KeptMessage {
  return {
    seq,
    received: 0,
    state: "pending",
    redelivered: false,
    size: 1,
    whole: true,
    draft: { body: Buffer.from("x"), persistent: true, headers: [], properties: {} },
    ...more,
  };
}

describe("moving messages", () => {
  it("sends all in order, and acknowledges each only after it was confirmed and routed", async () => {
    const play = new Play(1000);
    const confirmed = new Set<number>();
    play.answer = async (seq) => {
      await new Promise((resolve) => setImmediate(resolve));
      confirmed.add(seq);
      return routed;
    };
    play.settle = (seqs) => {
      for (const seq of seqs) assert.ok(confirmed.has(seq), `${String(seq)} was acknowledged too early`);
      play.settled.push(...seqs);
      return Promise.resolve(seqs.length);
    };
    const result = await transferMessages(play.transfer("move"));
    assert.deepEqual(
      play.published,
      play.published.toSorted((a, b) => a - b),
    );
    assert.equal(result.settled, 1000);
    assert.equal(new Set(play.settled).size, 1000);
    assert.equal(
      transferSentence(result, "move", "“other”"),
      "Moved to “other”: 1,000. Each was confirmed and routed there first.",
    );
  });

  it("leaves in the source what was returned or refused, and goes on", async () => {
    const play = new Play(5);
    play.answer = (seq) =>
      Promise.resolve<Receipt>(
        seq === 2
          ? { outcome: "returned", reason: "NO_ROUTE" }
          : seq === 4
            ? { outcome: "refused", reason: "full" }
            : routed,
      );
    const result = await transferMessages(play.transfer("move"));
    assert.deepEqual(play.settled, [1, 3, 5]);
    const sentence = transferSentence(result, "move", "“other”");
    assert.match(sentence, /^Moved to “other”: 3 of 5\./);
    assert.match(sentence, /Returned, because nobody gets them there: 1\./);
    assert.match(sentence, /Refused by the broker: 1\./);
    assert.match(sentence, /What was not moved stays unsettled here\. NO_ROUTE full$/);
  });

  for (const receipt of [
    { outcome: "blocked", reason: "low on memory", sent: false },
    { outcome: "lost", reason: "the connection went" },
  ] as const satisfies readonly Receipt[])
    it(`stops when one is ${receipt.outcome}, and acknowledges only what is safe`, async () => {
      const play = new Play(2000);
      play.answer = async (seq) => {
        await new Promise((resolve) => setImmediate(resolve));
        return seq >= 300 ? receipt : routed;
      };
      const result = await transferMessages(play.transfer("move"));
      assert.deepEqual(
        play.settled.toSorted((a, b) => a - b),
        Array.from({ length: 299 }, (_, at) => at + 1),
      );
      assert.ok(result.unsent > 0);
      assert.equal(result.settled + result[receipt.outcome] + result.unsent, 2000);
    });

  it("sends no more after it was cancelled, but waits for what is on its way", async () => {
    const play = new Play(2000);
    play.answer = async (seq) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (seq === 100) play.abort.abort();
      return routed;
    };
    const result = await transferMessages(play.transfer("move"));
    assert.equal(result.settled, play.published.length);
    assert.equal(result.unsent, 2000 - play.published.length);
    assert.match(transferSentence(result, "move", "x"), /Not sent, because you cancelled: [\d,]+\./);
  });

  it("passes over what is settled, gone, cut or cannot be sent, and says how many", async () => {
    const play = new Play(6);
    play.messages.set(2, message(2, { state: "acked" }));
    play.messages.set(3, message(3, { whole: false }));
    play.messages.delete(4);
    play.answer = (seq) =>
      seq === 5 ? Promise.reject(new BrokerError("invalid", "The headers are too large.")) : Promise.resolve(routed);
    const result = await transferMessages(play.transfer("move", [1, 2, 3, 4, 5, 6]));
    assert.deepEqual(play.settled, [1, 6]);
    const sentence = transferSentence(result, "move", "x");
    assert.match(sentence, /Settled already or no longer kept: 2\./);
    assert.match(sentence, /Too large to be kept whole here, and not sent for that reason: 1\./);
    assert.match(sentence, /Could not be sent: 1\..*The headers are too large\.$/);
  });

  it("says what is in both places when the source takes no acknowledgement any more, and sends no more", async () => {
    const play = new Play(2000);
    play.answer = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return routed;
    };
    play.settle = () => Promise.reject(new BrokerError("closed", "The consumer is gone."));
    const result = await transferMessages(play.transfer("move"));
    assert.equal(result.settled, 0);
    assert.ok(result.routed < 2000);
    assert.match(transferSentence(result, "move", "x"), /Now in both places: [\d,]+\..*The consumer is gone\.$/);
  });

  it("stops when the target is gone", async () => {
    const play = new Play(2000);
    play.answer = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw new BrokerError("missing", "There is no such exchange.");
    };
    const result = await transferMessages(play.transfer("move"));
    assert.deepEqual(play.settled, []);
    assert.ok(result.unsent > 0);
    assert.match(transferSentence(result, "move", "x"), /There is no such exchange\.$/);
  });

  it("lets large messages, and those that a driver may send apart, overtake nothing", async () => {
    const play = new Play(30);
    const large = { body: Buffer.alloc(9 * 1024 * 1024), persistent: true, headers: [], properties: {} };
    play.messages.set(10, message(10, { draft: large }));
    play.messages.set(
      20,
      message(20, { draft: { ...large, body: Buffer.from("x"), properties: { userId: "guest" } } }),
    );
    const arrived: number[] = [];
    play.answer = async (seq) => {
      for (let turns = seq === 10 || seq === 20 ? 20 : 1; turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve));
      arrived.push(seq);
      return routed;
    };
    await transferMessages(play.transfer("copy"));
    assert.deepEqual(
      arrived,
      arrived.toSorted((a, b) => a - b),
    );
  });

  it("leaves a copied message as it is", async () => {
    const play = new Play(3);
    play.messages.set(2, message(2, { state: "acked" }));
    const result = await transferMessages(play.transfer("copy"));
    assert.deepEqual([result.routed, play.settled], [3, []]);
    assert.equal(transferSentence(result, "copy", "x"), "Sent to x: 3, all confirmed and routed.");
  });
});
