import type { Delivery } from "../../src/broker/contract.ts";

/** A delivery with these parts and nothing else. */
export function delivery(parts: Partial<Delivery> = {}): Delivery {
  return { tag: 1, redelivered: false, headers: [], properties: {}, body: Buffer.alloc(0), ...parts };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Resolves when `condition` holds; rejects after `milliseconds`. */
export async function until(condition: () => boolean, milliseconds = 5000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for: ${condition.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
