import { t } from "@vscode/l10n";
import type { Channel, ConsumeMessage, Message } from "amqplib";
import type { Delivery, Fact, Outcome, SettleTerms, Subscription } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Inbox } from "../../broker/inbox.ts";
import { closeChannel, watchChannel, type Dependent, type Link } from "./connect.ts";
import { translate } from "./failures.ts";
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
  #window: number;
  #consumerTag: string | undefined;
  /** Deliveries up to this tag came through a consumer before the present one, whose prefetch does not count them. */
  #olderUpTo = 0;
  #lastTag = 0;
  #lastPosition: string | undefined;
  #barrier: Promise<unknown> | undefined;
  #nextBarrier: Promise<unknown> | undefined;
  #changing: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
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
      await consumer.#consume(options.window);
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
    this.facts = source.facts;
    if (options.terms) this.terms = options.terms;
    this.outcomes = options.settling === "hand" ? ["ack", "requeue", "reject"] : [];
    link.dependents.add(this);
    channel.on("close", () => {
      this.#gone = true;
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
      if (last && !this.#gone) this.#send("ack", last.tag, true);
      yield batch;
    }
  }

  async settle(tags: readonly number[], outcome: Outcome): Promise<readonly number[]> {
    if (!this.outcomes.includes(outcome)) {
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
      this.#sendAll(mine, outcome);
      await this.#reached();
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
    if (this.#options.settling === "hand") this.#unsettled.add(delivery.tag);
    this.#inbox.push(delivery);
  }

  /** Asks for `prefetch` messages at a time. */
  async #consume(prefetch: number): Promise<void> {
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
      if (this.#closing || this.#gone) return;
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

  /** Tags that nothing older than them is left of go out as one. */
  #sendAll(tags: ReadonlySet<number>, outcome: Outcome): void {
    const sorted = [...tags].sort((one, other) => one - other);
    const [oldestLeft = Infinity] = this.#unsettled;
    const together = sorted.findIndex((tag) => tag > oldestLeft);
    const upTo = together < 0 ? sorted.length : together;
    const last = sorted[upTo - 1];
    if (last !== undefined) this.#send(outcome, last, upTo > 1);
    for (const tag of sorted.slice(upTo)) this.#send(outcome, tag, false);
  }

  /** @throws Error when the channel is closed */
  #send(outcome: Outcome, tag: number, multiple: boolean): void {
    const message = { fields: { deliveryTag: tag } } as Message;
    if (outcome === "ack") this.#channel.ack(message, multiple);
    // Never basic.reject: newer brokers count that as a failed delivery.
    else this.#channel.nack(message, multiple, outcome === "requeue");
  }

  /** Resolves when the broker has dealt with everything that was sent before; calls of the same time share one answer. */
  async #reached(): Promise<void> {
    this.#nextBarrier ??= this.#afterBarrier();
    await this.#nextBarrier;
  }

  async #afterBarrier(): Promise<void> {
    await this.#barrier?.catch(() => undefined);
    this.#barrier = this.#nextBarrier;
    this.#nextBarrier = undefined;
    await this.#channel.prefetch(this.#window);
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
