/** Places on the disk, asked with VS Code's own dialogs. */
import { homedir } from "node:os";
import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import { BrokerError } from "../broker/errors.ts";
import type { FileDialogs, FileKind } from "../commands/fileDialogs.ts";

export class VsCodeFileDialogs implements FileDialogs {
  /** Where the user went last: the next question starts there. */
  #folder: vscode.Uri | undefined;

  async save({ title, name, kind }: Parameters<FileDialogs["save"]>[0]): Promise<string | undefined> {
    const uri = await vscode.window.showSaveDialog({
      title,
      defaultUri: vscode.Uri.joinPath(this.#start(), name),
      filters: filtersOf(kind),
    });
    return uri && this.#pathOf(uri, vscode.Uri.joinPath(uri, ".."));
  }

  async open({ title, act, kind }: Parameters<FileDialogs["open"]>[0]): Promise<string | undefined> {
    const [uri] =
      (await vscode.window.showOpenDialog({
        title,
        openLabel: act,
        defaultUri: this.#start(),
        filters: { ...filtersOf(kind), [t("All files")]: ["*"] },
      })) ?? [];
    return uri && this.#pathOf(uri, vscode.Uri.joinPath(uri, ".."));
  }

  async folder({ title, act }: Parameters<FileDialogs["folder"]>[0]): Promise<string | undefined> {
    const [uri] =
      (await vscode.window.showOpenDialog({
        title,
        openLabel: act,
        defaultUri: this.#start(),
        canSelectFiles: false,
        canSelectFolders: true,
      })) ?? [];
    return uri && this.#pathOf(uri, uri);
  }

  async show(path: string): Promise<void> {
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path));
  }

  #start(): vscode.Uri {
    const opened = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri;
    return this.#folder ?? opened ?? vscode.Uri.file(homedir());
  }

  /** @throws BrokerError `invalid` for what is no file on the disk of the machine that the extension runs on */
  #pathOf(uri: vscode.Uri, folder: vscode.Uri): string {
    if (uri.scheme !== "file")
      throw new BrokerError(
        "invalid",
        t("That is not on the disk of the machine that the extension runs on. Choose a place there."),
      );
    this.#folder = folder;
    return uri.fsPath;
  }
}

function filtersOf({ label, endings }: FileKind): Record<string, string[]> {
  return { [label]: [...endings] };
}
