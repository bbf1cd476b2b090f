import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import type { NodePath } from "../../../src/protocol/body.ts";
import { take } from "../focus.ts";
import { count } from "../format.ts";
import { pageNodes, type TreeModel, type TreeRow } from "./treeModel.ts";

export interface TreeActions {
  copy(path: NodePath, part: "value" | "path"): void;
}

/** A body as a tree: only what is open is drawn. */
export function treeView(tree: TreeModel, wrap: boolean, actions: TreeActions): TemplateResult {
  const { rows } = tree;
  if (rows.length === 0) return html`<p class="note">${t("Reading…")}</p>`;
  const current = rows.some((row) => row.key === tree.current) ? tree.current : rows[0]?.key;
  return html`<div
    class="body-tree ${wrap ? "wrap" : ""}"
    role="tree"
    aria-label=${t("Body")}
    @keydown=${(event: KeyboardEvent) => {
      onKey(event, tree, actions);
    }}
  >
    ${rows.map((row) => rowView(row, row.key === current, tree, actions))}
  </div>`;
}

function rowView(row: TreeRow, current: boolean, tree: TreeModel, actions: TreeActions): TemplateResult {
  const isContainer = row.kind === "node" && row.node.count !== undefined;
  const depth = row.path.length + (row.kind === "node" ? 0 : 1);
  return html`<div
    class="tree-row ${row.kind} ${current ? "current" : ""}"
    role="treeitem"
    data-key=${row.key}
    tabindex=${current ? 0 : -1}
    aria-level=${depth + 1}
    aria-setsize=${row.kind === "node" ? row.siblings : nothing}
    aria-posinset=${row.kind === "node" ? row.index + 1 : nothing}
    aria-expanded=${isContainer ? String(row.open) : nothing}
    aria-busy=${row.kind === "node" && row.loading ? "true" : nothing}
    style="--depth:${Math.min(depth, 40)}"
    @click=${(event: MouseEvent) => {
      // A click that ends a selection of text selects only.
      if (String(getSelection()) !== "" && event.detail > 0) return;
      tree.toggle(row);
    }}
  >
    ${content(row, actions)}
  </div>`;
}

function content(row: TreeRow, actions: TreeActions): TemplateResult {
  if (row.kind === "problem")
    return html`<span class="codicon codicon-warning" aria-hidden="true"></span><span>${row.sentence}</span>`;
  if (row.kind === "more") {
    const next = Math.min(pageNodes, row.total - row.shown);
    return html`<span class="link"
      >${t("Show {next} more, {left} are left", { next: count(next), left: count(row.total - row.shown) })}</span
    >`;
  }
  const { node, path, open, loading } = row;
  const name = node.name ?? (path.length > 0 ? String(row.index) : undefined);
  const icon = loading ? "loading codicon-modifier-spin" : open ? "chevron-down" : "chevron-right";
  return html`<span class="twist codicon ${node.count === undefined ? "" : `codicon-${icon}`}" aria-hidden="true"></span
    >${
      name === undefined
        ? nothing
        : html`<span class=${node.name === undefined ? "index" : "name"}>${name}</span><span class="colon">: </span>`
    }${
      node.count === undefined
        ? html`<span class="text json-${node.kind}">${node.text}</span>${
              node.more === undefined
                ? nothing
                : html`<span class="type">… ${t("{count} more", { count: count(node.more) })}</span>`
            }`
        : html`<span class="brackets">${open ? "" : node.kind === "object" ? "{…}" : "[…]"}</span
            ><span class="type">${childrenWord(node.kind, node.count)}</span>`
    }<span class="type">${node.type}</span>
    <span class="row-actions"
      >${actionButton("copy", t("Copy the value"), () => {
        actions.copy(path, "value");
      })}${actionButton("list-tree", t("Copy the path"), () => {
        actions.copy(path, "path");
      })}</span
    >`;
}

function childrenWord(kind: string, number: number): string {
  if (kind === "object") return number === 1 ? t("1 key") : t("{count} keys", { count: count(number) });
  return number === 1 ? t("1 item") : t("{count} items", { count: count(number) });
}

function actionButton(icon: string, label: string, act: () => void): TemplateResult {
  return html`<button
    tabindex="-1"
    title=${label}
    aria-label=${label}
    @click=${(event: Event) => {
      event.stopPropagation();
      act();
    }}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span>
  </button>`;
}

function onKey(event: KeyboardEvent, tree: TreeModel, actions: TreeActions): void {
  const row = tree.rows.find(({ key }) => key === tree.current) ?? tree.rows[0];
  if (!row || event.altKey) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "c") {
    if (String(getSelection()) !== "" || row.kind !== "node") return;
    take(event);
    actions.copy(row.path, event.shiftKey ? "path" : "value");
    return;
  }
  if (command || !tree.press(event.key)) return;
  take(event);
  const element = event.currentTarget;
  if (!(element instanceof Element)) return;
  // Drawn first, then focused.
  requestAnimationFrame(() => {
    requestAnimationFrame(() => element.querySelector<HTMLElement>(".tree-row.current")?.focus());
  });
}
