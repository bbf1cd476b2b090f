import type { Detail } from "../../src/protocol/inspector.ts";

/** The message that is shown whole: asked for one at a time, the latest wish wins. */
export class CurrentDetail {
  readonly #ask: (seq: number) => Promise<Detail>;
  readonly #changed: () => void;
  #wish: number | undefined;
  #asking = false;
  #detail: Detail | undefined;
  /** The same message is asked for once more; until it comes, what is known is shown. */
  #again = false;
  #problem: string | undefined;

  constructor(ask: (seq: number) => Promise<Detail>, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  get detail(): Detail | undefined {
    return this.#detail;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  show(seq: number | undefined): void {
    if (seq === this.#wish) return;
    this.#wish = seq;
    this.#problem = undefined;
    if (seq === undefined) this.#detail = undefined;
    else void this.#load();
  }

  /** Asks for the same message anew. */
  reload(): void {
    this.#again = true;
    this.#problem = undefined;
    void this.#load();
  }

  async #load(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#wish !== undefined && this.#isMissing(this.#wish) && this.#problem === undefined)
        await this.#loadOne(this.#wish);
    } finally {
      this.#asking = false;
    }
  }

  #isMissing(wish: number): boolean {
    return wish !== this.#detail?.seq || this.#again;
  }

  async #loadOne(seq: number): Promise<void> {
    this.#again = false;
    try {
      const detail = await this.#ask(seq);
      if (seq === this.#wish) this.#detail = detail;
    } catch (error) {
      if (seq === this.#wish) {
        this.#detail = undefined;
        this.#problem = error instanceof Error ? error.message : String(error);
      }
    }
    this.#changed();
  }
}
