import { t } from "@vscode/l10n";
import type { HeldOutcome } from "../../broker/contract.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import type { InspectorHostCalls, SettleRequest } from "../../protocol/inspector.ts";
import type { Handlers } from "../../protocol/peer.ts";
import type { SettleCalls } from "../../protocol/settling.ts";
import type { InspectorDeps } from "./inspectorDeps.ts";
import { type MessageSource, pendingOf, selectedSeqs } from "./selectedSeqs.ts";
import { SettleConsent, type SettleConsentDeps } from "./settleConsent.ts";

/** What {@link SettleHandlers} work with. */
export interface SettleHandlersDeps extends SettleConsentDeps, Pick<InspectorDeps, "prompts" | "settled"> {
  /** Writes them into the undo journal. @returns false when the user changed their mind */
  keep(what: "ack" | "reject", seqs: readonly number[]): Promise<boolean>;
}

/** Settling for the page and for the commands, after consent where that is needed. */
export class SettleHandlers {
  readonly #deps: SettleHandlersDeps;
  readonly #inspection: Inspection;
  readonly #consent: SettleConsent;

  constructor(deps: SettleHandlersDeps) {
    this.#deps = deps;
    this.#inspection = deps.inspection;
    this.#consent = new SettleConsent(deps);
  }

  readonly handlers: Handlers<SettleCalls & Pick<InspectorHostCalls, "settle">> = {
    settle: (what) => this.#settle(what),
    unsettled: ({ count }) => this.#inspection.unsettled(count),
  };

  /** Settles what is selected, and tells what became of it. @throws BrokerError */
  async settleSelected(source: Pick<MessageSource, "selected" | "inspection">, outcome: HeldOutcome): Promise<void> {
    const { all } = source.selected;
    const seqs = all ? [] : pendingOf(source, await selectedSeqs(source));
    const { settled, lost } = await this.#settle(all ? { what: "all", outcome } : { what: "these", seqs, outcome });
    const { prompts } = this.#deps;
    if (lost > 0)
      prompts.warn(
        t("Could not be settled any more: {lost}. The broker delivers them again. Settled: {settled}.", {
          lost,
          settled,
        }),
      );
    else if (settled > 0) prompts.done(t("Settled: {settled}.", { settled }));
  }

  /** Settling all at once is asked about first, unless it only gives them back. */
  async #settle(what: SettleRequest): Promise<{ settled: number; lost: number }> {
    if (!(await this.#consent.allows(what))) return { settled: 0, lost: 0 };
    const { outcome } = what;
    const seqs = what.what === "these" ? what.seqs : this.#inspection.pendingShown();
    // Several at once are often a mistake; one was looked at.
    const several = outcome !== "requeue" && seqs.length > 1;
    if (several && !(await this.#deps.keep(outcome, seqs))) return { settled: 0, lost: 0 };
    // Exactly those that were kept: what arrives meanwhile was not meant.
    const request = several ? { what: "these" as const, seqs, outcome } : what;
    const result = await this.#inspection.settle(request, this.#consent.consent);
    this.#deps.settled();
    return result;
  }
}
