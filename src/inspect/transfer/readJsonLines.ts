import { isUtf8 } from "node:buffer";
import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { Clock } from "./clock.ts";
import { cutBodyOut, type CutLine } from "./cutBodyOut.ts";
import { filedMessage, isExported } from "./filedMessage.ts";
import { linesOf } from "./lines.ts";
import { type FiledMessage, longestLine, type ReadLine } from "./transferFormat.ts";

/** Lines up to this many bytes are read at once. */
const shortLine = 1024 * 1024;
/** Bytes of everything in a line but its body. */
const longestRest = 1024 * 1024;
/** More blanks than these are a mistake. */
const longestBlank = 1024;
const openingBrace = 0x7b;

/**
 * What the lines of a file are: exported messages, or any JSON, of which each line is the body of a message of its own.
 */
export type LineKind = "messages" | "bodies";

/**
 * Reads a file of JSON Lines. Never more than one line is held, nothing holds the event loop, and a line with a mistake
 * is told with its reason and does no harm to the others.
 */
export async function* readJsonLines(
  chunks: AsyncIterable<Uint8Array>,
  kind: LineKind = "messages",
  longest = longestLine,
): AsyncGenerator<ReadLine, void> {
  const clock = new Clock();
  for await (const { number: line, bytes: given } of linesOf(chunks, longest)) {
    const bytes = given && line === 1 ? withoutMark(given) : given;
    if (bytes && isBlank(bytes)) continue;
    try {
      if (!bytes) throw broken(t("It is longer than {size} MiB.", { size: Math.floor(longest / 1024 / 1024) }));
      yield { line, message: kind === "bodies" ? bareBody(bytes) : await exported(bytes) };
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      yield { line, problem: sentenceOf(error) };
    }
    await clock.tick();
  }
}

async function exported(bytes: Buffer): Promise<FiledMessage> {
  const parts = bytes.length <= shortLine ? { rest: bytes } : await cutBodyOut(bytes);
  return filedMessage(parse(parts.rest), parts.body);
}

/** The line itself as a body, to the byte, when it is JSON; an exported message stays one, with its mistakes. */
function bareBody(bytes: Buffer): FiledMessage {
  if (bytes.length > shortLine) throw broken(t("It is longer than 1 MiB."));
  const value = parse(bytes);
  if (isExported(value)) return filedMessage(value);
  const body = Buffer.from(bytes);
  return { draft: { body, contentType: "application/json", persistent: true, headers: [], properties: {} } };
}

function parse(bytes: CutLine["rest"]): unknown {
  if (bytes.length > longestRest && bytes[0] === openingBrace)
    throw broken(t("Everything but its body is longer than 1 MiB."));
  if (bytes.length > longestRest) throw broken(t("It is not a JSON object."));
  if (!isUtf8(bytes)) throw broken(t("It is not UTF-8."));
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw broken(t("It is not JSON: is it cut off, or no file of JSON Lines?"));
  }
}

function broken(sentence: string): BrokerError {
  return new BrokerError("invalid", sentence);
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length < longestBlank && bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

/** Some editors begin a file with a byte order mark. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
