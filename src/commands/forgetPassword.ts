import { t } from "@vscode/l10n";
import { secretsId } from "../connections/profile.ts";
import type { ConnectionDeps } from "./deps.ts";
import { pickConnection } from "./pickConnection.ts";

/** Removes the kept password, so that the next connect asks for it. A session that is open stays open. */
export async function forgetPassword(
  deps: Pick<ConnectionDeps, "prompts" | "connections" | "vault">,
  id?: string,
): Promise<void> {
  const connection = await pickConnection(deps, id, { title: t("Forget Password") });
  if (!connection) return;
  const { name } = connection.profile;
  const owner = secretsId(connection.profile);
  if ((await deps.vault.get(owner, "password")) === undefined) {
    deps.prompts.inform(t("No password is kept for {name}.", { name }));
    return;
  }
  await deps.vault.set(owner, "password", undefined);
  deps.prompts.done(t("The password of {name} was forgotten.", { name }));
}
