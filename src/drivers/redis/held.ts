import { setTimeout as delay } from "node:timers/promises";
import { t } from "@vscode/l10n";
import type { Delivery, Fact, Outcome, SettleTerms, Subscription } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";

/** What a consumer got: the delivery, and by what the source knows it. */
export interface Taken<T> {
  readonly delivery: Delivery;
  readonly what: T;
}

/** Where a {@link HeldSubscription} takes from, and what is done with what it took. */
export interface Source<T> {
  readonly outcomes: readonly Outcome[];
  readonly facts: readonly Fact[];
  readonly terms: SettleTerms;
  /**
   * Up to `room` messages; waits for some time when there are none and then gives none.
   * @returns undefined when it is done with what there was
   */
  take(room: number, tag: () => number): Promise<readonly Taken<T>[] | undefined>;
  /** @returns those that could not be settled */
  settle(all: readonly T[], outcome: Outcome): Promise<readonly T[]>;
  /** Lets a waiting {@link take} end. Never rejects. */
  wake(): Promise<void>;
  /** Gives back what is left and removes what is temporary. Never rejects. */
  end(left: readonly T[]): Promise<void>;
}

/**
 * A temporary consumer: takes ahead while the last batch is worked on, but never holds more than its window. What waits
 * in it counts as held, and is given back with the rest at the end.
 */
export class HeldSubscription<T> implements Subscription {
  readonly outcomes: readonly Outcome[];
  readonly facts: readonly Fact[];
  readonly terms: SettleTerms;
  readonly dropped = 0;
  readonly #source: Source<T>;
  readonly #held = new Map<number, T>();
  #window: number;
  #tags = 0;
  #ended: { readonly error?: BrokerError } | undefined;
  #closing: Promise<void> | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #wake: (() => void) | undefined;
  readonly #onEnd: () => void;

  /** @param onEnd called once when it is closed */
  constructor(source: Source<T>, window: number, onEnd: () => void) {
    this.#source = source;
    this.#window = window;
    this.#onEnd = onEnd;
    ({ outcomes: this.outcomes, facts: this.facts, terms: this.terms } = source);
  }

  get window(): number {
    return this.#window;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
    let next = this.#next();
    for (;;) {
      const batch = await next;
      if (!batch) return;
      next = this.#next();
      // It is awaited when the batch was worked on; until then its failure is nobody's.
      next.catch(() => undefined);
      yield batch;
    }
  }

  async settle(tags: readonly number[], outcome: Outcome): Promise<readonly number[]> {
    if (!this.outcomes.includes(outcome))
      throw new BrokerError("unsupported", t("A message of this source cannot be settled in that way."));
    const lost: number[] = [];
    const now = new Map<T, number>();
    for (const tag of tags) {
      const what = this.#held.get(tag);
      if (what === undefined || this.#closing) lost.push(tag);
      else {
        this.#held.delete(tag);
        now.set(what, tag);
      }
    }
    if (now.size === 0) return lost;
    try {
      const failed = await this.#source.settle([...now.keys()], outcome);
      for (const what of failed) lost.push(now.get(what) ?? 0);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      if (error.kind !== "closed" && error.kind !== "missing") {
        // It was refused: they are still held, and may be settled otherwise.
        for (const [what, tag] of now) this.#held.set(tag, what);
        throw error;
      }
      lost.push(...now.values());
    }
    this.#roomCame();
    return lost.sort((one, other) => one - other);
  }

  async setWindow(window: number): Promise<void> {
    this.#window = window;
    this.#roomCame();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Ends the iteration with an error: the connection or the source is gone. */
  fail(error: BrokerError): void {
    this.#ended ??= { error };
    this.#roomCame();
    void this.#source.wake();
  }

  async #close(): Promise<void> {
    this.#ended ??= {};
    this.#roomCame();
    const over = this.#running.then(
      () => true,
      () => true,
    );
    // What wakes it may overtake the command that is to wait.
    do await this.#source.wake();
    while (!(await Promise.race([over, delay(20, false)])));
    await this.#source.end([...this.#held.values()]);
    this.#held.clear();
    this.#onEnd();
  }

  async #next(): Promise<readonly Delivery[] | undefined> {
    for (;;) {
      while (!this.#ended && this.#held.size >= this.#window)
        await new Promise<void>((resolve) => (this.#wake = resolve));
      if (this.#ended) {
        this.#over(this.#ended);
        return undefined;
      }
      const taking = this.#take();
      this.#running = taking;
      const taken = await taking;
      if (taken === undefined) return undefined;
      if (taken.length > 0) return taken.map(({ delivery }) => delivery);
    }
  }

  async #take(): Promise<readonly Taken<T>[] | undefined> {
    try {
      const taken = await this.#source.take(this.#window - this.#held.size, () => ++this.#tags);
      for (const { delivery, what } of taken ?? []) this.#held.set(delivery.tag, what);
      return taken;
    } catch (error) {
      if (this.#closing) return [];
      this.#ended ??= { ...(error instanceof BrokerError && { error }) };
      this.#held.clear();
      throw error;
    }
  }

  #over({ error }: { readonly error?: BrokerError }): void {
    if (!error) return;
    this.#held.clear();
    throw error;
  }

  #roomCame(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
