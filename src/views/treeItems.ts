import * as vscode from "vscode";
import { t } from "@vscode/l10n";
import type { CommandId } from "./commandTable.ts";
import { connectionUri, liveUri } from "./decorations.ts";
import { lookOf } from "./treeLook.ts";
import type { Look, LookContext, Tooltip } from "./treeLook.ts";
import type { TreeRow } from "./treeRows.ts";

const states = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const satisfies Record<Look["below"], vscode.TreeItemCollapsibleState>;

export function treeItemOf(row: TreeRow, context: LookContext): vscode.TreeItem {
  const look = lookOf(row, context);
  const item = new vscode.TreeItem(look.label, states[look.below]);
  // With a filter everything is expanded: under the same id VS Code would keep it as it was.
  item.id = context.filtered && look.below === "expanded" ? `${row.id}/?filtered` : row.id;
  item.description = look.description;
  item.iconPath = new vscode.ThemeIcon(
    look.icon,
    look.color === undefined ? undefined : new vscode.ThemeColor(look.color),
  );
  item.contextValue = look.contextValue;
  item.tooltip = tooltipOf(look.tooltip);
  item.accessibilityInformation = { label: look.spoken };
  const uri = resourceOf(row);
  if (uri) item.resourceUri = uri;
  const command = commandOf(row);
  if (command) item.command = { ...command, arguments: [row] };
  return item;
}

/** What Enter and a click do, besides expanding. */
function commandOf(row: TreeRow): { readonly command: CommandId; readonly title: string } | undefined {
  switch (row.type) {
    case "connection":
      return row.connection.state.status === "disconnected"
        ? { command: "mq.connect", title: t("Connect") }
        : undefined;
    case "more":
      return { command: "mq.loadMore", title: t("Load more…") };
    case "sentence":
      return row.retry ? { command: "mq.retry", title: t("Retry") } : undefined;
    case "node":
      return undefined;
    default:
      return row satisfies never;
  }
}

function resourceOf(row: TreeRow): vscode.Uri | undefined {
  if (row.type === "connection") return connectionUri(row.id);
  return row.type === "node" && row.node.live ? liveUri(row.id) : undefined;
}

/** Names come from the broker: they are appended as text, never as Markdown. */
function tooltipOf({ title, sentences, facts }: Tooltip): vscode.MarkdownString {
  const text = new vscode.MarkdownString("", false);
  text.appendMarkdown("**").appendText(title).appendMarkdown("**\n\n");
  for (const sentence of sentences) text.appendText(sentence).appendMarkdown("\n\n");
  for (const { label, value } of facts) {
    text
      .appendMarkdown("- ")
      .appendText(label)
      .appendMarkdown(": ")
      .appendText(value.replaceAll("\n", " "))
      .appendMarkdown("\n");
  }
  return text;
}
