import { t } from "@vscode/l10n";
import type { Node, Receipt, Session } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import type { LineRange } from "../inspect/transfer/journalFormat.ts";
import type { Journal } from "../journal/journal.ts";
import type { JournalEntry } from "../journal/journalEntry.ts";
import { type Outgoing, sendMessages, type SendResult } from "./sendMessages.ts";

/** What is published back, and where to. Nothing in it asks anything or knows the editor. */
export interface Restoring {
  readonly session: Pick<Session, "publish">;
  readonly node: Node;
  readonly journal: Journal;
  readonly entry: JournalEntry;
  /** Also what was restored before. */
  readonly again?: boolean;
  readonly report: (done: number) => void;
  readonly signal: AbortSignal;
}

export interface RestoreResult extends SendResult {
  /** Lines that were restored before, and left out now. */
  readonly before: number;
  /** Lines that cannot be read, with their numbers. */
  readonly broken: readonly { readonly line: number; readonly problem: string }[];
}

/** Milliseconds between two marks on the disk: what was confirmed since the last one is restored again after a crash. */
const markEvery = 500;

/**
 * Publishes the messages of a journal again, in their order, confirmed. What was confirmed is marked in the journal as it
 * goes, so that restoring again goes on where this ended.
 * @throws BrokerError when the journal cannot be read
 */
export async function restoreEntry(job: Restoring): Promise<RestoreResult> {
  const { session, journal, entry, report, signal } = job;
  if (entry.problem !== undefined) throw new BrokerError("invalid", entry.problem);
  const marks = new Marks(journal, entry);
  const done = job.again === true ? [] : await journal.restored(entry);
  const broken: { line: number; problem: string }[] = [];
  let before = 0;
  async function* messages(): AsyncGenerator<Outgoing, void> {
    for await (const { line, message, problem } of journal.messages(entry, signal)) {
      if (problem !== undefined) broken.push({ line, problem });
      else if (isIn(done, line)) before++;
      else yield { line, node: job.node, draft: message.draft };
    }
  }
  try {
    const result = await sendMessages(session, messages(), {
      count: Math.max(0, entry.count - (job.again === true ? 0 : entry.restored)),
      perSecond: 0,
      signal,
      report,
      answered: ({ line }: Outgoing, { outcome }: Receipt) => {
        if (outcome === "routed") marks.add(line);
      },
    });
    return { ...result, before, broken };
  } finally {
    await marks.flush();
  }
}

/** The line numbers that were confirmed, on their way to the disk. */
class Marks {
  readonly #journal: Journal;
  readonly #entry: JournalEntry;
  #ranges: [number, number][] = [];
  #writing: Promise<void> = Promise.resolve();
  #markedAt = performance.now();

  constructor(journal: Journal, entry: JournalEntry) {
    this.#journal = journal;
    this.#entry = entry;
  }

  add(line: number): void {
    const last = this.#ranges.at(-1);
    if (last && line === last[1] + 1) last[1] = line;
    else this.#ranges.push([line, line]);
    // What could not be marked is tried again with the next ones.
    if (performance.now() - this.#markedAt >= markEvery) this.flush().catch(() => undefined);
  }

  /** @throws BrokerError when the last of them could not be written */
  flush(): Promise<void> {
    this.#markedAt = performance.now();
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const ranges: readonly LineRange[] = this.#ranges;
    if (ranges.length === 0) return;
    this.#ranges = [];
    try {
      await this.#journal.markRestored(this.#entry, ranges);
    } catch (cause) {
      this.#ranges.unshift(...ranges.map(([from, to]): [number, number] => [from, to]));
      const sentence = t("What was restored could not be marked in the journal: restoring again would send it twice.");
      throw new BrokerError("invalid", sentence, { cause });
    }
  }
}

function isIn(ranges: readonly LineRange[], line: number): boolean {
  return ranges.some(([from, to]) => line >= from && line <= to);
}
