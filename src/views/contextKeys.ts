import * as vscode from "vscode";
import type { ContextKeys } from "./commandTable.ts";

/** Sets a context key, when its value changed. */
export class ContextKeySetter {
  readonly #set = new Map<string, unknown>();

  set<Key extends keyof ContextKeys>(key: Key, value: ContextKeys[Key]): void {
    if (this.#set.get(key) === value) return;
    this.#set.set(key, value);
    void vscode.commands.executeCommand("setContext", key, value);
  }
}
