/** What starting the extension costs a window that does nothing with it. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Metafile } from "esbuild";
import { openWorkbench } from "../support/workbench.ts";
import type { Figure } from "./figure.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const startActivate: Figure = {
  name: "start.activate",
  unit: "ms",
  versus: "an extension that does nothing",
  rounds: 5,
  ours: async () => {
    await buildForUsers();
    return activationTime(root, "mq-workbench.mq-workbench");
  },
  other: () => withEmptyExtension((folder) => activationTime(folder, "bench.empty")),
};

export const startBundle: Figure = {
  name: "start.bundle",
  unit: "KB",
  versus: "all that is packed of the host",
  rounds: 1,
  ours: async () => (await bundleSizes()).start,
  other: async () => (await bundleSizes()).all,
};

/** Code loading and the call of `activate`, as the view of running extensions tells them. */
async function activationTime(extensionPath: string, id: string): Promise<number> {
  const workbench = await openWorkbench({ extensionPath });
  try {
    // What VS Code does itself at its start is over.
    await workbench.page.waitForTimeout(6000);
    if (extensionPath === root) await workbench.openContainer();
    else await workbench.runCommand("Bench: Start");
    await workbench.page.waitForTimeout(1000);
    await workbench.runCommand("Developer: Show Running Extensions");
    const row = workbench.page.locator(".monaco-list-row").filter({ hasText: id }).first();
    await workbench.page
      .getByText(/Activation: \d+ms/)
      .first()
      .waitFor();
    // Those that took longest stand first; only rows in view are there.
    for (let turns = 0; turns < 20 && (await row.count()) === 0; turns++) {
      await workbench.page.mouse.move(700, 500);
      await workbench.page.mouse.wheel(0, 300);
      await workbench.page.waitForTimeout(100);
    }
    const time = /Activation: (\d+)ms/.exec(await row.innerText())?.[1];
    if (time === undefined) throw new Error("The view tells no time");
    return Number(time);
  } finally {
    await workbench.close();
  }
}

async function withEmptyExtension<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "mq-empty-extension-"));
  const manifest = {
    ...{ name: "empty", publisher: "bench", version: "1.0.0", main: "./main.js", engines: { vscode: "^1.100.0" } },
    contributes: { commands: [{ command: "bench.start", title: "Start", category: "Bench" }] },
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(
    join(folder, "main.js"),
    'exports.activate = () => require("vscode").commands.registerCommand("bench.start", () => undefined);',
  );
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function buildForUsers(): Promise<unknown> {
  const args = ["esbuild.mjs", "--production", "--metafile"];
  return promisify(execFile)(process.execPath, args, { cwd: root });
}

/** In KB of 1,000 bytes: what is loaded at the start, and all that the host may load. */
async function bundleSizes(): Promise<{ readonly start: number; readonly all: number }> {
  await buildForUsers();
  const [host] = JSON.parse(await readFile(join(root, "dist", "meta.json"), "utf8")) as readonly Metafile[];
  if (!host) throw new Error("The build tells nothing");
  const sizeOf = async (path: string): Promise<number> => (await readFile(resolve(root, path))).length / 1000;
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind, external } of host.outputs[path]?.imports ?? [])
      if (kind === "import-statement" && !external) load(next);
  };
  load("dist/extension.cjs");
  const sum = async (paths: Iterable<string>): Promise<number> =>
    (await Promise.all([...paths].map(sizeOf))).reduce((total, size) => total + size, 0);
  return {
    start: await sum(loaded),
    all: await sum(Object.keys(host.outputs).filter((path) => path.endsWith(".cjs"))),
  };
}
