// Bundles test/vscode and runs it inside a real VS Code. [TEXT: only tests whose name contains it]
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { provideVscode } from "./provideVscode.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, "out", "vscode");

const only = process.argv[2];
const home = await mkdtemp(join(tmpdir(), "mq-vscode-suite-"));
try {
  await bundle();
  const vscodeExecutablePath = await provideVscode();
  const profile = join(home, "profile");
  const workspace = join(home, "workspace");
  await mkdir(workspace, { recursive: true });
  await mkdir(join(profile, "User"), { recursive: true });
  const settings = { "telemetry.telemetryLevel": "off", "update.mode": "none", "chat.disableAIFeatures": true };
  await writeFile(join(profile, "User", "settings.json"), JSON.stringify(settings));
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: root,
    extensionTestsPath: join(out, "main.cjs"),
    launchArgs: [workspace, `--user-data-dir=${profile}`, `--extensions-dir=${join(home, "extensions")}`],
    extensionTestsEnv: only === undefined ? {} : { MQ_ONLY: only },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(home, { recursive: true, force: true, maxRetries: 10 });
}

async function bundle(): Promise<void> {
  const folder = join(root, "test", "vscode");
  const names = await readdir(folder, { recursive: true });
  const suites = names.filter((name) => name.endsWith(".test.ts"));
  await rm(out, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    // Flat, as the runner looks for them beside itself.
    entryPoints: [
      { in: join(folder, "main.ts"), out: "main" },
      ...suites.map((name) => ({
        in: resolve(folder, name),
        out: name.replace(/\.ts$/, "").replaceAll(/[\\/]/g, "-"),
      })),
    ],
    outdir: out,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    sourcemap: "linked",
    external: ["vscode", "mocha", "playwright-core"],
    logLevel: "warning",
  });
}
