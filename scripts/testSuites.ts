// npm test: static checks, the build, then every folder of test/ that holds suites. [SUITE …: only these]
// The last line is "N passed, N failed"; the exit code is 1 when something failed, crashed, or ran no test.
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Guardian, exited, killGroup } from "./guardian.ts";
import { chosenSuites } from "./suites.ts";
import type { Suite } from "./suites.ts";

interface Result {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const guardian = new Guardian();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
process.on("disconnect", () => process.exit(1));
// Listened to, the channel would keep this process alive.
process.channel?.unref();

try {
  const results: Result[] = [];
  for (const suite of await chosenSuites(root, process.argv.slice(2))) results.push(await runSuite(suite));
  report(results);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
await guardian.finish();

async function runSuite({ name, args, counts }: Suite): Promise<Result> {
  console.log(`\n=== ${name}`);
  const started = Date.now();
  const countsFile = join(tmpdir(), `mq-counts-${process.pid}.jsonl`);
  await rm(countsFile, { force: true });
  const child = guardian.run({
    command: process.execPath,
    args,
    cwd: root,
    env: { ...process.env, MQ_COUNTS: countsFile, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}) },
  });
  child.stdout?.pipe(process.stdout, { end: false });
  child.stderr?.pipe(process.stderr, { end: false });
  const deadline = setTimeout(() => {
    console.error(`The suite ${name} did not end within 30 minutes.`);
    killGroup(child);
  }, 1_800_000);
  await exited(child);
  clearTimeout(deadline);
  const seconds = Math.round((Date.now() - started) / 1000);
  const succeeded = child.exitCode === 0;
  if (!counts) return { name, passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, seconds };
  const counted = await countsOf(countsFile);
  await rm(countsFile, { force: true });
  const { passed, failed } = counted;
  if (passed + failed === 0) console.error(`The suite ${name} ran no test.`);
  else if (!succeeded && failed === 0)
    console.error(`The suite ${name} ended with ${child.exitCode ?? child.signalCode}.`);
  const crashed = passed + failed === 0 || (!succeeded && failed === 0);
  return { name, passed, failed: failed + (crashed ? 1 : 0), seconds };
}

async function countsOf(file: string): Promise<{ readonly passed: number; readonly failed: number }> {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  const all = lines.map((line) => JSON.parse(line) as { passed: number; failed: number });
  return {
    passed: all.reduce((sum, { passed }) => sum + passed, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function report(all: readonly Result[]): void {
  console.log("");
  for (const { name, passed, failed, seconds } of all)
    console.log(`${failed > 0 ? "✖" : "✔"} ${name}: ${passed} passed, ${failed} failed (${seconds} s)`);
  const passed = all.reduce((sum, result) => sum + result.passed, 0);
  const failed = all.reduce((sum, result) => sum + result.failed, 0);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  console.log(`${passed} passed, ${failed} failed`);
}
