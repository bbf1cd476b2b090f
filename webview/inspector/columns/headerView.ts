/** The header of the list: sorts, and is where columns are resized, moved and chosen, by pointer and by keyboard. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Column, Sort } from "../../../src/protocol/columns.ts";
import { columnLabel, columnTitle } from "./columnLook.ts";
import type { Columns } from "./columns.ts";

export interface HeaderActions {
  /** The column that Tab leads to; undefined = the first. */
  readonly focused: string | undefined;
  /** A column that is being dragged, and the one that it would stand at. */
  readonly dragged: { readonly field: string; readonly over: string | undefined; readonly after: boolean } | undefined;
  click(field: string): void;
  press(event: KeyboardEvent, field: string): void;
  focus(field: string): void;
  menu(event: MouseEvent, field: string | undefined): void;
  pointerDown(event: PointerEvent, field: string): void;
  resizeStart(event: PointerEvent, field: string): void;
  fit(field: string): void;
}

export function headerView(columns: Columns, keyLabel: string | undefined, actions: HeaderActions): TemplateResult {
  const focused = columns.shown.some(({ field }) => field === actions.focused)
    ? actions.focused
    : columns.shown[0]?.field;
  return html`<div class="row head" role="row" aria-rowindex="1">
    ${repeat(
      columns.shown,
      ({ field }) => field,
      (column, at) => headerCell(column, at, columns.sort, column.field === focused, keyLabel, actions),
    )}
  </div>`;
}

function headerCell(
  { field }: Column,
  at: number,
  sort: Sort | undefined,
  isFocused: boolean,
  keyLabel: string | undefined,
  actions: HeaderActions,
): TemplateResult {
  const sorted = sort?.field === field ? (sort.descending ? "descending" : "ascending") : "none";
  const { dragged } = actions;
  const drop = dragged?.over === field ? (dragged.after ? "drop-after" : "drop-before") : "";
  return html`<span
    class="head-cell ${drop} ${dragged?.field === field ? "dragged" : ""} ${field === "size" ? "size" : ""}"
    role="columnheader"
    aria-colindex=${at + 1}
    aria-sort=${sorted}
    tabindex=${isFocused ? 0 : -1}
    data-field=${field}
    title=${headerTitle(field, keyLabel)}
    @click=${() => {
      actions.click(field);
    }}
    @keydown=${(event: KeyboardEvent) => {
      actions.press(event, field);
    }}
    @focus=${() => {
      actions.focus(field);
    }}
    @contextmenu=${(event: MouseEvent) => {
      actions.menu(event, field);
    }}
    @pointerdown=${(event: PointerEvent) => {
      actions.pointerDown(event, field);
    }}
    ><span class="label">${columnLabel(field, keyLabel)}</span>${
      sorted === "none"
        ? nothing
        : html`<span
            class="codicon codicon-${sorted === "ascending" ? "arrow-small-up" : "arrow-small-down"}"
            aria-hidden="true"
          ></span>`
    }<span
      class="resizer"
      aria-hidden="true"
      @click=${(event: MouseEvent) => {
        event.stopPropagation();
      }}
      @dblclick=${(event: MouseEvent) => {
        event.stopPropagation();
        actions.fit(field);
      }}
      @pointerdown=${(event: PointerEvent) => {
        actions.resizeStart(event, field);
      }}
    ></span
  ></span>`;
}

function headerTitle(field: string, keyLabel: string | undefined): string {
  return t(
    "{column}: Enter sorts. Alt+Left and Alt+Right resize, Ctrl+Shift+Left and Ctrl+Shift+Right move, Shift+F10 shows the columns.",
    { column: columnTitle(field, keyLabel) },
  );
}

/** Opens the menu of all columns. */
export function columnsButton(columns: Columns, actions: HeaderActions): TemplateResult {
  const label = t("Columns…");
  return html`<button
    class="columns-button"
    aria-haspopup="dialog"
    aria-expanded=${columns.menu !== undefined}
    aria-label=${label}
    title=${label}
    @click=${(event: MouseEvent) => {
      actions.menu(event, undefined);
    }}
  >
    <span class="codicon codicon-settings" aria-hidden="true"></span>
  </button>`;
}
