export interface FilterOwner {
  /** Rejects with a sentence. */
  apply(text: string): Promise<void>;
  changed(): void;
  failed(error: unknown): void;
}

const restMilliseconds = 120;

/** The text in the filter field, and when the host hears of it: as soon as typing rests. */
export class FilterBox {
  text = "";
  readonly #owner: FilterOwner;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(owner: FilterOwner) {
    this.#owner = owner;
  }

  type(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#apply();
    }, restMilliseconds);
    this.#owner.changed();
  }

  clear(): void {
    if (this.text === "") return;
    this.text = "";
    clearTimeout(this.#timer);
    this.#apply();
  }

  #apply(): void {
    this.#owner.apply(this.text).catch((error: unknown) => {
      this.#owner.failed(error);
    });
    this.#owner.changed();
  }
}
