/** Where in a text the marked places are. */
import type { Highlight } from "../../../src/protocol/filter.ts";

/** A longer text is looked through only so far. */
const longestText = 200_000;
/** Looking through one text by one pattern may take this many milliseconds; a pattern that takes longer is not used again. */
const longestSearch = 25;

/** One marked place: from, to. */
export type Span = readonly [number, number];

/** Finds what is to be marked, as one pattern after the other. */
export class Matches {
  readonly #patterns: readonly RegExp[];
  readonly #slow = new Set<RegExp>();

  constructor(highlights: readonly Highlight[]) {
    this.#patterns = highlights.flatMap(({ source, flags }) => {
      try {
        return [new RegExp(source, flags.includes("g") ? flags : `${flags}g`)];
      } catch {
        return [];
      }
    });
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /** At most so many places. */
  in(text: string, most: number): readonly Span[] {
    const part = text.length > longestText ? text.slice(0, longestText) : text;
    const spans: Span[] = [];
    for (const pattern of this.#patterns) {
      if (this.#slow.has(pattern)) continue;
      const until = performance.now() + longestSearch;
      pattern.lastIndex = 0;
      for (let found = pattern.exec(part); found && spans.length < most; found = pattern.exec(part)) {
        const [{ length }] = found;
        if (length > 0) spans.push([found.index, found.index + length]);
        else pattern.lastIndex++;
        if (performance.now() > until) {
          this.#slow.add(pattern);
          break;
        }
      }
      if (performance.now() > until) this.#slow.add(pattern);
    }
    return spans;
  }
}
