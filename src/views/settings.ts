import { homedir } from "node:os";
import * as vscode from "vscode";
import type { JournalLimits } from "../journal/journalEntry.ts";
import type { SettingsSource } from "../connections/profiles.ts";

/** The settings besides `mq.connections`, as they are now. Out of range is brought into range. */
export interface Settings {
  /** Milliseconds; 0 = never by itself. */
  refreshInterval(): number;
  /** Messages that a temporary consumer may hold at first. */
  prefetch(): number;
  /** Messages that a browse looks at unless said otherwise. */
  browseLimit(): number;
  inspector(): { readonly maxMessages: number; readonly maxBytes: number };
  /** Of the user only: a repository neither switches it off nor makes it small. */
  journal(): JournalLimits;
  readonly onDidChange: vscode.Event<void>;
}

export function readSettings(): Settings & { dispose(): void } {
  const changed = new vscode.EventEmitter<void>();
  const listening = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration("mq")) changed.fire();
  });
  return {
    refreshInterval: () => Math.round(number("refreshInterval", 5, 0, 3600) * 1000),
    prefetch: () => Math.round(number("consume.prefetch", 50, 1, 65_535)),
    browseLimit: () => Math.round(number("browse.limit", 100, 1, 100_000)),
    inspector: () => ({
      maxMessages: Math.round(number("inspector.maxMessages", 100_000, 100, 1_000_000)),
      maxBytes: Math.round(number("inspector.maxMegabytes", 256, 8, 4096) * 1024 * 1024),
    }),
    journal: () => ({
      enabled: ofUser("journal.enabled") !== false,
      maxBytes: Math.round(within(ofUser("journal.maxMegabytes"), 1024, 1, 1_048_576) * 1024 * 1024),
      maxDays: within(ofUser("journal.maxDays"), 30, 1, 3650),
    }),
    onDidChange: changed.event,
    dispose: () => {
      listening.dispose();
      changed.dispose();
    },
  };
}

/** Where `mq.connections` comes from, for the profiles. */
export function connectionSettings(): SettingsSource {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri.fsPath ?? homedir();
  return {
    read: () => {
      const found = vscode.workspace.getConfiguration("mq").inspect<unknown>("connections");
      return { user: found?.globalValue, workspace: found?.workspaceValue };
    },
    get readOnlyByDefault() {
      // Of the user only: the manifest says so too, and this does not depend on it.
      return vscode.workspace.getConfiguration("mq").inspect<unknown>("readOnlyByDefault")?.globalValue !== false;
    },
    onDidChange: (listener) =>
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("mq.connections") || event.affectsConfiguration("mq.readOnlyByDefault"))
          listener();
      }),
    folder,
    get trusted() {
      return vscode.workspace.isTrusted;
    },
    onDidTrust: (listener) =>
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        listener();
      }),
  };
}

/** Opens the setting `mq.connections` where it can be edited. */
export function openConnectionSettings(source: "user" | "workspace"): Thenable<unknown> {
  const command =
    source === "user" ? "workbench.action.openSettingsJson" : "workbench.action.openWorkspaceSettingsFile";
  return vscode.commands.executeCommand(command, { revealSetting: { key: "mq.connections" } });
}

/** Undefined = not set by the user, whatever a workspace says. */
function ofUser(name: string): unknown {
  return vscode.workspace.getConfiguration("mq").inspect<unknown>(name)?.globalValue;
}

function number(name: string, standard: number, least: number, most: number): number {
  return within(vscode.workspace.getConfiguration("mq").get<unknown>(name), standard, least, most);
}

function within(value: unknown, standard: number, least: number, most: number): number {
  const given = typeof value === "number" && Number.isFinite(value) ? value : standard;
  return Math.min(most, Math.max(least, given));
}
