import type { AckState } from "../protocol/rows.ts";
import type { SettleCount, Unsettled } from "../protocol/settling.ts";
import type { MessageLog } from "./log.ts";
import { previewText } from "./preview.ts";

/** At most this many are listed at once. */
const longestList = 200;

/** Counts what became of the messages of a log, and knows those that have waited longest to be settled. */
export class SettleMeter {
  readonly #log: MessageLog;
  readonly #now: () => number;
  readonly #counts = { acked: 0, requeued: 0, rejected: 0, lost: 0 };
  /** Nothing older than this is unsettled: what is settled stays so. */
  #from = 0;

  constructor(log: MessageLog, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** To be told of each message that got another state. */
  became(state: AckState): void {
    if (state === "acked" || state === "requeued" || state === "rejected" || state === "lost") this.#counts[state]++;
  }

  get count(): SettleCount {
    const log = this.#log;
    const position = this.#oldest();
    const slot = position < 0 ? -1 : log.slotAt(position);
    return {
      now: this.#now(),
      ...(slot < 0 ? {} : { oldest: { seq: log.seq(slot), since: log.time(slot) } }),
      ...this.#counts,
    };
  }

  /** Those that have waited longest, oldest first. */
  unsettled(count: number): readonly Unsettled[] {
    const log = this.#log;
    const found: Unsettled[] = [];
    const wanted = Math.min(log.pending, longestList, Math.trunc(count) || 0);
    const first = this.#oldest();
    for (let position = first; position >= 0 && position < log.count && found.length < wanted; position++) {
      const slot = log.slotAt(position);
      if (!isUnsettled(log.state(slot))) continue;
      found.push({ seq: log.seq(slot), since: log.time(slot), key: previewText(log.envelope(slot).key ?? "") });
    }
    return found;
  }

  /** Its position in the log, -1 when nothing is unsettled. */
  #oldest(): number {
    const log = this.#log;
    if (log.pending === 0) {
      this.#from = log.nextSeq;
      return -1;
    }
    const end = log.count;
    for (let position = log.positionFrom(this.#from); position < end; position++) {
      const slot = log.slotAt(position);
      if (!isUnsettled(log.state(slot))) continue;
      this.#from = log.seq(slot);
      return position;
    }
    return -1;
  }
}

function isUnsettled(state: AckState): boolean {
  return state === "pending" || state === "settling";
}
