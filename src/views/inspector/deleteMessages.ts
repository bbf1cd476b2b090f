import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import type { ActionDeps } from "./actionDeps.ts";
import { type MessageSource, selectedSeqs } from "./selectedSeqs.ts";

type Deps = Pick<ActionDeps, "prompts" | "settled">;

/**
 * Removes what is selected of a browse from its source, after asking, where the broker can remove single messages.
 * @throws BrokerError
 */
export async function deleteMessages(deps: Deps, inspector: MessageSource): Promise<void> {
  const { inspection, title, connection, environment } = inspector;
  if (!inspection.outcomes.includes("delete"))
    throw new BrokerError(
      "unsupported",
      t("Single messages of “{name}” cannot be deleted from here. Browse a source that can do that.", { name: title }),
    );
  const seqs = inspection.deletable(await selectedSeqs(inspector));
  if (seqs.length === 0)
    throw new BrokerError(
      "invalid",
      t("None of the selected messages can be deleted: they are gone, or were looked at before. Look again."),
    );
  const count = seqs.length.toLocaleString("en");
  const sure = await deps.prompts.confirm({
    message:
      seqs.length === 1
        ? t("Delete this message from “{name}”?", { name: title })
        : t("Delete {count} messages from “{name}”?", { count, name: title }),
    detail: [
      t("They are gone for everyone. This cannot be undone."),
      ...(environment === "production" ? [t("“{connection}” is production.", { connection })] : []),
    ].join("\n"),
    act: t("Delete"),
    ...(environment === "production" ? { typed: title } : {}),
  });
  if (!sure) return;
  const { deleted, gone } = await inspection.delete(seqs, environment === "production" ? { typed: title } : undefined);
  deps.settled();
  const sentence = t("Deleted from “{name}”: {deleted}.", { deleted: deleted.toLocaleString("en"), name: title });
  if (gone === 0) deps.prompts.done(sentence);
  else deps.prompts.warn(t("{sentence} Not there any more: {gone}.", { sentence, gone: gone.toLocaleString("en") }));
}
