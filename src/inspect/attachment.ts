import { t } from "@vscode/l10n";
import type { Fact, Outcome, SettleTerms, Subscription } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import type { InspectorState } from "../protocol/inspector.ts";
import type { MessageLog } from "./log.ts";
import type { Pump } from "./pump.ts";

/** What an {@link Attachment} works with, and whom it tells. */
export interface AttachmentDeps {
  readonly log: MessageLog;
  readonly pump: Pump;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What is unsettled cannot be settled any more. */
  readonly lose: () => void;
  readonly changed: () => void;
}

/** The subscriptions of one inspection, one after the other, and the gaps between them. */
export class Attachment {
  readonly #deps: AttachmentDeps;
  #subscription: Subscription | undefined;
  #ended: InspectorState["ended"];
  #failure: unknown;
  #endedAt = 0;
  #unsettledAtEnd = 0;
  /** `dropped` of the subscriptions before this one. */
  #droppedBefore = 0;
  #facts: readonly Fact[] = [];
  #outcomes: readonly Outcome[] = [];
  #window = 0;
  #firstSeq = 0;
  #closed = false;

  constructor(deps: AttachmentDeps) {
    this.#deps = deps;
  }

  /** Absent while attached; else why it ended. */
  get ended(): InspectorState["ended"] {
    return this.#ended;
  }

  /** What it ended with, when that was not asked for and it is not attached again. */
  get failure(): unknown {
    return this.#failure;
  }

  get facts(): readonly Fact[] {
    return this.#facts;
  }

  get outcomes(): readonly Outcome[] {
    return this.#outcomes;
  }

  get terms(): SettleTerms | undefined {
    return this.#subscription?.terms;
  }

  get window(): number {
    return this.#window;
  }

  /** What is older came through an earlier subscription, which tagged it in its own way. */
  get firstSeq(): number {
    return this.#firstSeq;
  }

  /** Thrown away by the sources. */
  get dropped(): number {
    return this.#droppedBefore + (this.#subscription?.dropped ?? 0);
  }

  /** What settles its messages; undefined when they went back. */
  get settler(): Subscription | undefined {
    return this.#closed || this.#ended?.failed ? undefined : this.#subscription;
  }

  /** After an earlier subscription ended, a marker row says from when to when nothing was seen. */
  attach(subscription: Subscription): void {
    if (this.#closed || (this.#subscription && !this.#ended)) throw new Error("Attached or closed already");
    const { log, now, lose, changed } = this.#deps;
    if (this.#ended) {
      this.#droppedBefore += this.#subscription?.dropped ?? 0;
      void this.#subscription?.close();
      if (!this.#ended.failed) this.#unsettledAtEnd = log.pending;
      lose();
      log.addMarker(this.#gapSentence(), now());
    }
    this.#subscription = subscription;
    this.#firstSeq = log.nextSeq;
    this.#ended = undefined;
    this.#failure = undefined;
    this.#facts = subscription.facts;
    this.#outcomes = subscription.outcomes;
    this.#window = subscription.window;
    changed();
    void this.#run(subscription);
  }

  /** @throws what the subscription throws, and BrokerError `invalid` */
  async setWindow(window: number): Promise<void> {
    const most = this.#deps.log.limits.messages;
    if (!Number.isInteger(window) || window < 1 || window > most)
      throw new BrokerError("invalid", t("The window is a whole number from 1 to {most}.", { most }));
    await this.#subscription?.setWindow(window);
    this.#window = window;
    this.#deps.changed();
  }

  /** Closes the subscription, which gives back what is unsettled. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#deps.pump.close();
    await this.#subscription?.close();
  }

  async #run(subscription: Subscription): Promise<void> {
    let failure: { error: unknown } | undefined;
    try {
      await this.#deps.pump.run(subscription);
    } catch (error) {
      failure = { error };
    }
    if (!this.#closed) this.#end(failure);
  }

  #end(failure: { readonly error: unknown } | undefined): void {
    this.#unsettledAtEnd = this.#deps.log.pending;
    this.#endedAt = this.#deps.now();
    this.#failure = failure?.error;
    this.#ended = failure
      ? { sentence: sentenceOf(failure.error), failed: true }
      : { sentence: t("Everything that was there has been read."), failed: false };
    // What its session closed went back as well.
    this.#deps.lose();
    if (failure) void this.#subscription?.close();
    this.#deps.changed();
  }

  #gapSentence(): string {
    const from = timeOfDay(this.#endedAt);
    const to = timeOfDay(this.#deps.now());
    const count = this.#unsettledAtEnd;
    if (count === 0) return t("Nothing was seen from {from} to {to}.", { from, to });
    return t("Nothing was seen from {from} to {to}. Went back unsettled: {count}.", {
      from,
      to,
      count,
    });
  }
}

/** As the list writes it: "14:03:59". */
function timeOfDay(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}
