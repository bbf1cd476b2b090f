import { type FileHandle, open, rm } from "node:fs/promises";
import { basename } from "node:path";
import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import { headLine, type JournalHead } from "../inspect/transfer/journalFormat.ts";
import { longestLine } from "../inspect/transfer/transferFormat.ts";
import { type FilableMessage, jsonLine } from "../inspect/transfer/writeJsonLine.ts";

/** Characters that are gathered before they are written. */
const gathered = 1024 * 1024;
/** How long making lines may hold the event loop, in milliseconds. */
const slice = 8;

/** Writes one journal. What was added is on the disk, not only in its cache, before anybody is told so. */
export class JournalWriter {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #mostBytes: number;
  readonly #closed: (count: number) => Promise<void>;
  #bytes: number;
  #count = 0;
  #broken = false;

  /** @param closed told how many messages there are, once they are all written */
  static async create(
    path: string,
    head: JournalHead,
    mostBytes: number,
    closed: (count: number) => Promise<void>,
  ): Promise<JournalWriter> {
    const file = await open(path, "wx", 0o600);
    try {
      const { bytesWritten } = await file.write(headLine(head));
      await file.sync();
      return new JournalWriter(path, file, bytesWritten, mostBytes, closed);
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
  }

  private constructor(
    path: string,
    file: FileHandle,
    bytes: number,
    mostBytes: number,
    closed: (count: number) => Promise<void>,
  ) {
    this.path = path;
    this.#file = file;
    this.#bytes = bytes;
    this.#mostBytes = mostBytes;
    this.#closed = closed;
  }

  /** How many messages are on the disk. */
  get count(): number {
    return this.#count;
  }

  /**
   * Resolves when all of them are on the disk. Their bodies are read before it returns or resolves.
   * @throws BrokerError `invalid` when they do not fit: then none of them is to be taken away
   */
  async add(messages: readonly FilableMessage[]): Promise<void> {
    if (this.#broken) throw notWritten(this.path, t("an earlier write failed"));
    try {
      let text = "";
      let since = performance.now();
      for (const message of messages) {
        let length = 0;
        for (const piece of jsonLine(message)) {
          text += piece;
          length += piece.length;
        }
        // What is longer could not be read again.
        if (length > longestLine) throw tooLong(length);
        if (text.length >= gathered) {
          await this.#write(text);
          text = "";
          since = performance.now();
        } else if (performance.now() - since >= slice) {
          await new Promise((resolve) => setImmediate(resolve));
          since = performance.now();
        }
      }
      if (text !== "") await this.#write(text);
      await this.#file.datasync();
      this.#count += messages.length;
    } catch (error) {
      // A part of a line may be there: nothing may follow it.
      this.#broken = true;
      throw error instanceof BrokerError ? error : notWritten(this.path, sentenceOf(error));
    }
  }

  /** Never rejects for what is written. An empty journal is removed. */
  async close(): Promise<void> {
    await this.#file.close();
    if (this.#count === 0 && !this.#broken) await rm(this.path, { force: true });
    else await this.#closed(this.#count).catch(() => undefined);
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    if (this.#bytes + bytes.length > this.#mostBytes) throw tooLarge(this.#mostBytes);
    await this.#file.appendFile(bytes);
    this.#bytes += bytes.length;
  }
}

function notWritten(path: string, reason: string): BrokerError {
  return new BrokerError(
    "invalid",
    t("The journal “{name}” could not be written ({reason}).", { name: basename(path), reason }),
  );
}

function tooLarge(most: number): BrokerError {
  return new BrokerError(
    "invalid",
    t("The journal is full: it takes {size} MiB (the setting mq.journal.maxMegabytes).", {
      size: Math.floor(most / 1024 / 1024),
    }),
  );
}

function tooLong(length: number): BrokerError {
  return new BrokerError(
    "invalid",
    t("A message takes a line of {size} MiB, which is too long for the journal.", {
      size: Math.ceil(length / 1024 / 1024),
    }),
  );
}
