// The workbench of VS Code as an npm package, for machines without the desktop app and for the clicked tests.
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { aptInstall, hasApt } from "./apt.ts";
import { run } from "./run.ts";

const version = "4.139.1";

/** Where the server of the workbench is, in an installed code-server. */
export const serverMain = join("lib", "vscode", "out", "server-main.js");

/** The folder of code-server under `cache` (the project's `.vscode-test`), installed there if need be. Rejects with what to do. */
export async function provideCodeServer(cache: string): Promise<string> {
  const home = join(cache, "code-server");
  const installed = join(home, "node_modules", "code-server");
  if (existsSync(join(installed, serverMain))) return installed;
  if (hasApt()) await aptInstall(["make", "g++", "python3", "libkrb5-dev"]);
  console.log("Installing the VS Code workbench (npm package code-server), a few minutes, once …");
  const headers = await nodeHeaders(cache);
  const unfinished = `${home}.unfinished`;
  await startPackage(unfinished, { "code-server": version });
  await install(unfinished, { npm_config_nodedir: headers });
  await rm(home, { recursive: true, force: true });
  await rename(unfinished, home);
  return installed;
}

// What is compiled needs the header files of this Node; a Node that came from npm brings them in its package.
async function nodeHeaders(cache: string): Promise<string> {
  const system = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${system}-${process.arch}`;
  const home = join(cache, "node-headers");
  const folder = join(home, "node_modules", name);
  const header = join(folder, "include", "node", "node_version.h");
  if (existsSync(header) && (await isVersion(folder))) return folder;
  await startPackage(home, { [name]: process.versions.node });
  await install(home, {});
  return folder;
}

// Under npm these tell of its own run: the version of Node in the user agent, for one, which the install script looks at.
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = /^(npm_(?!config_).*|npm_config_(user_agent|local_prefix|global_prefix|prefix|node_gyp)|INIT_CWD|NODE)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name)));
}

async function isVersion(folder: string): Promise<boolean> {
  const { default: manifest } = (await import(join(folder, "package.json"), { with: { type: "json" } })) as {
    default: { version?: string };
  };
  return manifest.version === process.versions.node;
}

async function startPackage(folder: string, dependencies: Readonly<Record<string, string>>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const allowScripts = { "code-server": true, argon2: true };
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, allowScripts, dependencies }));
}

async function install(folder: string, config: Readonly<Record<string, string>>): Promise<void> {
  const env = {
    ...withoutNpm(process.env),
    PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`,
    ...config,
  };
  const args = ["install", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"];
  const { code, output } = await run("npm", args, { cwd: folder, env, timeout: 1_200_000 });
  if (code !== 0)
    throw new Error(
      `The VS Code workbench could not be installed:\n${output.slice(-3000)}\n` +
        "It needs make, g++, python3 and the header files of Kerberos (Debian: libkrb5-dev). " +
        "With the desktop VS Code, name its program in the environment variable VSCODE_PATH.",
    );
}
