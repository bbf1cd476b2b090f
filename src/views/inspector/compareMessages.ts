/** Two messages side by side in the diff editor: their properties, headers and bodies. */
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import type { KeptMessage } from "../../inspect/messageReader.ts";
import { comparableText } from "../../inspect/messageDocument.ts";
import type { ActionDeps } from "./actionDeps.ts";
import { currentMessage, keptMessage, type MessageSource } from "./selectedSeqs.ts";

/** One side of a comparison. */
export interface Compared {
  readonly owner: string;
  /** "orders-17" */
  readonly name: string;
  readonly text: string;
  readonly seq: number;
}

/** The two that are selected, the older one on the left. */
export async function compareSelected(
  { documents }: Pick<ActionDeps, "documents">,
  inspector: MessageSource,
): Promise<void> {
  const { all, seqs } = inspector.selected;
  const [older, newer, ...more] = all ? [] : seqs.toSorted((a, b) => a - b);
  if (older === undefined || newer === undefined || more.length > 0)
    throw new BrokerError("invalid", t("Select exactly two messages in the inspector to compare them."));
  const { inspection } = inspector;
  await documents.compare(
    await comparedOf(inspector, keptMessage(inspection, older)),
    await comparedOf(inspector, keptMessage(inspection, newer)),
  );
}

/** The current message with the one before it of the same key. */
export async function comparePrevious(
  { documents, prompts }: Pick<ActionDeps, "documents" | "prompts">,
  inspector: MessageSource,
): Promise<void> {
  const message = currentMessage(inspector);
  const seq = await inspector.inspection.previousOfKey(message.seq);
  const { key = "" } = message.draft;
  if (seq === undefined) {
    prompts.inform(t("No older message with the key “{key}” is kept here.", { key }));
    return;
  }
  await documents.compare(
    await comparedOf(inspector, keptMessage(inspector.inspection, seq)),
    await comparedOf(inspector, message),
  );
}

/** Remembers the current message as one side. */
export async function selectForCompare(
  { prompts }: Pick<ActionDeps, "prompts">,
  inspector: MessageSource,
): Promise<Compared> {
  const compared = await comparedOf(inspector, currentMessage(inspector));
  prompts.done(t("Selected {name} for compare.", { name: compared.name }));
  return compared;
}

/** The message that was selected for compare, of this or another inspector, with the current one. */
export async function compareWith(
  { documents }: Pick<ActionDeps, "documents">,
  inspector: MessageSource,
  chosen: Compared | undefined,
): Promise<void> {
  if (!chosen) throw new BrokerError("invalid", t("Choose “Select for Compare” on another message first."));
  const other = await comparedOf(inspector, currentMessage(inspector));
  if (other.owner === chosen.owner && other.seq === chosen.seq)
    throw new BrokerError("invalid", t("This is the message that was selected for compare. Choose another one."));
  await documents.compare(chosen, other);
}

async function comparedOf(inspector: MessageSource, message: KeptMessage): Promise<Compared> {
  const { seq } = message;
  return {
    owner: inspector.id,
    name: `${inspector.title}-${String(seq)}`,
    text: await comparableText(message, inspector.decodeOptions),
    seq,
  };
}
