import { compileFilter, type Filter } from "./filter.ts";
import type { LogListener, MessageLog } from "./log.ts";
import { MatchView, Search } from "./matchView.ts";

/** How long one piece of searching may hold the event loop, in milliseconds. */
const slice = 6;

/** What is shown of a log: everything, or what a filter lets through, searched in slices and kept up to date. */
export class View implements LogListener {
  readonly #log: MessageLog;
  readonly #changed: () => void;
  readonly #matches = new MatchView();
  #filter: Filter | undefined;
  #search: Search | undefined;
  #text = "";
  #problem: string | undefined;
  #searching = false;

  /** @param changed called after each slice of searching that went on by itself */
  constructor(log: MessageLog, changed: () => void) {
    this.#log = log;
    this.#changed = changed;
    log.listener = this;
  }

  get text(): string {
    return this.#text;
  }

  /** A mistake in the filter, as a sentence. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether what is kept has not all been searched yet. */
  get searching(): boolean {
    return this.#searching;
  }

  get count(): number {
    return this.#filter ? this.#matches.count : this.#log.count;
  }

  /** The slot in the log of what stands at `position`. */
  slotAt(position: number): number {
    return this.#filter ? this.#log.slot(this.#matches.seqAt(position)) : this.#log.slotAt(position);
  }

  /** Where a message stands, -1 when it is hidden or not kept. */
  position(seq: number): number {
    return this.#filter ? this.#matches.position(seq) : this.#log.position(seq);
  }

  /** The search before is given up; the first slice of this one is done when it returns. */
  setFilter(text: string): void {
    const compiled = compileFilter(text);
    this.#text = text;
    this.#problem = "problem" in compiled ? compiled.problem : undefined;
    // With a mistake in it, what was shown before stays.
    if ("problem" in compiled) return;
    this.#filter = compiled.filter;
    this.restart();
  }

  /** Searches anew: the log was cleared. */
  restart(): void {
    const filter = this.#filter;
    this.#matches.clear();
    this.#searching = false;
    this.#search = undefined;
    if (!filter) return;
    const log = this.#log;
    this.#search = new Search(
      log,
      (slot) => filter.matches(log, slot),
      (seq, pinned) => this.#matches.add(seq, pinned),
    );
    this.#run(this.#search);
  }

  /** Looks at what was added to the log. */
  arrived(): void {
    if (this.#search && !this.#searching) this.#run(this.#search);
  }

  close(): void {
    this.#search = undefined;
    this.#searching = false;
  }

  evicted(seq: number): void {
    if (this.#filter) this.#matches.evicted(seq);
  }

  pinned(seq: number): void {
    if (this.#filter) this.#matches.pinned(seq);
  }

  /** For a slice; goes on by itself until all that is kept has been searched. */
  #run(search: Search): void {
    this.#searching = !search.run(slice);
    if (!this.#searching) return;
    setImmediate(() => {
      if (this.#search !== search) return;
      this.#run(search);
      this.#changed();
    });
  }
}
