import { type TemplateResult, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "@vscode/l10n";
import type { HistoryEntry } from "../../src/protocol/publish.ts";
import { outcomeIcons, outcomeWord } from "./outcome.ts";
import type { PublishModel } from "./model.ts";

/** What was sent on this connection, newest first. */
export function historyView(model: PublishModel): TemplateResult {
  const { history } = model.state;
  return html`<aside class="history" aria-label=${t("History")}>
    <h2>${t("History")}</h2>
    ${
      history.length === 0
        ? html`<p class="help">${t("What you send appears here, to send again or edit.")}</p>`
        : html`<ul>
            ${repeat(
              history,
              (entry) => entry.id,
              (entry) => entryView(entry, model),
            )}
          </ul>`
    }
  </aside>`;
}

function entryView(entry: HistoryEntry, model: PublishModel): TemplateResult {
  const { id, sent, target, key, outcome, count, preview } = entry;
  const busy = model.busy !== undefined;
  const time = shortTime(sent);
  return html`<li class=${outcome}>
    <button
      type="button"
      class="recall"
      title=${t("Edit again: sent to {target} at {time}", { target, time: new Date(sent).toLocaleString() })}
      @click=${() => {
        model.recall(id);
      }}
    >
      <span class="entry-head">
        <span class="codicon codicon-${outcomeIcons[outcome]}" aria-hidden="true"></span>
        <span class="visually-hidden">${outcomeWord(outcome)}</span>
        <span>${time}</span>
        ${count > 1 ? html`<span class="entry-count">× ${count.toLocaleString()}</span>` : nothing}
        ${entry.elsewhere === true ? html`<span class="entry-target">${target}</span>` : nothing}
        ${key === "" ? nothing : html`<span class="entry-key">${key}</span>`}
      </span>
      <span class="entry-preview">${preview === "" ? t("(empty)") : preview}</span>
    </button>
    <span class="entry-buttons">
      ${
        entry.elsewhere === true || entry.bodyLeftOut === true
          ? nothing
          : html`<vscode-button
              appearance="icon"
              aria-label=${t("Send again what was sent at {time}", { time })}
              title=${t("Send again")}
              ?disabled=${busy}
              @click=${() => {
                model.sendAgain(id);
              }}
              ><span class="codicon codicon-send" aria-hidden="true"></span
            ></vscode-button>`
      }
      <vscode-button
        appearance="icon"
        aria-label=${t("Forget what was sent at {time}", { time })}
        title=${t("Forget")}
        ?disabled=${busy}
        @click=${() => {
          model.forget(id);
        }}
        ><span class="codicon codicon-close" aria-hidden="true"></span
      ></vscode-button>
    </span>
  </li>`;
}

function shortTime(sent: number): string {
  const date = new Date(sent);
  return date.toDateString() === new Date().toDateString()
    ? date.toLocaleTimeString()
    : date.toLocaleDateString(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
}
