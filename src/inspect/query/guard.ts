import { createContext, type Context, Script } from "node:vm";

/** Runs work that may never end, such as a pattern that goes back and forth, and cuts it off. */
export class Guard {
  readonly #milliseconds: number;
  readonly #sandbox: { work: (() => void) | undefined } = { work: undefined };
  #context: Context | undefined;
  #script: Script | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /**
   * @returns whether it came to its end; else it was cut off: `busy` when it worked for most of that time, `starved` when
   * the machine had no time for it
   */
  run(work: () => void): "done" | "busy" | "starved" {
    // Only a script of this module can be interrupted; what is done is ours, called from there.
    this.#context ??= createContext(this.#sandbox);
    this.#script ??= new Script("work()");
    this.#sandbox.work = work;
    const before = process.cpuUsage();
    try {
      this.#script.runInContext(this.#context, { timeout: this.#milliseconds });
      return "done";
    } catch (error) {
      // Made in there, it is no Error of ours.
      if ((error as { readonly code?: unknown }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      const { user, system } = process.cpuUsage(before);
      return user + system > this.#milliseconds * 700 ? "busy" : "starved";
    } finally {
      this.#sandbox.work = undefined;
    }
  }
}
