import type { Consent, HeldOutcome } from "../../broker/contract.ts";
import type { Prompts } from "../../commands/prompts.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import type { SettleRequest } from "../../protocol/inspector.ts";
import { dropQuestion, settleQuestion, severalQuestion } from "./settleQuestion.ts";

export interface SettleConsentDeps {
  readonly inspection: Inspection;
  /** What the messages come from. */
  readonly title: string;
  /** Whether it is production: several at once want the title typed. */
  isProduction(): boolean;
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
  /** The user typed the name before several were acked or rejected. */
  readonly #maySettleSeveral = new Set<HeldOutcome>();

  constructor(deps: SettleConsentDeps) {
    this.#deps = deps;
  }

  /** Asks where it has to be asked. */
  async allows(what: SettleRequest): Promise<boolean> {
    const { outcome } = what;
    if (outcome === "requeue") return true;
    if (what.what === "all") return this.#allowsAll(outcome);
    const count = this.#pending(what.seqs);
    if (count > 1 && this.#deps.isProduction()) return this.#allowsSeveral(outcome, count);
    return outcome === "ack" || this.#allowsReject(count);
  }

  /** What the guard of the connection is to know: given with everything that was allowed here. */
  get consent(): Consent | undefined {
    return this.#deps.isProduction() ? { typed: this.#deps.title } : undefined;
  }

  async #allowsAll(outcome: Exclude<HeldOutcome, "requeue">): Promise<boolean> {
    const { inspection, title, confirm } = this.#deps;
    const { summary, filter, range, terms } = inspection;
    if (summary.pending <= 1) return outcome === "ack" || this.#allowsReject(summary.pending);
    const all = filter === "" && range === undefined;
    return confirm({ ...settleQuestion(outcome, title, all ? summary.pending : undefined, terms), ...this.#typed });
  }

  async #allowsSeveral(outcome: Exclude<HeldOutcome, "requeue">, count: number): Promise<boolean> {
    const { inspection, title, confirm } = this.#deps;
    if (this.#maySettleSeveral.has(outcome)) return true;
    const question = severalQuestion(outcome, title, count, inspection.terms);
    const sure = await confirm({ ...question, ...this.#typed });
    if (sure) this.#maySettleSeveral.add(outcome);
    return sure;
  }

  get #typed(): { readonly typed?: string } {
    return this.#deps.isProduction() ? { typed: this.#deps.title } : {};
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
