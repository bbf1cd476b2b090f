import { t } from "@vscode/l10n";
import type { Delivery as WireDelivery, EventContext, Receiver, ReceiverOptions } from "rhea";
import type { Delivery, Fact, Outcome, SettleTerms, Subscription } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Inbox } from "../../broker/inbox.ts";
import { attach, barrier, detach } from "./attach.ts";
import { linkFailure, peerError } from "./failures.ts";
import type { Dependent, Link } from "./link.ts";
import { toDelivery } from "./messageIn.ts";
import { credit, flush, giveRaw, register, setCredit, type Inner } from "./rheaInner.ts";

export interface ConsumerOptions {
  readonly source: NonNullable<ReceiverOptions["source"]>;
  /** For sentences. */
  readonly name: string;
  readonly window: number;
  /** `hand` = each delivery is settled by {@link Subscription.settle} · `pulled` = accepted as soon as it is pulled. */
  readonly settling: "hand" | "pulled";
  /** Ends by itself once the source is empty, or after so many. */
  readonly until?: { readonly count: number };
  readonly facts: readonly Fact[];
  readonly terms?: SettleTerms;
  /** Credit is given in portions of at most this size: Classic looks for its next page of messages only when it gets more. */
  readonly portion?: number;
  /** Rejects when the source is not there any more: asked while nothing comes, where the broker does not tell. */
  readonly isThere?: () => Promise<unknown>;
}

/** A receiver on a session of its own; what it may hold is its credit, given by hand. */
export class Consumer implements Subscription, Dependent {
  readonly outcomes: readonly Outcome[];
  readonly dropped = 0;
  readonly facts: readonly Fact[];
  readonly terms?: SettleTerms;
  readonly #link: Link;
  readonly #receiver: Receiver;
  readonly #options: ConsumerOptions;
  readonly #inbox = new Inbox<Delivery>();
  /** Not settled, by their tags, in rising order. */
  readonly #held = new Map<number, WireDelivery>();
  #window: number;
  #count = 0;
  #bytes = 0;
  /** What the count of deliveries will be when the broker has answered to a drain; undefined = none is asked for. */
  #drainedAt: number | undefined;
  #barrier: Promise<unknown> | undefined;
  #nextBarrier: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #watch: NodeJS.Timeout | undefined;
  #gone = false;
  #ended = false;

  /** @throws BrokerError */
  static async open(link: Link, options: ConsumerOptions): Promise<Consumer> {
    const receiver = await attach(
      link,
      { source: options.source, credit_window: 0, autoaccept: false, autosettle: false },
      options.name,
      giveRaw,
    );
    const consumer = new Consumer(link, receiver, options);
    consumer.#begin();
    return consumer;
  }

  private constructor(link: Link, receiver: Receiver, options: ConsumerOptions) {
    this.#link = link;
    this.#receiver = receiver;
    this.#options = options;
    this.#window = options.window;
    this.facts = options.facts;
    if (options.terms) this.terms = options.terms;
    this.outcomes = options.settling === "hand" ? ["ack", "requeue", "reject"] : [];
  }

