import { type TemplateResult, html, nothing } from "lit";
import { t } from "@vscode/l10n";
import { outcomeIcons, outcomeWord } from "./outcome.ts";
import type { PublishModel, Result } from "./model.ts";
import { named } from "../fields/named.ts";

const maxCount = 10_000_000;
const maxPerSecond = 1_000_000;

/** Send, send many, and what became of it. */
export function sendView(model: PublishModel): TemplateResult {
  const { busy, many, problem } = model;
  const count = wholeNumber(many.count, 1, maxCount);
  const perSecond = many.perSecond.trim() === "" ? 0 : wholeNumber(many.perSecond, 0, maxPerSecond);
  const ready = count !== undefined && perSecond !== undefined;
  return html`<footer>
    <div class="sending">
      <vscode-button class="send" ?disabled=${busy !== undefined} title=${shortcut()} @click=${model.send}
        ><span slot="start" class="codicon codicon-send" aria-hidden="true"></span>${
          busy === "send" ? t("Sending…") : t("Send")
        }</vscode-button
      >
      <kbd>${shortcut()}</kbd>
      <span class="many" role="group" aria-label=${t("Send many times")}>
        <vscode-text-field
          class="count"
          ${named(t("How many"))}
          aria-invalid=${count === undefined}
          .value=${many.count}
          @input=${(event: Event) => {
            model.setMany({ count: textIn(event) });
          }}
        ></vscode-text-field>
        <span>${t("times, up to")}</span>
        <vscode-text-field
          class="rate"
          ${named(t("Per second; empty is as fast as the broker confirms"))}
          title=${t("Empty is as fast as the broker confirms")}
          placeholder=${t("no limit")}
          aria-invalid=${perSecond === undefined}
          .value=${many.perSecond}
          @input=${(event: Event) => {
            model.setMany({ perSecond: textIn(event) });
          }}
        ></vscode-text-field>
        <span>${t("per second")}</span>
        <vscode-button
          class="send-many"
          appearance="secondary"
          ?disabled=${busy !== undefined || !ready}
          @click=${model.sendMany}
          >${
            busy === "many"
              ? t("Sending…")
              : t("Send × {count}", { count: count === undefined ? "?" : count.toLocaleString() })
          }</vscode-button
        >
      </span>
    </div>
    <div role="alert">
      ${ready ? nothing : html`<p class="problem">${manyProblem(count === undefined)}</p>`}
      ${problem && problem.field === undefined ? html`<p class="problem">${problem.sentence}</p>` : nothing}
    </div>
    <div class="result-line" role="status" aria-live="polite">
      ${model.result === undefined ? nothing : resultView(model.result)}
      ${
        model.canGoBack
          ? html`<p>
              ${t("An earlier draft took the place of what you were writing.")}
              <vscode-button class="go-back" appearance="secondary" @click=${model.goBack}>${t("Undo")}</vscode-button>
            </p>`
          : nothing
      }
    </div>
  </footer>`;
}

function resultView({ outcome, sentence, took, at }: Result): TemplateResult {
  const time = new Date(at).toLocaleTimeString();
  return html`<p class="result ${outcome ?? "none"}">
    <span class="codicon codicon-${outcome === undefined ? "info" : outcomeIcons[outcome]}" aria-hidden="true"></span>
    <span
      ><strong>${outcome === undefined ? t("Nothing was sent") : outcomeWord(outcome)}</strong> ${sentence}
      <span class="when"
        >${took === undefined ? time : t("{time}, after {took}", { time, took: duration(took) })}</span
      ></span
    >
  </p>`;
}

function duration(milliseconds: number): string {
  return milliseconds < 1000
    ? t("{count} ms", { count: milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0) })
    : t("{count} s", { count: (milliseconds / 1000).toFixed(1) });
}

function manyProblem(ofCount: boolean): string {
  return ofCount
    ? t("How many: write a whole number from 1 to {max}.", { max: maxCount.toLocaleString() })
    : t("Per second: write a whole number from 0 (as fast as the broker confirms) to {max}.", {
        max: maxPerSecond.toLocaleString(),
      });
}

function wholeNumber(text: string, min: number, max: number): number | undefined {
  if (!/^\d+$/.test(text.trim())) return undefined;
  const number = Number(text);
  return number >= min && number <= max ? number : undefined;
}

function shortcut(): string {
  return navigator.userAgent.includes("Mac") ? "⌘ Enter" : "Ctrl+Enter";
}

function textIn(event: Event): string {
  return (event.currentTarget as HTMLInputElement).value;
}
