// Makes the checkout ready: node scripts/setup.mjs [--test]. Runs on Node 18 and newer with nothing installed.
// --test also brings what the tests need: RabbitMQ, Chromium, a VS Code.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { argv, env, platform } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The folder of the project. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Installs the packages of the lock file if they are not there yet.
 * @returns {string} the path of the project's own Node
 */
export function setUp() {
  if (!isInstalled()) {
    console.log("Installing the packages (npm ci), about a minute …");
    const { status, error } = spawnSync("npm", ["ci", "--no-progress"], {
      cwd: root,
      stdio: "inherit",
      shell: platform === "win32",
    });
    if (error) throw new Error(`npm could not be started (${error.message}). It comes with Node: https://nodejs.org`);
    if (status !== 0) throw new Error("npm ci failed; its words are above. Correct that and run the command again.");
  }
  const node = join(root, "node_modules", "node", "bin", platform === "win32" ? "node.exe" : "node");
  if (!existsSync(node) || spawnSync(node, ["--version"]).status !== 0)
    throw new Error(
      "The project's own Node is missing from node_modules/node/bin: npm ran without install scripts. " +
        "Remove node_modules and run the command again without ignore-scripts.",
    );
  return node;
}

/**
 * Runs a script of the project with its own Node, and passes signals on.
 * @param {string} script the path from the project's folder
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit code
 */
export function runWithOwnNode(script, args) {
  const node = setUp();
  const child = spawn(node, [join(root, script), ...args], {
    cwd: root,
    // The channel tells the script when this process is gone, however that happens.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: {
      ...env,
      PATH: [dirname(node), join(root, "node_modules", ".bin"), env.PATH].join(delimiter),
      // Kinds of stripping and of modules are still announced by some versions.
      NODE_NO_WARNINGS: "1",
    },
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.kill(signal));
  endWithNpm(child);
  return new Promise((settle, fail) => {
    child.once("error", fail);
    child.once("exit", (code, signal) => settle(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/**
 * npm passes a SIGTERM to the shell between it and this process, and that shell ends without passing it on.
 * @param {import("node:child_process").ChildProcess} child
 */
function endWithNpm(child) {
  if (env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill("SIGTERM");
  }, 500).unref();
}

/**
 * Runs the main script of a command, for its process: the exit code, and a failure as one sentence.
 * @param {() => Promise<number>} main
 */
export async function runCommand(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

function isInstalled() {
  const installed = join(root, "node_modules", ".package-lock.json");
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href)
  await runCommand(async () => {
    if (argv.includes("--test")) return runWithOwnNode("scripts/testNeeds.ts", []);
    console.log(setUp());
    return 0;
  });
