import { type TemplateResult, html, nothing } from "lit";
import { t } from "@vscode/l10n";
import type { Field } from "../../src/broker/form.ts";
import { connectionBadge } from "../fields/connectionBadge.ts";
import { fieldView, tableProblemAt } from "../fields/fieldView.ts";
import { bodyView } from "./bodyView.ts";
import { historyView } from "./historyView.ts";
import type { PublishModel } from "./model.ts";
import { sendView } from "./sendView.ts";

/** The whole page. */
export function publishView(model: PublishModel): TemplateResult {
  const { state } = model;
  return html`
    <div class="publish-page">
      <main>
        ${head(model)}
        <div role="status">
          ${
            state.blocked === undefined
              ? nothing
              : html`<p class="banner">
                  <span class="codicon codicon-circle-slash" aria-hidden="true"></span>
                  <span>${t("The broker blocks publishing: {reason}", { reason: state.blocked })}</span>
                </p>`
          }
        </div>
        <div class="writing">
          <div class="envelope">${envelope(model)}</div>
          ${bodyView(model)} ${headersView(model)} ${propertiesView(model)}
        </div>
        ${sendView(model)}
      </main>
      ${historyView(model)}
    </div>
  `;
}

function head({ state, pickTarget, busy }: PublishModel): TemplateResult {
  return html`<header>
    <h1>${t("Publish to {target}", { target: state.target })}</h1>
    <span class="kind">${state.kind}</span>
    ${connectionBadge(state.connection)}
    <vscode-button class="change-target" appearance="secondary" ?disabled=${busy !== undefined} @click=${pickTarget}
      >${t("Change target…")}</vscode-button
    >
  </header>`;
}

const contentTypes = [
  "application/json",
  "text/plain",
  "application/xml",
  "application/octet-stream",
  "application/x-ndjson",
  "application/yaml",
  "application/cloudevents+json",
  "application/x-protobuf",
  "application/avro",
  "application/msgpack",
  "text/csv",
  "text/html",
];
const contentEncodings = ["utf-8", "gzip", "deflate", "br"];

function envelope(model: PublishModel): TemplateResult {
  const { state, edit } = model;
  const { draft, keyLabel } = state;
  const lacks = state.form.lacks ?? [];
  const text = (name: "key" | "contentType" | "contentEncoding", label: string, suggestions?: readonly string[]) =>
    fieldView(
      { name, label, type: "text", ...(suggestions ? { suggestions } : {}) },
      {
        value: draft[name],
        problem: problemAt(model, name),
        change: (value) => {
          edit({ [name]: typeof value === "string" ? value : "" });
        },
      },
    );
  return html`
    ${keyLabel === undefined ? nothing : text("key", keyLabel)}
    ${lacks.includes("contentType") ? nothing : text("contentType", t("Content type"), contentTypes)}
    ${
      // What a draft brought along is shown all the same: the broker refuses it, and it can be taken out here.
      lacks.includes("contentEncoding") && draft.contentEncoding === ""
        ? nothing
        : text("contentEncoding", t("Content encoding"), contentEncodings)
    }
    ${
      lacks.includes("persistent")
        ? nothing
        : fieldView(
            { name: "persistent", label: t("Persistent: survives a restart of the broker"), type: "boolean" },
            {
              value: draft.persistent,
              change: (value) => {
                edit({ persistent: value === true });
              },
            },
          )
    }
  `;
}

function headersView(model: PublishModel): TemplateResult {
  const { headers } = model.state.draft;
  if (headers.length === 0 && model.state.form.lacks?.includes("headers") === true) return html``;
  const problem = model.problem?.field?.startsWith("headers") === true ? model.problem : undefined;
  return html`<details class="headers" ?open=${headers.length > 0 || problem !== undefined}>
    <summary>${headers.length === 0 ? t("Headers") : t("Headers ({count})", { count: headers.length })}</summary>
    ${fieldView(
      { name: "headers", label: t("Headers"), type: "table" },
      {
        value: headers,
        problem: problem && tableProblemAt(problem.field ?? "", problem.sentence, headers),
        change: (value) => {
          if (typeof value === "object") model.edit({ headers: value });
        },
      },
    )}
  </details>`;
}

function propertiesView(model: PublishModel): TemplateResult {
  const { form, draft } = model.state;
  if (form.fields.length === 0) return html``;
  const count = form.fields.filter(({ name }) => (draft.properties[name] ?? "") !== "").length;
  return html`<details class="properties">
    <summary>${count === 0 ? t("Properties") : t("Properties ({count} set)", { count })}</summary>
    <div class="property-fields">${form.fields.map((field) => propertyView(field, model))}</div>
  </details>`;
}

function propertyView(field: Field, model: PublishModel): TemplateResult {
  const { properties } = model.state.draft;
  return fieldView(field, {
    value: properties[field.name] ?? "",
    problem: problemAt(model, field.name),
    change: (value) => {
      model.edit({ properties: { ...properties, [field.name]: typeof value === "object" ? "" : String(value) } });
    },
  });
}

function problemAt({ problem }: PublishModel, name: string): string | undefined {
  return problem?.field === name ? problem.sentence : undefined;
}
