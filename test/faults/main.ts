/**
 * The faults: `npm run faults -- [names…] [--quick] [--seed N]` prints one JSON line per figure, whose value must be 0. Each
 * runs in a process of its own with a limit of time. Ends with 1 when something was found.
 */
import { spawn } from "node:child_process";
import { faults } from "./faults.ts";
import type { Fault, Size } from "./fault.ts";
import { startKillableRabbitmq } from "./killableRabbitmq.ts";

/** The exit code of a child that printed its line; others are crashes. */
const foundSomething = 10;

const { names, one, run } = parse(process.argv.slice(2));
if (one) await runHere(chosen(names)[0]!, run);
else for (const fault of chosen(names)) await runInChild(fault, run);

async function runHere(fault: Fault, { seed, quick }: Size): Promise<void> {
  const started = Date.now();
  const { value, examples, numbers } = await fault.run({ seed, quick, startRabbitmq: startKillableRabbitmq });
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(JSON.stringify({ bench: fault.name, value, unit: fault.unit, seed, ...numbers, seconds }));
  for (const example of examples) console.error(`  ${example}`);
  // What a fault left running must not keep this process, and is found by leak.cycles.
  process.exit(value === 0 ? 0 : foundSomething);
}

async function runInChild({ name, unit, limit }: Fault, { seed, quick }: Size): Promise<void> {
  const args = [import.meta.filename, "--one", name, "--seed", String(seed), ...(quick ? ["--quick"] : [])];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const late = setTimeout(() => child.kill("SIGKILL"), limit * 1000);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearTimeout(late);
  if (code !== 0) process.exitCode = 1;
  if (code === 0 || code === foundSomething) return;
  const why = code === null ? `did not end within ${String(limit)} s` : `ended with ${String(code)}`;
  console.log(JSON.stringify({ bench: name, value: -1, unit, seed, error: why }));
}

function chosen(wanted: readonly string[]): readonly Fault[] {
  const unknown = wanted.filter((name) => !faults.some((each) => each.name === name));
  if (unknown.length > 0)
    throw new Error(
      `No fault is called ${unknown.join(", ")}. There are: ${faults.map(({ name }) => name).join(", ")}.`,
    );
  return faults.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
}

function parse(args: readonly string[]): { names: readonly string[]; one: boolean; run: Size } {
  const at = args.indexOf("--seed");
  const given = at < 0 ? undefined : args[at + 1];
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isInteger(seed)) throw new Error("--seed wants a whole number.");
  const names = args.filter((arg, index) => !arg.startsWith("--") && (at < 0 || index !== at + 1));
  return { names, one: args.includes("--one"), run: { seed, quick: args.includes("--quick") } };
}
