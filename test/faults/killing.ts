import type { KillableBroker } from "./killableBroker.ts";

/** Kills a broker and starts it again whenever the work has come to one of some random points. */
export class Killing {
  readonly #broker: Pick<KillableBroker, "kill" | "restart">;
  readonly #points: number[];
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param work how much there is to do; all kills come in the first nine tenths of it */
  constructor(broker: Pick<KillableBroker, "kill" | "restart">, kills: number, work: number, random: () => number) {
    this.#broker = broker;
    this.#points = Array.from({ length: kills }, () => Math.floor(random() * work * 0.9)).sort((a, b) => a - b);
  }

  /** How many kills are still to come. */
  get left(): number {
    return this.#points.length;
  }

  /** So much is done. */
  progress(done: number): void {
    if (this.#running || (this.#points[0] ?? Infinity) > done) return;
    this.#points.shift();
    this.#running = this.#broker
      .kill()
      .then(() => this.#broker.restart())
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => (this.#running = undefined));
  }

  /** Resolves when the broker is up. */
  async up(): Promise<void> {
    await this.#running;
    if (this.#failure) throw this.#failure.error;
  }
}
