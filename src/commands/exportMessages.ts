import { basename, join } from "node:path";
import { t } from "@vscode/l10n";
import { BrokerError } from "../broker/errors.ts";
import type { SelectedMessage, SelectedMessages, WhichMessages } from "../inspect/selectedMessages.ts";
import { CsvColumns, csvOf } from "../inspect/transfer/csv.ts";
import { jsonLine } from "../inspect/transfer/writeJsonLine.ts";
import { indexName, writeBodies } from "./bodiesFolder.ts";
import type { FileDialogs, FileKind } from "./fileDialogs.ts";
import type { PickItem, Prompts, ReportProgress } from "./prompts.ts";
import { grouped, sizeText } from "./transferWords.ts";
import { writeWhole } from "./wholeFile.ts";

export interface ExportDeps {
  readonly prompts: Prompts;
  readonly dialogs: FileDialogs;
}

/** What messages are exported of: an inspector. */
export interface ExportSource {
  /** "orders.created" */
  readonly name: string;
  /** Seqs of what is selected; empty with `all`, which means everything that the filter lets through. */
  readonly selected: { readonly all: boolean; readonly seqs: readonly number[]; readonly current?: number };
  readonly isFiltered: boolean;
  readonly shown: number;
  readonly kept: number;
  /** Columns of the list for values inside of bodies and headers, as they are written: a table has them too. */
  readonly fields: readonly string[];
  messages(which: WhichMessages, fields?: readonly string[]): SelectedMessages;
}

type ExportFormat = "jsonLines" | "csv" | "bodies";

/**
 * Asks which messages, in which format and where to, and writes them while the log goes on. What is missing in the end
 * (evicted meanwhile, kept cut) is told with the result.
 */
export async function exportMessages(deps: ExportDeps, source: ExportSource): Promise<void> {
  const { prompts } = deps;
  if (source.kept === 0) {
    prompts.inform(t("There is no message to export yet."));
    return;
  }
  const which = await askWhich(prompts, source);
  const format = which && (await askFormat(prompts));
  const place = format && (await askPlace(deps, source.name, format));
  if (!which || !format || place === undefined) return;
  const title = t("Exporting messages of {name}", { name: source.name });
  await prompts.progress(title, async (report, signal) => {
    try {
      await write(deps, { source, which, format, place, report, signal });
    } catch (error) {
      if (signal.aborted) prompts.done(t("The export was cancelled. Nothing was written."));
      else prompts.fail(error);
    }
  });
}

interface ExportJob {
  readonly source: ExportSource;
  readonly which: WhichMessages;
  readonly format: ExportFormat;
  /** A file; the parent of the new folder for bodies. */
  readonly place: string;
  readonly report: ReportProgress;
  readonly signal: AbortSignal;
}

async function write({ prompts, dialogs }: ExportDeps, job: ExportJob): Promise<void> {
  const { source, which, format, place, report, signal } = job;
  const fields = format === "csv" ? source.fields : [];
  const messages = source.messages(which, fields);
  const total = await messages.count();
  if (total === 0) throw new BrokerError("missing", t("There is no message to export."));
  const tally = new Tally(messages, total, report, signal);
  let path = place;
  let bytes: number;
  if (format === "jsonLines") bytes = await writeWhole(path, jsonLinesOf(tally), signal);
  else if (format === "csv")
    bytes = await writeWhole(path, csvWithColumns(messages, new CsvColumns(fields), tally, report, signal), signal);
  else ({ path, bytes } = await writeBodies(place, fileStem(source.name), tally, total, signal));
  const sentence = resultSentence(tally, messages.gone, basename(path), bytes);
  const open = {
    label: format === "bodies" ? t("Open Index") : t("Open File"),
    run: () => dialogs.show(format === "bodies" ? join(path, indexName) : path),
  };
  if (messages.gone > 0 || tally.cut > 0) prompts.warn(sentence, open);
  else prompts.inform(sentence, open);
}

async function* jsonLinesOf(messages: AsyncIterable<SelectedMessage>): AsyncGenerator<string, void> {
  for await (const message of messages) yield* jsonLine(message);
}

/** Columns stand in the first line: what occurs has to be known before. */
async function* csvWithColumns(
  messages: SelectedMessages,
  columns: CsvColumns,
  tally: Tally,
  report: ReportProgress,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  report(t("Looking for columns…"));
  for await (const message of messages.envelopes()) {
    signal.throwIfAborted();
    columns.add(message);
  }
  yield* csvOf(tally, columns);
}

/** Counts messages on their way and reports how far it is. */
class Tally implements AsyncIterable<SelectedMessage> {
  readonly #messages: SelectedMessages;
  readonly #total: number;
  readonly #report: ReportProgress;
  readonly #signal: AbortSignal;
  count = 0;
  /** Whose bodies are not whole. */
  cut = 0;

