import { t } from "@vscode/l10n";
import type { Consent, Delivery, Node, Session, Subscription } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";

/** What is taken out of a source, and what becomes of it first. */
export interface DrainJob {
  readonly session: Pick<Session, "watch">;
  readonly node: Node;
  /** How many may be in hand at once. */
  readonly window: number;
  /** How many are taken at most. */
  readonly most?: number;
  readonly consent?: Consent;
  /**
   * Makes them safe elsewhere, or some of them. Those that it names are acked after that, the others go back in the end.
   * @param left how many may still be taken
   * @throws what ends the whole: nothing of this batch is acked
   */
  readonly keep: (batch: readonly Delivery[], left: number) => Promise<Kept>;
  /** Told how many are acked so far. */
  readonly report: (taken: number) => void;
  /** Begins no more; what is in hand is finished. */
  readonly signal: AbortSignal;
}

export interface Kept {
  readonly safe: readonly Delivery[];
  /** Why nothing more is to be taken. */
  readonly stop?: string;
}

/** Where the messages are now: taken + in both + the rest of the source. */
export interface DrainResult {
  /** Safe elsewhere, and out of the source. */
  readonly taken: number;
  /** Safe elsewhere, but could not be acked any more: the broker delivers them again. */
  readonly inBoth: number;
  /** Were in hand and went back. */
  readonly back: number;
  readonly cancelled: boolean;
  /** Why it ended before the source was empty, as a sentence. */
  readonly stopped?: string;
}

/**
 * Takes messages out of a source, in their order, until what was ready when it began is through. Each is acked only after
 * it was made safe elsewhere, so that it is in one place or in both whenever this ends, and never in none.
 * @throws BrokerError when it could not begin; what ends it later is in the result
 */
export async function drain(job: DrainJob): Promise<DrainResult> {
  const { session, node, window, consent } = job;
  const subscription = await session.watch(node, {
    mode: "consume",
    window,
    untilEmpty: true,
    ...(consent ? { consent } : {}),
  });
  try {
    if (subscription.terms?.acked === "kept") throw cannotTake(node);
    return await new Drain(job, subscription).run();
  } finally {
    await subscription.close();
  }
}

class Drain {
  readonly #job: DrainJob;
  readonly #subscription: Subscription;
  /** In hand, to go back. */
  readonly #held: number[] = [];
  #taken = 0;
  /** Safe elsewhere. */
  #safe = 0;
  #inBoth = 0;
  #stopped: string | undefined;

  constructor(job: DrainJob, subscription: Subscription) {
    this.#job = job;
    this.#subscription = subscription;
  }

  async run(): Promise<DrainResult> {
    const { signal } = this.#job;
    const batches = this.#subscription[Symbol.asyncIterator]();
    const aborted = whenAborted(signal);
    try {
      while (!this.#isOver) {
        // What waits to be pulled when it is cancelled goes back with `close`.
        const next = await Promise.race([batches.next(), aborted.promise]);
        if (!next || next.done === true) break;
        await this.#take(next.value);
      }
      // In their order, and in words: a channel that only closes counts as a failed delivery on newer brokers.
      if (this.#held.length > 0) await this.#subscription.settle(this.#held, "requeue");
    } catch (error) {
      this.#stopped ??= sentenceOf(error);
    } finally {
      aborted.stop();
    }
    return {
      taken: this.#taken,
      inBoth: this.#inBoth,
      back: this.#held.length,
      cancelled: signal.aborted && this.#stopped === undefined,
      ...(this.#stopped === undefined ? {} : { stopped: this.#stopped }),
    };
  }

  get #isOver(): boolean {
    const { signal, most = Infinity } = this.#job;
    return this.#stopped !== undefined || signal.aborted || this.#safe >= most;
  }

  async #take(batch: readonly Delivery[]): Promise<void> {
    const { keep, most = Infinity, window, consent, report, node } = this.#job;
    let kept: Kept;
    try {
      kept = await keep(batch, most - this.#safe);
    } catch (error) {
      this.#held.push(...batch.map(({ tag }) => tag));
      throw error;
    }
    const safe = new Set(kept.safe.map(({ tag }) => tag));
    for (const { tag } of batch) if (!safe.has(tag)) this.#held.push(tag);
    this.#safe += safe.size;
    if (safe.size > 0) {
      const lost = await this.#subscription.settle([...safe], "ack", consent);
      this.#taken += safe.size - lost.length;
      this.#inBoth += lost.length;
      report(this.#taken);
    }
    if (kept.stop !== undefined) this.#stopped = kept.stop;
    else if (this.#held.length >= window)
      this.#stopped = t(
        "{count} messages of “{name}” could not be taken or were not meant: no more can be looked at.",
        {
          count: this.#held.length,
          name: node.name,
        },
      );
  }
}

function cannotTake({ name }: Node): BrokerError {
  return new BrokerError(
    "unsupported",
    t("Acknowledging takes nothing out of “{name}”: its messages stay until the broker removes them.", { name }),
  );
}

function whenAborted(signal: AbortSignal): { readonly promise: Promise<undefined>; stop(): void } {
  let stop = (): void => undefined;
  const promise = new Promise<undefined>((resolve) => {
    const onAbort = (): void => {
      resolve(undefined);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    stop = () => {
      signal.removeEventListener("abort", onAbort);
    };
  });
  return { promise, stop };
}

/** How many messages to have in hand, so that they take a bounded room. @param bytes of one, on average, if known */
export function windowFor(bytes: number | undefined): number {
  const room = 64 * 1024 * 1024;
  return Math.min(1000, Math.max(8, Math.floor(room / Math.max(1, bytes ?? 64 * 1024))));
}
