/** How long one piece of work may hold the event loop, in milliseconds. */
const slice = 6;

/** Lets others run whenever a piece of work has taken long enough. */
export class Clock {
  #since = performance.now();

  /** To be waited for between small steps. */
  async tick(): Promise<void> {
    if (performance.now() - this.#since < slice) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
