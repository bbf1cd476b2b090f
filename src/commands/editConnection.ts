import { t } from "@vscode/l10n";
import { secretsId } from "../connections/profile.ts";
import { toldDefinedInSettings } from "./definedInSettings.ts";
import type { ConnectionDeps } from "./deps.ts";
import { askProfile } from "./askProfile.ts";
import { pickConnection } from "./pickConnection.ts";

/**
 * Edits a saved connection in a form. When what it connects to changed, its session is closed; one that was not
 * disconnected connects again.
 */
export async function editConnection(deps: ConnectionDeps, id?: string): Promise<void> {
  const connection = await pickConnection(deps, id, { title: t("Edit Connection") });
  if (!connection || toldDefinedInSettings(deps, connection.profile)) return;
  const before = connection.profile;
  const wanted = connection.state.status !== "disconnected";
  const saved = await askProfile(deps, {
    title: t("Edit {name}", { name: before.name }),
    profile: before,
    kept: await deps.vault.all(secretsId(before)),
    save: async (profile, changes) => {
      await deps.vault.setAll(secretsId(profile), changes);
      // Pins may have changed while the form was open.
      const saved = await deps.profiles.save({ ...profile, pins: connection.profile.pins });
      if (Object.keys(changes).length > 0) await connection.disconnect();
      return saved;
    },
  });
  if (!saved) return;
  deps.prompts.done(t("Saved {name}.", { name: saved.name }));
  // The tree shows what comes of it.
  if (wanted) await connection.connect().catch(() => undefined);
}
