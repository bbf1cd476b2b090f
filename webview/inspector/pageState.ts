import { t } from "@vscode/l10n";
import type { FilterAnswer, TimeRange } from "../../src/protocol/filter.ts";
import type { InspectorState, Summary } from "../../src/protocol/inspector.ts";
import { withAnswer, withFilter } from "./filter/filterState.ts";

export interface PageStateOwner {
  /** What is in the field of the filter: the host may not know it yet. */
  readonly typed: { readonly text: string; readonly range: TimeRange | undefined };
  /** The host has told another summary. */
  summarized(summary: Summary): void;
  /** A filter was applied, or has a mistake. */
  filtered(summary: Summary): void;
  /** Something is to be drawn anew. */
  changed(): void;
  announce(sentence: string): void;
}

/** What the host has told about all that is watched here, and what is said when it changes. */
export class PageState {
  readonly #owner: PageStateOwner;
  #now: InspectorState | undefined;

  constructor(owner: PageStateOwner) {
    this.#owner = owner;
  }

  /** Undefined until the host has told it. */
  get now(): InspectorState | undefined {
    return this.#now;
  }

  /** The host tells everything anew. */
  take(state: InspectorState): void {
    const before = this.#now;
    if (before) {
      const { text, range } = this.#owner.typed;
      this.#now = { ...withFilter(state, text, range), summary: before.summary };
    } else this.#now = state;
    if (before && !before.ended && state.ended) this.#owner.announce(state.ended.sentence);
    if (before?.ended && !state.ended) this.#owner.announce(t("Attached again."));
    this.summarize(state.summary);
  }

  summarize(summary: Summary): void {
    if (!this.#now) return;
    const before = this.#now.summary;
    this.#now = { ...this.#now, summary };
    if (summary.stalled === "full" && before.stalled !== "full")
      this.#owner.announce(t("Full of unsettled messages: settle some to go on."));
    if (before.searching && !summary.searching) this.#sayShown(summary);
    this.#owner.summarized(summary);
    this.#owner.changed();
  }

  /** What the host did that it does not tell by itself. */
  change(change: Partial<InspectorState>): void {
    if (this.#now) this.#now = { ...this.#now, ...change };
    this.#owner.changed();
  }

  /** A filter is going to be applied. */
  filtering(text: string, range: TimeRange | undefined): void {
    if (this.#now) this.#now = withFilter(this.#now, text, range);
  }

  /** It was applied, or has a mistake. */
  filtered(answer: FilterAnswer): void {
    if (!this.#now) return;
    const summary = withAnswer(this.#now.summary, answer);
    this.#now = { ...this.#now, summary };
    this.#owner.filtered(summary);
    if (summary.searching) this.#owner.announce(t("Searching…"));
    else if (!summary.filterMistake) this.#sayShown(summary);
    this.#owner.changed();
  }

  #sayShown({ shown }: Summary): void {
    this.#owner.announce(t("Shown: {number}.", { number: shown.toLocaleString() }));
  }
}