  constructor(messages: SelectedMessages, total: number, report: ReportProgress, signal: AbortSignal) {
    this.#messages = messages;
    this.#total = total;
    this.#report = report;
    this.#signal = signal;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SelectedMessage, void> {
    let reportedAt = performance.now();
    let reported = 0;
    for await (const message of this.#messages) {
      this.#signal.throwIfAborted();
      yield message;
      this.count++;
      if (message.body.length < message.size) this.cut++;
      if (this.count % 64 !== 0 || performance.now() - reportedAt < reportEvery) continue;
      reportedAt = performance.now();
      const done = this.count + this.#messages.gone;
      this.#report(
        t("{done} of {count}", { done: grouped(done), count: grouped(this.#total) }),
        ((done - reported) / this.#total) * 100,
      );
      reported = done;
    }
  }
}

/** Milliseconds between two reports. */
const reportEvery = 100;

async function askWhich(prompts: Prompts, source: ExportSource): Promise<WhichMessages | undefined> {
  const items = choices(source);
  if (items.length === 1) return items[0]?.value;
  return prompts.pick({ title: t("Export Messages"), placeholder: t("Which messages?"), items });
}

/** What is meant most likely comes first. */
function choices({ selected, isFiltered, shown, kept }: ExportSource): readonly PickItem<WhichMessages>[] {
  const { all, seqs, current } = selected;
  const items: PickItem<WhichMessages>[] = [];
  const meant = seqs.length > 0 ? seqs : current === undefined ? [] : [current];
  if (!all && meant.length > 0) {
    const label = meant.length === 1 ? t("The selected message") : t("The selected messages");
    items.push({ label, description: grouped(meant.length), value: { what: "these", seqs: meant } });
  }
  if (isFiltered)
    items.push({
      label: t("All messages that the filter lets through"),
      description: grouped(shown),
      value: { what: "shown" },
    });
  items.push({ label: t("All messages that are kept"), description: grouped(kept), value: { what: "kept" } });
  return items;
}

function askFormat(prompts: Prompts): Promise<ExportFormat | undefined> {
  return prompts.pick<ExportFormat>({
    title: t("Export Messages"),
    placeholder: t("In which format?"),
    items: [
      {
        label: t("JSON Lines"),
        detail: t("Everything, exact to the byte: one message a line. Can be imported again."),
        value: "jsonLines",
      },
      {
        label: t("CSV"),
        detail: t("A table for a spreadsheet, with a column for every property and header."),
        value: "csv",
      },
      {
        label: t("Folder of bodies"),
        detail: t("Each body as a file of its own, exact, and an index of all the rest."),
        value: "bodies",
      },
    ],
  });
}

export const jsonLinesKind: FileKind = { label: "JSON Lines", endings: ["jsonl", "ndjson"] };

function askPlace({ dialogs }: ExportDeps, name: string, format: ExportFormat): Promise<string | undefined> {
  const title = t("Export Messages");
  switch (format) {
    case "jsonLines":
      return dialogs.save({ title, name: `${fileStem(name)}.jsonl`, kind: jsonLinesKind });
    case "csv":
      return dialogs.save({ title, name: `${fileStem(name)}.csv`, kind: { label: "CSV", endings: ["csv"] } });
    case "bodies":
      return dialogs.folder({ title: t("Export Bodies: Where Is the New Folder to Be?"), act: t("Export Here") });
    default:
      return format satisfies never;
  }
}

/** "orders.created 2026-11-21 14.03.59": what every system takes as a name. */
function fileStem(name: string): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  const time = [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())].join(".");
  const safe = name
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, "_")
    .slice(0, 80)
    .replaceAll(/\p{Surrogate}|^[._]+/gu, "");
  return `${safe === "" ? "messages" : safe} ${day} ${time}`;
}

function resultSentence(tally: Tally, gone: number, file: string, bytes: number): string {
  const sentences = [
    tally.count === 1
      ? t("1 message was exported to {file} ({size}).", { file, size: sizeText(bytes) })
      : t("{count} messages were exported to {file} ({size}).", {
          count: grouped(tally.count),
          file,
          size: sizeText(bytes),
        }),
  ];
  if (gone > 0)
    sentences.push(
      t("Missing because they were no longer kept when their turn came: {count}.", { count: grouped(gone) }),
    );
  if (tally.cut > 0)
    sentences.push(
      t("Marked as cut because their bodies had been too large to keep whole: {count}.", { count: grouped(tally.cut) }),
    );
  return sentences.join(" ");
}
