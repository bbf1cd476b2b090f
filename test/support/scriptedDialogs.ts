import { join } from "node:path";
import type { FileDialogs } from "../../src/commands/fileDialogs.ts";

/** A user who puts everything into one folder, and what they were asked. */
export class ScriptedDialogs implements FileDialogs {
  readonly #folder: string;
  /** What is opened next; undefined = they change their mind. */
  toOpen: string | undefined;
  /** Whether they change their mind about where to write. */
  cancels = false;
  readonly asked: string[] = [];
  readonly shown: string[] = [];
  /** What was written last: where to. */
  saved = "";

  constructor(folder: string) {
    this.#folder = folder;
  }

  async save({ title, name }: Parameters<FileDialogs["save"]>[0]): Promise<string | undefined> {
    this.asked.push(`${title}: ${name}`);
    this.saved = join(this.#folder, name);
    return this.cancels ? undefined : this.saved;
  }

  async open({ title }: Parameters<FileDialogs["open"]>[0]): Promise<string | undefined> {
    this.asked.push(title);
    return this.toOpen;
  }

  async folder({ title }: Parameters<FileDialogs["folder"]>[0]): Promise<string | undefined> {
    this.asked.push(title);
    return this.cancels ? undefined : this.#folder;
  }

  show(path: string): void {
    this.shown.push(path);
  }
}
