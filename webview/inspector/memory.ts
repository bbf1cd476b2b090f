import type { Page } from "../page.ts";
import type { MessageList } from "./messageList.ts";
import { atFirst, type Remembered } from "./remembered.ts";

/** So many of the selected messages are remembered. */
const mostSelected = 500;

/** Holds what is remembered while the page is hidden. */
export class Memory {
  readonly #page: Page<Partial<Remembered>>;
  readonly #changed: () => void;
  #now: Remembered;

  constructor(page: Page<Partial<Remembered>>, changed: () => void) {
    this.#page = page;
    this.#changed = changed;
    this.#now = { ...atFirst, ...page.state };
  }

  get now(): Remembered {
    return this.#now;
  }

  /** The user has it so now. */
  set(change: Partial<Remembered>): void {
    this.#now = { ...this.#now, ...change };
    this.#page.remember(this.#now);
    this.#changed();
  }

  /** After each drawing: what is chosen in the list. */
  keep({ selection, current, wouldFollow: follow }: MessageList): void {
    const selected = selection.all ? [] : [...selection.seqs].slice(0, mostSelected);
    const next: Remembered = { ...this.#now, selected, current: current?.seq, follow };
    // Most drawings change nothing of it.
    if (JSON.stringify(next) === JSON.stringify(this.#now)) return;
    this.#now = next;
    this.#page.remember(next);
  }
}
