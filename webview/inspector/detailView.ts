/** One message taken apart. Whatever it holds reaches the page as text. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import type { Death, Detail } from "../../src/protocol/inspector.ts";
import type { AckState } from "../../src/protocol/rows.ts";
import type { BodyPanel } from "./body/bodyPanel.ts";
import { type BodyActions, bodyView } from "./bodyView.ts";
import { byteSize, clockTime, count } from "./format.ts";
import { headerRows, timeOf } from "./headerRows.ts";
import { type BodyMode, type Tab, tabs } from "./remembered.ts";
import { openMenu } from "./messageMenu.ts";
import { stateWord } from "./words.ts";

export interface DetailActions extends BodyActions {
  showTab(tab: Tab): void;
  open(): void;
  copy(part: "body" | "headers" | "message"): void;
  resend(): void;
}

export interface DetailModel {
  readonly detail: Detail | undefined;
  /** Why there is none although a message is current. */
  readonly problem: string | undefined;
  /** The state as the list knows it, newer than the detail's. */
  readonly state: AckState | undefined;
  /** For the menu of what is selected. */
  readonly menu: string;
  readonly tab: Tab;
  readonly bodyMode: BodyMode;
  readonly wrap: boolean;
  /** Times are shown in UTC. */
  readonly utc: boolean;
  readonly body: BodyPanel;
}

export function detailView(model: DetailModel, actions: DetailActions): TemplateResult {
  const { detail } = model;
  if (!detail)
    return html`<div class="empty">
      <p>${model.problem ?? t("Select a message to see its body, properties and headers.")}</p>
    </div>`;
  const shown = tabs.filter((tab) => tab !== "deaths" || detail.deaths.length > 0);
  const open = shown.includes(model.tab) ? model.tab : "body";
  return html`<div class="detail-head">
      ${summaryLine(detail, model)}
      <div class="actions" role="group" aria-label=${t("Message")}>
        ${action("go-to-file", t("Open in the editor (Enter)"), () => {
          actions.open();
        })}
        ${action("copy", t("Copy the body"), () => {
          actions.copy("body");
        })}
        ${action("json", t("Copy the whole message as JSON"), () => {
          actions.copy("message");
        })}
        ${action("send", t("Edit and send again…"), () => {
          actions.resend();
        })}
        <vscode-button
          class="more-actions"
          appearance="icon"
          aria-label=${t("More actions")}
          title=${t("More actions")}
          aria-haspopup="menu"
          data-vscode-context=${model.menu}
          @click=${(event: Event) => {
            if (event.currentTarget instanceof Element) openMenu(event.currentTarget);
          }}
          ><span class="codicon codicon-ellipsis"></span
        ></vscode-button>
      </div>
    </div>
    <div
      class="tabs"
      role="tablist"
      aria-label=${t("Parts of the message")}
      @keydown=${(event: KeyboardEvent) => {
        onTabKey(event, shown, open, actions);
      }}
    >
      ${shown.map(
        (tab) =>
          html`<button
            role="tab"
            id="tab-${tab}"
            aria-controls="tab-panel"
            aria-selected=${tab === open}
            tabindex=${tab === open ? 0 : -1}
            @click=${() => {
              actions.showTab(tab);
            }}
          >
            ${tabWord(tab, detail)}
          </button>`,
      )}
    </div>
    <div class="tab-panel ${open}" id="tab-panel" role="tabpanel" tabindex="0" aria-labelledby="tab-${open}">
      ${panel(open, detail, model, actions)}
    </div>`;
}

function summaryLine(detail: Detail, model: DetailModel): TemplateResult {
  const { word, icon } = stateWord(model.state ?? detail.state);
  return html`<p class="summary">
    <span class="state"><span class="codicon codicon-${icon}" aria-hidden="true"></span> ${word}</span>
    <span class="key" title=${detail.key ?? ""}
      >${detail.key === undefined || detail.key === "" ? t("(no key)") : detail.key}</span
    >
    <span>${byteSize(detail.body.size)}</span>
    <span>${clockTime(detail.received, model.utc)}</span>
  </p>`;
}

function action(icon: string, label: string, act: () => void): TemplateResult {
  return html`<vscode-button appearance="icon" aria-label=${label} title=${label} @click=${act}
    ><span class="codicon codicon-${icon}"></span
  ></vscode-button>`;
}

