/** What the page and its host say about the filter. */

/** Something that may stand where the caret is: `insert` replaces the text from `from` to `to`. */
export interface Completion {
  readonly label: string;
  readonly insert: string;
  readonly from: number;
  readonly to: number;
  readonly detail: string;
}

/** Milliseconds since 1970; `to` is not in it any more. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface SavedFilter {
  readonly name: string;
  readonly text: string;
}

/** A mistake in a filter: a sentence, and the part of the text that it is about. */
export interface FilterMistake {
  readonly sentence: string;
  readonly from: number;
  readonly to: number;
}

/** A regular expression of what is to be marked in list and body. */
export interface Highlight {
  readonly source: string;
  readonly flags: string;
}

/** What a filter did: this part of the summary, sooner than the next `changed`. */
export interface FilterAnswer {
  readonly version: number;
  readonly shown: number;
  readonly searching: boolean;
  /** What was shown before it stays then. */
  readonly filterMistake?: FilterMistake;
  readonly highlights: readonly Highlight[];
}

/** Page → host. */
export interface FilterCalls {
  /**
   * An empty text shows everything, a range only what arrived in it. Answered when the first part has been searched; the
   * rest comes as `changed`.
   */
  setFilter(to: { readonly text: string; readonly range?: TimeRange }): FilterAnswer;
  complete(at: { readonly text: string; readonly caret: number }): readonly Completion[];
  savedFilters(): readonly SavedFilter[];
  /** @returns all of them, as the two others do */
  saveFilter(filter: SavedFilter): readonly SavedFilter[];
  removeFilter(of: { readonly name: string }): readonly SavedFilter[];
}
