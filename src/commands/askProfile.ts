import { t } from "@vscode/l10n";
import { BrokerError } from "../broker/errors.ts";
import { driverFor } from "../connections/driverRegistry.ts";
import { needsPassword } from "../connections/connections.ts";
import type { Profile } from "../connections/profile.ts";
import type { Secrets } from "../connections/secretVault.ts";
import { connectionForm, connectionValues, profileFrom } from "./connectionForm.ts";
import type { ConnectionDeps } from "./deps.ts";
import { PendingSecrets } from "./pendingSecrets.ts";
import { agreesToChanges } from "./readOnly.ts";

/**
 * Asks for all of a connection in the form. `save` runs when it is submitted, with the profile and the secrets that
 * changed; what it throws is shown in the form.
 * @param kept the secrets of the profile so far
 * @returns what was saved, or undefined when the user changed their mind
 */
export async function askProfile(
  deps: ConnectionDeps,
  question: {
    readonly title: string;
    readonly profile: Profile;
    readonly kept: Secrets;
    save(profile: Profile, changes: Secrets): Promise<Profile>;
  },
): Promise<Profile | undefined> {
  const driver = await driverFor(deps.drivers, question.profile.uri);
  const pending = new PendingSecrets(deps.prompts, question.kept);
  let saved: Profile | undefined;
  const read: Read = (values) => {
    const { profile, password } = profileFrom(driver, question.profile, values);
    if (password !== undefined) pending.set("password", password);
    const problem = deps.profiles.nameProblem(profile.name, profile.id);
    if (problem !== undefined) throw new BrokerError("invalid", problem, { field: "profileName" });
    return profile;
  };
  await deps.prompts.form({
    form: connectionForm(driver, question.title, deps.profiles.readOnlyByDefault),
    values: connectionValues(driver, question.profile),
    ...(deps.connections.get(question.profile.id) && { connection: question.profile.id }),
    secrets: pending.questions(),
    submit: async (values) => {
      const profile = read(values);
      if (opensProduction(question.profile, profile) && !(await agreesToChanges(deps, { profile }))) {
        const sentence = t("This is production: changes are allowed only once its name was typed.");
        throw new BrokerError("invalid", sentence, { field: "profileChanges" });
      }
      saved = await question.save(profile, pending.changes);
    },
    test: async (values) => {
      const profile = read(values);
      if (needsPassword(profile) && pending.all.password === undefined) await pending.askPassword();
      return deps.connections.check(profile, new AbortController().signal, pending.all);
    },
  });
  return saved;
}

/** Whether changes become allowed there by what the form says, and not by where the broker is. */
function opensProduction(before: Profile, { environment, readOnly }: Profile): boolean {
  return environment === "production" && readOnly === false && before.readOnly !== false;
}

type Read = (values: Parameters<typeof profileFrom>[2]) => Profile;
