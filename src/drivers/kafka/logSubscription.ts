import { t } from "@vscode/l10n";
import type { Delivery, Fact, Outcome, Subscription } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Inbox } from "../../broker/inbox.ts";
import type { Cluster } from "./cluster.ts";
import { toDelivery, type IncomingRecord } from "./messages.ts";
import { LogReader, type Place, type ReaderTarget } from "./reader.ts";

export interface LogOptions {
  readonly window: number;
  readonly places: readonly Place[];
  readonly facts: readonly Fact[];
  /** How many records at most. */
  readonly limit?: number;
}

/** Reads partitions without any group: tap and browse. The broker keeps nothing about it. */
export class LogSubscription implements Subscription, ReaderTarget {
  readonly outcomes: readonly Outcome[] = [];
  readonly dropped = 0;
  readonly facts: readonly Fact[];
  readonly #inbox = new Inbox<Delivery>();
  readonly #reader: LogReader;
  #window: number;
  #left: number;
  #lastTag = 0;
  #closing: Promise<void> | undefined;

  constructor(cluster: Cluster, topic: string, { window, places, facts, limit = Infinity }: LogOptions) {
    this.facts = facts;
    this.#window = window;
    this.#left = limit;
    this.#reader = new LogReader(cluster, topic, this);
    if (limit === 0 || places.every(({ next, end }) => end !== undefined && next >= end)) this.end();
    else this.#reader.start(places);
  }

  get window(): number {
    return this.#window;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
    for await (const batch of this.#inbox) {
      yield batch;
      this.#reader.wake();
    }
  }

  settle(): Promise<readonly number[]> {
    return Promise.reject(
      new BrokerError("unsupported", t("There is nothing to settle here: the topic keeps its messages.")),
    );
  }

  async setWindow(window: number): Promise<void> {
    this.#window = window;
    this.#reader.wake();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  room(): number {
    return Math.min(this.#window - this.#inbox.size, this.#left);
  }

  push(record: IncomingRecord): void {
    this.#left--;
    this.#inbox.push(toDelivery(record, ++this.#lastTag, false));
    if (this.#left === 0) this.end();
  }

  end(): void {
    this.#inbox.end();
    void this.#reader.stop();
  }

  fail(error: BrokerError): void {
    this.#inbox.fail(error);
    void this.#reader.stop();
  }

  async #close(): Promise<void> {
    this.#inbox.drop();
    this.#inbox.end();
    await this.#reader.stop();
  }
}
