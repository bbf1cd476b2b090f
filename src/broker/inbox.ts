/**
 * What a subscription has received and nobody has pulled yet: the driver pushes one by one, the reader pulls batches. It
 * does not bound itself: the driver does, by never asking the broker for more than its window.
 */
export class Inbox<T> implements AsyncIterable<readonly T[]> {
  #items: T[] = [];
  #end: { readonly error?: Error } | undefined;
  #wake: (() => void) | undefined;

  /** How many wait to be pulled. */
  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#end) return;
    this.#items.push(item);
    this.#wakeUp();
  }

  /** What was pushed before is still handed out; then the iteration ends. */
  end(): void {
    this.#end ??= {};
    this.#wakeUp();
  }

  /** What was pushed before is still handed out; then the iteration throws. */
  fail(error: Error): void {
    this.#end ??= { error };
    this.#wakeUp();
  }

  /** Forgets what waits: those deliveries can no longer be settled. @returns how many there were */
  drop(): number {
    const count = this.#items.length;
    this.#items = [];
    return count;
  }

  /** For one reader. */
  async *[Symbol.asyncIterator](): AsyncIterator<readonly T[]> {
    for (;;) {
      if (this.#items.length > 0) {
        const batch = this.#items;
        this.#items = [];
        yield batch;
      } else if (this.#end) {
        if (this.#end.error) throw this.#end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
