// The workbench of VS Code, served at a loopback address.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "./freePorts.ts";
import { Guardian, exited, killGroup } from "./guardian.ts";
import { serverMain } from "./provideCodeServer.ts";
import { run } from "./run.ts";

/** How the workbench is served. */
export interface CodeServerOptions {
  /** The folder of the installed code-server. */
  readonly installed: string;
  /** Holds what the workbench stores; its settings are written here. */
  readonly data: string;
  /** Machine settings, beside those that keep the workbench quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Asks whether to trust a folder, as VS Code does by default; without it every folder is trusted. */
  readonly workspaceTrust?: boolean;
  /** A free port when left out. */
  readonly port?: number;
  /** Added to the environment of the server and its extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * For a person: with the extensions that are installed in `data` and with notifications. Else for tests: with an
   * extension under development, and without notifications in the way of what is clicked.
   */
  readonly forPerson?: boolean;
  /** Removes `data` when it ends. */
  readonly temporary?: boolean;
}

/** A running server of the workbench. */
export interface CodeServer {
  /** The address that opens a folder with an extension under development, and runs its tests if there are any. */
  url(open: { readonly folder?: string; readonly extension?: string; readonly tests?: string }): string;
  /** Replaces the settings; an open workbench follows. */
  configure(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** Resolves when the server ended, by itself or by {@link stop}. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts it; resolves when it answers. It never outlives this process. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const port = options.port ?? (await freePorts(1))[0];
  const configure = async (settings: Readonly<Record<string, unknown>>): Promise<void> => {
    const folder = join(options.data, "data", "Machine");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "settings.json"), JSON.stringify({ ...quiet, ...settings }, undefined, 2));
  };
  await configure(options.settings ?? {});
  const guardian = new Guardian(options.temporary ? options.data : undefined);
  const server = guardian.run({
    command: process.execPath,
    args: [
      join(options.installed, serverMain),
      ...["--host", "127.0.0.1", "--port", String(port)],
      ...folders(options.data),
      "--without-connection-token",
      "--accept-server-license-terms",
      // Without it the page ignores an extension under development.
      ...(options.forPerson ? [] : ["--enable-smoke-test-driver"]),
      "--disable-telemetry",
      ...(options.workspaceTrust ? [] : ["--disable-workspace-trust"]),
    ],
    env: { ...process.env, ...options.env },
  });
  const ended = exited(server);
  let output = "";
  await new Promise<void>((settle, fail) => {
    const late = setTimeout(() => fail(new Error(`The VS Code workbench did not start:\n${output}`)), 60_000);
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4000);
      if (output.includes("Extension host agent started")) done(settle);
    };
    const done = (end: () => void): void => {
      clearTimeout(late);
      end();
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    void ended.then(() => done(() => fail(new Error(`The VS Code workbench did not start:\n${output}`))));
  }).catch(async (error: unknown) => {
    await guardian.finish();
    throw error;
  });
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${port}${path}`;
  return {
    url: ({ folder, extension, tests }) => {
      const payload = [["skipWelcome", "true"]];
      if (extension !== undefined) payload.push(["extensionDevelopmentPath", remote(extension)]);
      if (tests !== undefined) payload.push(["extensionTestsPath", remote(tests)]);
      const query = new URLSearchParams(folder === undefined ? { ew: "true" } : { folder });
      query.set("payload", JSON.stringify(payload));
      return `http://127.0.0.1:${port}/?${query.toString()}`;
    },
    configure,
    ended,
    stop: async () => {
      killGroup(server);
      await ended;
      await guardian.finish();
    },
  };
}

/** Installs a packed extension for {@link startCodeServer} with the same `data`. Rejects with what was printed. */
export async function installExtension(installed: string, data: string, vsix: string): Promise<void> {
  const args = [join(installed, serverMain), ...folders(data), "--install-extension", vsix, "--force"];
  const { code, output } = await run(process.execPath, [...args, "--accept-server-license-terms"]);
  if (code !== 0) throw new Error(`The extension could not be installed:\n${output}`);
}

function folders(data: string): readonly string[] {
  return ["--server-data-dir", data, "--extensions-dir", join(data, "extensions")];
}

/** Lines that the workbench logs about services that are not there. */
export const workbenchNoise =
  /AgentHost|authentication provider|OverlayWebview|open-vsx|vsda|connection token|Creating a socket|reconnection-grace-time|Service Worker|AccountPolicyGate|builtin extensions cache|workbench contribution/;

const quiet = {
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "window.commandCenter": false,
  "extensions.ignoreRecommendations": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
};