  get window(): number {
    return this.#window;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
    for await (const batch of this.#inbox) {
      if (this.#options.settling === "pulled") this.#acceptPulled(batch);
      yield batch;
    }
    // A look that came to its end is no consumer that the broker would still count.
    if (this.#options.settling === "pulled") await this.close();
  }

  async settle(tags: readonly number[], outcome: Outcome): Promise<readonly number[]> {
    if (!this.outcomes.includes(outcome)) {
      throw new BrokerError("unsupported", t("There is nothing to settle here: these messages are copies."));
    }
    const isOpen = !this.#gone && !this.#closing;
    const mine: number[] = [];
    const lost: number[] = [];
    for (const tag of tags) (isOpen && this.#held.has(tag) && !mine.includes(tag) ? mine : lost).push(tag);
    if (mine.length === 0) return lost;
    this.#settleAll(mine, outcome);
    this.#topUp();
    try {
      await this.#reached();
    } catch {
      return [...lost, ...mine];
    }
    return lost;
  }

  /** A larger one holds at once, a smaller one as soon as enough is settled: what is here cannot be unreceived. */
  setWindow(window: number): Promise<void> {
    this.#window = window;
    if (this.#gone || this.#closing) return Promise.resolve();
    const rest = Math.max(0, window - this.#outstanding);
    if (rest < credit(this.#receiver)) setCredit(this.#receiver, rest);
    this.#topUp();
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  end(reason: BrokerError | undefined): Promise<void> {
    if (reason) this.#inbox.fail(reason);
    return this.close();
  }

  #begin(): void {
    const { session } = this.#receiver;
    this.#link.dependents.add(this);
    const lost = this.#link.onDidClose((reason) => {
      this.#fail(reason);
    });
    const ended = (error: unknown): void => {
      lost.dispose();
      this.#fail(linkFailure(peerError(error), this.#options.name));
    };
    this.#receiver.on("receiver_error", () => undefined);
    this.#receiver.on("receiver_close", () => {
      ended(this.#receiver.error);
    });
    session.on("session_close", () => {
      ended(session.error);
    });
    this.#receiver.on("receiver_drained", () => {
      this.#onDrained();
    });
    const inner = this.#receiver as unknown as Inner;
    const flowed = inner.on_flow.bind(this.#receiver);
    // An answer that is late belongs to credit that was used up meanwhile.
    inner.on_flow = (frame) => {
      const { drain, delivery_count: count } = frame.performative;
      if (drain && count !== this.#drainedAt) return;
      flowed(frame);
    };
    this.#receiver.on("message", (context: EventContext) => {
      this.#onMessage(context);
    });
    this.#watchSource();
    if (this.#options.until?.count === 0) this.#finish();
    else this.#topUp();
  }

  #onMessage({ delivery, message }: EventContext): void {
    if (!delivery) return;
    // rhea keeps deliveries in a ring until the oldest is settled; held ones are kept here instead.
    (delivery as { settled: boolean }).settled = true;
    register(this.#receiver);
    const body = message as unknown as Buffer;
    const tag = ++this.#count;
    this.#held.set(tag, delivery);
    if (this.#closing || this.#ended) return;
    this.#inbox.push(toDelivery(tag, body));
    this.#bytes += body.length;
    const { until, settling } = this.#options;
    if (until && (tag >= until.count || (settling === "pulled" && this.#bytes > mostBrowsed))) this.#finish();
    else this.#topUp();
    this.#watchSource();
  }

  #watchSource(): void {
    clearTimeout(this.#watch);
    const { isThere } = this.#options;
    if (!isThere || this.#gone || this.#closing) return;
    this.#watch = setTimeout(() => {
      isThere().then(
        () => {
          this.#watchSource();
        },
        (error: unknown) => {
          if (error instanceof BrokerError && error.kind === "missing") this.#fail(error);
          else this.#watchSource();
        },
      );
    }, watchTime);
  }

  /** Asked with credit left over: there is nothing more. */
  #onDrained(): void {
    (this.#receiver as { drain: boolean }).drain = false;
    this.#drainedAt = undefined;
    this.#finish();
  }

  /** No more comes; what is here can still be pulled and settled. */
  #finish(): void {
    this.#ended = true;
    if (!this.#gone) setCredit(this.#receiver, 0);
    this.#inbox.end();
  }

  #acceptPulled(batch: readonly Delivery[]): void {
    const tags = batch.map(({ tag }) => tag).filter((tag) => this.#held.has(tag));
    if (this.#gone || this.#closing) return;
    this.#settleAll(tags, "ack");
    this.#topUp();
  }

  get #outstanding(): number {
    return this.#held.size;
  }

  /** Not for every single one: a quarter of what it may be at a time. */
  #topUp(): void {
    if (this.#gone || this.#closing || this.#ended) return;
    const { until, portion = Infinity } = this.#options;
    const now = credit(this.#receiver);
    if (this.#drainedAt !== undefined && now > 0) return;
    const most = Math.min(this.#window, portion);
    const left = until ? until.count - this.#count - now : Infinity;
    const more = Math.min(this.#window - this.#outstanding - now, most - now, left);
    if (more <= 0 || (now > 0 && more < most / 4)) return;
    this.#receiver.add_credit(more);
    if (!until) return;
    const { delivery_count: count } = this.#receiver as unknown as Inner;
    this.#drainedAt = count + now + more;
    this.#receiver.drain_credit();
  }

  #settleAll(tags: readonly number[], outcome: Outcome): void {
    const sorted = [...tags].sort((one, other) => one - other);
    for (const tag of sorted) {
      const delivery = this.#held.get(tag);
      this.#held.delete(tag);
      if (!delivery) continue;
      if (outcome === "ack") delivery.accept();
      // Released does not count as a failed delivery.
      else if (outcome === "requeue") delivery.release();
      else delivery.reject({ condition: "amqp:internal-error", description: "Rejected by hand in MQ Workbench" });
    }
    // At once: rhea would send what is settled in one turn as if the first outcome held for the second too.
    flush(this.#receiver.session);
  }

  async #close(): Promise<void> {
    clearTimeout(this.#watch);
    this.#inbox.drop();
    this.#inbox.end();
    this.#link.dependents.delete(this);
    if (this.#gone) return;
    try {
      // What is on its way comes first, then everything goes back in its order.
      setCredit(this.#receiver, 0);
      await barrier(this.#link);
      this.#settleAll([...this.#held.keys()], this.#options.settling === "hand" ? "requeue" : "ack");
      await barrier(this.#link);
    } catch {
      // The connection is gone: the broker has taken everything back.
    }
    await detach(this.#link, this.#receiver);
    this.#gone = true;
  }

  #fail(reason: BrokerError): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#watch);
    this.#link.dependents.delete(this);
    if (!this.#closing) this.#inbox.fail(reason);
    // What was held can no longer be settled: the broker redelivers it.
    this.#held.clear();
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
    await barrier(this.#link);
  }
}

/** Bytes that a browse reads before it ends by itself. */
const mostBrowsed = 64 * 1024 * 1024;
// Milliseconds
const watchTime = 2000;
