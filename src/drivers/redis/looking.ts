import { t } from "@vscode/l10n";
import type { Delivery, Fact, Outcome, Subscription } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";

/** What a look reads from. */
export interface Reading {
  readonly facts: readonly Fact[];
  /** Up to `count` more; waits while there are none and more may come. @returns undefined when there are no more */
  read(count: number, tag: () => number): Promise<readonly Delivery[] | undefined>;
  /** Removes messages that were read, where this is possible. @returns the tags of those that were not there any more */
  remove?(tags: readonly number[]): Promise<readonly number[]>;
  /** Ends what waits. Never rejects. */
  end(): Promise<void>;
}

/** A look that holds nothing: it reads when it is pulled, so that the source waits with the reader. */
export class LookSubscription implements Subscription {
  readonly outcomes: readonly Outcome[];
  readonly facts: readonly Fact[];
  readonly #reading: Reading;
  readonly #onEnd: () => void;
  readonly #dropped: () => number;
  #window: number;
  #tags = 0;
  #ended: { readonly error?: BrokerError } | undefined;
  #closing: Promise<void> | undefined;

  constructor(reading: Reading, window: number, onEnd: () => void, dropped: () => number = () => 0) {
    this.#reading = reading;
    this.#window = window;
    this.#onEnd = onEnd;
    this.#dropped = dropped;
    this.facts = reading.facts;
    this.outcomes = reading.remove ? ["delete"] : [];
  }

  get window(): number {
    return this.#window;
  }

  get dropped(): number {
    return this.#dropped();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
    while (!this.#ended) {
      let batch: readonly Delivery[] | undefined;
      try {
        batch = await this.#reading.read(this.#window, () => ++this.#tags);
      } catch (error) {
        if (this.#closing) return;
        this.#ended ??= { ...(error instanceof BrokerError && { error }) };
        throw error;
      }
      if (!batch) return;
      if (batch.length > 0) yield batch;
    }
    if (this.#ended.error) throw this.#ended.error;
  }

  async settle(tags: readonly number[], outcome: Outcome): Promise<readonly number[]> {
    if (outcome === "delete" && this.#reading.remove) return this.#closing ? tags : this.#reading.remove(tags);
    throw new BrokerError("unsupported", t("There is nothing to settle: nobody holds these messages."));
  }

  async setWindow(window: number): Promise<void> {
    this.#window = window;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Ends the iteration with an error. */
  fail(error: BrokerError): void {
    this.#ended ??= { error };
    void this.#reading.end();
  }

  async #close(): Promise<void> {
    this.#ended ??= {};
    await this.#reading.end();
    this.#onEnd();
  }
}
