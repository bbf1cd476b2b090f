import type { Consent, Delivery, Node, Session } from "../broker/contract.ts";
import { deliveredMessage } from "../inspect/transfer/writeJsonLine.ts";
import type { JournaledAct } from "../inspect/transfer/journalFormat.ts";
import type { Journal } from "../journal/journal.ts";
import { drain, type DrainResult, windowFor } from "./drain.ts";

/** A purge that can be undone. Nothing in it asks anything or knows the editor. */
export interface JournaledPurge {
  readonly session: Pick<Session, "watch">;
  readonly node: Node;
  /** Named in the journal. */
  readonly connection: { readonly id: string; readonly name: string };
  readonly journal: Journal;
  /** What it is done for: a delete drains too. */
  readonly what?: Extract<JournaledAct, "purge" | "delete">;
  readonly consent?: Consent;
  readonly report: (done: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Takes out everything that is ready now. A message is acked only after its line is on the disk: whenever this ends or is
 * killed, each is in the queue, in the journal, or in both.
 * @throws BrokerError when it could not begin; what ended it later is in the result
 */
export async function journaledPurge(job: JournaledPurge): Promise<DrainResult> {
  const { session, node, connection, journal, what = "purge", consent, report, signal } = job;
  const expected = node.counts?.ready;
  const writer = await journal.begin({ what, connection, node, ...(expected === undefined ? {} : { expected }) });
  try {
    return await drain({
      session,
      node,
      window: windowFor(averageBytes(node)),
      ...(consent ? { consent } : {}),
      keep: async (batch: readonly Delivery[]) => {
        const received = Date.now();
        await writer.add(batch.map((delivery) => deliveredMessage(delivery, received)));
        return { safe: batch };
      },
      report,
      signal,
    });
  } finally {
    await writer.close();
  }
}

/** Of the bodies of a node, where its broker says. */
export function averageBytes({ counts }: Node): number | undefined {
  const messages = (counts?.ready ?? 0) + (counts?.unacked ?? 0);
  return counts?.bytes === undefined || messages === 0 ? undefined : counts.bytes / messages;
}
