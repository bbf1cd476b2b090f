import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { HeldOutcome } from "../../src/broker/contract.ts";
import type { InspectorState } from "../../src/protocol/inspector.ts";
import { heldOutcomes } from "../../src/protocol/settling.ts";
import type { FilterBox } from "./filter/filterBox.ts";
import { filterView } from "./filter/filterView.ts";
import { isFiltered } from "./filter/filterState.ts";
import { outcomeWord, settleAllWord } from "./words.ts";

export interface ToolbarActions {
  pause(): void;
  follow(): void;
  clear(): void;
  toggleTimeline(): void;
  settle(outcome: HeldOutcome): void;
  settleAll(outcome: HeldOutcome): void;
  toggleMenu(): void;
  leaveMenu(refocus: boolean): void;
  setWindow(text: string): void;
}

export interface ToolbarModel {
  readonly state: InspectorState;
  readonly filter: FilterBox;
  /** The chosen range of time in words; undefined = any time. */
  readonly range: string | undefined;
  readonly timelineOpen: boolean;
  readonly timelineFits: boolean;
  readonly follow: boolean;
  readonly selected: number;
  readonly menuOpen: boolean;
  readonly windowProblem: string | undefined;
}

export function toolbarView(model: ToolbarModel, actions: ToolbarActions): TemplateResult {
  const { state } = model;
  const { paused } = state;
  return html`<div class="toolbar" role="toolbar" aria-label=${t("Inspector")}>
      ${iconButton(
        paused ? "debug-continue" : "debug-pause",
        paused ? t("Resume (Space)") : t("Pause (Space): the broker holds the rest"),
        () => {
          actions.pause();
        },
        { disabled: state.ended !== undefined },
      )}
      ${iconButton(
        "fold-down",
        model.follow ? t("Following the newest: stop") : t("Follow the newest (End)"),
        () => {
          actions.follow();
        },
        { on: model.follow },
      )}
      ${iconButton("clear-all", t("Clear: forget what is settled; what is pending stays"), () => {
        actions.clear();
      })}
      ${iconButton(
        "graph",
        !model.timelineFits
          ? t("There is no room here for the messages by time")
          : model.timelineOpen
            ? t("Hide the messages by time")
            : t("Show the messages by time"),
        () => {
          actions.toggleTimeline();
        },
        { on: model.timelineOpen, disabled: !model.timelineFits },
      )}
      ${settleButtons(model, actions)} ${windowField(model, actions)}
      ${filterView(model.filter, model.state.summary, model.range)}
    </div>
    ${stalledView(state)}`;
}

function iconButton(
  icon: string,
  label: string,
  act: () => void,
  how: { readonly disabled?: boolean; readonly on?: boolean } = {},
): TemplateResult {
  return html`<vscode-button
    appearance="icon"
    class=${how.on ? "on" : ""}
    aria-label=${label}
    title=${label}
    ?disabled=${how.disabled ?? false}
    @click=${act}
    ><span class="codicon codicon-${icon}"></span
  ></vscode-button>`;
}

function settleButtons(model: ToolbarModel, actions: ToolbarActions): TemplateResult | typeof nothing {
  const { summary, ended } = model.state;
  const outcomes = heldOutcomes(model.state.outcomes);
  if (outcomes.length === 0) return nothing;
  const none = summary.pending === 0 || ended?.failed === true;
  return html`<span class="settle" role="group" aria-label=${t("Settle the selected messages")}>
    ${outcomes.map((outcome) => {
      const { word, icon, title } = outcomeWord(outcome, model.state.terms);
      return html`<vscode-button
        class=${outcome}
        appearance="secondary"
        title=${title}
        ?disabled=${none || model.selected === 0}
        @click=${() => {
          actions.settle(outcome);
        }}
        >${word}<span slot="start" class="codicon codicon-${icon}"></span
      ></vscode-button>`;
    })}
    ${allMenu(model, none, actions)}
  </span>`;
}

