// Debian's packages, for a build machine that runs as root: a person's own machine is asked in a sentence instead.
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { run } from "./run.ts";

/** Whether packages may be installed here without asking: root on Debian or Ubuntu. */
export function hasApt(): boolean {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

/** Installs those of the packages that are missing. No service of them is started. Rejects with apt's own words. */
export async function aptInstall(wanted: readonly string[]): Promise<void> {
  const packages: string[] = [];
  for (const name of wanted) if (!(await isInstalled(name))) packages.push(name);
  if (packages.length === 0) return;
  console.log(`Installing ${packages.join(", ")} (apt-get) …`);
  await withoutServices(async () => {
    updated ??= apt("update");
    await updated;
    await apt("install", "--yes", "--no-install-recommends", ...packages);
  });
}

async function isInstalled(name: string): Promise<boolean> {
  const { output } = await run("dpkg-query", ["--show", "--showformat=${Status}", name]);
  return output.includes("install ok installed");
}

let updated: Promise<void> | undefined;

async function apt(...args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { code, output } = await run("apt-get", ["--quiet", ...args], { env, timeout: 900_000 });
  if (code !== 0) throw new Error(`apt-get ${args.join(" ")} failed:\n${output.slice(-2000)}`);
}

// What Debian asks before a package starts its service.
const policy = "/usr/sbin/policy-rc.d";

async function withoutServices(work: () => Promise<void>): Promise<void> {
  const ours = !existsSync(policy);
  if (ours) await writeFile(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await work();
  } finally {
    if (ours) await rm(policy, { force: true });
  }
}
