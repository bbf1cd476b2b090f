import type { Outcome } from "../../broker/contract.ts";
import type { Prompts } from "../../commands/prompts.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import type { SettleRequest } from "../../protocol/inspector.ts";
import { dropQuestion, settleQuestion } from "./settleQuestion.ts";

export interface SettleConsentDeps {
  readonly inspection: Inspection;
  /** What the messages come from. */
  readonly title: string;
  confirm: Prompts["confirm"];
}

/**
 * What is asked before messages are settled: about all at once always, unless it only gives them back; about single ones
 * only before the first that is dropped for good. People work fast, and the console says what a key does.
 */
export class SettleConsent {
  readonly #deps: SettleConsentDeps;
  /** The user agreed that what is rejected here is dropped. */
  #mayDrop = false;

  constructor(deps: SettleConsentDeps) {
    this.#deps = deps;
  }

  /** Asks where it has to be asked. */
  async allows(what: SettleRequest): Promise<boolean> {
    const { outcome } = what;
    if (outcome === "requeue") return true;
    if (what.what === "all") return this.#allowsAll(outcome);
    return outcome === "ack" || this.#allowsReject(this.#pending(what.seqs));
  }

  async #allowsAll(outcome: Exclude<Outcome, "requeue">): Promise<boolean> {
    const { inspection, title, confirm } = this.#deps;
    const { summary, filter, range, terms } = inspection;
    if (summary.pending <= 1) return outcome === "ack" || this.#allowsReject(summary.pending);
    const all = filter === "" && range === undefined;
    return confirm(settleQuestion(outcome, title, all ? summary.pending : undefined, terms));
  }

  async #allowsReject(count: number): Promise<boolean> {
    const { inspection, title, confirm } = this.#deps;
    const { terms } = inspection;
    if (this.#mayDrop || count === 0 || !terms || terms.rejected === "kept") return true;
    this.#mayDrop = await confirm(dropQuestion(terms, title, count));
    return this.#mayDrop;
  }

  #pending(seqs: readonly number[]): number {
    const { log } = this.#deps.inspection;
    const slots = seqs.map((seq) => log.slot(seq));
    return slots.filter((slot) => slot >= 0 && log.state(slot) === "pending").length;
  }
}
