import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

/** Waits for a condition by asking again and again; fails with a sentence after 30 s. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail(`It did not come true in 30 s that ${what}.`);
    await delay(50);
  }
}
