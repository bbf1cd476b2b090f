/** Something to undo: a listener to remove, a resource to free. Calling it twice is harmless. */
export interface Disposable {
  dispose(): void;
}

/** Subscribe to a happening. Compatible with `vscode.Event` for plain listeners. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The firing end of an {@link Event}. A listener that throws does not keep the others from hearing. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    // Wrapped, so that the same function registered twice is heard twice and removed once.
    const own = (value: T): void => {
      listener(value);
    };
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  };

  fire(value: T): void {
    let failure: { error: unknown } | undefined;
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure) throw failure.error;
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
