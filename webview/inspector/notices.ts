import { Announcer } from "./announcer.ts";

/** What the page tells besides what it shows: the last problem, and what a screen reader says. */
export class Notices {
  readonly #changed: () => void;
  readonly #announcer: Announcer;
  #spoken = "";
  #problem: string | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.#announcer = new Announcer((sentence) => {
      this.#spoken = sentence;
      changed();
    });
  }

  /** What a screen reader is told. */
  get spoken(): string {
    return this.#spoken;
  }

  /** What went wrong last, as a sentence. */
  get problem(): string | undefined {
    return this.#problem;
  }

  announce(sentence: string): void {
    this.#announcer.announce(sentence);
  }

  fail(error: unknown): void {
    this.#problem = error instanceof Error ? error.message : String(error);
    this.#changed();
  }

  closeProblem(): void {
    this.#problem = undefined;
    this.#changed();
  }
}
