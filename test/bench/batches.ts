import type { Delivery, Outcome, Subscription } from "../../src/broker/contract.ts";
import type { Inspection } from "../../src/inspect/inspection.ts";

/** A source that has everything at once: the same batch again and again. */
export class Batches implements Subscription {
  readonly outcomes: readonly Outcome[] = [];
  readonly window: number;
  readonly dropped = 0;
  readonly facts = [];
  readonly #count: number;
  readonly #batch: readonly Delivery[];

  constructor(count: number, batch: readonly Delivery[]) {
    this.#count = count;
    this.#batch = batch;
    this.window = batch.length;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
    for (let sent = 0; sent < this.#count; sent += this.#batch.length) yield this.#batch;
  }

  /** Resolves when the inspection has taken all of it. */
  async readBy(inspection: Inspection): Promise<void> {
    await new Promise<void>((resolve) => {
      inspection.onDidChange(() => {
        if (inspection.ended) resolve();
      });
      inspection.attach(this);
    });
  }

  settle = async (): Promise<readonly number[]> => [];
  setWindow = async (): Promise<void> => undefined;
  close = async (): Promise<void> => undefined;
}
