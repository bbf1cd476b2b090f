import { t } from "@vscode/l10n";
import type { ConnectionDeps } from "./deps.ts";
import { pickConnection } from "./pickConnection.ts";

/** Disconnects, and stops trying to reconnect. */
export async function disconnect(deps: Pick<ConnectionDeps, "prompts" | "connections">, id?: string): Promise<void> {
  const connection = await pickConnection(deps, id, {
    title: t("Disconnect"),
    fits: ({ state }) => state.status !== "disconnected",
    none: t("Nothing is connected."),
  });
  if (!connection) return;
  await connection.disconnect();
  deps.prompts.done(t("Disconnected from {name}.", { name: connection.profile.name }));
}
