import { t } from "@vscode/l10n";
import type { FilterMistake, Highlight, TimeRange } from "../protocol/filter.ts";
import type { LogListener, MessageLog } from "./log.ts";
import { MatchView } from "./matchView.ts";
import { compileQuery, type Filter } from "./query/compile.ts";
import { highlightsOf } from "./query/highlights.ts";
import { knownNames } from "./query/known.ts";
import { parseQuery } from "./query/parser.ts";
import { Search } from "./query/search.ts";

/** How long one piece of searching may hold the event loop, in milliseconds. */
const slice = 6;

/** What is shown of a log: everything, or what a filter lets through, searched in slices and kept up to date. */
export class View implements LogListener {
  readonly #log: MessageLog;
  readonly #changed: () => void;
  readonly #now: () => number;
  readonly #matches = new MatchView();
  #filter: Filter | undefined;
  #search: Search | undefined;
  #text = "";
  #range: TimeRange | undefined;
  #mistake: FilterMistake | undefined;
  #highlights: readonly Highlight[] = [];
  #searching = false;
  /** How far the rows moved while there was no filter. */
  #shift = 0;

  /**
   * @param changed called after each slice of searching that went on by itself
   * @param now milliseconds since 1970
   */
  constructor(log: MessageLog, changed: () => void, now: () => number = Date.now) {
    this.#log = log;
    this.#changed = changed;
    this.#now = now;
    log.listener = this;
  }

  get text(): string {
    return this.#text;
  }

  get range(): TimeRange | undefined {
    return this.#range;
  }

  /** A mistake in the filter, or why its search was given up. */
  get mistake(): FilterMistake | undefined {
    return this.#mistake ?? this.#stopped();
  }

  /** What could not be searched, as a sentence. */
  get note(): string | undefined {
    const count = this.#search?.cutBodies ?? 0;
    if (count === 0) return undefined;
    return t("Of {count} packed bodies only the beginning was searched: they are too large when unpacked.", { count });
  }

  get highlights(): readonly Highlight[] {
    return this.#highlights;
  }

  /** Whether what is kept has not all been searched yet. */
  get searching(): boolean {
    return this.#searching;
  }

  /** How far the rows of this view moved so far: see `Summary.shift`. */
  get shift(): number {
    return this.#shift + this.#matches.shift;
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

  /**
   * Shows what the text lets through of what arrived in the range. The search before is given up; the first slice of this
   * one is done when it returns.
   * @returns false when there is a mistake in the text: what was shown before stays
   */
  setFilter(text: string, range?: TimeRange): boolean {
    const parsed = parseQuery(text, knownNames(this.#log));
    this.#text = text;
    this.#range = range;
    this.#mistake = "mistake" in parsed ? parsed.mistake : undefined;
    if ("mistake" in parsed) return false;
    this.#highlights = parsed.query ? highlightsOf(parsed.query) : [];
    this.#filter = compileQuery(this.#log, parsed.query, this.#now(), range);
    this.restart();
    return true;
  }

  /** Searches anew: the log was cleared. */
  restart(): void {
    const matches = this.#matches;
    matches.clear();
    this.#searching = false;
    this.#search = undefined;
    if (!this.#filter) return;
    this.#search = new Search(this.#log, this.#filter, {
      newest: (seq) => {
        matches.addNewest(seq);
      },
      oldest: (seq) => {
        matches.addOldest(seq);
      },
    });
    this.#run(this.#search);
  }

  /** Looks at what was added to the log. */
  arrived(): void {
    if (this.#search && !this.#searching) this.#run(this.#search);
  }

  /** The ack states of these messages changed. @returns whether other messages are shown now */
  statesChanged(seqs: Iterable<number>): boolean {
    const search = this.#search;
    if (!search || this.#filter?.asksState !== true) return false;
    const gone = new Set<number>();
    const come: number[] = [];
    for (const seq of seqs) {
      if (!search.covers(seq)) continue;
      const matches = search.matches(seq);
      if (matches === true) come.push(seq);
      else if (matches === false) gone.add(seq);
    }
    return this.#matches.change(
      gone,
      come.sort((a, b) => a - b),
    );
  }

  close(): void {
    this.#search = undefined;
    this.#searching = false;
  }

  evicted(seq: number): void {
    if (this.#filter) this.#matches.evicted(seq);
    else this.#shift--;
  }

  pinned(): void {
    // It stays where it is: what is kept beyond its turn is older than all others.
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

  #stopped(): FilterMistake | undefined {
    const sentence = this.#search?.stopped;
    return sentence === undefined ? undefined : { sentence, from: 0, to: this.#text.length };
  }
}
