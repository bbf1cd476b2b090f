import type { Summary } from "../protocol/inspector.ts";
import { heldOutcomes } from "../protocol/settling.ts";
import type { Attachment } from "./attachment.ts";
import type { MessageLog } from "./log.ts";
import type { Pump } from "./pump.ts";
import type { Settling } from "./settling.ts";
import type { SortedView } from "./sortedView.ts";
import type { View } from "./view.ts";

/** What a {@link Summary} is taken from. */
export interface Summarized {
  readonly log: MessageLog;
  readonly view: View;
  readonly sorted: SortedView;
  readonly pump: Pump;
  readonly attachment: Attachment;
  readonly settling: Settling;
  readonly version: number;
}

/** The figures of an inspection as they are now. */
export function summaryOf({ log, view, sorted, pump, attachment, settling, version }: Summarized): Summary {
  const { ended, outcomes, dropped } = attachment;
  const stalled = ended ? undefined : pump.stalled;
  return {
    version,
    shown: sorted.count,
    kept: log.count,
    received: log.received,
    pending: log.pending,
    evicted: log.evicted,
    dropped,
    bytes: log.bytes,
    ...(heldOutcomes(outcomes).length > 0 ? { settling: settling.count } : {}),
    ...(stalled ? { stalled } : {}),
    searching: view.searching,
    ...(sorted.sorting ? { sorting: true } : {}),
    ...(view.mistake ? { filterMistake: view.mistake } : {}),
    ...(view.note === undefined ? {} : { filterNote: view.note }),
    highlights: view.highlights,
    // Sorted rows move in another way.
    shift: sorted.sort ? 0 : view.shift,
  };
}
