// npm start: builds, brings up a RabbitMQ with a small shop, opens VS Code on it, and takes all of it down at the end.
// --no-open: opens no window. --check: looks whether the connection is shown, and ends. --cache FOLDER: another place for the data.
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkDemo } from "./checkDemo.ts";
import { freePorts, isFree } from "./freePorts.ts";
import { openVscode } from "./openVscode.ts";
import { provideRabbitmq } from "./provideRabbitmq.ts";
import { startRabbitmq } from "./rabbitmqNode.ts";
import type { RabbitmqServer } from "./rabbitmqNode.ts";
import { sampleFolder } from "./shop/sampleFolder.ts";
import { seedShop } from "./shop/seed.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: flags } = parseArgs({
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
  await provideRabbitmq();
  const broker = await startBroker();
  console.log("Building, and opening VS Code …");
  const folder = await sampleFolder(join(cache, "demo", "shop"));
  const vscode = await openVscode({
    root,
    folder,
    cache: join(cache, "demo"),
    settings: {
      "mq.connections": [
        {
          name: "Shop",
          // The password of the demo is in no file: it comes from the environment that VS Code is started with.
          uri: `amqp://guest:\${env:MQ_DEMO_PASSWORD}@127.0.0.1:${broker.amqpPort}`,
          management: broker.adminUrl,
          environment: "development",
        },
      ],
    },
    env: { MQ_DEMO_PASSWORD: "guest" },
    window: !flags["no-open"] && !flags.check,
    inBrowser: flags.check ?? false,
  });
  running.push(vscode.stop);
  console.log(vscode.invitation);
  if (flags.check) {
    await checkDemo(vscode.url, ["Shop"]);
    console.log("The connection is shown.");
    return;
  }
  console.log("Ctrl+C takes all of it down again.");
  await Promise.race([asked, vscode.ended]);
}

async function startBroker(): Promise<RabbitmqServer> {
  const dir = join(cache, "rabbitmq");
  await mkdir(dir, { recursive: true });
  await claim(join(dir, "npm-start.pid"));
  console.log("Starting RabbitMQ …");
  const [amqp = 0, http = 0] = await freePorts(2);
  const broker = await startRabbitmq({
    dir,
    amqpPort: (await isFree(5673)) ? 5673 : amqp,
    httpPort: (await isFree(15673)) ? 15673 : http,
  });
  running.push(() => broker.stop());
  // Written last, so that a shop that was filled by half is filled anew.
  const seeded = join(dir, "seeded");
  if (!existsSync(seeded)) {
    const count = await seedShop(broker.uri);
    await writeFile(seeded, "");
    console.log(`The shop has ${count} messages.`);
  }
  console.log(`RabbitMQ: ${broker.uri}, management ${broker.adminUrl} (guest, guest)`);
  return broker;
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
