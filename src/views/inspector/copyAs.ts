/** Messages as text for the clipboard: JSON, a command, a program. */
import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { Recipe } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { connectionOf } from "../../commands/deps.ts";
import { driverFor } from "../../connections/driverRegistry.ts";
import { messageJson } from "../../inspect/messageDocument.ts";
import type { ActionDeps } from "./actionDeps.ts";
import { mostMessages, writeMany } from "./openMany.ts";
import { currentMessage, keptMessage, type MessageSource, selectedSeqs } from "./selectedSeqs.ts";

/** One message as an object, several as an array. */
export async function copyJson({ prompts }: Pick<ActionDeps, "prompts">, inspector: MessageSource): Promise<void> {
  const seqs = await selectedSeqs(inspector, mostMessages + 1);
  if (seqs.length > mostMessages)
    throw new BrokerError(
      "invalid",
      t("These are too many for the clipboard. Select at most {most} messages.", {
        most: mostMessages.toLocaleString("en"),
      }),
    );
  const [only, ...more] = seqs;
  if (only !== undefined && more.length === 0) {
    await vscode.env.clipboard.writeText(
      await messageJson(keptMessage(inspector.inspection, only), inspector.decodeOptions),
    );
    prompts.done(t("Copied the message as JSON."));
    return;
  }
  const what = await writeMany(prompts, inspector, seqs);
  if (!what) return;
  if (what.full) throw new BrokerError("invalid", t("These are too large for the clipboard. Select fewer messages."));
  await vscode.env.clipboard.writeText(what.text);
  prompts.done(t("Copied {count} messages as JSON.", { count: what.written.toLocaleString("en") }));
}

/** The current message as something to run elsewhere. The user picks by what. */
export async function copyAs(
  { prompts, connections, drivers }: Pick<ActionDeps, "prompts" | "connections" | "drivers">,
  inspector: MessageSource,
  kind: Recipe["kind"],
): Promise<void> {
  const message = currentMessage(inspector);
  if (!message.whole)
    throw new BrokerError("invalid", t("This message was too large to keep whole: it cannot be written as a whole."));
  const { uri, admin } = connectionOf({ connections }, inspector.connectionId).profile;
  const driver = await driverFor(drivers, uri);
  const recipes = ((await driver.recipes?.()) ?? []).filter((recipe) => recipe.kind === kind);
  if (recipes.length === 0)
    throw new BrokerError("unsupported", t("Nothing like that is known for {broker}.", { broker: driver.label }));
  const recipe = await prompts.pick({
    title: kind === "command" ? t("Copy as Command") : t("Copy as Code"),
    items: recipes.map((each) => ({ label: each.label, description: each.needs, value: each })),
  });
  if (!recipe) return;
  const { draft, origin } = message;
  await vscode.env.clipboard.writeText(
    recipe.write({
      uri,
      ...(admin === undefined ? {} : { admin }),
      seenIn: inspector.node,
      ...(origin === undefined ? {} : { origin }),
      draft,
    }),
  );
  prompts.done(t("Copied for {tool}. The password is not in it.", { tool: recipe.label }));
}
