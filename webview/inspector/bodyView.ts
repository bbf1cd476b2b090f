import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { BodyView } from "../../src/protocol/inspector.ts";
import { count } from "./format.ts";
import { jsonTokens } from "./jsonTokens.ts";
import { type BodyMode, bodyModes } from "./remembered.ts";

export interface BodyActions {
  showBody(mode: BodyMode): void;
  toggleWrap(): void;
  open(): void;
}

/** Beyond this many characters a body is shown without colours: each coloured piece is an element. */
const longestColoured = 60_000;

export function bodyView(
  body: BodyView,
  shown: { readonly bodyMode: BodyMode; readonly wrap: boolean },
  actions: BodyActions,
): TemplateResult {
  if (body.format === "empty") return html`<p class="note">${t("The body is empty.")}</p>`;
  const modes = bodyModes.filter((mode) => mode === "hex" || textOf(body, mode) !== undefined);
  const mode = modes.includes(shown.bodyMode) ? shown.bodyMode : (modes[0] ?? "hex");
  return html`<div class="body-bar">
      <span class="modes" role="group" aria-label=${t("Show the body as")}>
        ${modes.map(
          (each) =>
            html`<button
              aria-pressed=${each === mode}
              @click=${() => {
                actions.showBody(each);
              }}
            >
              ${modeWord(each)}
            </button>`,
        )}
      </span>
      ${
        mode === "hex"
          ? nothing
          : html`<vscode-checkbox
              ?checked=${shown.wrap}
              @click=${(event: Event) => {
                event.preventDefault();
                actions.toggleWrap();
              }}
              >${t("Wrap")}</vscode-checkbox
            >`
      }
      <span class="steps">${body.steps.join(" → ")}</span>
    </div>
    ${cutNote(body, actions)} ${guard([body, mode, shown.wrap], () => content(body, mode, shown.wrap))}`;
}

function content(body: BodyView, mode: BodyMode, wrap: boolean): TemplateResult {
  const text = mode === "hex" ? body.hex : (textOf(body, mode) ?? "");
  const direction = body.format === "text" ? "free" : "";
  const classes = mode === "hex" ? "hex" : `${direction} ${wrap ? "wrap" : ""}`;
  if (mode !== "pretty" || body.format !== "json" || text.length > longestColoured)
    return html`<pre class=${classes}>${text}</pre>`;
  return html`<pre class=${classes}>
${jsonTokens(text).map((token) =>
      token.kind === "plain" ? token.text : html`<span class=${`json-${token.kind}`}>${token.text}</span>`,
    )}</pre>`;
}

function textOf(body: BodyView, mode: "pretty" | "raw"): string | undefined {
  return mode === "pretty" ? body.text : body.raw;
}

function modeWord(mode: BodyMode): string {
  switch (mode) {
    case "pretty":
      return t("Pretty");
    case "raw":
      return t("Raw");
    case "hex":
      return t("Hex");
    default:
      return mode satisfies never;
  }
}

function cutNote(body: BodyView, actions: BodyActions): TemplateResult | typeof nothing {
  const numbers = { size: count(body.size), kept: count(body.kept) };
  if (body.kept < body.size)
    return html`<p class="note cut">${t("Too large to keep whole: {kept} of {size} bytes are kept.", numbers)}</p>`;
  if (!body.cut) return nothing;
  return html`<p class="note cut">
    ${t("Only the beginning is shown here.")}
    <button
      class="link"
      @click=${() => {
        actions.open();
      }}
    >
      ${t("Open in the editor to see all")}
    </button>
  </p>`;
}
