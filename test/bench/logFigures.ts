/** The message log: how fast it takes messages, what it weighs, how long it holds the event loop. */
import { Inspection } from "../../src/inspect/inspection.ts";
import { MessageLog } from "../../src/inspect/log.ts";
import { largestLimits } from "../../src/inspect/logLimits.ts";
import { Batches } from "./batches.ts";
import type { Figure } from "./figure.ts";
import { deliveries, million, payloadBytes } from "./messages.ts";

const some = 1000;

export const logInsert: Figure = {
  name: "log.insert",
  unit: "inserts/s",
  versus: "a bare ring of slabs that copies the body and notes its length",
  rounds: 5,
  ours() {
    const log = new MessageLog(largestLimits);
    const messages = deliveries(some);
    return rate((index) => log.add(messages[index % some]!, index, "none"));
  },
  other() {
    const ring = new BareRing(million);
    const messages = deliveries(some);
    return rate((index) => ring.add(messages[index % some]!.body));
  },
};

export const logBytes: Figure = {
  name: "log.bytes",
  unit: "bytes",
  versus: "the payload: bodies, keys, headers and properties as text",
  rounds: 3,
  ours() {
    const log = new MessageLog(largestLimits);
    const messages = deliveries(some);
    for (let index = 0; index < million; index++) log.add(messages[index % some]!, index, "none");
    const { rss } = process.memoryUsage();
    if (log.count !== million) throw new Error("Not all were kept");
    return rss;
  },
  other: () => deliveries(some).reduce((sum, each) => sum + payloadBytes(each), 0) * (million / some),
};

export const logPause: Figure = {
  name: "log.pause",
  unit: "ms",
  versus: "the same loop of batches with nothing done to them",
  rounds: 5,
  ours: async () => {
    const inspection = new Inspection({ limits: largestLimits });
    const source = new Batches(3 * million, deliveries(some));
    return longestPause(() => source.readBy(inspection));
  },
  other: async () => {
    const source = new Batches(3 * million, deliveries(some));
    return longestPause(async () => {
      let seen = 0;
      for await (const batch of source) {
        seen += batch.length;
        if (seen % 10_000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    });
  },
};

/** Inserts a second once it is full. */
function rate(insert: (index: number) => void): number {
  for (let index = 0; index < million + 100_000; index++) insert(index);
  const start = performance.now();
  for (let index = 0; index < 2 * million; index++) insert(index);
  return (2 * million) / ((performance.now() - start) / 1000);
}

async function longestPause(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let done = false;
  const tick = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!done) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  done = true;
  return longest;
}

/** All of its memory is there, and was written to, before the clock starts. */
class BareRing {
  readonly #slabs: Buffer[] = [];
  readonly #lengths: Uint32Array;
  readonly #count: number;
  #slab = 0;
  #at = 0;
  #index = 0;

  constructor(count: number) {
    this.#count = count;
    this.#lengths = new Uint32Array(count);
    for (let bytes = 0; bytes < count * 1056; bytes += 4 << 20) this.#slabs.push(Buffer.allocUnsafeSlow(4 << 20));
  }

  add(body: Uint8Array): void {
    if (this.#at + body.length > 4 << 20) {
      this.#slab = (this.#slab + 1) % this.#slabs.length;
      this.#at = 0;
    }
    this.#slabs[this.#slab]!.set(body, this.#at);
    this.#at += body.length;
    this.#lengths[this.#index] = body.length;
    this.#index = (this.#index + 1) % this.#count;
  }
}
