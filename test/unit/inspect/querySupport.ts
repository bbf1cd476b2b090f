import assert from "node:assert/strict";
import type { Delivery } from "../../../src/broker/contract.ts";
import { MessageLog } from "../../../src/inspect/log.ts";
import { View } from "../../../src/inspect/view.ts";
import { delivery, until } from "../logSupport.ts";

/** A log with these messages, of which each arrived a second after the one before. */
export function logOf(messages: readonly Partial<Delivery>[], start = 0): MessageLog {
  const log = new MessageLog();
  for (const [index, parts] of messages.entries()) log.add(delivery(parts), start + index * 1000, "none");
  return log;
}

/** The seqs that a view shows, oldest first. */
export function shown(log: MessageLog, view: View): number[] {
  return Array.from({ length: view.count }, (_, position) => log.seq(view.slotAt(position)));
}

/** The seqs of what the filter lets through, when all has been searched. */
export async function found(log: MessageLog, text: string, now = Date.now()): Promise<number[]> {
  const view = new View(
    log,
    () => undefined,
    () => now,
  );
  view.setFilter(text);
  await until(() => !view.searching, 30_000);
  assert.deepEqual([view.mistake, view.searching], [undefined, false], text);
  view.close();
  return shown(log, view);
}

/** Whether a message with these parts, and nothing else, is found. */
export async function matches(text: string, parts: Partial<Delivery>): Promise<boolean> {
  return (await found(logOf([parts]), text)).length === 1;
}
