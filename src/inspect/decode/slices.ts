/** Milliseconds for which one piece of decoding may hold the event loop. */
const slice = 8;

/** Cuts long work into slices: between them everything else has its turn. */
export class Slices {
  #start = performance.now();

  /** Lets others go first when the slice is used up; else returns undefined at once. Ask it every thousand steps or so. */
  pause(): Promise<void> | undefined {
    return performance.now() - this.#start < slice ? undefined : this.#breathe();
  }

  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#start = performance.now();
  }
}
