/** A mistake in the filter: marked in the field, and told below it with the place that it is about. */
import { html, type TemplateResult } from "lit";
import type { FilterMistake } from "../../../src/protocol/filter.ts";

/** More of the text than this around the place is left out in the sentence. */
const around = 24;

/** Lies behind the text of the field and is as wide: it shows nothing but the mark. */
export function mistakeMark(text: string, mistake: FilterMistake): TemplateResult {
  const { before, wrong } = parts(text, mistake);
  return html`<div class="mistake-mark" aria-hidden="true">${before}<mark>${wrong}</mark></div>`;
}

export function mistakeView(text: string, mistake: FilterMistake): TemplateResult {
  const { before, wrong, after } = parts(text, mistake);
  const start = before.length > around ? `…${before.slice(-around)}` : before;
  const end = after.length > around ? `${after.slice(0, around)}…` : after;
  return html`<p class="mistake problem">
    <span>${mistake.sentence}</span> <code aria-hidden="true">${start}<mark>${wrong}</mark>${end}</code>
  </p>`;
}

interface Parts {
  readonly before: string;
  readonly wrong: string;
  readonly after: string;
}

/** At the end, where something is missing, there is nothing to mark but a blank. */
function parts(text: string, { from, to }: FilterMistake): Parts {
  const end = Math.max(from, to);
  return { before: text.slice(0, from), wrong: text.slice(from, end) || "\u00a0", after: text.slice(end) };
}
