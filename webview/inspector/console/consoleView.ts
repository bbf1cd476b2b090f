/** The settle console: the prefetch window, what has waited longest, what was settled, and what each key does here. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import type { HeldOutcome } from "../../../src/broker/contract.ts";
import type { InspectorState } from "../../../src/protocol/inspector.ts";
import { heldOutcomes, type SettleCount, type Unsettled } from "../../../src/protocol/settling.ts";
import { clockTime, count } from "../format.ts";
import { isFull } from "../statusView.ts";
import { outcomeWord, stateWord } from "../words.ts";
import { ageOf, urgency } from "./ages.ts";
import type { SettleConsole } from "./settleConsole.ts";
import "./console.css";

export interface ConsoleActions {
  toggle(): void;
  goTo(seq: number): void;
}

/** Nothing where there is nothing to settle. */
export function consoleView(
  state: InspectorState,
  console: SettleConsole,
  open: boolean,
  actions: ConsoleActions,
): TemplateResult | typeof nothing {
  const { settling } = state.summary;
  if (heldOutcomes(state.outcomes).length === 0 || !settling) return nothing;
  return html`<section class="settle-console" aria-label=${t("Settling")}>
    <div class="line">
      ${meterView(state)} ${oldestView(state, settling, console.now, actions)} ${countsView(settling)}
      <button
        class="link"
        aria-expanded=${open}
        aria-controls="settle-terms"
        @click=${() => {
          actions.toggle();
        }}
      >
        <span class="codicon codicon-chevron-${open ? "down" : "right"}" aria-hidden="true"></span>${t("Settling")}
      </button>
    </div>
    ${open ? termsView(state, console, actions) : nothing}
  </section>`;
}

function meterView(state: InspectorState): TemplateResult {
  const { window } = state;
  const { pending } = state.summary;
  const words = { pending: count(pending), number: count(window) };
  const full = isFull(state);
  const part = Math.min(100, (pending / Math.max(1, window)) * 100);
  return html`<span class="window" title=${t("{pending} of at most {number} messages wait to be settled", words)}>
    <span
      class="gauge ${full ? "full" : ""}"
      role="meter"
      aria-label=${t("Prefetch window")}
      aria-valuemin="0"
      aria-valuemax=${Math.max(window, pending)}
      aria-valuenow=${pending}
      aria-valuetext=${t("{pending} of {number} unsettled", words)}
      ><span style="width:${part.toFixed(1)}%"></span
    ></span>
    <span class="meter ${full ? "full" : ""}">${t("{pending} of {number} unsettled", words)}</span>
  </span>`;
}

function oldestView(
  { terms }: InspectorState,
  { oldest }: SettleCount,
  now: number,
  actions: ConsoleActions,
): TemplateResult | typeof nothing {
  if (!oldest) return nothing;
  const age = now - oldest.since;
  const level = urgency(age, terms?.within);
  return html`<span class="oldest ${level}">
    ${level === "calm" ? nothing : html`<span class="codicon codicon-warning" aria-hidden="true"></span>`}
    <span>${t("Oldest unsettled: {age}", { age: ageOf(age, terms?.within) })}</span>
    <button
      class="link"
      title=${t("Go to the oldest unsettled message (U)")}
      @click=${() => {
        actions.goTo(oldest.seq);
      }}
    >
      ${t("Go to it")}
    </button>
  </span>`;
}

function countsView(settling: SettleCount): TemplateResult {
  return html`<span class="counts">
    ${(["acked", "requeued", "rejected", "lost"] as const).map((state) => {
      const { word, icon } = stateWord(state);
      return html`<span class="counted ${state}"
        ><span class="codicon codicon-${icon}" aria-hidden="true"></span> <b>${count(settling[state])}</b> ${word}</span
      >`;
    })}
  </span>`;
}

function termsView(state: InspectorState, console: SettleConsole, actions: ConsoleActions): TemplateResult {
  const { terms, paused } = state;
  return html`<div class="terms" id="settle-terms" role="group" tabindex="0" aria-label=${t("What settling does")}>
    <div class="says">
      <p><b>${t("Settling cannot be undone.")}</b> ${t("A key acts on what is selected, at once:")}</p>
      <dl>
        ${heldOutcomes(state.outcomes).map(
          (outcome) =>
            html`<div>
              <dt>${keysOf(outcome).map((key) => html`<kbd>${key}</kbd> `)}${outcomeWord(outcome).word}</dt>
              <dd>${terms?.says[outcome] ?? outcomeWord(outcome).title}${askedText(state, outcome)}</dd>
            </div>`,
        )}
      </dl>
      ${limitView(state)}
      ${paused ? html`<p>${t("While paused, what the broker sent already waits too, and is not counted.")}</p>` : nothing}
    </div>
    ${listView(state, console, actions)}
  </div>`;
}

/** The keys of an outcome, as keys.ts has them. */
function keysOf(outcome: HeldOutcome): readonly string[] {
  switch (outcome) {
    case "ack":
      return ["A"];
    case "requeue":
      return ["N"];
    case "reject":
      return ["R", "D"];
    default:
      return outcome satisfies never;
  }
}

function askedText({ terms }: InspectorState, outcome: HeldOutcome): string {
  return outcome === "reject" && terms && terms.rejected !== "kept" ? ` ${t("Asked once in this panel.")}` : "";
}

function limitView({ terms }: InspectorState): TemplateResult | typeof nothing {
  if (!terms) return nothing;
  const { within, withinSays } = terms;
  return html`<p>
    ${
      within === undefined
        ? t("No time limit: {reason}", { reason: withinSays })
        : t("To be settled within {limit}: {reason}", { limit: ageOf(within, undefined), reason: withinSays })
    }
  </p>`;
}

function listView(state: InspectorState, console: SettleConsole, actions: ConsoleActions): TemplateResult {
  const { pending } = state.summary;
  const { list, now } = console;
  if (pending === 0 || list.length === 0)
    return html`<p class="unsettled">${pending === 0 ? t("Nothing is unsettled.") : t("Loading…")}</p>`;
  return html`<div class="unsettled">
    <h2>${t("Unsettled, oldest first")} <kbd>U</kbd></h2>
    <ol>
      ${list.map((message) => unsettledView(message, now - message.since, state, actions))}
    </ol>
    ${
      pending > list.length
        ? html`<p>${t("and {number} that came later", { number: count(pending - list.length) })}</p>`
        : nothing
    }
  </div>`;
}

function unsettledView(
  { seq, since, key }: Unsettled,
  age: number,
  { terms }: InspectorState,
  actions: ConsoleActions,
): TemplateResult {
  return html`<li>
    <button
      class="link"
      title=${t("Show this message")}
      @click=${() => {
        actions.goTo(seq);
      }}
    >
      <span class="since">${clockTime(since)}</span>
      <span class="age ${urgency(age, terms?.within)}">${ageOf(age, terms?.within)}</span>
      <span class="of-key">${key === "" ? t("(no key)") : key}</span>
    </button>
  </li>`;
}
