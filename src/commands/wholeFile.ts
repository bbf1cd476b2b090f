/** Writing files that are either whole or not there. */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../broker/errors.ts";

/** Characters that are gathered before they are written. */
const gathered = 256 * 1024;
/** How long making pieces may hold the event loop, in milliseconds. */
const slice = 8;

/**
 * Writes a file in pieces, each no sooner than the disk took the one before. It gets its name when it is whole: a failure
 * or a cancelled writing leaves nothing, and a file that was there before as it was.
 * @returns its bytes
 * @throws BrokerError `invalid` with what the disk said; the reason of `signal` when that was aborted
 */
export async function writeWhole(path: string, pieces: AsyncIterable<string>, signal: AbortSignal): Promise<number> {
  const partial = partialName(path);
  try {
    const bytes = await writeFile(partial, pieces, signal);
    await rename(partial, path);
    return bytes;
  } catch (error) {
    await rm(partial, { force: true });
    throw signal.aborted ? signal.reason : writingFailed(path, error);
  }
}

/** Writes a new file. @returns its bytes */
export async function writeFile(path: string, pieces: AsyncIterable<string>, signal: AbortSignal): Promise<number> {
  const writer = new Writer(await open(path, "wx"));
  try {
    let since = performance.now();
    for await (const piece of pieces) {
      signal.throwIfAborted();
      if (writer.add(piece)) await writer.flush();
      else if (performance.now() - since >= slice) await new Promise((resolve) => setImmediate(resolve));
      else continue;
      since = performance.now();
    }
    await writer.flush();
    await writer.handle.sync();
    return writer.bytes;
  } finally {
    await writer.handle.close();
  }
}

/** A name beside it that nobody else uses. */
export function partialName(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(4).toString("hex")}.partial`);
}

/** @param path what the user asked for */
export function writingFailed(path: string, error: unknown): unknown {
  if (error instanceof BrokerError || !(error instanceof Error && "code" in error)) return error;
  const name = basename(path);
  switch (error.code) {
    case "ENOSPC":
    case "EDQUOT":
      return new BrokerError("invalid", t("The disk is full: “{name}” was not written.", { name }), { cause: error });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new BrokerError("denied", t("“{name}” may not be written there. Choose another folder.", { name }), {
        cause: error,
      });
    default: {
      const reason = sentenceOf(error);
      return new BrokerError("invalid", t("“{name}” could not be written ({reason}).", { name, reason }), {
        cause: error,
      });
    }
  }
}

class Writer {
  readonly handle: FileHandle;
  bytes = 0;
  #pieces: string[] = [];
  #length = 0;

  constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /** @returns whether it is time to flush */
  add(piece: string): boolean {
    this.#pieces.push(piece);
    this.#length += piece.length;
    return this.#length >= gathered;
  }

  async flush(): Promise<void> {
    const bytes = Buffer.from(this.#pieces.join(""));
    this.#pieces = [];
    this.#length = 0;
    let at = 0;
    while (at < bytes.length) at += (await this.handle.write(bytes, at)).bytesWritten;
    this.bytes += bytes.length;
  }
}
