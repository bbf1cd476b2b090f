import type { JournalHead, LineRange } from "../inspect/transfer/journalFormat.ts";
import type { ReadLine } from "../inspect/transfer/transferFormat.ts";
import type { JournalEntry, JournalLimits } from "./journalEntry.ts";
import type { JournalStore } from "./journalStore.ts";
import type { JournalWriter } from "./journalWriter.ts";

/** The undo journal. What reads and writes it is loaded with the first use. */
export class Journal {
  readonly folder: string;
  readonly #limits: () => JournalLimits;
  readonly #now: () => number;
  #loading: Promise<JournalStore> | undefined;

  /** @param folder made when something is written */
  constructor(folder: string, limits: () => JournalLimits, now: () => number = Date.now) {
    this.folder = folder;
    this.#limits = limits;
    this.#now = now;
  }

  get limits(): JournalLimits {
    return this.#limits();
  }

  /** Begins a journal; the act itself begins after that. @throws BrokerError `invalid` when the disk refuses */
  async begin(head: Omit<JournalHead, "when">): Promise<JournalWriter> {
    return (await this.#store()).begin(head);
  }

  /** Newest first. */
  async list(): Promise<readonly JournalEntry[]> {
    return (await this.#store()).list();
  }

  /** The messages of an entry with their lines in the file, from the first on; a line that is broken is told. */
  async *messages(entry: Pick<JournalEntry, "path">, signal: AbortSignal): AsyncGenerator<ReadLine, void> {
    yield* (await this.#store()).messages(entry, signal);
  }

  /** Which lines were restored before. */
  async restored(entry: Pick<JournalEntry, "path">): Promise<readonly LineRange[]> {
    return (await this.#store()).restored(entry);
  }

  /** Notes on the disk that these lines were published again and confirmed. */
  async markRestored(entry: Pick<JournalEntry, "path">, lines: readonly LineRange[]): Promise<void> {
    await (await this.#store()).markRestored(entry, lines);
  }

  async remove(entry: Pick<JournalEntry, "path">): Promise<void> {
    await (await this.#store()).remove(entry);
  }

  /** Removes what is too old, and the oldest of what is too much. */
  async prune(): Promise<void> {
    await (await this.#store()).prune();
  }

  #store(): Promise<JournalStore> {
    this.#loading ??= import("./journalStore.ts").then(
      ({ JournalStore: Store }) => new Store(this.folder, this.#limits, this.#now),
    );
    return this.#loading;
  }
}
