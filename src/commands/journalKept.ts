/** Writing messages that an inspector keeps into the undo journal, before they are settled or deleted. */
import { t } from "@vscode/l10n";
import type { Node } from "../broker/contract.ts";
import { sentenceOf } from "../broker/errors.ts";
import type { SelectedMessage } from "../inspect/selectedMessages.ts";
import type { JournaledAct } from "../inspect/transfer/journalFormat.ts";
import type { Journal } from "../journal/journal.ts";
import type { Prompts } from "./prompts.ts";

/** How many bytes of bodies are written together. */
const togetherBytes = 4 * 1024 * 1024;
const togetherMessages = 1000;

export interface KeptForJournal {
  readonly journal: Journal;
  readonly what: Extract<JournaledAct, "ack" | "reject" | "remove" | "move">;
  readonly connection: { readonly id: string; readonly name: string };
  readonly node: Node;
  readonly count: number;
  readonly messages: AsyncIterable<SelectedMessage>;
  confirm: Prompts["confirm"];
}

/**
 * Resolves when all of them are on the disk, or the user does without.
 * @returns false when the user changed their mind: nothing is to be settled
 */
export async function journalKept(job: KeptForJournal): Promise<boolean> {
  const { journal, what, connection, node, count, confirm } = job;
  if (!journal.limits.enabled || count === 0) return true;
  try {
    const writer = await journal.begin({ what, connection, node, expected: count });
    try {
      let batch: SelectedMessage[] = [];
      let bytes = 0;
      for await (const message of job.messages) {
        batch.push(message);
        bytes += message.body.length;
        if (bytes < togetherBytes && batch.length < togetherMessages) continue;
        await writer.add(batch);
        batch = [];
        bytes = 0;
      }
      if (batch.length > 0) await writer.add(batch);
    } finally {
      await writer.close();
    }
    return true;
  } catch (error) {
    return confirm({
      message: t("Go on without the undo journal?"),
      detail: [sentenceOf(error), t("Nothing was settled yet. Without the journal nothing can be brought back.")].join(
        "\n",
      ),
      act: t("Go On"),
    });
  }
}
