import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type {
  ConversationId,
  ConversationMessage,
  ConversationState,
  Lane,
  RelationKind,
} from "../../src/protocol/conversation.ts";
import { latencyText } from "../../src/protocol/latency.ts";
import { connectionBadge } from "../fields/connectionBadge.ts";
import { byteSize, clockTime, count } from "../inspector/format.ts";
import { stateWord } from "../inspector/words.ts";

export interface ConversationModel {
  readonly state: ConversationState;
  /** Of each message one that stays the same. */
  readonly names: readonly string[];
  /** The index of the message that the keys stand on. */
  readonly current: number;
  readonly spoken: string;
  readonly copied: boolean;
  /** There is no room for lanes side by side. */
  readonly stacked: boolean;
  /** What went wrong last, as a sentence. */
  readonly problem: string | undefined;
}

export interface ConversationActions {
  open(index: number): void;
  press(event: KeyboardEvent, index: number): void;
  copy(): void;
  closeProblem(): void;
}

export function conversationView(model: ConversationModel, actions: ConversationActions): TemplateResult {
  const { state } = model;
  return html`<main class="conversation ${model.stacked ? "stacked" : ""}">
    <header>
      <h1>${t("Conversation")}</h1>
      <span class="actions">
        ${model.copied ? html`<span class="copied">${t("Copied: paste it into Markdown.")}</span>` : nothing}
        <vscode-button
          class="copy"
          appearance="secondary"
          title=${t("Copy as a Mermaid sequence diagram")}
          @click=${() => {
            actions.copy();
          }}
          >${t("Copy as Mermaid")}<span slot="start" class="codicon codicon-copy"></span
        ></vscode-button>
      </span>
      <dl class="ids">${state.ids.map(idView)}</dl>
    </header>
    ${model.problem === undefined ? nothing : problemView(model.problem, actions)}
    <p class="summary">${summaryText(state)}</p>
    ${state.cutAt === undefined ? nothing : cutView(state.cutAt)}
    <div class="lanes" tabindex="0" role="region" aria-label=${t("Messages by time")}>
      <div
        class="table"
        role="table"
        aria-label=${t("Messages of the conversation")}
        style="--lanes:${state.lanes.length}"
      >
        <div class="row head" role="row">
          <span role="columnheader" class="time">${t("Time")}</span>
          ${state.lanes.map(laneView)}
        </div>
        ${repeat(
          state.messages,
          (_, index) => model.names[index],
          (_, index) => rowView(model, index, actions),
        )}
      </div>
    </div>
    <div class="visually-hidden" role="status" aria-live="polite">${model.spoken}</div>
  </main>`;
}

function problemView(sentence: string, actions: ConversationActions): TemplateResult {
  return html`<div class="bar" role="alert">
    <span class="codicon codicon-error" aria-hidden="true"></span><span>${sentence}</span>
    <vscode-button
      appearance="icon"
      aria-label=${t("Close")}
      @click=${() => {
        actions.closeProblem();
      }}
      ><span class="codicon codicon-close"></span
    ></vscode-button>
  </div>`;
}

function idView({ kind, value }: ConversationId): TemplateResult {
  return html`<div>
    <dt>${idWord(kind)}</dt>
    <dd>${value}</dd>
  </div>`;
}

function idWord(kind: ConversationId["kind"]): string {
  switch (kind) {
    case "message":
      return t("Message id");
    case "correlation":
      return t("Correlation id");
    case "trace":
      return t("Trace");
    case "reply":
      return t("Answers go to");
    default:
      return kind satisfies never;
  }
}

function summaryText({ messages, lanes, inspectors, searching }: ConversationState): string {
  const words = { messages: count(messages.length), lanes: count(lanes.length), inspectors: count(inspectors) };
  if (searching) return t("Searching what the open inspectors keep ({inspectors})… Found so far: {messages}.", words);
  const first = messages[0]?.received ?? 0;
  const time = latencyText((messages.at(-1)?.received ?? first) - first).slice(1);
  if (messages.length === 1)
    return t(
      "Nothing else belongs to this message in the open inspectors ({inspectors}). What comes joins by itself; open an inspector where the others pass.",
      words,
    );
  return t("{messages} messages in {time}, seen in {lanes} of the inspectors ({inspectors} open). New ones join.", {
    ...words,
    time,
  });
}

