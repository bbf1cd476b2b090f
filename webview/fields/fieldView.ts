import { type TemplateResult, html, nothing } from "lit";
import { t } from "@vscode/l10n";
import type { Field, FieldValue } from "../../src/broker/form.ts";
import { type TableProblem, tableProblem, valueProblem } from "../../src/protocol/valueProblems.ts";
import "./combo.ts";
import "./valueTable.ts";
import { named } from "./named.ts";

export interface FieldOptions {
  readonly value: FieldValue | undefined;
  /** What is wrong with it, as a sentence; in a table with the row. */
  readonly problem?: string | TableProblem | undefined;
  readonly change: (value: FieldValue) => void;
}

/** One field of a form: label, control, help, and what is wrong. `focusField` finds it by its name. */
export function fieldView(field: Field, options: FieldOptions): TemplateResult {
  const value = options.value ?? field.default;
  const problem = problemOf(field, value, options.problem);
  return html`<div class="field ${field.type}" data-field=${field.name}>
    ${control(field, value, options, problem !== undefined)}
    ${field.help === undefined ? nothing : html`<p class="help">${field.help}</p>`}
    ${problem === undefined ? nothing : html`<p class="problem" role="alert">${problem}</p>`}
  </div>`;
}

/** Puts the focus into the field with this name, in whatever collapsed part it is. @returns whether it is there */
export function focusField(root: ParentNode, name: string): boolean {
  const field = root.querySelector(`[data-field="${CSS.escape(name)}"]`);
  if (!field) return false;
  for (let around = field.closest("details"); around; around = around.parentElement?.closest("details") ?? null) {
    around.open = true;
  }
  const target =
    field.querySelector<HTMLElement>(
      "mq-combo, mq-table, vscode-text-field, vscode-text-area, vscode-dropdown, vscode-checkbox",
    ) ?? field.querySelector<HTMLElement>("vscode-button");
  target?.focus();
  // With the sentence under it. A large field is shown by its control alone.
  const shown = field.clientHeight < window.innerHeight / 2 ? field : target;
  shown?.scrollIntoView({ block: "nearest" });
  return target !== null;
}

/** Where in a table an error is: "headers.2.0" → [2, 0]. Such errors are about values, unless the table sees better. */
export function tableProblemAt(
  field: string,
  sentence: string,
  entries: FieldValue | undefined,
): TableProblem | undefined {
  const path = field.split(".").slice(1).map(Number);
  const own = typeof entries === "object" ? tableProblem(entries) : undefined;
  return own?.sentence === sentence ? own : { path, part: "value", sentence };
}

function control(field: Field, value: FieldValue | undefined, options: FieldOptions, invalid: boolean): TemplateResult {
  const text = typeof value === "object" || value === undefined ? "" : String(value);
  const onInput = (event: Event): void => {
    options.change((event.currentTarget as HTMLInputElement).value);
  };
  const label = html`${field.label}${field.required === true ? html`<span aria-hidden="true"> *</span>` : nothing}`;
  switch (field.type) {
    case "boolean":
      return html`<vscode-checkbox
        .checked=${value === true || value === "true"}
        @change=${(event: Event) => {
          options.change((event.currentTarget as HTMLInputElement).checked);
        }}
        >${field.label}</vscode-checkbox
      >`;
    case "choice":
      return choice(field, text, options);
    case "table":
      return html`<div class="label">${label}</div>
        <mq-table
          label=${field.label}
          .entries=${typeof value === "object" ? value : []}
          .problem=${typeof options.problem === "object" ? options.problem : undefined}
          @change=${(event: Event) => {
            options.change((event.currentTarget as HTMLElement & { entries: FieldValue }).entries);
          }}
        ></mq-table>`;
    case "text":
    case "number":
      return field.suggestions && field.suggestions.length > 0
        ? html`<mq-combo
            label=${field.label}
            .value=${text}
            .suggestions=${field.suggestions}
            .placeholder=${field.placeholder ?? ""}
            .invalid=${invalid}
            .required=${field.required === true}
            @input=${onInput}
          ></mq-combo>`
        : html`<vscode-text-field
            ${named(field.label)}
            .value=${text}
            placeholder=${field.placeholder ?? ""}
            aria-invalid=${invalid}
            aria-required=${field.required === true}
            @input=${onInput}
            >${label}</vscode-text-field
          >`;
    default:
      return field.type satisfies never;
  }
}

function choice(field: Field, value: string, options: FieldOptions): TemplateResult {
  const choices = field.choices ?? [];
  const chosen = choices.find((each) => each.value === value) ?? choices[0];
  return html`<div class="label" aria-hidden="true">${field.label}${field.required === true ? " *" : nothing}</div>
    <vscode-dropdown
      aria-label=${field.label}
      .value=${chosen?.value ?? ""}
      @change=${(event: Event) => {
        options.change((event.currentTarget as HTMLInputElement).value);
      }}
    >
      ${choices.map((each) => html`<vscode-option value=${each.value}>${each.label}</vscode-option>`)}
    </vscode-dropdown>
    ${chosen?.help === undefined ? nothing : html`<p class="help">${chosen.help}</p>`}`;
}

/** What was found elsewhere first; then what can be seen at once. */
function problemOf(
  field: Field,
  value: FieldValue | undefined,
  problem: string | TableProblem | undefined,
): string | undefined {
  if (typeof problem === "string") return problem;
  if (field.type !== "number" || typeof value !== "string" || value.trim() === "") return undefined;
  if (field.scalar) return valueProblem(field.scalar, value.trim());
  return /^-?\d+(\.\d+)?$/.test(value.trim()) ? undefined : t("Write a number in digits.");
}
