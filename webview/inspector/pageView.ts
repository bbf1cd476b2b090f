/** The whole page, put together from its parts. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import type { InspectorState } from "../../src/protocol/inspector.ts";
import { type DetailActions, type DetailModel, detailView } from "./detailView.ts";
import { type HeadingActions, headingView } from "./headingView.ts";
import { type ListActions, listView } from "./listView.ts";
import type { MessageList } from "./messageList.ts";
import type { Remembered } from "./remembered.ts";
import { sizeOf } from "./selection.ts";
import { splitter } from "./splitter.ts";
import { statusView } from "./statusView.ts";
import { type ToolbarActions, toolbarView } from "./toolbarView.ts";

export interface PageModel {
  readonly state: InspectorState;
  readonly memory: Remembered;
  readonly list: MessageList;
  readonly detail: Pick<DetailModel, "detail" | "problem">;
  readonly filter: string;
  readonly menuOpen: boolean;
  readonly windowProblem: string | undefined;
  /** What went wrong last, as a sentence. */
  readonly problem: string | undefined;
  /** What a screen reader is told. */
  readonly spoken: string;
  readonly stacked: boolean;
}

export interface PageActions {
  readonly heading: HeadingActions;
  readonly toolbar: ToolbarActions;
  readonly list: ListActions;
  readonly detail: DetailActions;
  split(split: number): void;
  closeProblem(): void;
}

export function pageView(model: PageModel, actions: PageActions): TemplateResult {
  const { state, memory, list, stacked } = model;
  const { detail, problem } = model.detail;
  const { tab, bodyMode, wrap } = memory;
  const selected = sizeOf(list.selection, state.summary.shown);
  const shown = { detail, problem, state: detail && list.rowOf(detail.seq)?.state, tab, bodyMode, wrap };
  const open = { effects: memory.effectsOpen, facts: memory.factsOpen };
  return html`<main class="inspector ${stacked ? "stacked" : ""}">
    ${headingView(state, open, actions.heading)}
    ${toolbarView({ ...model, follow: list.follow, selected }, actions.toolbar)}
    ${model.problem === undefined ? nothing : problemView(model.problem, actions)}
    <div class="split" style="--split:${memory.split}%">
      <section class="messages" aria-label=${t("List of messages")}>${listView(list, state, actions.list)}</section>
      ${splitter(memory.split, stacked, (split) => {
        actions.split(split);
      })}
      <section class="detail" aria-label=${t("Message")}>${detailView(shown, actions.detail)}</section>
    </div>
    ${statusView(state, selected)}
    <div class="visually-hidden" role="status" aria-live="polite">${model.spoken}</div>
  </main>`;
}

function problemView(sentence: string, actions: PageActions): TemplateResult {
  return html`<div class="bar failed" role="alert">
    <span class="codicon codicon-error" aria-hidden="true"></span><span>${sentence}</span>
    <vscode-button
      appearance="icon"
      aria-label=${t("Close")}
      @click=${() => {
        actions.closeProblem();
      }}
      ><span class="codicon codicon-close"></span
    ></vscode-button>
  </div>`;
}
