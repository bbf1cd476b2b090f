/** Counts the steps of a series of questions. */
export class Steps {
  #at = 0;
  readonly #of: number;

  /** @param of how many there are in all */
  constructor(of: number) {
    this.#of = of;
  }

  /** The step that comes now. */
  next(): { readonly at: number; readonly of: number } {
    this.#at += 1;
    return { at: this.#at, of: Math.max(this.#at, this.#of) };
  }
}
