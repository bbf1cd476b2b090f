import * as vscode from "vscode";
import type { ContextKeys } from "./commandTable.ts";

/**
 * Sets context keys when their values changed. What changes in one go is told once, with its last value, when the host has
 * nothing else to do: VS Code takes longer for each than for all that led to it.
 */
export class ContextKeySetter {
  readonly #told = new Map<keyof ContextKeys, unknown>();
  readonly #changed = new Map<keyof ContextKeys, unknown>();
  #telling: NodeJS.Immediate | undefined;

  set<Key extends keyof ContextKeys>(key: Key, value: ContextKeys[Key]): void {
    this.#changed.set(key, value);
    this.#telling ??= setImmediate(() => {
      this.#tell();
    });
  }

  #tell(): void {
    this.#telling = undefined;
    for (const [key, value] of this.#changed) {
      if (this.#told.get(key) === value) continue;
      this.#told.set(key, value);
      void vscode.commands.executeCommand("setContext", key, value);
    }
    this.#changed.clear();
  }
}
