import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { BodyView } from "../../src/protocol/body.ts";
import type { BodyPanel } from "./body/bodyPanel.ts";
import { chainView } from "./body/chainView.ts";
import { choiceMenu } from "./body/choiceMenu.ts";
import { treeView } from "./body/treeView.ts";
import { count } from "./format.ts";
import { jsonTokens } from "./jsonTokens.ts";
import { type BodyMode, bodyModes } from "./remembered.ts";

export interface BodyActions {
  showBody(mode: BodyMode): void;
  toggleWrap(): void;
  open(): void;
}

export interface ShownBody {
  readonly bodyMode: BodyMode;
  readonly wrap: boolean;
  readonly body: BodyPanel;
}

/** Beyond this many characters a body is shown without colours: each coloured piece is an element. */
const longestColoured = 60_000;

export function bodyView(body: BodyView, shown: ShownBody, actions: BodyActions): TemplateResult {
  if (body.format === "empty") return html`<p class="note">${t("The body is empty.")}</p>`;
  const modes = bodyModes.filter((mode) => has(body, mode));
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
              ${modeWord(body, each)}
            </button>`,
        )}
      </span>
      ${
        mode === "hex" || (mode === "pretty" && body.format === "image")
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
      ${choiceMenu(shown.body, body.choice)} ${chainView(body.steps)}
    </div>
    ${cutNote(body, mode, actions)} ${content(body, mode, shown)}`;
}

function content(body: BodyView, mode: BodyMode, { wrap, body: panel }: ShownBody): unknown {
  if (mode === "tree") {
    const { tree } = panel;
    const copy = (...what: Parameters<BodyPanel["copy"]>): void => {
      panel.copy(...what);
    };
    return tree ? guard([tree.rows, tree.current, wrap], () => treeView(tree, wrap, { copy })) : nothing;
  }
  if (mode === "pretty" && body.format === "image") return image(panel);
  return guard([body, mode, wrap], () => text(body, mode, wrap));
}

function image(panel: BodyPanel): TemplateResult {
  const shown = panel.image;
  if (shown)
    return shown.view(() => {
      panel.imageFailed();
    });
  return html`<p class="note">${panel.imageProblem ?? t("Reading…")}</p>`;
}

function text(body: BodyView, mode: "pretty" | "raw" | "hex", wrap: boolean): TemplateResult {
  const shown = mode === "hex" ? body.hex : (textOf(body, mode) ?? "");
  const direction = body.format === "text" ? "free" : "";
  const classes = mode === "hex" ? "hex" : `${direction} ${wrap ? "wrap" : ""}`;
  const coloured = mode === "pretty" && body.format !== "xml" && body.format !== "text";
  if (!coloured || shown.length > longestColoured) return html`<pre class=${classes}>${shown}</pre>`;
  return html`<pre class=${classes}>
${jsonTokens(shown).map((token) =>
      token.kind === "plain" ? token.text : html`<span class=${`json-${token.kind}`}>${token.text}</span>`,
    )}</pre>`;
}

function has(body: BodyView, mode: BodyMode): boolean {
  switch (mode) {
    case "tree":
      return body.tree;
    case "pretty":
      return body.text !== undefined || body.format === "image";
    case "raw":
      return body.raw !== undefined;
    case "hex":
      return true;
    default:
      return mode satisfies never;
  }
}

function textOf(body: BodyView, mode: "pretty" | "raw"): string | undefined {
  return mode === "pretty" ? body.text : body.raw;
}

function modeWord(body: BodyView, mode: BodyMode): string {
  switch (mode) {
    case "tree":
      return t("Tree");
    case "pretty":
      return body.format === "image" ? t("Image") : t("Pretty");
    case "raw":
      return t("Raw");
    case "hex":
      return t("Hex");
    default:
      return mode satisfies never;
  }
}

function cutNote(body: BodyView, mode: BodyMode, actions: BodyActions): TemplateResult | typeof nothing {
  const numbers = { size: count(body.size), kept: count(body.kept) };
  if (body.kept < body.size)
    return html`<p class="note cut">${t("Too large to keep whole: {kept} of {size} bytes are kept.", numbers)}</p>`;
  // The tree shows all, and so does an image.
  if (!body.cut || mode === "tree" || (mode === "pretty" && body.format === "image")) return nothing;
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
