import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { downloadAndUnzipVSCode } from "@vscode/test-electron";
import { provideCodeServer } from "./provideCodeServer.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where programs for the tests are kept, outside of `node_modules`. */
export const vscodeCache = join(root, ".vscode-test");

/**
 * The program that runs the extension's tests, for `runTests` of `@vscode/test-electron`: `$VSCODE_PATH`, else the desktop app
 * as downloaded, else the stand-in that serves the workbench of code-server to a headless browser. Rejects with what to do.
 */
export async function provideVscode(): Promise<string> {
  const named = process.env["VSCODE_PATH"];
  if (named !== undefined && named !== "") {
    if (!existsSync(named))
      throw new Error(`The environment variable VSCODE_PATH names ${named}, which does not exist.`);
    return named;
  }
  if (hasDisplay() && (await canDownload()))
    return downloadAndUnzipVSCode({ version: "stable", cachePath: vscodeCache });
  await provideCodeServer(vscodeCache);
  return join(root, "test", "support", "codeServerExecutable.mjs");
}

/** Whether a window can be opened here. */
export function hasDisplay(): boolean {
  if (process.platform !== "linux") return true;
  return Boolean(process.env["DISPLAY"] ?? process.env["WAYLAND_DISPLAY"]);
}

async function canDownload(): Promise<boolean> {
  try {
    const url = "https://update.code.visualstudio.com/api/releases/stable";
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}
