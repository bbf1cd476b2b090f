/** The whole page, put together from its parts. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import type { InspectorState } from "../../src/protocol/inspector.ts";
import type { BodyPanel } from "./body/bodyPanel.ts";
import { type ConsoleActions, consoleView } from "./console/consoleView.ts";
import type { SettleConsole } from "./console/settleConsole.ts";
import { type DetailActions, type DetailModel, detailView } from "./detailView.ts";
import type { FilterBox } from "./filter/filterBox.ts";
import { isFiltered } from "./filter/filterState.ts";
import { type HeadingActions, headingView } from "./headingView.ts";
import { type ListActions, listView } from "./listView.ts";
import { type ColumnMenuActions, columnMenu } from "./columns/columnMenu.ts";
import type { Columns } from "./columns/columns.ts";
import type { HeaderActions } from "./columns/headerView.ts";
import type { MessageList } from "./messageList.ts";
import { messageContext } from "./messageMenu.ts";
import type { Remembered } from "./remembered.ts";
import { sizeOf } from "./selection.ts";
import { splitter } from "./splitter.ts";
import { statusView } from "./statusView.ts";
import type { TimelinePanel } from "./timeline/timelinePanel.ts";
import { rangeText, type TimelineModel, timelineView } from "./timeline/timelineView.ts";
import { type ToolbarActions, toolbarView } from "./toolbarView.ts";

export interface PageModel {
  readonly state: InspectorState;
  readonly memory: Remembered;
  readonly list: MessageList;
  readonly columns: Columns;
  readonly header: HeaderActions;
  readonly detail: Pick<DetailModel, "detail" | "problem">;
  readonly filter: FilterBox;
  readonly timeline: TimelinePanel;
  readonly console: SettleConsole;
  readonly body: BodyPanel;
  /** In pixels. */
  readonly width: number;
  /** There is room for the bars. */
  readonly timelineFits: boolean;
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
  readonly columns: ColumnMenuActions;
  readonly detail: DetailActions;
  readonly console: ConsoleActions;
  split(split: number): void;
  toggleUtc(): void;
  closeProblem(): void;
}

export function pageView(model: PageModel, actions: PageActions): TemplateResult {
  const { state, memory, list, columns, stacked } = model;
  const { detail, problem } = model.detail;
  const { tab, bodyMode, wrap } = memory;
  const selected = sizeOf(list.selection, state.summary.shown);
  const shown = {
    detail,
    problem,
    state: detail && list.rowOf(detail.seq)?.state,
    tab,
    bodyMode,
    wrap,
    utc: columns.layout.utc,
    body: model.body,
    menu: messageContext(state.outcomes, selected),
  };
  const open = { effects: memory.effectsOpen, facts: memory.factsOpen };
  const timelineOpen = memory.timeline && model.timelineFits;
  const chosen = model.filter.range;
  const range = chosen && rangeText(chosen, columns.layout.utc);
  return html`<main class="inspector ${stacked ? "stacked" : ""}">
    ${headingView(state, open, actions.heading)}
    ${toolbarView({ ...model, range, timelineOpen, follow: list.follow, selected }, actions.toolbar)}
    ${consoleView(state, model.console, memory.settlingOpen, actions.console)}
    ${model.problem === undefined ? nothing : problemView(model.problem, actions)}
    ${timelineOpen ? timelineView(model.timeline, timelineModel(model, actions)) : nothing}
    <div class="split" style="--split:${memory.split}%">
      <section class="messages" aria-label=${t("List of messages")}>
        ${listView(list, state, columns, model.header, actions.list)}
      </section>
      ${splitter(memory.split, stacked, (split) => {
        actions.split(split);
      })}
      <section class="detail" aria-label=${t("Message")}>${detailView(shown, actions.detail)}</section>
    </div>
    ${statusView(state, selected)} ${columnMenu(columns, state.keyLabel, actions.columns)}
    <div class="visually-hidden" role="status" aria-live="polite">${model.spoken}</div>
  </main>`;
}

function timelineModel({ state, columns, width }: PageModel, actions: PageActions): TimelineModel {
  return {
    utc: columns.layout.utc,
    width,
    filtered: isFiltered(state),
    toggleUtc: () => {
      actions.toggleUtc();
    },
  };
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
