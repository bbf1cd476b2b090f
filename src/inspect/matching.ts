import type { Delivery } from "../broker/contract.ts";
import { shownSeqs } from "./collect.ts";
import { MessageLog } from "./log.ts";
import { largestLimits } from "./logLimits.ts";
import { View } from "./view.ts";

/** Those of them that a filter lets through, in the language of the inspector. @param filter one without a mistake */
export async function matching(filter: string, deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
  if (filter.trim() === "" || deliveries.length === 0) return deliveries;
  const log = new MessageLog({ ...largestLimits, messages: deliveries.length });
  let wake: (() => void) | undefined;
  const view = new View(log, () => wake?.());
  try {
    const bySeq = new Map(deliveries.map((delivery) => [log.add(delivery, Date.now(), "pending"), delivery]));
    view.setFilter(filter);
    while (view.searching)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    const seqs = await shownSeqs(log, view);
    return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
  } finally {
    view.close();
  }
}
