/** The composition root: builds everything once, in order, and hands it down. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { config, t } from "@vscode/l10n";
import * as vscode from "vscode";
import { DraftHistory } from "./commands/draftHistory.ts";
import { createApi } from "./connections/api.ts";
import type { MqWorkbenchApi } from "./connections/api.ts";
import { Connections } from "./connections/connections.ts";
import type { Connection } from "./connections/connections.ts";
import { Profiles } from "./connections/profiles.ts";
import { SecretVault } from "./connections/secretVault.ts";
import { drivers } from "./drivers/index.ts";
import { Journal } from "./journal/journal.ts";
import { ActiveConnection } from "./views/activeConnection.ts";
import { badgeOf } from "./views/badge.ts";
import { commandHandlers } from "./views/commandHandlers.ts";
import { ConnectionStatus } from "./views/connectionStatus.ts";
import { ContextKeySetter } from "./views/contextKeys.ts";
import { LiveRows } from "./views/decorations.ts";
import { VsCodeFileDialogs } from "./views/fileDialogs.ts";
import { NodeDetails } from "./views/nodeDetail.ts";
import { Panels } from "./views/panels.ts";
import { OutputLog } from "./views/log.ts";
import type { Log } from "./views/log.ts";
import { VsCodePrompts } from "./views/prompts.ts";
import { registerCommands } from "./views/registerCommands.ts";
import { connectionSettings, openConnectionSettings, readSettings } from "./views/settings.ts";
import { ConsumerStatus } from "./views/statusBar.ts";
import { ConnectionTree } from "./views/tree.ts";
import { TreeModel } from "./views/treeModel.ts";
import { connectionOfRow } from "./views/treeRows.ts";

/** Gives back what is not settled and closes every session, for `deactivate`. */
let close: (() => Promise<void>) | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<MqWorkbenchApi> {
  if (vscode.l10n.bundle) config({ contents: vscode.l10n.bundle });
  const log = new OutputLog();
  context.subscriptions.push(log);
  try {
    return build(context, log);
  } catch (error) {
    log.error(error instanceof Error ? error : String(error));
    void vscode.window.showErrorMessage(t("MQ Workbench could not start: {reason}", { reason: String(error) }));
    throw error;
  }
}

/** VS Code waits for it, for some seconds. */
export async function deactivate(): Promise<void> {
  await close?.();
  close = undefined;
}

function build(context: vscode.ExtensionContext, log: Log): MqWorkbenchApi {
  const own = <T extends { dispose(): unknown }>(thing: T): T => {
    context.subscriptions.push(thing);
    return thing;
  };
  const { extensionUri } = context;
  const settings = own(readSettings());
  const vault = new SecretVault(context.secrets);
  const profiles = own(
    new Profiles({ memento: context.globalState, settings: connectionSettings(), env: process.env }),
  );
  const active = own(new ActiveConnection());
  const prompts = new VsCodePrompts({
    log,
    askForm: async (question) => {
      const { askForm } = await import("./views/formPanel.ts");
      const connection = question.connection === undefined ? undefined : connections.get(question.connection);
      await askForm(extensionUri, question, connection && badgeOf(connection), active.follow);
    },
  });
  const connections = new Connections({
    profiles,
    vault,
    drivers,
    askPassword: ({ name }) => prompts.input({ title: t("Password for {name}", { name }), password: true }),
    readFile: (path) => readFile(path, "utf8"),
    looks: context.globalState,
  });
  own(logStates(connections, log));
  own(new ConnectionStatus(connections, active));

  const keys = new ContextKeySetter();
  const model = own(new TreeModel(connections));
  const tree = own(new ConnectionTree({ model, connections, profiles, keys }));
  own(
    tree.view.onDidChangeSelection(({ selection: [row] }) => {
      active.select(row && connectionOfRow(row));
    }),
  );
  const live = own(
    new LiveRows({
      connections,
      update: (ids) => model.updateLive(ids),
      interval: () => settings.refreshInterval(),
      visible: () => tree.view.visible,
    }),
  );
  own(
    tree.view.onDidChangeVisibility(({ visible }) => {
      if (visible) live.refresh();
      live.schedule();
    }),
  );
  own(
    profiles.onDidChange(() => {
      // The colour of a connection.
      live.redraw();
    }),
  );
  own(
    settings.onDidChange(() => {
      live.schedule();
    }),
  );

  const history = new DraftHistory(context.globalState);
  own(
    history.onDidChange(() => {
      // Something was sent.
      live.refresh();
    }),
  );
  const refreshCounts = (): void => {
    live.refresh();
  };
  const files = new VsCodeFileDialogs();
  const journal = new Journal(join(context.globalStorageUri.fsPath, "journal"), () => settings.journal());
  const panels = new Panels({
    extensionUri,
    files,
    connections,
    drivers,
    prompts,
    settings,
    history,
    journal,
    workspaceState: context.workspaceState,
    log,
    follow: active.follow,
    refreshCounts,
  });
  const details = own(new NodeDetails(connections));
  const consumers = own(new ConsumerStatus(panels));
  const handlers = commandHandlers({
    prompts,
    profiles,
    connections,
    vault,
    drivers,
    openSettings: openConnectionSettings,
    journal,
    tree,
    model,
    details,
    consumers,
    files,
    log,
    watch: { window: () => settings.prefetch(), unasked: new Set() },
    browsePrompts: () => prompts.withValues({ limit: String(settings.browseLimit()) }),
    refreshCounts,
    openPublisher: (connection, node) => panels.openPublisher(connection, node),
    openInspector: (connection, request) => panels.openInspector(connection, request),
    publishEditor: () => panels.publishEditor(),
    runOnMessages: (id) => panels.runOnMessages(id),
  });
  own(registerCommands(handlers, { prompts, focusedRow: () => tree.focusedRow() }));

  close = async () => {
    await panels.dispose();
    await connections.dispose();
  };
  return createApi(connections);
}

/** States only: never addresses with a login, bodies or secrets. */
function logStates(connections: Connections, log: Log): { dispose(): void } {
  const last = new Map<Connection, string>();
  return connections.onDidChange((connection) => {
    if (!connection) return;
    const { status, sentence } = connection.state;
    const line = `${connection.profile.name}: ${status}${sentence === undefined ? "" : ` (${sentence})`}`;
    if (last.get(connection) === line) return;
    last.set(connection, line);
    if (status === "failed" || status === "reconnecting") log.warn(line);
    else log.info(line);
  });
}
