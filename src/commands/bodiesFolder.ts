import { mkdir, rename, rm, stat, writeFile as writeBytes } from "node:fs/promises";
import { join } from "node:path";
import { bodyFileName } from "../inspect/transfer/bodyFileName.ts";
import { jsonLine } from "../inspect/transfer/writeJsonLine.ts";
import type { SelectedMessage } from "../inspect/selectedMessages.ts";
import { partialName, writeFile, writingFailed } from "./wholeFile.ts";

/** Bodies that are written at the same time, and their bytes. */
const filesAtOnce = 32;
const bytesAtOnce = 16 * 1024 * 1024;

/** The file that tells everything of the messages but their bodies. */
export const indexName = "index.jsonl";

/**
 * Writes each body to a file of its own in a new folder, and an index beside them. The folder gets its name when it is
 * whole: a failure or a cancelled writing leaves nothing.
 * @param of how many messages there are
 * @returns its path, with a number behind when there was one of that name, and the bytes of the bodies
 * @throws as `writeWhole`
 */
export async function writeBodies(
  parent: string,
  name: string,
  messages: AsyncIterable<SelectedMessage>,
  of: number,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly bytes: number }> {
  const partial = partialName(join(parent, name));
  let bytes = 0;
  try {
    await mkdir(partial);
    const lines = async function* (): AsyncGenerator<string, void> {
      let writing: Promise<void>[] = [];
      let waiting = 0;
      let number = 0;
      try {
        for await (const message of messages) {
          const file = bodyFileName(++number, of, message);
          const one = writeBytes(join(partial, file), message.body, { flag: "wx" });
          // Told when all of them are waited for.
          one.catch(() => undefined);
          writing.push(one);
          bytes += message.body.length;
          waiting += message.body.length;
          yield* jsonLine(message, file);
          if (writing.length < filesAtOnce && waiting < bytesAtOnce) continue;
          const done = writing;
          writing = [];
          waiting = 0;
          await Promise.all(done);
        }
      } finally {
        // Nothing is written any more when the folder is renamed, or removed.
        const ended = await Promise.allSettled(writing);
        const failed = ended.find((each) => each.status === "rejected");
        if (failed) throw failed.reason;
      }
    };
    await writeFile(join(partial, indexName), lines(), signal);
    const path = await freeName(join(parent, name));
    await rename(partial, path);
    return { path, bytes };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw signal.aborted ? signal.reason : writingFailed(join(parent, name), error);
  }
}

async function freeName(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : `${path} (${number})`;
    const there = await stat(candidate).catch(() => undefined);
    if (!there) return candidate;
  }
}
