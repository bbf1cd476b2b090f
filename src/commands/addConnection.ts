import { t } from "@vscode/l10n";
import type { Address, Driver } from "../broker/contract.ts";
import { environments } from "../broker/environment.ts";
import type { Environment } from "../broker/environment.ts";
import { sentenceOf } from "../broker/errors.ts";
import { allDrivers, driverFor } from "../connections/driverRegistry.ts";
import { needsPassword } from "../connections/connections.ts";
import { secretsId } from "../connections/profile.ts";
import type { Profile } from "../connections/profile.ts";
import { newProfileId } from "../connections/profiles.ts";
import type { Secrets } from "../connections/secretVault.ts";
import { askAddress } from "./askAddress.ts";
import { askProfile } from "./askProfile.ts";
import { checkConnection, describeChecks, failedParts } from "./checkConnection.ts";
import { adminProblem } from "./connectionForm.ts";
import type { ConnectionDeps } from "./deps.ts";
import { environmentLabel } from "../protocol/environmentLabel.ts";
import { agreesToChanges } from "./readOnly.ts";
import { Steps } from "./steps.ts";

/**
 * Adds a connection: from a pasted URI or step by step, tested before it is saved, connected afterwards.
 * @param pasted a URI that is known already
 */
export async function addConnection(deps: ConnectionDeps, pasted?: string): Promise<Profile | undefined> {
  const found = await addressOf(deps, pasted);
  if (!found) return undefined;
  const { driver, address, steps } = found;
  const secrets = await passwordFor(deps, address, steps);
  const admin = secrets && (await askAdmin(deps, driver, address, steps));
  const name = admin && (await askName(deps, address.name, steps));
  const environment = name === undefined ? undefined : await askEnvironment(deps, steps);
  if (!secrets || !admin || name === undefined || environment === undefined) return undefined;
  const readOnly = address.loopback ? undefined : await askReadOnly(deps, environment, steps);
  if (readOnly === "cancelled") return undefined;
  const profile: Profile = {
    id: newProfileId(),
    name: name.trim(),
    source: "saved",
    uri: address.uri,
    ...(admin.url !== undefined && { admin: admin.url }),
    ...(environment !== "none" && { environment }),
    ...(readOnly !== undefined && { readOnly }),
    pins: [],
  };
  const opened = readOnly === false && profile.environment === "production";
  if (opened && !(await agreesToChanges(deps, { profile }))) return undefined;
  return testAndSave(deps, profile, secrets);
}

interface Found {
  readonly driver: Driver;
  readonly address: Address;
  readonly steps: Steps;
}

const ownSteps = 3;

async function addressOf(deps: ConnectionDeps, pasted: string | undefined): Promise<Found | undefined> {
  let text = pasted ?? "";
  let problem: string | undefined;
  for (let asked = pasted === undefined; ; asked = true) {
    if (asked) {
      const answer = await deps.prompts.input({
        title: t("Add Connection"),
        prompt: t("Paste a URI, or leave it empty to be asked step by step"),
        placeholder: "amqp://user:password@host:5672/vhost",
        value: text,
        ...(problem !== undefined && { problem }),
      });
      if (answer === undefined) return undefined;
      text = answer.trim();
      if (text === "") return stepByStep(deps);
    }
    try {
      const driver = await driverFor(deps.drivers, text);
      const address = driver.parse(text);
      const needed = needsPassword(address) && address.password === undefined;
      const asked = [needed, driver.adminLabel !== undefined, !address.loopback];
      return { driver, address, steps: new Steps(ownSteps - 1 + asked.filter(Boolean).length) };
    } catch (error) {
      problem = sentenceOf(error);
    }
  }
}

async function stepByStep(deps: ConnectionDeps): Promise<Found | undefined> {
  const all = await allDrivers(deps.drivers);
  const [only] = all;
  const driver =
    all.length === 1 && only
      ? only
      : await deps.prompts.pick({
          title: t("Add Connection"),
          placeholder: t("Choose the kind of broker"),
          items: all.map((each) => ({ label: each.label, value: each })),
        });
  if (!driver) return undefined;
  // The password is a step of its own.
  const after = ownSteps + 1 - Number(driver.adminLabel === undefined);
  return askAddress(deps.prompts, driver, after);
}

/** Undefined when the user changed their mind. */
async function passwordFor(deps: ConnectionDeps, address: Address, steps: Steps): Promise<Secrets | undefined> {
  if (address.password !== undefined) return { password: address.password };
  if (!needsPassword(address)) return {};
  const password = await deps.prompts.input({
    title: t("Add Connection"),
    prompt: t("Password. It is kept in the secret storage; leave it empty to be asked on connecting."),
    password: true,
    step: steps.next(),
  });
  if (password === undefined) return undefined;
  return password === "" ? {} : { password };
}

