import { t } from "@vscode/l10n";
import { secretsId } from "../connections/profile.ts";
import { toldDefinedInSettings } from "./definedInSettings.ts";
import type { ConnectionDeps } from "./deps.ts";
import { pickConnection } from "./pickConnection.ts";

/** Removes a saved connection and its secrets, after asking. Nothing on the broker changes. */
export async function removeConnection(deps: ConnectionDeps, id?: string): Promise<void> {
  const connection = await pickConnection(deps, id, { title: t("Remove Connection") });
  if (!connection || toldDefinedInSettings(deps, connection.profile)) return;
  const { profile } = connection;
  const sure = await deps.prompts.confirm({
    message: t("Remove the connection “{name}”?", { name: profile.name }),
    detail: t(
      "Its password and keys are removed too. Its session and inspectors are closed. Nothing on the broker changes.",
    ),
    act: t("Remove"),
  });
  if (!sure) return;
  await deps.profiles.remove(profile.id);
  await deps.vault.clear(secretsId(profile));
  deps.prompts.done(t("Removed {name}.", { name: profile.name }));
}
