/** The list on the screen: a grid of which only the visible rows exist. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import type { InspectorState } from "../../src/protocol/inspector.ts";
import type { Row } from "../../src/protocol/rows.ts";
import { byteSize, clockTime, count } from "./format.ts";
import type { MessageList } from "./messageList.ts";
import { overscan, rowAt } from "./rowWindow.ts";
import { trackHeight, visibleRows } from "./scrollScale.ts";
import { isSelected } from "./selection.ts";
import { modeWord, stateWord } from "./words.ts";

export interface ListActions {
  grid(element: Element | undefined): void;
  scroll(event: Event): void;
  scrollEnd(): void;
  press(event: KeyboardEvent): void;
  pick(index: number, event: MouseEvent): void;
  /** Before a menu opens on it: it becomes the selection, unless it is part of it. */
  turnTo(index: number): void;
  openCurrent(): void;
  follow(): void;
  clearFilter(): void;
}

export function listView(list: MessageList, state: InspectorState, actions: ListActions): TemplateResult {
  const { size, position } = list;
  const visible = visibleRows(position.top, size);
  const first = Math.max(0, visible.first - overscan);
  const last = Math.min(size.count, visible.last + overscan);
  const indexes = Array.from({ length: last - first }, (_, at) => first + at);
  const current = list.current;
  const isCurrentHere = current !== undefined && current.index >= first && current.index < last;
  return html`<div
      class="grid"
      role="grid"
      tabindex="0"
      aria-label=${t("Messages")}
      aria-multiselectable="true"
      aria-rowcount=${size.count + 1}
      aria-colcount="6"
      aria-activedescendant=${isCurrentHere ? rowId(current.index) : nothing}
      ${ref((element) => {
        actions.grid(element);
      })}
      @scroll=${(event: Event) => {
        actions.scroll(event);
      }}
      @scrollend=${() => {
        actions.scrollEnd();
      }}
      @keydown=${(event: KeyboardEvent) => {
        actions.press(event);
      }}
      @click=${(event: MouseEvent) => {
        const index = indexOf(event);
        if (index !== undefined) actions.pick(index, event);
      }}
      @contextmenu=${(event: MouseEvent) => {
        const index = indexOf(event);
        if (index !== undefined) actions.turnTo(index);
      }}
      @dblclick=${(event: MouseEvent) => {
        if (indexOf(event) !== undefined) actions.openCurrent();
      }}
    >
      ${head()}
      <div class="track" role="presentation" style="height:${trackHeight(size)}px">
        ${repeat(
          indexes,
          (index) => index,
          (index) => {
            const top = position.scroll + index * size.rowHeight - position.top;
            return rowView(rowAt(list.window, index), index, top, list);
          },
        )}
      </div>
    </div>
    ${size.count === 0 ? emptyView(state, actions) : nothing} ${chip(list, actions)}`;
}

/** For the entries of `webview/context` in package.json. */
const messageContext = JSON.stringify({ webviewSection: "message", preventDefaultContextMenuItems: true });

export function rowId(index: number): string {
  return `row-${index}`;
}

/** The row under the pointer. */
function indexOf(event: MouseEvent): number | undefined {
  const row = event.target instanceof Element ? event.target.closest("[data-index]") : null;
  return row instanceof HTMLElement ? Number(row.dataset["index"]) : undefined;
}

function head(): TemplateResult {
  const names = [t("Time"), t("State"), t("Routing key"), t("Size"), t("Type"), t("Preview")];
  const classes = ["time", "state", "key", "size", "type", "preview"];
  return html`<div class="row head" role="row" aria-rowindex="1">
    ${names.map(
      (name, at) => html`<span class=${classes[at] ?? ""} role="columnheader" aria-colindex=${at + 1}>${name}</span>`,
    )}
  </div>`;
}

function rowView(row: Row | undefined, index: number, top: number, list: MessageList): TemplateResult {
  const style = `transform:translateY(${top}px)`;
  const isCurrent = list.current?.index === index;
  if (!row)
    return html`<div
      class="row waiting ${isCurrent ? "current" : ""}"
      role="row"
      id=${rowId(index)}
      aria-rowindex=${index + 2}
      aria-busy="true"
      data-index=${index}
      style=${style}
    >
      <span role="gridcell" class="visually-hidden">${t("Loading…")}</span>
    </div>`;
  if (row.marker)
    return html`<div
      class="row marker ${isCurrent ? "current" : ""}"
      role="row"
      id=${rowId(index)}
      aria-rowindex=${index + 2}
      data-index=${index}
      style=${style}
    >
      <span class="time" role="gridcell">${clockTime(row.received)}</span>
      <span class="gap" role="gridcell" aria-colspan="5" title=${row.preview}>
        <span class="codicon codicon-debug-disconnect" aria-hidden="true"></span> ${row.preview}
      </span>
    </div>`;
  const selected = isSelected(list.selection, row.seq);
  return html`<div
    class="row ${row.state} ${selected ? "selected" : ""} ${isCurrent ? "current" : ""}"
    role="row"
    id=${rowId(index)}
    aria-rowindex=${index + 2}
    aria-selected=${selected}
    data-index=${index}
    data-vscode-context=${messageContext}
    style=${style}
  >
    ${cells(row)}
  </div>`;
}

function cells(row: Row): TemplateResult {
  const { word, icon } = stateWord(row.state);
  return html`<span class="time" role="gridcell" aria-colindex="1">${clockTime(row.received)}</span>
    <span class="state" role="gridcell" aria-colindex="2">
      <span class="codicon codicon-${icon}" aria-hidden="true"></span><span class="word">${word}</span>${again(row)}
    </span>
    <span class="key" role="gridcell" aria-colindex="3" title=${row.key}>${row.key}</span>
    <span class="size" role="gridcell" aria-colindex="4">${byteSize(row.size)}</span>
    <span class="type" role="gridcell" aria-colindex="5" title=${row.type}
      >${row.type.replace(/^application\//, "")}</span
    >
    <span class="preview" role="gridcell" aria-colindex="6">${row.preview}</span>`;
}

/** Delivered before, and how often where the broker counts. */
function again(row: Row): TemplateResult | typeof nothing {
  if (!row.redelivered && row.deliveryCount <= 0) return nothing;
  const title =
    row.deliveryCount > 0
      ? t("Redelivered: delivered {number} times before", { number: count(row.deliveryCount) })
      : t("Redelivered: it was delivered before");
  return html`<span class="again" title=${title}
    ><span aria-hidden="true">↻${row.deliveryCount > 0 ? count(row.deliveryCount) : ""}</span
    ><span class="visually-hidden">${title}</span></span
  >`;
}

function emptyView(state: InspectorState, actions: ListActions): TemplateResult {
  if (state.filter !== "" && state.summary.kept > 0)
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
