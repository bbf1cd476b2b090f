/** What a screen reader is told: the latest sentence, at most one in a while. */
export class Announcer {
  readonly #say: (sentence: string) => void;
  #next: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(say: (sentence: string) => void) {
    this.#say = say;
  }

  announce(sentence: string): void {
    if (this.#timer !== undefined) {
      this.#next = sentence;
      return;
    }
    this.#say(sentence);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const next = this.#next;
      this.#next = undefined;
      if (next !== undefined) this.announce(next);
    }, 1000);
  }
}
