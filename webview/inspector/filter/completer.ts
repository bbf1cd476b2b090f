import type { Completion } from "../../../src/protocol/filter.ts";

export interface CompleterOwner {
  complete(at: { readonly text: string; readonly caret: number }): Promise<readonly Completion[]>;
  changed(): void;
}

const restMilliseconds = 60;

/** What may stand where the caret is: asked for while one types, and the latest question wins. */
export class Completer {
  readonly #owner: CompleterOwner;
  #shown: readonly Completion[] = [];
  #active = -1;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(owner: CompleterOwner) {
    this.#owner = owner;
  }

  /** Empty while the list is closed. */
  get shown(): readonly Completion[] {
    return this.#shown;
  }

  /** The place in the list of the one that is marked, -1 for none. */
  get active(): number {
    return this.#active;
  }

  get chosen(): Completion | undefined {
    return this.#shown[this.#active];
  }

  /** Asks as soon as typing rests. Nothing is marked: Enter must not change what was typed. */
  typed(text: string, caret: number): void {
    this.#asked++;
    this.#active = -1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#ask(text, caret, -1);
    }, restMilliseconds);
  }

  /** Asks at once, as the user wished, and marks the first. */
  open(text: string, caret: number): void {
    clearTimeout(this.#timer);
    this.#ask(text, caret, 0);
  }

  move(by: number): void {
    const count = this.#shown.length;
    if (count === 0) return;
    const from = this.#active < 0 && by < 0 ? 0 : this.#active;
    this.#active = (from + by + count) % count;
    this.#owner.changed();
  }

  /** Answers that are still to come are not shown any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#asked++;
    if (this.#shown.length === 0) return;
    this.#shown = [];
    this.#active = -1;
    this.#owner.changed();
  }

  #ask(text: string, caret: number, active: number): void {
    const asked = ++this.#asked;
    this.#owner.complete({ text, caret }).then(
      (shown) => {
        if (asked !== this.#asked) return;
        // Marked while the answer was on its way.
        const marked = shown.findIndex(({ label }) => label === this.chosen?.label);
        this.#shown = shown;
        this.#active = marked >= 0 ? marked : shown.length > 0 ? active : -1;
        this.#owner.changed();
      },
      // One can type without it.
      () => {
        if (asked === this.#asked) this.close();
      },
    );
  }
}
