import { BrokerError } from "../broker/errors.ts";
import { driverFor } from "../connections/driverRegistry.ts";
import { needsPassword } from "../connections/connections.ts";
import type { Profile } from "../connections/profile.ts";
import type { Secrets } from "../connections/secretVault.ts";
import { connectionForm, connectionValues, profileFrom } from "./connectionForm.ts";
import type { ConnectionDeps } from "./deps.ts";
import { PendingSecrets } from "./pendingSecrets.ts";

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
    form: connectionForm(driver, question.title),
    values: connectionValues(driver, question.profile),
    ...(deps.connections.get(question.profile.id) && { connection: question.profile.id }),
    secrets: pending.questions(),
    submit: async (values) => {
      saved = await question.save(read(values), pending.changes);
    },
    test: async (values) => {
      const profile = read(values);
      if (needsPassword(profile) && pending.all.password === undefined) await pending.askPassword();
      return deps.connections.check(profile, new AbortController().signal, pending.all);
    },
  });
  return saved;
}

type Read = (values: Parameters<typeof profileFrom>[2]) => Profile;
