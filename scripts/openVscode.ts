// A VS Code with the extension loaded, for a person: the `code` command if there is one, else the workbench in the browser.
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { installExtension, startCodeServer } from "./codeServer.ts";
import { freePorts, isFree } from "./freePorts.ts";
import { Guardian, exited } from "./guardian.ts";
import { provideCodeServer } from "./provideCodeServer.ts";
import { hasDisplay, vscodeCache } from "./provideVscode.ts";
import { run, runScript } from "./run.ts";

/** What is opened. */
export interface OpenOptions {
  /** The folder of the extension. */
  readonly root: string;
  /** The folder to open. */
  readonly folder: string;
  /** Where VS Code keeps what it stores. */
  readonly cache: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Added to the environment of VS Code. */
  readonly env: Readonly<Record<string, string>>;
  /** Opens a window or the browser. */
  readonly window: boolean;
  /** Uses the workbench in the browser in any case. */
  readonly inBrowser: boolean;
}

/** An opened VS Code. */
export interface OpenedVscode {
  /** One line that says where it is. */
  readonly invitation: string;
  /** Its address; empty for the desktop app. */
  readonly url: string;
  /** Resolves when the person closed it, if that can be known. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Opens it. Rejects with a sentence when there is none. */
export async function openVscode(options: OpenOptions): Promise<OpenedVscode> {
  const code = options.inBrowser ? undefined : codeCommand();
  return code === undefined ? openInBrowser(options) : openInApp(code, options);
}

async function openInBrowser({ root, folder, cache, settings, env, window }: OpenOptions): Promise<OpenedVscode> {
  const port = 8180;
  const installed = await provideCodeServer(vscodeCache);
  const data = join(cache, "workbench");
  const vsix = join(cache, "mq-workbench.vsix");
  await mkdir(cache, { recursive: true });
  await runScript(root, "scripts/vsix.ts", "--out", vsix);
  await installExtension(installed, data, vsix);
  const server = await startCodeServer({
    installed,
    data,
    forPerson: true,
    settings,
    env,
    port: (await isFree(port)) ? port : ((await freePorts(1))[0] ?? port),
  });
  const url = server.url({ folder });
  if (window && hasDisplay()) {
    const opener = { darwin: "open", win32: "explorer" }[process.platform as string] ?? "xdg-open";
    await run(opener, [url], { timeout: 5_000 });
  }
  return { invitation: `Open ${url}`, url, ended: server.ended, stop: server.stop };
}

async function openInApp(code: string, options: OpenOptions): Promise<OpenedVscode> {
  await runScript(options.root, "esbuild.mjs");
  const profile = join(options.cache, "vscode");
  const settingsFile = join(profile, "User", "settings.json");
  await mkdir(join(profile, "User"), { recursive: true });
  await writeFile(settingsFile, JSON.stringify({ ...quietApp, ...options.settings }, undefined, 2));
  const args = [
    `--user-data-dir=${profile}`,
    `--extensions-dir=${join(options.cache, "extensions")}`,
    `--extensionDevelopmentPath=${options.root}`,
    "--disable-workspace-trust",
    "--new-window",
    "--wait",
    // As root the desktop app asks for it.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    options.folder,
  ];
  if (!options.window)
    return {
      invitation: `Open ${code} ${args.map((arg) => `'${arg}'`).join(" ")}`,
      url: "",
      ended: new Promise(() => undefined),
      stop: async () => undefined,
    };
  const guardian = new Guardian();
  const app = guardian.run({ command: code, args, env: { ...process.env, ...options.env } });
  const started = Date.now();
  // A command that comes back at once only handed the window over to another process.
  const ended = exited(app).then(() =>
    Date.now() - started < 10_000 ? new Promise<void>(() => undefined) : undefined,
  );
  return {
    invitation: "VS Code opens in a window of its own.",
    url: "",
    ended,
    stop: async () => {
      await endApp(profile);
      await guardian.finish();
    },
  };
}

// The window belongs to the app's main process, whose id stands in the lock of the profile.
async function endApp(profile: string): Promise<void> {
  const lock = join(profile, "code.lock");
  const pid = Number(await readFile(lock, "utf8").catch(() => ""));
  if (!(pid > 0)) return;
  try {
    process.kill(pid, "SIGTERM");
    for (let waited = 0; waited < 50; waited++) {
      process.kill(pid, 0);
      await delay(100);
    }
  } catch {
    // It is gone.
  }
}

function codeCommand(): string | undefined {
  // In the terminal of a remote window `code` speaks to that window and opens none of its own.
  if (process.env["VSCODE_IPC_HOOK_CLI"] !== undefined || !hasDisplay() || process.platform === "win32")
    return undefined;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, "code")).find((file) => existsSync(file));
}

const quietApp = {
  "chat.disableAIFeatures": true,
  "workbench.startupEditor": "none",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.ignoreRecommendations": true,
};
