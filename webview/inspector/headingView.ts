/** What this panel looks at, what that does to others, and whether it still does. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import type { WatchMode } from "../../src/broker/contract.ts";
import type { InspectorState } from "../../src/protocol/inspector.ts";
import { connectionBadge } from "../fields/connectionBadge.ts";
import { modeWord, severityWord } from "./words.ts";

export interface HeadingActions {
  toggleEffects(): void;
  toggleFacts(): void;
  reattach(): void;
}

export function headingView(
  state: InspectorState,
  open: { readonly effects: boolean; readonly facts: boolean },
  actions: HeadingActions,
): TemplateResult {
  const mode = modeWord(state.mode);
  return html`<header class="heading">
      <h1 title=${state.title}>${state.title}</h1>
      <span class="kind">${state.kind}</span>
      <span class="mode"><span class="codicon codicon-${mode.icon}" aria-hidden="true"></span> ${mode.word}</span>
      ${connectionBadge(state.connection)}
      <span class="toggles">
        ${
          state.effects.length > 0
            ? toggle(t("What this does"), open.effects, "effects", () => {
                actions.toggleEffects();
              })
            : nothing
        }
        ${
          state.facts.length > 0
            ? toggle(t("Details"), open.facts, "facts", () => {
                actions.toggleFacts();
              })
            : nothing
        }
      </span>
    </header>
    ${open.effects && state.effects.length > 0 ? effectsView(state) : nothing}
    ${open.facts && state.facts.length > 0 ? factsView(state) : nothing}
    ${state.ended ? endedView(state.ended, state.mode, actions) : nothing}`;
}

function toggle(label: string, open: boolean, controls: string, act: () => void): TemplateResult {
  return html`<button class="link" aria-expanded=${open} aria-controls=${controls} @click=${act}>
    <span class="codicon codicon-chevron-${open ? "down" : "right"}" aria-hidden="true"></span>${label}
  </button>`;
}

function effectsView(state: InspectorState): TemplateResult {
  return html`<ul class="effects" id="effects" aria-label=${t("What this does to others")}>
    ${state.effects.map(({ severity, sentence }) => {
      const { word, icon } = severityWord(severity);
      return html`<li class=${severity}>
        <span class="codicon codicon-${icon}" role="img" aria-label=${word}></span><span>${sentence}</span>
      </li>`;
    })}
  </ul>`;
}

function factsView(state: InspectorState): TemplateResult {
  return html`<dl class="facts" id="facts">
    ${state.facts.map(
      ({ label, value }) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function endedView(
  ended: NonNullable<InspectorState["ended"]>,
  mode: WatchMode,
  actions: HeadingActions,
): TemplateResult {
  return html`<div class="bar ${ended.failed ? "failed" : ""}">
    <span class="codicon codicon-${ended.failed ? "error" : "info"}" aria-hidden="true"></span>
    <span>${ended.sentence}</span>
    <vscode-button
      @click=${() => {
        actions.reattach();
      }}
      >${mode === "browse" ? t("Read again") : t("Attach again")}</vscode-button
    >
  </div>`;
}