/** `url` is absent when it follows from the address. */
async function askAdmin(
  deps: ConnectionDeps,
  driver: Driver,
  address: Address,
  steps: Steps,
): Promise<{ readonly url?: string } | undefined> {
  if (driver.adminLabel === undefined) return {};
  const answer = await deps.prompts.input({
    title: t("Add Connection"),
    prompt: t("{label}. Leave it empty for none.", { label: driver.adminLabel }),
    value: address.admin ?? "",
    step: steps.next(),
    validate: (text) => (text.trim() === "" ? undefined : adminProblem(text.trim())),
  });
  if (answer === undefined) return undefined;
  return answer.trim() === address.admin ? {} : { url: answer.trim() };
}

function askName(deps: ConnectionDeps, suggested: string, steps: Steps): Promise<string | undefined> {
  let value = suggested;
  for (let number = 2; deps.profiles.nameProblem(value) !== undefined && number < 100; number += 1) {
    value = t("{name} {number}", { name: suggested, number });
  }
  return deps.prompts.input({
    title: t("Add Connection"),
    prompt: t("Name"),
    value,
    step: steps.next(),
    validate: (text) => deps.profiles.nameProblem(text),
  });
}

function askEnvironment(deps: ConnectionDeps, steps: Steps): Promise<Environment | "none" | undefined> {
  return deps.prompts.pick<Environment | "none">({
    title: t("Add Connection"),
    placeholder: t("What is it for? The label colours the connection in the tree and on every panel"),
    step: steps.next(),
    items: [
      { label: t("None"), value: "none" },
      ...environments.map((value) => ({
        label: environmentLabel(value),
        ...(value === "production" && { description: t("Deleting asks for the name") }),
        value,
      })),
    ],
  });
}

/** Only for a broker on another computer: one on this computer is there to be worked with. */
async function askReadOnly(
  deps: ConnectionDeps,
  environment: Environment | "none",
  steps: Steps,
): Promise<boolean | "cancelled"> {
  const refused = {
    label: t("Read-Only"),
    detail: t("Look only: nothing can be published, consumed, purged or deleted until you run “MQ: Allow Changes”"),
    value: true,
  };
  const allowed = { label: t("Allow Changes"), detail: t("Everything that the broker permits"), value: false };
  const careful = environment === "production" || deps.profiles.readOnlyByDefault;
  const readOnly = await deps.prompts.pick({
    title: t("Add Connection"),
    placeholder: t("May this connection change anything? The broker is on another computer"),
    step: steps.next(),
    items: careful ? [refused, allowed] : [allowed, refused],
  });
  return readOnly ?? "cancelled";
}

async function testAndSave(deps: ConnectionDeps, profile: Profile, secrets: Secrets): Promise<Profile | undefined> {
  for (;;) {
    const checks = await checkConnection(deps, profile, secrets);
    if (checks.every(({ ok }) => ok)) return saveAndConnect(deps, profile, secrets);
    const choice = await deps.prompts.choose<"save" | "edit" | "again">({
      message: failedParts(checks),
      detail: describeChecks(checks),
      choices: [
        { label: t("Try Again"), value: "again" },
        { label: t("Edit…"), value: "edit" },
        { label: t("Save Anyway"), value: "save" },
      ],
    });
    switch (choice) {
      case undefined:
        return undefined;
      case "again":
        break;
      case "save":
        return saveAndConnect(deps, profile, secrets);
      case "edit":
        return edit(deps, profile, secrets);
      default:
        return choice satisfies never;
    }
  }
}

async function edit(deps: ConnectionDeps, draft: Profile, secrets: Secrets): Promise<Profile | undefined> {
  const saved = await askProfile(deps, {
    title: t("Add Connection"),
    profile: draft,
    kept: secrets,
    save: (profile, changes) => save(deps, profile, { ...secrets, ...changes }),
  });
  if (saved) await open(deps, saved);
  return saved;
}

async function saveAndConnect(deps: ConnectionDeps, profile: Profile, secrets: Secrets): Promise<Profile> {
  const saved = await save(deps, profile, secrets);
  await open(deps, saved);
  return saved;
}

async function save(deps: ConnectionDeps, profile: Profile, secrets: Secrets): Promise<Profile> {
  await deps.vault.setAll(secretsId(profile), secrets);
  return deps.profiles.save(profile);
}

/** A failure is in the tree, with a way to try again. */
async function open(deps: ConnectionDeps, profile: Profile): Promise<void> {
  const { name } = profile;
  try {
    await deps.connections.get(profile.id)?.connect();
    deps.prompts.done(t("Connected to {name}.", { name }));
  } catch {
    deps.prompts.done(t("Saved {name}. It is not connected.", { name }));
  }
}
