import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Target } from "../../src/broker/contract.ts";

/** A process of childWork.ts. */
export class Child {
  readonly #process: ChildProcess;
  /** Resolves with its exit code, null when it was killed. */
  readonly ended: Promise<number | null>;

  /** @param onProgress how far it says that it is */
  constructor(target: Target, args: readonly string[], onProgress: (done: number, child: Child) => void) {
    this.#process = spawn(process.execPath, [join(import.meta.dirname, "childWork.ts"), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, MQ_FAULT_TARGET: JSON.stringify(target) },
    });
    this.ended = new Promise((resolve) => this.#process.once("exit", resolve));
    const { stdout } = this.#process;
    if (stdout)
      createInterface(stdout).on("line", (line) => {
        onProgress(Number(line), this);
      });
  }

  /** At once, without a word. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.ended;
  }
}
