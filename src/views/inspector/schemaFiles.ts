import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import { type SchemaFile, Schemas, type SchemaSource } from "../../inspect/decode/schemas.ts";

const pattern = "**/*.{proto,avsc}";
const excluded = "**/{node_modules,.git,dist,build,target,out}/**";
/** Files that are read at most, and their size. */
const mostFiles = 2000;
const largestFile = 1024 * 1024;

/** The `.proto` and `.avsc` files of the workspace: found when a body first asks for them, read again when one changed. */
export class SchemaFiles implements SchemaSource {
  #watcher: vscode.FileSystemWatcher | undefined;
  #schemas: Promise<Schemas> | undefined;

  schemas(): Promise<Schemas> {
    this.#watch();
    this.#schemas ??= readAll();
    return this.#schemas;
  }

  dispose(): void {
    this.#watcher?.dispose();
  }

  #watch(): void {
    if (this.#watcher) return;
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const forget = (): void => {
      this.#schemas = undefined;
    };
    watcher.onDidCreate(forget);
    watcher.onDidChange(forget);
    watcher.onDidDelete(forget);
    this.#watcher = watcher;
  }
}

async function readAll(): Promise<Schemas> {
  const uris = await vscode.workspace.findFiles(pattern, excluded, mostFiles);
  uris.sort((a, b) => (a.path < b.path ? -1 : 1));
  const files: SchemaFile[] = [];
  const problems: string[] = [];
  for (const uri of uris) {
    const path = vscode.workspace.asRelativePath(uri);
    try {
      const { size } = await vscode.workspace.fs.stat(uri);
      if (size > largestFile) problems.push(t("{file} is larger than 1 MiB: it is not read.", { file: path }));
      else files.push({ path, text: new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)) });
    } catch (error) {
      problems.push(
        t("{file} cannot be read: {reason}", {
          file: path,
          reason: error instanceof Error ? error.message : String(error),
        }),
      );
    }
  }
  return Schemas.read(files, problems);
}
