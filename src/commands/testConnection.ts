import { t } from "@vscode/l10n";
import { checkConnection, describeChecks, failedParts } from "./checkConnection.ts";
import type { ConnectionDeps } from "./deps.ts";
import { editConnection } from "./editConnection.ts";
import { pickConnection } from "./pickConnection.ts";

/** Tries every part of a connection and says what was found. An open session is not touched. */
export async function testConnection(deps: ConnectionDeps, id?: string): Promise<void> {
  const connection = await pickConnection(deps, id, { title: t("Test Connection") });
  if (!connection) return;
  const checks = await checkConnection(deps, connection.profile);
  const lines = describeChecks(checks);
  if (checks.every(({ ok }) => ok)) {
    deps.prompts.inform(t("{name} works.", { name: connection.profile.name }) + "\n" + lines);
    return;
  }
  deps.prompts.warn(
    failedParts(checks) + "\n" + lines,
    { label: t("Try Again"), run: () => testConnection(deps, connection.id) },
    { label: t("Edit…"), run: () => editConnection(deps, connection.id) },
  );
}
