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
/** Milliseconds between two looks at the ages that a filter asks for. */
const leastWait = 250;
const mostWait = 10_000;

/** What is shown of a log: everything, or what a filter lets through, searched in slices and kept up to date. */
export class View implements LogListener {
  readonly #log: MessageLog;
  readonly #changed: () => void;
  readonly #now: () => number;
  readonly #aged: () => void;
  readonly #matches = new MatchView();
  #filter: Filter | undefined;
  #search: Search | undefined;
  #text = "";
  #range: TimeRange | undefined;
  #mistake: FilterMistake | undefined;
  #highlights: readonly Highlight[] = [];
  #searching = false;
  #aging: NodeJS.Timeout | undefined;
  /** How far the rows moved while there was no filter. */
  #shift = 0;

  /**
   * @param changed called after each slice of searching that went on by itself
   * @param now milliseconds since 1970
   * @param aged called when other messages are shown because they grew older
   */
  constructor(log: MessageLog, changed: () => void, now: () => number = Date.now, aged: () => void = changed) {
    this.#log = log;
    this.#changed = changed;
    this.#now = now;
    this.#aged = aged;
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
    this.#waitForAge();
    return true;
  }

  /** Looks again at what grew older than an age that the filter asks for. @returns whether other messages are shown now */
  age(): boolean {
    const filter = this.#filter;
    if (!filter || filter.ages.length === 0) return false;
    const { clock, ages } = filter;
    const before = clock.now;
    clock.now = this.#now();
    return this.#lookAgain(ages.flatMap((age) => this.#arrivedIn(before - age, clock.now - age)));
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
    return this.#filter?.asksState === true && this.#lookAgain(seqs);
  }

  close(): void {
    clearTimeout(this.#aging);
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

  /** @returns whether other messages are shown now */
  #lookAgain(seqs: Iterable<number>): boolean {
    const search = this.#search;
    if (!search) return false;
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

  /** The seqs of what arrived from one moment to before another, the edges included. */
  #arrivedIn(from: number, to: number): number[] {
    const log = this.#log;
    const time = (position: number): number => log.time(log.slotAt(position));
    let low = 0;
    let high = log.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (time(middle) < from) low = middle + 1;
      else high = middle;
    }
    const seqs: number[] = [];
    for (; low < log.count && time(low) <= to; low++) seqs.push(log.seq(log.slotAt(low)));
    return seqs;
  }

  /** By itself, as often as the ages of the filter make a difference that is seen. */
  #waitForAge(): void {
    clearTimeout(this.#aging);
    const { ages = [] } = this.#filter ?? {};
    if (ages.length === 0) return;
    const wait = Math.min(mostWait, Math.max(leastWait, Math.min(...ages) / 100));
    this.#aging = setTimeout(() => {
      if (this.age()) this.#aged();
      this.#waitForAge();
    }, wait);
    // A filter keeps nothing alive.
    this.#aging.unref();
  }

  #stopped(): FilterMistake | undefined {
    const sentence = this.#search?.stopped;
    return sentence === undefined ? undefined : { sentence, from: 0, to: this.#text.length };
  }
}
