import type { Channel, Message } from "amqplib";
import type { HeldOutcome } from "../../broker/contract.ts";

/** Settles what one channel delivered: runs of tags go out as one, and the broker's answer can be waited for. */
export class Settlements {
  readonly #channel: Channel;
  #barrier: Promise<unknown> | undefined;
  #nextBarrier: Promise<unknown> | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /**
   * Tags that nothing older than them is left of go out as one.
   * @param oldestLeft the oldest tag that stays unsettled
   * @throws Error when the channel is closed
   */
  sendAll(tags: ReadonlySet<number>, outcome: HeldOutcome, oldestLeft = Infinity): void {
    const sorted = [...tags].sort((one, other) => one - other);
    const together = sorted.findIndex((tag) => tag > oldestLeft);
    const upTo = together < 0 ? sorted.length : together;
    const last = sorted[upTo - 1];
    if (last !== undefined) this.send(outcome, last, upTo > 1);
    for (const tag of sorted.slice(upTo)) this.send(outcome, tag, false);
  }

  /** @throws Error when the channel is closed */
  send(outcome: HeldOutcome, tag: number, multiple: boolean): void {
    const message = { fields: { deliveryTag: tag } } as Message;
    if (outcome === "ack") this.#channel.ack(message, multiple);
    // Never basic.reject: newer brokers count that as a failed delivery.
    else this.#channel.nack(message, multiple, outcome === "requeue");
  }

  /**
   * Resolves when the broker has dealt with everything that was sent before; calls of the same time share one answer.
   * @param window of the consumers that the channel gets from now on
   */
  async reached(window: number): Promise<void> {
    this.#nextBarrier ??= this.#afterBarrier(window);
    await this.#nextBarrier;
  }

  async #afterBarrier(window: number): Promise<void> {
    await this.#barrier?.catch(() => undefined);
    this.#barrier = this.#nextBarrier;
    this.#nextBarrier = undefined;
    await this.#channel.prefetch(window);
  }
}
