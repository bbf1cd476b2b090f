import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";

/** A program to run. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/**
 * Runs programs, each in a process group of its own, and a small watcher beside them: when this process ends, in whatever way,
 * the watcher ends the programs with all their children and removes the folder. No signal handler is needed for it.
 */
export class Guardian {
  readonly #watcher: ChildProcess;

  /** @param folder removed at the end @param leftovers commands that are run at the end, before the folder goes */
  constructor(folder?: string, leftovers: readonly (readonly string[])[] = []) {
    this.#watcher = spawn(process.execPath, ["-e", WATCHER], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: {
        ...process.env,
        ELECTRON_RUN_AS_NODE: "1",
        NODE_OPTIONS: "",
        MQ_GUARDIAN: JSON.stringify({ folder, leftovers }),
      },
    });
    this.#watcher.stdin?.on("error", () => undefined);
    this.#watcher.unref();
    unrefPipe(this.#watcher.stdin);
  }

  /** Starts a program; its output is on `stdout` and `stderr`, its input closed. It does not keep this process alive. */
  run(program: Program): ChildProcess {
    const waits = process.platform !== "win32";
    const [command, args] = waits
      ? ["/bin/sh", ["-c", waitForWatcher, program.command, ...program.args]]
      : [program.command, program.args];
    const child = spawn(command, args, {
      detached: true,
      stdio: [waits ? "pipe" : "ignore", "pipe", "pipe"],
      ...(program.env ? { env: program.env } : {}),
      ...(program.cwd ? { cwd: program.cwd } : {}),
    });
    const { pid, stdin } = child;
    stdin?.on("error", () => undefined);
    if (pid !== undefined) {
      this.#watcher.stdin?.write(`+${pid}\n`, (error) => stdin?.end(error ? "" : "go\n"));
      child.once("exit", () => this.#watcher.stdin?.write(`-${pid}\n`));
    }
    child.unref();
    unrefPipe(stdin);
    unrefPipe(child.stdout);
    unrefPipe(child.stderr);
    return child;
  }

  /** Ends everything now; resolves when it is gone. */
  async finish(): Promise<void> {
    if (this.#watcher.exitCode !== null) return;
    this.#watcher.ref();
    const gone = new Promise((settle) => this.#watcher.once("exit", settle));
    this.#watcher.stdin?.end();
    await gone;
  }
}

/** Resolves when the program has ended. */
export function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  child.ref();
  return new Promise((settle) => child.once("exit", () => settle()));
}

/** Ends a program of a {@link Guardian} with its whole process group. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It is gone already.
  }
}

// A program that runs before the watcher knows it would stay when this process is killed just then. Without a word it ends.
const waitForWatcher = 'read -r go && exec "$0" "$@" </dev/null';

// A pipe of a child is a socket, though its type does not say so.
function unrefPipe(stream: unknown): void {
  if (stream instanceof Socket) stream.unref();
}

// The pipe to the parent closes when the parent ends, also by SIGKILL.
const WATCHER = `
const { spawnSync } = require("node:child_process");
const { rmSync } = require("node:fs");
const { folder, leftovers } = JSON.parse(process.env.MQ_GUARDIAN);
const groups = new Set();
let rest = "";
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  const lines = (rest + text).split("\\n");
  rest = lines.pop();
  for (const line of lines) line[0] === "+" ? groups.add(+line.slice(1)) : groups.delete(+line.slice(1));
});
process.stdin.on("error", () => {});
process.stdin.on("close", () => {
  for (const group of groups) try { process.kill(-group, "SIGKILL"); } catch {}
  for (const [command, ...args] of leftovers) spawnSync(command, args, { stdio: "ignore" });
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  process.exit();
});
`;
