// npm start: builds, brings up brokers with a small shop in each, opens VS Code on them, and takes all of it down at the end.
// rabbitmq (without a word), or another word of demo/brokers.ts, or all: which brokers.
// --no-open: opens no window. --check: looks whether the connections are shown, and ends. --cache FOLDER: another place for the data.
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkDemo } from "./checkDemo.ts";
import { chosenDemoBrokers } from "./demo/brokers.ts";
import type { DemoBroker, DemoServer } from "./demo/brokers.ts";
import { openVscode } from "./openVscode.ts";
import { sampleFolder } from "./shop/sampleFolder.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: flags, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { "no-open": { type: "boolean" }, check: { type: "boolean" }, cache: { type: "string" } },
});
const cache = resolve(flags.cache ?? join(root, ".cache"));

/** What runs, the last started first. */
const running: (() => Promise<void>)[] = [];
const asked = new Promise<void>((settle) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => settle());
  process.on("disconnect", () => settle());
});

try {
  // Ctrl+C also while it comes up.
  await Promise.race([main(), asked]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
console.log("Taking everything down …");
// In order, and not twice when Ctrl+C is pressed again.
for (const stop of running.reverse()) await stop().catch((error: unknown) => console.error(String(error)));
process.exit();

async function main(): Promise<void> {
  const chosen = chosenDemoBrokers(words);
  for (const broker of chosen) await broker.provide();
  const servers: DemoServer[] = [];
  for (const broker of chosen) servers.push(await start(broker));
  console.log("Building, and opening VS Code …");
  const folder = await sampleFolder(join(cache, "demo", "shop"));
  const connections = servers.map(({ connection }) => connection);
  const vscode = await openVscode({
    root,
    folder,
    cache: join(cache, "demo"),
    settings: { "mq.connections": connections },
    env: Object.assign({}, ...servers.map(({ env }) => env)) as Record<string, string>,
    window: !flags["no-open"] && !flags.check,
    inBrowser: flags.check ?? false,
  });
  running.push(vscode.stop);
  console.log(vscode.invitation);
  if (flags.check) {
    const names = connections.map(({ name }) => name);
    await checkDemo(vscode.url, names);
    console.log(names.length === 1 ? "The connection is shown." : "The connections are shown.");
    return;
  }
  console.log("Ctrl+C takes all of it down again.");
  await Promise.race([asked, vscode.ended]);
}

async function start(broker: DemoBroker): Promise<DemoServer> {
  const dir = join(cache, broker.word);
  await mkdir(dir, { recursive: true });
  await claim(join(dir, "npm-start.pid"));
  console.log(`Starting ${broker.product} …`);
  const server = await broker.start(dir);
  running.push(() => server.stop());
  // Written last, so that a shop that was filled by half is filled anew.
  const seeded = join(dir, "seeded");
  if (!existsSync(seeded)) {
    const count = await server.seed();
    await writeFile(seeded, "");
    console.log(`The shop has ${count} messages.`);
  }
  console.log(server.says);
  return server;
}

// Two brokers over the same data would ruin it.
async function claim(file: string): Promise<void> {
  const other = Number(await readFile(file, "utf8").catch(() => ""));
  if (other > 0 && other !== process.pid && isAlive(other))
    throw new Error(`npm start runs already (process ${other}). End that one first, or remove ${file}.`);
  await writeFile(file, String(process.pid));
  running.push(() => rm(file, { force: true }));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
