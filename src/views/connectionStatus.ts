import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { Environment } from "../broker/environment.ts";
import type { Connections } from "../connections/connections.ts";
import { readOnlySentence } from "../connections/readOnly.ts";
import { environmentLabel } from "../protocol/environmentLabel.ts";
import type { ActiveConnection } from "./activeConnection.ts";
import type { CommandId } from "./commandTable.ts";
import { environmentColor } from "./treeLook.ts";

/** Says in the status bar what the connection is for that the user works with, and whether it is read-only. */
export class ConnectionStatus implements vscode.Disposable {
  readonly #connections: Connections;
  readonly #active: ActiveConnection;
  readonly #item: vscode.StatusBarItem;
  readonly #listening: readonly { dispose(): void }[];

  constructor(connections: Connections, active: ActiveConnection) {
    this.#connections = connections;
    this.#active = active;
    this.#item = vscode.window.createStatusBarItem("mq.connection", vscode.StatusBarAlignment.Left, 1);
    this.#item.name = t("Message Queue Connection");
    const update = (): void => {
      this.#update();
    };
    this.#listening = [active.onDidChange(update), connections.onDidChange(update)];
    this.#update();
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const connection = this.#active.id === undefined ? undefined : this.#connections.get(this.#active.id);
    if (!connection) {
      this.#item.hide();
      return;
    }
    const { profile, rules } = connection;
    const { name, environment } = profile;
    const words = [name, environment && environmentLabel(environment), rules.readOnly && t("read-only")];
    const spoken = words.filter((word) => word !== undefined).join(" · ");
    const command: CommandId = rules.readOnly ? "mq.allowChanges" : "mq.makeReadOnly";
    const title = rules.readOnly ? t("Allow Changes") : t("Make Read-Only");
    // Names come from outside; VS Code would draw "$(name)" as an icon.
    this.#item.text = `$(${rules.readOnly ? "lock" : "plug"}) ${spoken.replaceAll("$(", "$\u200b(")}`;
    const says = rules.readOnly
      ? readOnlySentence(rules)
      : t("“{name}” allows changes. Click to make it read-only.", { name });
    this.#item.tooltip = environment ? `${environmentLabel(environment)}\n${says}` : says;
    this.#item.accessibilityInformation = { label: spoken };
    this.#item.command = { command, title, arguments: [connection.id] };
    this.#item.backgroundColor = backgroundOf(environment);
    this.#item.color = environment === "development" ? new vscode.ThemeColor(environmentColor(environment)) : undefined;
    this.#item.show();
  }
}

/** VS Code has two; its own text is readable on both in every theme. */
function backgroundOf(environment: Environment | undefined): vscode.ThemeColor | undefined {
  if (environment === "production") return new vscode.ThemeColor("statusBarItem.errorBackground");
  return environment === "staging" ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
}
