import { type TemplateResult, html, nothing } from "lit";
import { t } from "@vscode/l10n";
import { type BodyFormat, bodyFormats } from "../../src/protocol/publish.ts";
import { bodySize } from "./bodyFormat.ts";
import type { PublishModel } from "./model.ts";
import { named } from "../fields/named.ts";

/** The body: its format, the text, the digits or the file, and what is wrong with it. */
export function bodyView(model: PublishModel): TemplateResult {
  const { draft } = model.state;
  const problem = model.problem?.field === "body" ? model.problem.sentence : undefined;
  return html`<section class="body" data-field="body" aria-label=${t("Body")}>
    <div class="body-head">
      ${formats(draft.format, model)}
      ${
        draft.format === "json"
          ? html`<vscode-button class="indent" appearance="secondary" @click=${model.indent}
              >${t("Format")}</vscode-button
            >`
          : nothing
      }
    </div>
    ${draft.format === "file" ? fileView(model) : textView(model, problem !== undefined)}
    <div class="body-foot">
      <span role="status"
        >${problem === undefined && model.bodyNote !== undefined ? note(model.bodyNote) : nothing}</span
      >
      ${sizeView(model)}
    </div>
    ${problem === undefined ? nothing : html`<p class="problem" role="alert">${problem}</p>`}
  </section>`;
}

function note(sentence: string): TemplateResult {
  return html`<span class="body-note"
    ><span class="codicon codicon-warning" aria-hidden="true"></span>${sentence}</span
  >`;
}

function formats(current: BodyFormat, model: PublishModel): TemplateResult {
  return html`<div class="formats" role="radiogroup" aria-label=${t("Body format")} @keydown=${onArrow}>
    ${bodyFormats.map(
      (format) =>
        html`<button
          type="button"
          role="radio"
          aria-checked=${format === current}
          tabindex=${format === current ? 0 : -1}
          @click=${() => {
            model.setFormat(format);
          }}
        >
          ${formatWord(format)}
        </button>`,
    )}
  </div>`;
}

/** As radio buttons do: the arrows move and choose. */
function onArrow(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.currentTarget instanceof HTMLElement)) return;
  event.preventDefault();
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const at = buttons.findIndex((button) => button === event.target);
  const next = buttons[(at + step + buttons.length) % buttons.length];
  next?.click();
  next?.focus();
}

function formatWord(format: BodyFormat): string {
  switch (format) {
    case "json":
      return "JSON";
    case "text":
      return t("Text");
    case "hex":
      return t("Hex");
    case "file":
      return t("File");
    default:
      return format satisfies never;
  }
}

function textView(model: PublishModel, invalid: boolean): TemplateResult {
  const { draft } = model.state;
  // A text field knows one line end; a body that has the other one keeps it.
  const windows = draft.body.includes("\r\n");
  return html`<vscode-text-area
    class="body-text"
    ${named(t("Body"))}
    aria-invalid=${invalid}
    spellcheck="false"
    placeholder=${placeholder(draft.format)}
    .value=${draft.body}
    @input=${(event: Event) => {
      const { value } = event.currentTarget as HTMLTextAreaElement;
      model.edit({ body: windows ? value.replaceAll(/\r?\n/g, "\r\n") : value });
    }}
  ></vscode-text-area>`;
}

function placeholder(format: BodyFormat): string {
  switch (format) {
    case "json":
      return '{ "id": 1 }';
    case "hex":
      return "48 65 6c 6c 6f";
    default:
      return "";
  }
}

function fileView({ state, pickFile }: PublishModel): TemplateResult {
  const path = state.draft.body;
  return html`<div class="body-file">
    <vscode-button appearance="secondary" @click=${pickFile}
      >${path === "" ? t("Choose file…") : t("Choose another file…")}</vscode-button
    >
    <span class="path">${path === "" ? t("No file yet.") : path}</span>
    <p class="help">${t("The file is read each time the message is sent.")}</p>
  </div>`;
}

function sizeView({ state, fileSize }: PublishModel): TemplateResult {
  const size = state.draft.format === "file" ? fileSize : bodySize(state.draft);
  if (size === undefined || (size === 0 && state.draft.body === "")) return html``;
  return html`<span class="size">${t("{size} bytes", { size: size.toLocaleString() })}</span>`;
}
