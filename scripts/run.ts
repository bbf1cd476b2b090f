import { spawn } from "node:child_process";

/** How {@link run} runs a program. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which it is ended; none when left out. */
  readonly timeout?: number;
  /** Shows its output as it comes. */
  readonly show?: boolean;
}

/** Runs a program to its end and resolves with its exit code (127 when it could not be started) and its output. */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((settle) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.timeout === undefined ? {} : { timeout: options.timeout, killSignal: "SIGKILL" }),
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (options.show) process.stdout.write(chunk);
      });
    child.once("error", (error) => settle({ code: 127, output: error.message }));
    child.once("close", (code) => settle({ code: code ?? 1, output }));
  });
}

/** Runs a script of the project with this Node; rejects with what it printed when it fails. */
export async function runScript(root: string, script: string, ...args: readonly string[]): Promise<void> {
  const { code, output } = await run(process.execPath, [script, ...args], { cwd: root });
  if (code !== 0) throw new Error(`${script} failed:\n${output}`);
}
