import type { Delivery, Subscription } from "../broker/contract.ts";
import type { AckState } from "../protocol/rows.ts";
import { heldOutcomes } from "../protocol/settling.ts";
import type { MessageLog } from "./log.ts";

/** How long one piece of work may hold the event loop, in milliseconds. */
const slice = 1;
const clockBytes = 1024 * 1024;

/** What a {@link Pump} fills, and whom it tells. */
export interface PumpDeps {
  readonly log: MessageLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called after each slice. */
  readonly added: () => void;
}

/** Pulls what a subscription delivers into a log, in slices; waits while it is paused or the log is full. */
export class Pump {
  readonly #deps: PumpDeps;
  #paused = false;
  /** The log took no more: all in it has to be settled first. */
  #full = false;
  #closed = false;
  #wake: (() => void) | undefined;
  #sliceStart = 0;

  constructor(deps: PumpDeps) {
    this.#deps = deps;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Why nothing is pulled now. */
  get stalled(): "paused" | "full" | undefined {
    return this.#paused ? "paused" : this.#full ? "full" : undefined;
  }

  /** Resolves when the subscription has ended, or this was closed. @throws what the subscription throws */
  async run(subscription: Subscription): Promise<void> {
    const state: AckState = heldOutcomes(subscription.outcomes).length > 0 ? "pending" : "none";
    for await (const batch of subscription) {
      let next = 0;
      while (next < batch.length && !this.#closed) {
        if (this.#paused || this.#full) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        next = this.#append(batch, next, state);
        this.#deps.added();
        if (performance.now() - this.#sliceStart >= slice) await this.#breathe();
      }
      if (this.#closed) return;
    }
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.resume();
  }

  /** Looks again whether there is room. */
  resume(): void {
    this.#full = false;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** Nothing is pulled any more. */
  close(): void {
    this.#closed = true;
    this.resume();
  }

  /** @returns the index of the first that was not taken */
  #append(batch: readonly Delivery[], from: number, state: AckState): number {
    const { log } = this.#deps;
    const now = this.#deps.now();
    let bytes = 0;
    let next = from;
    for (; next < batch.length; next++) {
      const delivery = batch[next];
      if (!delivery) break;
      if (log.add(delivery, now, state) < 0) {
        this.#full = true;
        break;
      }
      bytes += delivery.body.length;
      // The clock costs as much as a small message: it is asked after a few, or a large one.
      if ((next & 31) !== 31 && bytes < clockBytes) continue;
      bytes = 0;
      if (performance.now() - this.#sliceStart >= slice) return next + 1;
    }
    return next;
  }

  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#sliceStart = performance.now();
  }
}
