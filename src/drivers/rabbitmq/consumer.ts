import { t } from "@vscode/l10n";
import type { Channel, ConsumeMessage } from "amqplib";
import type { Delivery, Fact, Outcome, SettleTerms, Subscription } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Inbox } from "../../broker/inbox.ts";
import { closeChannel, watchChannel, type Dependent, type Link } from "./connect.ts";
import { translate } from "./failures.ts";
import { Settlements } from "./settlements.ts";
import { UntilEmpty } from "./untilEmpty.ts";
import { toDelivery } from "./wire.ts";

export interface ConsumerOptions {
  readonly window: number;
  /** `hand` = each delivery is settled by {@link Subscription.settle} · `pulled` = acked as soon as it is pulled. */
  readonly settling: "hand" | "pulled";
  readonly terms?: SettleTerms;
  /** Of basic.consume, as amqplib encodes them; for a stream it goes on after the position of the last delivery. */
  readonly arguments?: (after: string | undefined) => Record<string, unknown>;
}

/** What is consumed from: made on the consumer's own channel, so that it ends with it. */
export interface Source {
  readonly queue: string;
  readonly facts: readonly Fact[];
  /** How many messages are handed out before the iteration ends. Absent = it does not end by itself. */
  readonly most?: number;
}

/** A consumer with manual acks and a prefetch, on a channel of its own. */
export class Consumer implements Subscription, Dependent {
  readonly outcomes: readonly Outcome[];
  readonly dropped = 0;
  readonly facts: readonly Fact[];
  readonly terms?: SettleTerms;
  readonly #link: Link;
  readonly #channel: Channel;
  readonly #failure: { readonly error: unknown };
  readonly #queue: string;
  readonly #options: ConsumerOptions;
  readonly #inbox = new Inbox<Delivery>();
  /** The tags that are not settled, in rising order. */
  readonly #unsettled = new Set<number>();
  readonly #settlements: Settlements;
  readonly #end: UntilEmpty | undefined;
  /** Came after what was to be handed out. */
  readonly #late: number[] = [];
  #window: number;
  #consumerTag: string | undefined;
  /** Deliveries up to this tag came through a consumer before the present one, whose prefetch does not count them. */
  #olderUpTo = 0;
  #lastTag = 0;
  #lastPosition: string | undefined;
  #changing: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #finished = false;
  #gone = false;

  /**
   * @param prepare makes or names the queue, on the channel of this consumer
   * @throws BrokerError
   */
  static async open(
    link: Link,
    options: ConsumerOptions,
    prepare: (channel: Channel) => Promise<Source>,
  ): Promise<Consumer> {
    let channel: Channel | undefined;
    let failure: { readonly error: unknown } | undefined;
    try {
      channel = await link.model.createChannel();
      failure = watchChannel(channel);
      const consumer = new Consumer(link, channel, failure, await prepare(channel), options);
      await consumer.#begin();
      return consumer;
    } catch (error) {
      if (channel) await closeChannel(channel);
      throw error instanceof BrokerError ? error : translate(failure?.error ?? link.closed ?? error);
    }
  }

