import { t } from "@vscode/l10n";
import { type ManyDocument, manyMessages } from "../../inspect/messageDocument.ts";
import type { ActionDeps } from "./actionDeps.ts";
import { type MessageSource, selectedSeqs } from "./selectedSeqs.ts";

/** How many messages one document holds, and how many characters: VS Code gives extensions none of more than 50 MB. */
export const mostMessages = 10_000;
const mostChars = 32 * 1024 * 1024;

/** Opens what is selected as one JSON document. */
export async function openMany(
  { prompts, documents }: Pick<ActionDeps, "prompts" | "documents">,
  inspector: MessageSource,
): Promise<void> {
  const seqs = await selectedSeqs(inspector, mostMessages + 1);
  const taken = seqs.slice(0, mostMessages);
  const what = await writeMany(prompts, inspector, taken);
  if (!what) return;
  await documents.open({
    owner: inspector.id,
    name: t("{name}-messages", { name: inspector.title }),
    text: what.text,
    language: "json",
  });
  const count = what.written.toLocaleString("en");
  if (what.full)
    prompts.warn(t("The document is full: it holds the first {count} of the selected messages.", { count }));
  else if (seqs.length > taken.length)
    prompts.warn(
      t("The document holds the first {count} messages, and no more. Use a filter to choose others.", { count }),
    );
  else if (what.gone > 0)
    prompts.warn(
      t("Left out, because newer messages took their place: {gone}.", { gone: what.gone.toLocaleString("en") }),
    );
}

/** With progress. @returns undefined when the user cancelled */
export async function writeMany(
  prompts: ActionDeps["prompts"],
  { inspection, title, decodeOptions: decode }: MessageSource,
  seqs: readonly number[],
): Promise<ManyDocument | undefined> {
  const messageOf = (seq: number) => inspection.reader.message(seq);
  // No bar for what is there before it could be read.
  if (seqs.length <= 50) return manyMessages(seqs, messageOf, { most: mostChars, decode });
  return prompts.progress(t("Reading messages of {name}", { name: title }), async (report, signal) => {
    let done = 0;
    let reported = 0;
    const step = (): void => {
      done++;
      if (done - reported < seqs.length / 50) return;
      report(t("{done} of {count}", { done, count: seqs.length }), ((done - reported) / seqs.length) * 100);
      reported = done;
    };
    const what = await manyMessages(seqs, messageOf, { most: mostChars, decode, signal, step });
    return signal.aborted ? undefined : what;
  });
}
