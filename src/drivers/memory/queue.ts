import type { Header } from "../../broker/values.ts";
import type { Draft, HeldOutcome } from "../../broker/contract.ts";

export const queueTypes = ["classic", "quorum", "stream"] as const;
export type QueueType = (typeof queueTypes)[number];

export interface Message {
  readonly draft: Draft;
  readonly key: string;
  /** The exchange, "" for the default one. */
  readonly exchange: string;
  /** Its place in its queue: unacked ones that come back go to where they were. */
  readonly order: number;
  readonly redelivered: boolean;
  readonly returns: number;
}

export interface Consumer {
  readonly tag: string;
  window: number;
  unsettled: number;
  /** Whether it may get one more. */
  readonly hasRoom: boolean;
  deliver(message: Message): void;
  /** Nothing more is ready, or it has no room. */
  dispatched(): void;
  /** The queue is gone, or the connection. */
  cancel(reason: "deleted" | "dropped"): void;
}

export interface QueueOptions {
  readonly type: QueueType;
  readonly durable: boolean;
  readonly exclusive?: boolean;
  readonly args: readonly Header[];
}

/** Where dead messages go, told by the broker. */
type OnDead = (queue: Queue, message: Message, reason: "rejected" | "maxlen") => void;

/** A queue, or a stream: that is never emptied, its messages are `ready` forever and have their index as offset. */
export class Queue {
  readonly name: string;
  readonly options: QueueOptions;
  readonly consumers: Consumer[] = [];
  readonly #onDead: OnDead;
  ready: Message[] = [];
  readonly unacked = new Map<number, { readonly message: Message; readonly consumer: Consumer | undefined }>();
  #order = 0;
  #turn = 0;

  constructor(name: string, options: QueueOptions, onDead: OnDead) {
    this.name = name;
    this.options = options;
    this.#onDead = onDead;
  }

  get isStream(): boolean {
    return this.options.type === "stream";
  }

  /** The text of a scalar argument. */
  arg(name: string): string | undefined {
    const value = this.options.args.find((each) => each.name === name)?.value;
    return value && "value" in value ? value.value : undefined;
  }

  /** @returns false when the queue is full and refuses. */
  enqueue(draft: Draft, key: string, exchange: string): boolean {
    const most = Number(this.arg("x-max-length") ?? "Infinity");
    const overflow = this.arg("x-overflow") ?? "drop-head";
    if (this.ready.length >= most && overflow !== "drop-head") return false;
    this.ready.push({ draft, key, exchange, order: this.#order++, redelivered: false, returns: 0 });
    this.dispatch();
    while (this.ready.length > most) {
      const oldest = this.ready.shift();
      if (oldest) this.#onDead(this, oldest, "maxlen");
    }
    return true;
  }

  /** Hands out what is ready to consumers with room, in turn. */
  dispatch(): void {
    if (this.isStream) return;
    let handed = 0;
    while (handed < this.ready.length) {
      const consumer = this.#nextConsumer();
      if (!consumer) break;
      const message = this.ready[handed++];
      if (!message) break;
      this.unacked.set(message.order, { message, consumer });
      consumer.unsettled++;
      consumer.deliver(message);
    }
    if (handed > 0) this.ready.splice(0, handed);
    for (const consumer of this.consumers) consumer.dispatched();
  }

  /** Takes the oldest ready ones out, as unacked of nobody. */
  take(count: number): Message[] {
    const taken = this.ready.splice(0, count);
    for (const message of taken) this.unacked.set(message.order, { message, consumer: undefined });
    return taken;
  }

  /** Removes exactly one, ready or not. @returns false when it is not there any more, or somebody consumes it now */
  delete(order: number): boolean {
    const at = this.ready.findIndex((message) => message.order === order);
    if (at >= 0) this.ready.splice(at, 1);
    else if (this.unacked.get(order)?.consumer !== undefined || !this.unacked.delete(order)) return false;
    return true;
  }

  /** @returns false when it is not unacked: the chance is gone. */
  settle(order: number, outcome: HeldOutcome): boolean {
    const entry = this.unacked.get(order);
    if (!entry) return false;
    this.unacked.delete(order);
    if (entry.consumer) entry.consumer.unsettled--;
    if (outcome === "requeue") this.#putBack(entry.message);
    if (outcome === "reject") this.#onDead(this, entry.message, "rejected");
    return true;
  }

  /** Removes a consumer and gives back what it did not settle. */
  remove(consumer: Consumer): void {
    const index = this.consumers.indexOf(consumer);
    if (index >= 0) this.consumers.splice(index, 1);
    for (const [order, entry] of [...this.unacked]) if (entry.consumer === consumer) this.settle(order, "requeue");
    this.dispatch();
  }

  #putBack(message: Message): void {
    let at = this.ready.findIndex(({ order }) => order > message.order);
    if (at < 0) at = this.ready.length;
    this.ready.splice(at, 0, { ...message, redelivered: true, returns: message.returns + 1 });
  }

  #nextConsumer(): Consumer | undefined {
    for (let tried = 0; tried < this.consumers.length; tried++) {
      const consumer = this.consumers[this.#turn++ % this.consumers.length];
      if (consumer && consumer.hasRoom) return consumer;
    }
    return undefined;
  }
}
