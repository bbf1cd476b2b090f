import { t } from "@vscode/l10n";
import { secretsId } from "../connections/profile.ts";
import type { Profile } from "../connections/profile.ts";
import { newProfileId } from "../connections/profiles.ts";
import type { ConnectionDeps } from "./deps.ts";
import { pickConnection } from "./pickConnection.ts";

/** Makes a saved connection like another one, secrets included. One from settings can be copied too. */
export async function duplicateConnection(deps: ConnectionDeps, id?: string): Promise<Profile | undefined> {
  const connection = await pickConnection(deps, id, { title: t("Duplicate Connection") });
  if (!connection) return undefined;
  const original = connection.profile;
  const name = await deps.prompts.input({
    title: t("Duplicate Connection"),
    prompt: t("Name of the copy"),
    value: freeName(deps, original.name),
    validate: (text) => deps.profiles.nameProblem(text),
  });
  if (name === undefined) return undefined;
  const copy: Profile = { ...original, id: newProfileId(), source: "saved", name };
  await deps.vault.copy(secretsId(original), copy.id);
  return deps.profiles.save(copy);
}

function freeName(deps: ConnectionDeps, name: string): string {
  const first = t("{name} copy", { name });
  for (let number = 2, next = first; ; number += 1) {
    if (deps.profiles.nameProblem(next) === undefined) return next;
    next = t("{name} copy {number}", { name, number });
  }
}