function cutView(limit: number): TemplateResult {
  return html`<p class="cut">
    <span class="codicon codicon-warning" aria-hidden="true"></span>
    ${t("More than {limit} messages belong to it: the first {limit} that were found are shown.", { limit: count(limit) })}
  </p>`;
}

function laneView(lane: Lane): TemplateResult {
  return html`<span role="columnheader" class="lane" title=${lane.title}>
    <b>${lane.title}</b>
    <span class="of">${t("{kind}, {mode}", { kind: lane.kind, mode: lane.mode })}</span>
    ${connectionBadge(lane.connection)} ${lane.closed ? html`<i>${t("closed")}</i>` : nothing}
  </span>`;
}

function rowView(
  model: ConversationModel,
  index: number,
  actions: ConversationActions,
): TemplateResult | typeof nothing {
  const { messages, lanes } = model.state;
  const message = messages[index];
  if (!message) return nothing;
  const before = messages[index - 1];
  return html`<div class="row" role="row">
    <span class="time" role="rowheader">
      <span class="number">${index + 1}</span>
      <span class="clock">${clockTime(message.received)}</span>
      ${before ? html`<span class="latency">${latencyText(message.received - before.received)}</span>` : nothing}
    </span>
    ${lanes.map((lane, at) =>
      at === message.lane
        ? html`<span class="cell" role="cell">${cardView(model, index, lane, message, actions)}</span>`
        : html`<span class="cell none" role="cell"></span>`,
    )}
  </div>`;
}

function cardView(
  { current, state }: ConversationModel,
  index: number,
  lane: Lane,
  message: ConversationMessage,
  actions: ConversationActions,
): TemplateResult {
  const { key, type, size, relation } = message;
  const openable = message.kept && !lane.closed;
  return html`<button
    class="card ${openable ? "" : "gone"}"
    data-index=${index}
    tabindex=${index === current ? 0 : -1}
    title=${openable ? t("Show it in its inspector") : t("It is no longer kept")}
    @click=${() => {
      actions.open(index);
    }}
    @keydown=${(event: KeyboardEvent) => {
      actions.press(event, index);
    }}
  >
    <span class="lane-name">${lane.title}</span>
    <span class="key">${key === "" ? t("(no key)") : key}</span>
    ${relation ? relationView(relation, state) : html`<span class="relation">${t("begins it")}</span>`}
    <span class="facts"
      >${[...stateFacts(message), type, byteSize(size), ...sentFact(message)].filter(Boolean).join(" · ")}</span
    >
    <span class="preview">${message.preview}</span>
  </button>`;
}

function stateFacts({ state, kept }: ConversationMessage): readonly string[] {
  if (!kept) return [t("no longer kept")];
  return state === "none" ? [] : [stateWord(state).word];
}

function sentFact({ sent }: ConversationMessage): readonly string[] {
  return sent === undefined ? [] : [t("sent {time}", { time: clockTime(sent) })];
}

function relationView(
  { kind, to, after }: NonNullable<ConversationMessage["relation"]>,
  { messages }: ConversationState,
): TemplateResult {
  const words = { number: to + 1, time: latencyText(after) };
  return html`<span class="relation ${kind}" title=${messages[to]?.key ?? ""}>
    <span class="codicon codicon-${relationIcons[kind]}" aria-hidden="true"></span> ${relationText(kind, words)}
  </span>`;
}

const relationIcons: Readonly<Record<RelationKind, string>> = {
  reply: "reply",
  copy: "copy",
  correlation: "link",
  trace: "git-branch",
};

function relationText(kind: RelationKind, words: { readonly number: number; readonly time: string }): string {
  switch (kind) {
    case "reply":
      return t("answers {number}, {time}", words);
    case "copy":
      return t("same message as {number}, {time}", words);
    case "correlation":
      return t("same id as {number}, {time}", words);
    case "trace":
      return t("same trace as {number}, {time}", words);
    default:
      return kind satisfies never;
  }
}
