import { t } from "@vscode/l10n";
import type { Delivery, Fact, HeldOutcome, Outcome, SettleTerms, Subscription } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Inbox } from "../../broker/inbox.ts";
import type { Consumer, Message, Queue } from "./queue.ts";

export interface ConsumerOptions {
  readonly window: number;
  readonly facts?: readonly Fact[];
  /** Whether the reader settles; else a message is done with when the next batch is asked for. */
  readonly settles: boolean;
  /** Ends when what is ready now has been handed out. */
  readonly untilEmpty?: boolean;
  readonly terms?: SettleTerms;
  /** Removes what was made for it. */
  readonly cleanUp?: () => void;
}

/** Consumes from a queue: competing, or alone on a temporary one. */
export class ConsumerSubscription implements Subscription, Consumer {
  readonly tag: string;
  readonly outcomes: readonly Outcome[];
  readonly facts: readonly Fact[];
  readonly terms?: SettleTerms;
  readonly dropped = 0;
  window: number;
  unsettled = 0;
  readonly #queue: Queue;
  readonly #options: ConsumerOptions;
  readonly #inbox = new Inbox<Delivery>();
  /** The tag of a delivery → its message's order in the queue. */
  readonly #orders = new Map<number, number>();
  /** How many it is given in all. */
  readonly #most: number;
  #lastTag = 0;
  #closed = false;

  constructor(queue: Queue, tag: string, options: ConsumerOptions) {
    this.tag = tag;
    this.#queue = queue;
    this.#options = options;
    this.window = options.window;
    this.outcomes = options.settles ? ["ack", "requeue", "reject"] : [];
    this.facts = options.facts ?? [];
    this.#most = options.untilEmpty === true ? queue.ready.length : Infinity;
    if (options.terms) this.terms = options.terms;
    queue.consumers.push(this);
    queue.dispatch();
  }

  deliver(message: Message): void {
    const tag = ++this.#lastTag;
    this.#orders.set(tag, message.order);
    this.#inbox.push(deliveryOf(message, tag, this.#queue));
  }

  get hasRoom(): boolean {
    return this.unsettled < this.window && this.#lastTag < this.#most;
  }

  dispatched(): void {
    if (this.#options.untilEmpty !== true) return;
    if (this.#lastTag >= this.#most || this.#queue.ready.length === 0) this.#inbox.end();
  }

  cancel(reason: "deleted" | "dropped"): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#orders.clear();
    if (reason === "dropped") {
      this.#inbox.drop();
      this.#queue.remove(this);
      this.#options.cleanUp?.();
    }
    const sentence =
      reason === "deleted"
        ? t("The queue “{name}” was deleted, so the consumer is gone.", { name: this.#queue.name })
        : t("The connection to the broker went away.");
    this.#inbox.fail(new BrokerError(reason === "deleted" ? "missing" : "closed", sentence));
  }

  async settle(tags: readonly number[], outcome: Outcome): Promise<readonly number[]> {
    if (outcome === "delete" || !this.outcomes.includes(outcome))
      throw new BrokerError("unsupported", t("There is nothing to settle here."));
    return this.#settle(tags, outcome);
  }

  async setWindow(window: number): Promise<void> {
    this.window = window;
    this.#queue.dispatch();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox.drop();
    this.#inbox.end();
    this.#orders.clear();
    this.#queue.remove(this);
    this.#options.cleanUp?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
    for await (const batch of this.#inbox) {
      yield batch;
      if (!this.#options.settles)
        this.#settle(
          batch.map(({ tag }) => tag),
          "ack",
        );
    }
  }

  #settle(tags: readonly number[], outcome: HeldOutcome): readonly number[] {
    const lost = tags.filter((tag) => {
      const order = this.#orders.get(tag);
      this.#orders.delete(tag);
      return order === undefined || !this.#queue.settle(order, outcome);
    });
    this.#queue.dispatch();
    return lost;
  }
}

/** Reads what is there, once, and leaves it there. */
export class BrowseSubscription implements Subscription {
  readonly outcomes: readonly Outcome[];
  readonly facts: readonly Fact[];
  readonly dropped = 0;
  window: number;
  readonly #queue: Queue;
  readonly #messages: readonly Message[];
  #givenBack = false;
  #closed = false;

  /** @param messages taken out of the queue until this is over, or those of a stream */
  constructor(queue: Queue, messages: readonly Message[], window: number) {
    this.#queue = queue;
    this.#messages = messages;
    this.window = window;
    this.outcomes = queue.isStream ? [] : ["delete"];
    this.facts = [{ label: t("Messages"), value: String(messages.length) }];
  }

  async settle(tags: readonly number[], outcome: Outcome): Promise<readonly number[]> {
    if (!this.outcomes.includes(outcome)) throw new BrokerError("unsupported", t("There is nothing to settle here."));
    if (this.#closed) return tags;
    return tags.filter((tag) => {
      const message = this.#messages[tag - 1];
      return !message || !this.#queue.delete(message.order);
    });
  }

  async setWindow(window: number): Promise<void> {
    this.window = window;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#giveBack();
  }

  #giveBack(): void {
    if (this.#givenBack || this.#queue.isStream) return;
    this.#givenBack = true;
    for (const { order } of this.#messages) this.#queue.settle(order, "requeue");
    this.#queue.dispatch();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
    let next = 0;
    while (next < this.#messages.length && !this.#closed) {
      const first = next + 1;
      const part = this.#messages.slice(next, next + this.window);
      next += part.length;
      yield part.map((message, index) => deliveryOf(message, first + index, this.#queue));
    }
    this.#giveBack();
  }
}

function deliveryOf(message: Message, tag: number, queue: Queue): Delivery {
  const { body, contentType, contentEncoding, persistent, headers, properties } = message.draft;
  return {
    tag,
    key: message.key,
    ...(message.exchange === "" ? {} : { origin: message.exchange }),
    ...(queue.isStream ? { position: String(message.order) } : {}),
    redelivered: message.redelivered,
    // As with RabbitMQ, only quorum queues count.
    ...(queue.options.type === "quorum" ? { deliveryCount: message.returns } : {}),
    persistent,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    headers,
    properties,
    body,
  };
}
