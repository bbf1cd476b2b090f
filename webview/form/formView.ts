import { type TemplateResult, html, nothing } from "lit";
import { t } from "@vscode/l10n";
import type { Check, Effect } from "../../src/broker/contract.ts";
import { type Field, type FieldValue, type Values, isShown } from "../../src/broker/form.ts";
import type { FormState, SecretState } from "../../src/protocol/form.ts";
import { connectionBadge } from "../fields/connectionBadge.ts";
import { type FieldOptions, fieldView, tableProblemAt } from "../fields/fieldView.ts";

/** What is going on right now. */
export type Busy = "submit" | "test" | "secret";

export interface Problem {
  readonly sentence: string;
  /** The name of a field of the form, with the row for a table; undefined when it is about the whole. */
  readonly field: string | undefined;
}

export interface FormModel {
  readonly state: FormState;
  readonly values: Values;
  readonly problem: Problem | undefined;
  readonly busy: Busy | undefined;
  readonly checks: readonly Check[] | undefined;
  readonly change: (name: string, value: FieldValue) => void;
  readonly submit: () => void;
  readonly test: () => void;
  readonly cancel: () => void;
  readonly askSecret: (name: string) => void;
}

const advanced = "advanced";

/** The whole page. */
export function formView(model: FormModel): TemplateResult {
  const { form, connection, effects, secrets } = model.state;
  const shown = form.fields.filter((field) => isShown(field, model.values, form.fields));
  const groups = [...new Set(shown.map((field) => field.group))].filter((group) => group !== undefined);
  return html`
    <main class="form-page">
      <header>
        <h1>${form.title}</h1>
        ${connection === undefined ? nothing : connectionBadge(connection)}
      </header>
      ${effects.length === 0 ? nothing : effectList(effects)}
      ${form.note === undefined ? nothing : html`<p>${form.note}</p>`}
      <div class="fields">${fieldsOf(shown, undefined, model)}</div>
      ${secrets.length === 0 ? nothing : secretList(secrets, model)}
      ${groups.filter((group) => group !== advanced).map((group) => groupView(group, shown, model))}
      ${groups.includes(advanced) ? groupView(advanced, shown, model) : nothing}
      <footer>${problemView(model, shown)} ${checksView(model)} ${buttons(model)}</footer>
    </main>
  `;
}

function fieldsOf(fields: readonly Field[], group: string | undefined, model: FormModel): TemplateResult[] {
  return fields.filter((field) => field.group === group).map((field) => fieldView(field, fieldOptions(field, model)));
}

function fieldOptions(field: Field, model: FormModel): FieldOptions {
  const { problem } = model;
  const here = problem?.field?.split(".")[0] === field.name ? problem : undefined;
  return {
    value: model.values[field.name],
    problem:
      here && field.type === "table"
        ? tableProblemAt(here.field ?? "", here.sentence, model.values[field.name])
        : here?.sentence,
    change: (value) => {
      model.change(field.name, value);
    },
  };
}

function groupView(group: string, fields: readonly Field[], model: FormModel): TemplateResult {
  const inside = html`<div class="fields">${fieldsOf(fields, group, model)}</div>`;
  if (group !== advanced)
    return html`<section>
      <h2>${group}</h2>
      ${inside}
    </section>`;
  return html`<details>
    <summary>${t("Advanced")}</summary>
    ${inside}
  </details>`;
}

function effectList(effects: readonly Effect[]): TemplateResult {
  return html`<ul class="effects" aria-label=${t("What this will do")}>
    ${effects.map(
      ({ severity, sentence }) =>
        html`<li class=${severity}>
          <span class="codicon codicon-${effectIcons[severity]}" aria-hidden="true"></span>
          <span><span class="visually-hidden">${effectWord(severity)}</span> ${sentence}</span>
        </li>`,
    )}
  </ul>`;
}

const effectIcons: Readonly<Record<Effect["severity"], string>> = { info: "info", notice: "warning", danger: "flame" };

function effectWord(severity: Effect["severity"]): string {
  switch (severity) {
    case "info":
      return t("Good to know:");
    case "notice":
      return t("Others may notice:");
    case "danger":
      return t("Cannot be undone:");
    default:
      return severity satisfies never;
  }
}

function secretList(secrets: readonly SecretState[], model: FormModel): TemplateResult {
  return html`<ul class="secrets" aria-label=${t("Secrets")}>
    ${secrets.map(
      ({ name, label, set }) =>
        html`<li data-field=${name}>
          <span>${label}: ${set ? t("set") : t("not set")}</span>
          <vscode-button
            appearance="secondary"
            aria-label=${set ? t("Change {label}", { label }) : t("Set {label}", { label })}
            ?disabled=${model.busy !== undefined}
            @click=${() => {
              model.askSecret(name);
            }}
            >${set ? t("Change…") : t("Set…")}</vscode-button
          >
        </li>`,
    )}
  </ul>`;
}

/** A problem that stands at no field that is shown. */
function problemView({ problem }: FormModel, shown: readonly Field[]): TemplateResult {
  const name = problem?.field?.split(".")[0];
  const atField = shown.some((field) => field.name === name);
  return html`<div role="alert">
    ${
      problem && !atField
        ? html`<p class="failure"><span class="codicon codicon-error" aria-hidden="true"></span>${problem.sentence}</p>`
        : nothing
    }
  </div>`;
}

function checksView({ checks, busy }: FormModel): TemplateResult {
  return html`<div role="status">
    ${busy === "test" ? html`<p>${t("Testing…")}</p>` : nothing}
    ${
      checks === undefined
        ? nothing
        : html`<ul class="checks">
            ${checks.map(
              ({ name, ok, sentence }) =>
                html`<li class=${ok ? "ok" : "failed"}>
                  <span class="codicon codicon-${ok ? "pass-filled" : "error"}" aria-hidden="true"></span>
                  <span
                    ><strong>${ok ? t("{name}: works.", { name }) : t("{name}: failed.", { name })}</strong>
                    ${sentence}</span
                  >
                </li>`,
            )}
          </ul>`
    }
  </div>`;
}

function buttons(model: FormModel): TemplateResult {
  const { form, canTest, effects } = model.state;
  const danger = effects.some((effect) => effect.severity === "danger");
  const busy = model.busy !== undefined;
  return html`<div class="buttons">
    <vscode-button class=${danger ? "submit danger" : "submit"} ?disabled=${busy} @click=${model.submit}
      >${model.busy === "submit" ? t("{submit}…", { submit: form.submit }) : form.submit}</vscode-button
    >
    ${
      canTest
        ? html`<vscode-button class="test" appearance="secondary" ?disabled=${busy} @click=${model.test}
            >${t("Test")}</vscode-button
          >`
        : nothing
    }
    <vscode-button class="cancel" appearance="secondary" @click=${model.cancel}>${t("Cancel")}</vscode-button>
  </div>`;
}