function tabWord(tab: Tab, detail: Detail): string {
  switch (tab) {
    case "body":
      return t("Body");
    case "properties":
      return t("Properties");
    case "headers":
      return t("Headers ({number})", { number: count(detail.headers.length) });
    case "deaths":
      return t("Dead letters ({number})", { number: count(detail.deaths.length) });
    default:
      return tab satisfies never;
  }
}

function onTabKey(event: KeyboardEvent, shown: readonly Tab[], open: Tab, actions: DetailActions): void {
  const at = shown.indexOf(open);
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: (at + 1) % shown.length,
    ArrowLeft: (at + shown.length - 1) % shown.length,
    Home: 0,
    End: shown.length - 1,
  };
  const to = shown[moves[event.key] ?? -1];
  if (to === undefined) return;
  event.preventDefault();
  actions.showTab(to);
  const list = event.currentTarget;
  if (list instanceof Element) list.querySelector<HTMLElement>(`#tab-${to}`)?.focus();
}

function panel(tab: Tab, detail: Detail, model: DetailModel, actions: DetailActions): TemplateResult {
  switch (tab) {
    case "body":
      return bodyView(detail.body, model, actions);
    case "properties":
      return propertiesView(detail);
    case "headers":
      return headersView(detail, actions);
    case "deaths":
      return deathsView(detail.deaths);
    default:
      return tab satisfies never;
  }
}

function propertiesView(detail: Detail): TemplateResult {
  const yesNo = (value: boolean | undefined): string | undefined =>
    value === undefined ? undefined : value ? t("yes") : t("no");
  const own: readonly (readonly [string, string | undefined])[] = [
    [t("Routing key"), detail.key],
    [t("Published to"), detail.origin],
    [t("Position"), detail.position],
    [t("Received"), new Date(detail.received).toISOString()],
    [t("Size"), t("{number} bytes", { number: count(detail.body.size) })],
    [t("Redelivered"), yesNo(detail.redelivered)],
    [t("Delivered before"), detail.deliveryCount === undefined ? undefined : count(detail.deliveryCount)],
    [t("Persistent"), yesNo(detail.persistent)],
    [t("Content type"), detail.contentType],
    [t("Content encoding"), detail.contentEncoding],
  ];
  const rows = [...own, ...Object.entries(detail.properties)].filter(
    ([, value]) => value !== undefined && value !== "",
  );
  return html`<table>
    <thead class="visually-hidden">
      <tr>
        <th scope="col">${t("Name")}</th>
        <th scope="col">${t("Value")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td class="value">${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function headersView(detail: Detail, actions: DetailActions): TemplateResult {
  if (detail.headers.length === 0) return html`<p class="note">${t("This message has no headers.")}</p>`;
  return html`<table>
      <thead>
        <tr>
          <th scope="col">${t("Name")}</th>
          <th scope="col">${t("Type")}</th>
          <th scope="col">${t("Value")}</th>
        </tr>
      </thead>
      <tbody>
        ${headerRows(detail.headers).map(
          (row) =>
            html`<tr>
              <th scope="row" style="padding-inline-start:${8 + row.depth * 16}px">${row.name}</th>
              <td class="type">${row.type}</td>
              <td class="value">${row.value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="note">
      <vscode-button
        appearance="secondary"
        @click=${() => {
          actions.copy("headers");
        }}
        >${t("Copy the headers")}</vscode-button
      >
    </p>`;
}

function deathsView(deaths: readonly Death[]): TemplateResult {
  return html`<ol class="deaths">
    ${deaths.map((death) => {
      const time = death.time === undefined ? undefined : timeOf(death.time);
      return html`<li>
        <p>
          <strong class="value">${death.queue}</strong>
          <span class="reason">${death.reason}</span>
          ${death.count > 1 ? html`<span>${t("{number} times", { number: count(death.count) })}</span>` : nothing}
        </p>
        <dl>
          <div>
            <dt>${t("Exchange")}</dt>
            <dd class="value">${death.exchange === "" ? t("(default)") : death.exchange}</dd>
          </div>
          <div>
            <dt>${t("Keys")}</dt>
            <dd class="value">${death.keys.join(", ")}</dd>
          </div>
          ${
            time === undefined
              ? nothing
              : html`<div>
                  <dt>${t("Time")}</dt>
                  <dd>${time}</dd>
                </div>`
          }
        </dl>
      </li>`;
    })}
  </ol>`;
}
