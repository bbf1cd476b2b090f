/** Where columns are chosen: what can be done with one, which there are, and a field for any other. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { builtInFields } from "../../../src/protocol/columns.ts";
import { columnLabel, columnTitle } from "./columnLook.ts";
import type { Columns } from "./columns.ts";

export interface ColumnMenuActions {
  close(refocus: boolean): void;
  fit(field: string): void;
  setUtc(utc: boolean): void;
}

export function columnMenu(
  columns: Columns,
  keyLabel: string | undefined,
  actions: ColumnMenuActions,
): TemplateResult | typeof nothing {
  const { menu } = columns;
  if (!menu) return nothing;
  return html`<div
    class="column-menu"
    role="dialog"
    aria-label=${t("Columns")}
    tabindex="-1"
    style="--x:${menu.x}px;--y:${menu.y}px"
    @keydown=${(event: KeyboardEvent) => {
      onKey(event, actions);
    }}
    @focusout=${(event: FocusEvent) => {
      const own = event.currentTarget;
      const to = event.relatedTarget;
      // The button that opened it closes it by itself.
      if (own instanceof Element && to instanceof Element && !own.contains(to) && !to.matches(".columns-button"))
        actions.close(false);
    }}
  >
    ${menu.field === undefined ? nothing : columnPart(columns, menu.field, keyLabel, actions)}
    ${choices(columns, keyLabel)} ${otherField(columns)}
    <div class="part">
      ${check(t("Times in UTC"), columns.layout.utc, () => {
        actions.setUtc(!columns.layout.utc);
      })}
      ${item("globe", t("Use these columns everywhere"), () => {
        columns.useEverywhere();
        actions.close(true);
      })}
      ${item("discard", t("Reset the columns"), () => {
        columns.reset();
        actions.close(true);
      })}
    </div>
  </div>`;
}

function columnPart(
  columns: Columns,
  field: string,
  keyLabel: string | undefined,
  actions: ColumnMenuActions,
): TemplateResult {
  const { sort } = columns;
  const own = sort?.field === field ? sort : undefined;
  const at = columns.shown.findIndex((column) => column.field === field);
  const done = (act: () => void) => () => {
    act();
    actions.close(true);
  };
  return html`<div class="part" role="group" aria-label=${columnTitle(field, keyLabel)}>
    <p class="title" aria-hidden="true">${columnTitle(field, keyLabel)}</p>
    ${item(
      "arrow-up",
      t("Sort ascending"),
      done(() => {
        columns.setSort({ field, descending: false });
      }),
      own?.descending === false,
    )}
    ${item(
      "arrow-down",
      t("Sort descending"),
      done(() => {
        columns.setSort({ field, descending: true });
      }),
      own?.descending === true,
    )}
    ${item(
      "history",
      t("In the order of arrival"),
      done(() => {
        columns.setSort(undefined);
      }),
      sort === undefined,
    )}
    ${item(
      "arrow-both",
      t("Fit the width"),
      done(() => {
        actions.fit(field);
      }),
    )}
    ${
      at > 0
        ? item("arrow-left", t("Move to the left"), () => {
            columns.move(field, -1);
          })
        : nothing
    }
    ${
      at >= 0 && at < columns.shown.length - 1
        ? item("arrow-right", t("Move to the right"), () => {
            columns.move(field, 1);
          })
        : nothing
    }
    ${
      columns.layout.columns.length > 1
        ? item(
            "close",
            t("Remove this column"),
            done(() => {
              columns.remove(field);
            }),
          )
        : nothing
    }
  </div>`;
}

/** Those that there are, and those that the newest messages could fill. */
function choices(columns: Columns, keyLabel: string | undefined): readonly (TemplateResult | typeof nothing)[] {
  const { headers, properties, paths } = columns.known;
  const known = new Set<string>([...builtInFields, ...headers, ...properties, ...paths]);
  const others = columns.layout.columns.map(({ field }) => field).filter((field) => !known.has(field));
  const groups: readonly (readonly [string, readonly string[]])[] = [
    [t("Columns"), builtInFields],
    [t("Others"), others],
    [t("Properties"), properties],
    [t("Headers"), headers],
    [t("Values in JSON bodies"), paths],
  ];
  return groups.map(([title, fields]) =>
    fields.length === 0
      ? nothing
      : html`<div class="part" role="group" aria-label=${title}>
          <p class="title" aria-hidden="true">${title}</p>
          ${fields.map((field) =>
            check(columnLabel(field, keyLabel), columns.has(field), () => {
              columns.toggle(field);
            }),
          )}
        </div>`,
  );
}

function otherField(columns: Columns): TemplateResult {
  const { problem } = columns;
  return html`<form
    class="part other"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      const input = event.currentTarget instanceof Element ? event.currentTarget.querySelector("input") : null;
      if (input && columns.add(input.value)) input.value = "";
    }}
  >
    <label for="other-column">${t("Any other header, property or JSON path")}</label>
    <span class="line">
      <input
        id="other-column"
        class=${problem === undefined ? "" : "wrong"}
        spellcheck="false"
        autocomplete="off"
        placeholder="header.tenant, $.customer.name"
        aria-invalid=${problem !== undefined}
        aria-describedby=${problem === undefined ? nothing : "other-problem"}
      />
      <button type="submit" class="add">${t("Add")}</button>
    </span>
    ${problem === undefined ? nothing : html`<span class="problem" id="other-problem" role="alert">${problem}</span>`}
  </form>`;
}

function check(label: string, checked: boolean, act: () => void): TemplateResult {
  return html`<label class="choice"
    ><input type="checkbox" .checked=${live(checked)} @change=${act} /><span>${label}</span></label
  >`;
}

function item(icon: string, label: string, act: () => void, chosen = false): TemplateResult {
  return html`<button type="button" class="item ${chosen ? "chosen" : ""}" @click=${act}>
    <span class="codicon codicon-${icon}" aria-hidden="true"></span>${label}${
      chosen ? html`<span class="codicon codicon-check" role="img" aria-label=${t("chosen")}></span>` : nothing
    }
  </button>`;
}

function onKey(event: KeyboardEvent, actions: ColumnMenuActions): void {
  // A letter must not settle anything while the menu is open.
  event.stopPropagation();
  if (event.key === "Escape") {
    event.preventDefault();
    actions.close(true);
    return;
  }
  const isText = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const menu = event.currentTarget;
  if (by === 0 || !(menu instanceof Element) || event.ctrlKey || event.altKey || event.metaKey) {
    if ((event.key === "Home" || event.key === "End") && !isText && menu instanceof Element) {
      event.preventDefault();
      const all = focusable(menu);
      (event.key === "Home" ? all[0] : all.at(-1))?.focus();
    }
    return;
  }
  event.preventDefault();
  const all = focusable(menu);
  const at = all.findIndex((element) => element === document.activeElement);
  all[(at + by + all.length) % all.length]?.focus();
}

function focusable(menu: Element): readonly HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("button, input")];
}
