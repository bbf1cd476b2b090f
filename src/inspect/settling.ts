import { t } from "@vscode/l10n";
import type { Consent, HeldOutcome } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import type { SettleRequest } from "../protocol/inspector.ts";
import type { AckState } from "../protocol/rows.ts";
import type { SettleCount, Unsettled } from "../protocol/settling.ts";
import type { Attachment } from "./attachment.ts";
import type { MessageLog } from "./log.ts";
import type { Pump } from "./pump.ts";
import { SettleMeter } from "./settleMeter.ts";
import type { SortedView } from "./sortedView.ts";
import type { View } from "./view.ts";

/** How many go to the broker together, so that settling very many holds up nothing else. */
const settledAtOnce = 10_000;

/** What {@link Settling} works with, and whom it tells. */
export interface SettlingDeps {
  readonly log: MessageLog;
  readonly view: View;
  readonly sorted: SortedView;
  readonly attachment: Attachment;
  readonly pump: Pump;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly changed: () => void;
}

/** The ack states of what is kept: what waits for the user, what the broker was told, what went back. */
export class Settling {
  readonly #deps: SettlingDeps;
  readonly #meter: SettleMeter;

  constructor(deps: SettlingDeps) {
    this.#deps = deps;
    this.#meter = new SettleMeter(deps.log, deps.now);
  }

  get count(): SettleCount {
    return this.#meter.count;
  }

  /** The unsettled messages that have waited longest, oldest first, whatever the filter shows. */
  unsettled(count: number): readonly Unsettled[] {
    return this.#meter.unsettled(count);
  }

  /**
   * Settles what of the request may still be settled. `lost` = the chance was gone: the broker delivers those again.
   * @throws BrokerError `closed` · `unsupported` · `denied`
   */
  async settle(request: SettleRequest, consent?: Consent): Promise<{ settled: number; lost: number }> {
    const { log, attachment, pump, changed } = this.#deps;
    const { settler } = attachment;
    if (!settler)
      throw new BrokerError("closed", t("The consumer is no longer attached: its messages went back to the broker."));
    const { outcome } = request;
    if (!settler.outcomes.includes(outcome))
      throw new BrokerError("unsupported", t("These messages cannot be settled in this way."));
    const seqs = request.what === "all" ? this.pendingShown() : request.seqs.filter((seq) => this.#isPending(seq));
    if (seqs.length === 0) return { settled: 0, lost: 0 };
    const ordered = seqs.toSorted((a, b) => a - b);
    const tags = ordered.map((seq) => log.tag(log.slot(seq)));
    this.#setStates(ordered, "settling");
    changed();
    let done = 0;
    let lost = 0;
    try {
      while (done < ordered.length) {
        const end = Math.min(done + settledAtOnce, ordered.length);
        const lostTags = new Set(await settler.settle(tags.slice(done, end), outcome, consent));
        const part = ordered.slice(done, end);
        for (const [index, seq] of part.entries())
          this.#setState(seq, lostTags.has(tags[done + index] ?? -1) ? "lost" : settledAs[outcome]);
        this.#statesChanged(part);
        done = end;
        lost += lostTags.size;
      }
      return { settled: ordered.length - lost, lost };
    } catch (error) {
      this.#setStates(ordered.slice(done), attachment.ended?.failed ? "lost" : "pending");
      throw error;
    } finally {
      pump.resume();
      changed();
    }
  }

  /**
   * Removes messages that were only looked at from their source. `gone` = they were not there any more.
   * @throws BrokerError `closed` · `unsupported` and what the broker says
   */
  async delete(seqs: readonly number[], consent?: Consent): Promise<{ deleted: number; gone: number }> {
    const { log, attachment, changed } = this.#deps;
    const { settler } = attachment;
    if (!settler)
      throw new BrokerError("closed", t("This is no longer attached to its source: look again to delete from it."));
    if (!settler.outcomes.includes("delete"))
      throw new BrokerError("unsupported", t("Single messages of this source cannot be deleted."));
    const seen = this.deletable(seqs);
    const tags = seen.map((seq) => log.tag(log.slot(seq)));
    const gone = new Set(seen.length === 0 ? [] : await settler.settle(tags, "delete", consent));
    const deleted = seen.filter((_, index) => !gone.has(tags[index] ?? -1));
    this.#setStates(deleted, "deleted");
    changed();
    return { deleted: seen.length - gone.size, gone: gone.size };
  }

  /** These were removed from their source by other means. */
  markDeleted(seqs: readonly number[]): void {
    this.#setStates(seqs, "deleted");
    this.#deps.changed();
  }

  /** Those of them that came through the present subscription, are not held, and are not known to be gone. */
  deletable(seqs: readonly number[]): readonly number[] {
    const { log, attachment } = this.#deps;
    return seqs.filter((seq) => {
      const slot = seq >= attachment.firstSeq ? log.slot(seq) : -1;
      return slot >= 0 && log.state(slot) === "none" && !log.isMarker(slot);
    });
  }

  /** What is unsettled cannot be settled any more. */
  lose(): void {
    const { log } = this.#deps;
    const slots = log.heldSlots();
    for (const slot of slots) {
      log.setState(slot, "lost");
      this.#meter.became("lost");
    }
    this.#statesChanged(slots.map((slot) => log.seq(slot)));
  }

  /** Those that may be settled, of what the filter lets through. */
  pendingShown(): number[] {
    const { log, view } = this.#deps;
    const pending = log.heldSlots().filter((slot) => log.state(slot) === "pending");
    return pending.map((slot) => log.seq(slot)).filter((seq) => view.position(seq) >= 0);
  }

  #isPending(seq: number): boolean {
    const { log } = this.#deps;
    const slot = log.slot(seq);
    return slot >= 0 && log.state(slot) === "pending";
  }

  #setStates(seqs: readonly number[], state: AckState): void {
    for (const seq of seqs) this.#setState(seq, state);
    this.#statesChanged(seqs);
  }

  #setState(seq: number, state: AckState): void {
    const { log } = this.#deps;
    const slot = log.slot(seq);
    if (slot < 0 || log.state(slot) === "lost") return;
    log.setState(slot, state);
    this.#meter.became(state);
  }

  /** A filter may ask for them. */
  #statesChanged(seqs: readonly number[]): void {
    if (this.#deps.view.statesChanged(seqs)) this.#deps.sorted.renew();
  }
}

const settledAs = { ack: "acked", requeue: "requeued", reject: "rejected" } as const satisfies Record<
  HeldOutcome,
  AckState
>;
