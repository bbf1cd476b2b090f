import { t } from "@vscode/l10n";
import type { Consent, Delivery, Fact, Node, Outcome, SettleTerms, Subscription } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import type { Look } from "./looks.ts";
import { readOnlySentence } from "./readOnly.ts";
import type { GuardRules } from "./readOnly.ts";

export interface GuardedSubscriptionDeps {
  readonly rules: () => GuardRules;
  /** What is remembered of how often this was looked at. Absent = looking does not count. */
  readonly look?: Look;
  closed(): void;
}

/** A subscription that settles nothing while its connection is read-only, and not many at once in production unasked. */
export class GuardedSubscription implements Subscription {
  readonly terms?: SettleTerms;
  readonly #inner: Subscription;
  readonly #node: Node;
  readonly #deps: GuardedSubscriptionDeps;
  #refusal: BrokerError | undefined;

  constructor(inner: Subscription, node: Node, deps: GuardedSubscriptionDeps) {
    this.#inner = inner;
    if (inner.terms) this.terms = inner.terms;
    this.#node = node;
    this.#deps = deps;
  }

  get outcomes(): readonly Outcome[] {
    return this.#inner.outcomes;
  }

  get window(): number {
    return this.#inner.window;
  }

  get dropped(): number {
    return this.#inner.dropped;
  }

  get facts(): readonly Fact[] {
    return this.#inner.facts;
  }

  async settle(tags: readonly number[], outcome: Outcome, consent?: Consent): Promise<readonly number[]> {
    // Giving back is what a refused consumer does too: it is never in the way.
    // What is deleted of a browse was nobody's to settle: in production even one wants the name.
    if (outcome !== "requeue") this.#check(outcome === "delete" ? Infinity : tags.length, consent);
    return this.#inner.settle(tags, outcome);
  }

  setWindow(window: number): Promise<void> {
    return this.#inner.setWindow(window);
  }

  async close(): Promise<void> {
    await this.#inner.close();
    this.#deps.closed();
  }

  /** Gives everything back; whoever iterates is told that it is not allowed any more. */
  async refuse(): Promise<void> {
    const rules = this.#deps.rules();
    this.#refusal ??= new BrokerError(
      "denied",
      t("This consumer was detached and its messages were given back. {why}", { why: readOnlySentence(rules) }),
    );
    await this.close();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
    const { look } = this.#deps;
    try {
      for await (const batch of this.#inner) {
        look?.saw(batch);
        yield batch;
      }
    } finally {
      look?.end();
      this.#deps.closed();
    }
    if (this.#refusal) throw this.#refusal;
  }

  #check(count: number, consent: Consent | undefined): void {
    const rules = this.#deps.rules();
    if (rules.readOnly) throw new BrokerError("denied", readOnlySentence(rules));
    if (rules.environment !== "production" || count <= 1 || consent?.typed === this.#node.name) return;
    throw new BrokerError(
      "denied",
      t(
        "“{connection}” is production: the name “{name}” has to be typed before several messages are settled at once.",
        {
          connection: rules.connection,
          name: this.#node.name,
        },
      ),
    );
  }
}