function allMenu(model: ToolbarModel, none: boolean, actions: ToolbarActions): TemplateResult {
  const { summary } = model.state;
  const outcomes = heldOutcomes(model.state.outcomes);
  return html`<span
    class="menu-owner"
    @keydown=${(event: KeyboardEvent) => {
      if (model.menuOpen) onMenuKey(event, actions);
    }}
    @focusout=${(event: FocusEvent) => {
      const owner = event.currentTarget;
      if (owner instanceof Element && event.relatedTarget instanceof Node && !owner.contains(event.relatedTarget))
        actions.leaveMenu(false);
    }}
  >
    <button
      class="icon menu-button"
      aria-haspopup="menu"
      aria-expanded=${model.menuOpen}
      title=${t("Settle all that is pending…")}
      ?disabled=${none}
      @click=${() => {
        actions.toggleMenu();
      }}
    >
      <span class="codicon codicon-check-all" aria-hidden="true"></span><span>${t("All…")}</span>
    </button>
    ${
      model.menuOpen
        ? html`<div class="menu" role="menu" aria-label=${t("Settle all that is pending")}>
            ${outcomes.map((outcome) => {
              const { icon, title } = outcomeWord(outcome, model.state.terms);
              return html`<button
                role="menuitem"
                tabindex="-1"
                title=${title}
                @click=${() => {
                  actions.settleAll(outcome);
                }}
              >
                <span class="codicon codicon-${icon}" aria-hidden="true"></span>${settleAllWord(
                  outcome,
                  summary.pending,
                  isFiltered(model.state),
                )}
              </button>`;
            })}
          </div>`
        : nothing
    }
  </span>`;
}

function onMenuKey(event: KeyboardEvent, actions: ToolbarActions): void {
  const menu = event.currentTarget instanceof Element ? event.currentTarget.querySelector(".menu") : null;
  const items = [...(menu?.querySelectorAll("button") ?? [])];
  const at = items.findIndex((item) => item === document.activeElement);
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at + items.length - (at < 0 ? 0 : 1)) % items.length,
    Home: 0,
    End: items.length - 1,
  };
  const to = moves[event.key];
  if (to !== undefined) items[to]?.focus();
  else if (event.key === "Escape") actions.leaveMenu(true);
  else {
    // A letter must not settle anything while the menu is open.
    if (event.key.length === 1 && event.key !== " ") event.stopPropagation();
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function windowField(model: ToolbarModel, actions: ToolbarActions): TemplateResult {
  const { state } = model;
  return html`<span class="prefetch">
    <label for="prefetch">${t("Prefetch")}</label>
    <vscode-text-field
      id="prefetch"
      aria-label=${t("Prefetch: how many messages may be unsettled at once")}
      aria-invalid=${model.windowProblem !== undefined}
      .value=${live(String(state.window))}
      ?disabled=${state.ended !== undefined}
      @change=${(event: Event) => {
        actions.setWindow(valueOf(event));
      }}
    ></vscode-text-field>
    ${
      model.windowProblem === undefined
        ? nothing
        : html`<span class="problem" role="alert">${model.windowProblem}</span>`
    }
  </span>`;
}

function stalledView(state: InspectorState): TemplateResult | typeof nothing {
  if (state.ended) return nothing;
  const full = state.summary.stalled === "full";
  if (!full && !state.paused) return nothing;
  return html`<div class="bar">
    <span class="codicon codicon-${full ? "warning" : "debug-pause"}" aria-hidden="true"></span>
    <span
      >${
        state.paused
          ? t("Paused: the broker holds the rest.")
          : t("Full of unsettled messages: settle some to go on, or raise the prefetch.")
      }</span
    >
  </div>`;
}

function valueOf(event: Event): string {
  const field = event.currentTarget;
  return field instanceof HTMLElement && "value" in field && typeof field.value === "string" ? field.value : "";
}
