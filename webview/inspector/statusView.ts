import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import type { InspectorState } from "../../src/protocol/inspector.ts";
import { heldOutcomes } from "../../src/protocol/settling.ts";
import { isFiltered } from "./filter/filterState.ts";
import { byteSize, count } from "./format.ts";

/** The counters. */
export function statusView(state: InspectorState, selected: number): TemplateResult {
  const { summary } = state;
  const settles = heldOutcomes(state.outcomes).length > 0;
  return html`<footer class="status">
    ${counter(t("Received"), count(summary.received))}
    ${counter(
      t("Shown"),
      isFiltered(state)
        ? t("{shown} of {kept}", { shown: count(summary.shown), kept: count(summary.kept) })
        : count(summary.shown),
    )}
    ${settles || summary.pending > 0 ? counter(t("Pending"), count(summary.pending)) : nothing}
    ${counter(t("Evicted"), count(summary.evicted), t("The oldest are forgotten when there are too many to keep"))}
    ${
      summary.dropped > 0
        ? counter(
            t("Dropped"),
            count(summary.dropped),
            t("Thrown away before they came here: this source cannot be slowed down"),
          )
        : nothing
    }
    ${counter(t("Memory"), byteSize(summary.bytes))} ${selected > 1 ? counter(t("Selected"), count(selected)) : nothing}
    ${
      isFull(state)
        ? html`<span class="stall">
            <span class="codicon codicon-warning" aria-hidden="true"></span>
            ${t("Full of unsettled messages: settle some to go on.")}
          </span>`
        : nothing
    }
  </footer>`;
}

/** The broker sends no more than the prefetch unsettled. */
export function isFull({ outcomes, ended, paused, summary, window }: InspectorState): boolean {
  return heldOutcomes(outcomes).length > 0 && !ended && !paused && summary.pending >= window;
}

function counter(name: string, value: string, title = ""): TemplateResult {
  return html`<span class="counter" title=${title}><span class="name">${name}</span> <b>${value}</b></span>`;
}
