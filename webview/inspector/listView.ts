/** The list on the screen: a grid of which only the visible rows exist. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import type { InspectorState } from "../../src/protocol/inspector.ts";
import { isFiltered } from "./filter/filterState.ts";
import { trackSizes } from "./columns/columnLook.ts";
import type { Columns } from "./columns/columns.ts";
import { columnsButton, type HeaderActions, headerView } from "./columns/headerView.ts";
import { count } from "./format.ts";
import type { MessageList } from "./messageList.ts";
import { menuContext } from "./messageMenu.ts";
import { trackHeight } from "./scrollScale.ts";
import { sizeOf } from "./selection.ts";
import { modeWord } from "./words.ts";

export interface ListActions {
  readonly grid: (element: Element | undefined) => void;
  readonly scroll: (event: Event) => void;
  readonly scrollEnd: () => void;
  readonly press: (event: KeyboardEvent) => void;
  pick(index: number, event: MouseEvent): void;
  /** Before a menu opens on it: it becomes the selection, unless it is part of it. */
  turnTo(index: number): void;
  openCurrent(): void;
  follow(): void;
  clearFilter(): void;
}

/** The rows themselves are not drawn here: see rowElements.ts. */
export function listView(
  list: MessageList,
  state: InspectorState,
  columns: Columns,
  header: HeaderActions,
  actions: ListActions,
): TemplateResult {
  const { size } = list;
  const menu = (): string => menuContext(state.outcomes, sizeOf(list.selection, state.summary.shown));
  const tracks = trackSizes(columns.shown);
  return html`<div
      class="grid"
      role="grid"
      tabindex="0"
      aria-label=${t("Messages")}
      aria-multiselectable="true"
      data-vscode-context=${menu()}
      aria-rowcount=${size.count + 1}
      aria-colcount=${columns.shown.length}
      style="--columns:${tracks.template};--least:${tracks.least}"
      ${ref(actions.grid)}
      @scroll=${actions.scroll}
      @scrollend=${actions.scrollEnd}
      @keydown=${actions.press}
      @click=${(event: MouseEvent) => {
        const index = indexOf(event);
        if (index !== undefined) actions.pick(index, event);
      }}
      @contextmenu=${(event: MouseEvent) => {
        const index = indexOf(event);
        // Beside the rows there is nothing to choose.
        if (index === undefined) event.preventDefault();
        else actions.turnTo(index);
        // Read before the next drawing.
        if (event.currentTarget instanceof HTMLElement) event.currentTarget.dataset["vscodeContext"] = menu();
      }}
      @dblclick=${(event: MouseEvent) => {
        if (indexOf(event) !== undefined) actions.openCurrent();
      }}
    >
      ${headerView(columns, state.keyLabel, header)}
      <div class="track" role="presentation" style="height:${trackHeight(size)}px"></div>
    </div>
    ${columnsButton(columns, header)} ${state.summary.sorting ? sortingView() : nothing}
    ${size.count === 0 ? emptyView(state, actions) : nothing} ${chip(list, actions)}`;
}

function sortingView(): TemplateResult {
  return html`<p class="sorting" role="status">
    <span class="codicon codicon-loading codicon-modifier-spin" aria-hidden="true"></span> ${t("Sorting…")}
  </p>`;
}

/** The row under the pointer. */
function indexOf(event: MouseEvent): number | undefined {
  const row = event.target instanceof Element ? event.target.closest("[data-index]") : null;
  return row instanceof HTMLElement ? Number(row.dataset["index"]) : undefined;
}

function emptyView(state: InspectorState, actions: ListActions): TemplateResult {
  if (isFiltered(state) && state.summary.kept > 0)
    return html`<div class="empty">
      <p>
        ${
          state.summary.searching
            ? t("Searching {number} messages…", { number: count(state.summary.kept) })
            : t("None of the {number} messages matches this filter.", { number: count(state.summary.kept) })
        }
      </p>
      <vscode-button
        appearance="secondary"
        @click=${() => {
          actions.clearFilter();
        }}
        >${t("Clear the filter")}</vscode-button
      >
    </div>`;
  return html`<div class="empty">
    <span class="codicon codicon-${modeWord(state.mode).icon}" aria-hidden="true"></span>
    <p>${waitingSentence(state)}</p>
  </div>`;
}

function waitingSentence(state: InspectorState): string {
  if (state.ended) return t("There are no messages here.");
  switch (state.mode) {
    case "tap":
      return t("Waiting for messages: what is published from now on appears here.");
    case "browse":
      return t("Reading: there are no messages yet.");
    case "consume":
      return t("Waiting for messages: each one that comes is held here until you settle it.");
    default:
      return state.mode satisfies never;
  }
}

function chip(list: MessageList, actions: ListActions): TemplateResult | typeof nothing {
  if (list.follow || list.unseen === 0) return nothing;
  return html`<button
    class="chip"
    title=${t("Go to the newest and follow")}
    @click=${() => {
      actions.follow();
    }}
  >
    <span aria-hidden="true">↓</span> ${t("{number} new", { number: count(list.unseen) })}
  </button>`;
}
