import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import {
  emptyState,
  type JournalHead,
  type JournalState,
  type LineRange,
  linesIn,
  longestHead,
  mergedRanges,
  readHead,
  readState,
} from "../inspect/transfer/journalFormat.ts";
import { readJsonLines } from "../inspect/transfer/readJsonLines.ts";
import type { ReadLine } from "../inspect/transfer/transferFormat.ts";
import type { JournalEntry, JournalLimits } from "./journalEntry.ts";
import { JournalWriter } from "./journalWriter.ts";

const ending = ".jsonl";
const stateEnding = ".state.json";
const chunkBytes = 1024 * 1024;
const day = 24 * 60 * 60 * 1000;
const newline = 0x0a;

/**
 * The files of the undo journal: a folder with one file for each act that took messages away, readable by its user only. It is bounded
 * in bytes and age; the oldest goes first, and what is being written stays.
 */
export class JournalStore {
  readonly folder: string;
  readonly #limits: () => JournalLimits;
  readonly #now: () => number;
  readonly #open = new Set<string>();

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
    const when = this.#now();
    try {
      await this.#prepare();
      await this.prune();
      const stamp = new Date(when).toISOString().replaceAll(/[:.]/g, "-");
      const path = join(this.folder, `${stamp}-${head.what}-${randomBytes(3).toString("hex")}${ending}`);
      this.#open.add(path);
      try {
        return await JournalWriter.create(path, { ...head, when }, this.limits.maxBytes, async (count) => {
          this.#open.delete(path);
          await this.#writeState(path, { restored: [], count });
          await this.prune();
        });
      } catch (error) {
        this.#open.delete(path);
        throw error;
      }
    } catch (error) {
      const reason = sentenceOf(error);
      throw new BrokerError(
        "invalid",
        t("The undo journal cannot be written ({reason}). Nothing was taken away.", { reason }),
        { cause: error },
      );
    }
  }

  /** Newest first. Counting the lines of one whose writing was interrupted reads it. */
  async list(): Promise<readonly JournalEntry[]> {
    const paths = (await this.#files()).toSorted().toReversed();
    return Promise.all(paths.map((path) => this.#entry(path)));
  }

  /** The messages of an entry with their lines in the file, from the first on; a line that is broken is told. */
  async *messages({ path }: Pick<JournalEntry, "path">, signal: AbortSignal): AsyncGenerator<ReadLine, void> {
    const file = await open(path, "r");
    try {
      const { end } = await firstLine(file);
      for await (const read of readJsonLines(chunks(file, end, signal))) yield { ...read, line: read.line + 1 };
    } finally {
      await file.close();
    }
  }

  /** Which lines were restored before. */
  async restored(entry: Pick<JournalEntry, "path">): Promise<readonly LineRange[]> {
    return (await this.#state(entry.path)).restored;
  }

  /** Notes on the disk that these lines were published again and confirmed. */
  async markRestored(entry: Pick<JournalEntry, "path">, lines: readonly LineRange[]): Promise<void> {
    const state = await this.#state(entry.path);
    const restored = mergedRanges([...state.restored, ...lines]);
    await this.#writeState(entry.path, { ...state, restored, restoredAt: this.#now() });
  }

  async remove({ path }: Pick<JournalEntry, "path">): Promise<void> {
    await rm(path, { force: true });
    await rm(statePath(path), { force: true });
  }

  /** Removes what is too old, and the oldest of what is too much. */
  async prune(): Promise<void> {
    const { maxBytes, maxDays } = this.limits;
    const files = (await this.#files())
      .filter((path) => !this.#open.has(path))
      .toSorted()
      .toReversed();
    let bytes = 0;
    for (const path of files) {
      const found = await stat(path).catch(() => undefined);
      if (!found) continue;
      bytes += found.size;
      if (bytes > maxBytes || this.#now() - found.mtimeMs > maxDays * day) await this.remove({ path });
    }
  }

  async #prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    // One that was there before may have been made otherwise.
    await chmod(this.folder, 0o700);
  }

  async #files(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => [] as string[]);
    return names.filter((name) => name.endsWith(ending)).map((name) => join(this.folder, name));
  }

  async #entry(path: string): Promise<JournalEntry> {
    const state = await this.#state(path);
    const known = {
      path,
      restored: linesIn(state.restored),
      ...(state.restoredAt === undefined ? {} : { restoredAt: state.restoredAt }),
    };
    let bytes = 0;
    try {
      const file = await open(path, "r");
      try {
        bytes = (await file.stat()).size;
        const { text, end } = await firstLine(file);
        const head = readHead(text);
        return { ...known, bytes, head, count: state.count ?? (await countLines(file, end)) };
      } finally {
        await file.close();
      }
    } catch (error) {
      return { ...known, bytes, problem: sentenceOf(error), count: 0 };
    }
  }

  async #state(path: string): Promise<JournalState> {
    const text = await readFile(statePath(path), "utf8").catch(() => undefined);
    return text === undefined ? emptyState : readState(text);
  }

  /** Whole or not at all. */
  async #writeState(path: string, state: JournalState): Promise<void> {
    const partial = `${statePath(path)}.${randomBytes(3).toString("hex")}.part`;
    try {
      await writeFile(partial, JSON.stringify(state), { mode: 0o600, flush: true });
      await rename(partial, statePath(path));
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }
}

function statePath(path: string): string {
  return `${path.slice(0, -ending.length)}${stateEnding}`;
}

interface Reading {
  read(options: { buffer: Buffer; position: number }): Promise<{ readonly bytesRead: number; readonly buffer: Buffer }>;
}

/** @returns its text, and where the second begins */
async function firstLine(file: Reading): Promise<{ readonly text: string; readonly end: number }> {
  const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(longestHead), position: 0 });
  const end = buffer.subarray(0, bytesRead).indexOf(newline);
  if (end < 0)
    throw new BrokerError(
      "invalid",
      t("Its first line is cut off: writing it was interrupted before anything was taken away."),
    );
  return { text: buffer.toString("utf8", 0, end), end: end + 1 };
}

async function* chunks(file: Reading, from: number, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  for (let position = from; !signal.aborted;) {
    // A buffer of its own each time: lines are views into it.
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(chunkBytes), position });
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function countLines(file: Reading, from: number): Promise<number> {
  let count = 0;
  for await (const chunk of chunks(file, from, new AbortController().signal))
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) count++;
  return count;
}

/** "2026-11-28T16-05-12-345Z-purge-a1b2c3" */
export function entryName({ path }: Pick<JournalEntry, "path">): string {
  return basename(path, ending);
}
