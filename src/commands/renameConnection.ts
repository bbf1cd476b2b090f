import { t } from "@vscode/l10n";
import { toldDefinedInSettings } from "./definedInSettings.ts";
import type { ConnectionDeps } from "./deps.ts";
import { pickConnection } from "./pickConnection.ts";

/** Gives a saved connection another name. Its session stays open. */
export async function renameConnection(deps: ConnectionDeps, id?: string): Promise<void> {
  const connection = await pickConnection(deps, id, { title: t("Rename Connection") });
  if (!connection || toldDefinedInSettings(deps, connection.profile)) return;
  const name = await deps.prompts.input({
    title: t("Rename Connection"),
    prompt: t("Name"),
    value: connection.profile.name,
    validate: (text) => deps.profiles.nameProblem(text, connection.id),
  });
  if (name === undefined || name.trim() === connection.profile.name) return;
  await deps.profiles.save({ ...connection.profile, name });
}