  private constructor(
    link: Link,
    channel: Channel,
    failure: { readonly error: unknown },
    source: Source,
    options: ConsumerOptions,
  ) {
    this.#link = link;
    this.#channel = channel;
    this.#failure = failure;
    this.#queue = source.queue;
    this.#options = options;
    this.#window = options.window;
    this.#settlements = new Settlements(channel);
    const { queue, most } = source;
    if (most !== undefined)
      this.#end = new UntilEmpty({
        channel,
        queue,
        most,
        hasRoom: () => this.#unsettled.size < this.#window,
        finish: (error) => void this.#finish(error),
      });
    this.facts = source.facts;
    if (options.terms) this.terms = options.terms;
    this.outcomes = options.settling === "hand" ? ["ack", "requeue", "reject"] : [];
    link.dependents.add(this);
    channel.on("close", () => {
      this.#gone = true;
      this.#end?.stop();
      link.dependents.delete(this);
      // A connection that ends closes its channels first and says why afterwards.
      queueMicrotask(() => {
        if (!this.#closing) this.#inbox.fail(this.#endReason());
      });
    });
  }

  get window(): number {
    return this.#window;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
    if (this.#options.settling === "hand") {
      yield* this.#inbox;
      return;
    }
    for await (const batch of this.#inbox) {
      const last = batch.at(-1);
      if (last && !this.#gone) this.#settlements.send("ack", last.tag, true);
      yield batch;
    }
  }

  async settle(tags: readonly number[], outcome: Outcome): Promise<readonly number[]> {
    if (outcome === "delete" || !this.outcomes.includes(outcome)) {
      throw new BrokerError("unsupported", t("There is nothing to settle here: these messages are copies."));
    }
    const mine = new Set<number>();
    const lost: number[] = [];
    const isOpen = !this.#gone && !this.#closing;
    for (const tag of tags) {
      if (isOpen && this.#unsettled.delete(tag)) mine.add(tag);
      else lost.push(tag);
    }
    if (mine.size === 0) return lost;
    try {
      const [oldestLeft] = this.#unsettled;
      this.#settlements.sendAll(mine, outcome, oldestLeft);
      this.#end?.touch();
      await this.#settlements.reached(this.#window);
    } catch {
      return [...lost, ...mine];
    }
    void this.#widen();
    return lost;
  }

  /** A larger one holds at once, a smaller one as soon as enough is settled: what is here cannot be unreceived. */
  async setWindow(window: number): Promise<void> {
    if (window === this.#window) return;
    this.#window = window;
    await this.#change(async () => {
      if (this.#options.settling === "hand") {
        await this.#cancel();
        await this.#consumeRest();
      } else if (this.#options.arguments) {
        await this.#cancel();
        await this.#consume(window);
      } else {
        // The new one first: the temporary queue ends with its last consumer.
        const old = this.#consumerTag;
        await this.#consume(window);
        if (old !== undefined) await this.#channel.cancel(old);
      }
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  end(reason: BrokerError | undefined): Promise<void> {
    if (reason) this.#inbox.fail(reason);
    return this.close();
  }

  async #close(): Promise<void> {
    this.#inbox.drop();
    this.#inbox.end();
    this.#end?.stop();
    if (this.#gone) return;
    try {
      await this.#changing;
      await this.#cancel();
      // Explicitly: a channel that closes with unsettled messages counts as a failed delivery on newer brokers.
      if (this.#options.settling === "hand") this.#channel.nackAll(true);
    } catch {
      // The channel is gone: the broker has taken everything back.
    }
    await closeChannel(this.#channel);
  }

  #onMessage(message: ConsumeMessage | null): void {
    // An error thrown in here would close the channel.
    if (message === null) {
      this.#gone = true;
      this.#inbox.fail(this.#cancelled());
      void closeChannel(this.#channel);
      return;
    }
    const delivery = toDelivery(message);
    this.#lastTag = delivery.tag;
    this.#lastPosition = delivery.position;
    if (this.#closing) return;
    if (this.#end?.take() === false) {
      this.#late.push(delivery.tag);
      return;
    }
    if (this.#options.settling === "hand") this.#unsettled.add(delivery.tag);
    this.#inbox.push(delivery);
    this.#end?.touch();
  }

  async #begin(): Promise<void> {
    await this.#consume(this.#window);
    this.#end?.touch();
  }

  /** Nothing more is to be handed out; what was stays unsettled. */
  async #finish(error?: BrokerError): Promise<void> {
    // Others may be handed out until the consumer is cancelled, but for those that came too late anyway.
    if (this.#end?.left === 0) this.#inbox.end();
    await this.#change(async () => {
      await this.#cancel();
      this.#finished = true;
      // What goes back before the end of the consumer would come again.
      for (const tag of this.#late.splice(0)) this.#settlements.send("requeue", tag, false);
    }).catch(() => undefined);
    // A channel that is gone says why itself.
    if (this.#gone) return;
    if (error) this.#inbox.fail(error);
    else this.#inbox.end();
  }

  /** Asks for `prefetch` messages at a time. */
  async #consume(wanted: number): Promise<void> {
    const prefetch = Math.min(wanted, this.#end?.left ?? wanted);
    // To the broker 0 is no bound at all.
    if (prefetch <= 0) return;
    // Both at once, so that no other request for a prefetch comes in between.
    const [, { consumerTag }] = await Promise.all([
      this.#channel.prefetch(prefetch),
      this.#channel.consume(
        this.#queue,
        (message) => {
          this.#onMessage(message);
        },
        { noAck: false, arguments: this.#options.arguments?.(this.#lastPosition) },
      ),
    ]);
    this.#consumerTag = consumerTag;
  }

  /** As many as the window allows beside what came through earlier consumers. */
  async #consumeRest(): Promise<void> {
    this.#olderUpTo = this.#unsettled.size === 0 ? 0 : this.#lastTag;
    const rest = this.#window - this.#unsettled.size;
    if (rest > 0) await this.#consume(rest);
  }

  /** Once what came through earlier consumers is settled, the present one gets the whole window. */
  async #widen(): Promise<void> {
    if (!this.#canWiden()) return;
    await this.#change(async () => {
      if (!this.#canWiden()) return;
      await this.#cancel();
      await this.#consumeRest();
    }).catch(() => undefined);
  }

  #canWiden(): boolean {
    if (this.#olderUpTo === 0) return false;
    const [oldest] = this.#unsettled;
    if (oldest === undefined || oldest > this.#olderUpTo) return true;
    return this.#consumerTag === undefined && this.#unsettled.size < this.#window;
  }

  /** One change of the consumer after the other. */
  async #change(change: () => Promise<void>): Promise<void> {
    const turn = this.#changing.then(async () => {
      if (this.#closing || this.#gone || this.#finished) return;
      await change();
    });
    this.#changing = turn.catch(() => undefined);
    try {
      await turn;
    } catch (error) {
      throw this.#gone ? this.#endReason() : translate(error);
    }
  }

  async #cancel(): Promise<void> {
    const tag = this.#consumerTag;
    this.#consumerTag = undefined;
    if (tag !== undefined) await this.#channel.cancel(tag);
  }

  #endReason(): BrokerError {
    const { error } = this.#failure;
    if (error !== undefined) return translate(error);
    return this.#link.closed ?? new BrokerError("closed", t("The connection was closed."));
  }

  #cancelled(): BrokerError {
    const queue = this.#queue;
    return new BrokerError(
      "missing",
      t("The broker has ended this consumer: the queue “{queue}” was deleted or is not available any more.", { queue }),
    );
  }
}
