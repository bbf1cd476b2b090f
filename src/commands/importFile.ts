/** Files to import: opened, read in pieces, and checked before anything is sent. */
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import { type LineKind, readJsonLines } from "../inspect/transfer/readJsonLines.ts";
import { grouped } from "./transferWords.ts";

/** Broken lines that are told with their reasons. */
const toldProblems = 5;
/** Different origins that are counted. */
const mostOrigins = 10_000;
const chunkBytes = 1024 * 1024;
/** Milliseconds between two reports. */
const reportEvery = 100;

/** What is in a file. */
export interface FoundMessages {
  readonly kind: LineKind;
  readonly messages: number;
  /** Bytes of bodies. */
  readonly bytes: number;
  readonly broken: number;
  /** The first broken lines. */
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
  /** Where the messages had been published to; an empty text where that is not said. */
  readonly origins: ReadonlySet<string>;
}

/** Reads a whole file and notes what is in it. @returns undefined when it was cancelled */
export async function checkFile(
  file: FileHandle,
  kind: LineKind,
  report: (bytesMore: number, messages: number) => void,
  signal: AbortSignal,
): Promise<FoundMessages | undefined> {
  let messages = 0;
  let bytes = 0;
  let broken = 0;
  const problems: { line: number; problem: string }[] = [];
  const origins = new Set<string>();
  let reportedAt = performance.now();
  let reported = 0;
  let read = 0;
  const chunks = chunksOf(file, signal, (length) => {
    read += length;
  });
  for await (const line of readJsonLines(chunks, kind)) {
    if (signal.aborted) return undefined;
    if (line.problem !== undefined) {
      broken++;
      if (problems.length < toldProblems) problems.push({ line: line.line, problem: line.problem });
    } else {
      messages++;
      bytes += line.message.draft.body.length;
      if (origins.size < mostOrigins) origins.add(line.message.origin ?? "");
    }
    if (performance.now() - reportedAt < reportEvery) continue;
    report(read - reported, messages);
    reported = read;
    reportedAt = performance.now();
  }
  return signal.aborted ? undefined : { kind, messages, bytes, broken, problems, origins };
}

/** What is to be said of broken lines, one sentence each. */
export function problemSentences({ broken, problems }: FoundMessages): readonly string[] {
  if (broken === 0) return [];
  const sentences = [
    broken === 1
      ? t("1 line is broken and will be left out.")
      : t("{count} lines are broken and will be left out.", { count: grouped(broken) }),
    ...problems.map(({ line, problem }) => t("Line {line}: {reason}", { line: grouped(line), reason: problem })),
  ];
  const more = broken - problems.length;
  if (more > 0) sentences.push(t("Further broken lines: {count}.", { count: grouped(more) }));
  return sentences;
}

/** A file from its beginning, up to its end or until it is cancelled, in the middle of a line too. */
export async function* chunksOf(
  file: FileHandle,
  signal: AbortSignal,
  onRead?: (bytes: number) => void,
): AsyncGenerator<Buffer, void> {
  for (let position = 0; !signal.aborted;) {
    // A buffer of its own each time: lines are views into it.
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(chunkBytes), position });
    if (bytesRead === 0) return;
    position += bytesRead;
    onRead?.(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

/** @throws BrokerError `missing` */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    const reason = sentenceOf(error);
    throw new BrokerError("missing", t("“{name}” could not be read ({reason}).", { name: basename(path), reason }), {
      cause: error,
    });
  }
}
