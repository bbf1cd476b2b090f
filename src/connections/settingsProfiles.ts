import { t } from "@vscode/l10n";
import type { Pin } from "../broker/contract.ts";
import { environments } from "../broker/environment.ts";
import { decoded, withoutPassword } from "./credentials.ts";
import type { Profile, ProfileSource, ProfileTls } from "./profile.ts";

/** Variables of the process, as `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What one value of the setting `mq.connections` gave. */
export interface SettingsProfiles {
  readonly profiles: readonly Profile[];
  /** Passwords that came out of environment variables, by the id of the profile. Never stored. */
  readonly passwords: ReadonlyMap<string, string>;
  /** What is wrong with the setting, in sentences. */
  readonly problems: readonly string[];
}

/** Reads one value of the setting `mq.connections`. What is malformed is left out and said. */
export function readSettings(value: unknown, source: Exclude<ProfileSource, "saved">, env: Env): SettingsProfiles {
  const profiles: Profile[] = [];
  const passwords = new Map<string, string>();
  const problems: string[] = [];
  if (value === undefined || value === null) return { profiles, passwords, problems };
  if (!Array.isArray(value)) {
    problems.push(t("The setting mq.connections is not a list of connections, so it was ignored."));
    return { profiles, passwords, problems };
  }
  value.forEach((entry: unknown, index) => {
    const reader = new EntryReader(entry, index + 1, env);
    const profile = reader.profile(source);
    problems.push(...reader.problems);
    if (!profile) return;
    if (profiles.some(({ id }) => id === profile.id)) {
      problems.push(
        t("Two connections in the setting mq.connections are called “{name}”: only the first is used.", {
          name: profile.name,
        }),
      );
      return;
    }
    profiles.push(profile);
    if (reader.password !== undefined) passwords.set(profile.id, reader.password);
  });
  return { profiles, passwords, problems };
}

const known = ["name", "uri", "management", "environment", "readOnly", "tls", "pins"];
const knownTls = ["caFile", "certFile", "keyFile", "serverName", "verify"];
const reference = /\$\{env:([^}]*)\}/g;

/** Reads one entry, collecting what is wrong with it. */
class EntryReader {
  readonly problems: string[] = [];
  password: string | undefined;
  readonly #entry: Readonly<Record<string, unknown>> | undefined;
  readonly #env: Env;
  readonly #missing = new Set<string>();
  #label: string;

  constructor(entry: unknown, number: number, env: Env) {
    this.#entry = isRecord(entry) ? entry : undefined;
    this.#env = env;
    this.#label = String(number);
  }

  profile(source: Exclude<ProfileSource, "saved">): Profile | undefined {
    const entry = this.#entry;
    if (!entry) {
      this.#leftOut(t("it is not an object"));
      return undefined;
    }
    const name = this.#text(entry, "name")?.trim();
    if (!name) {
      this.#leftOut(t("it has no name"));
      return undefined;
    }
    this.#label = name;
    const uri = this.#uri(entry["uri"]);
    if (uri === undefined) {
      this.#leftOut(t("it has no uri"));
      return undefined;
    }
    this.#unknown(entry, known);
    const admin = this.#admin(entry);
    const environment = this.#environment(entry);
    const readOnly = this.#readOnly(entry["readOnly"], source);
    const tls = this.#tls(entry["tls"]);
    const pins = this.#pins(entry["pins"]);
    const problem = this.#missingSentence();
    return {
      id: `${source}:${name}`,
      name,
      source,
      uri,
      ...(admin !== undefined && { admin }),
      ...(environment && { environment }),
      ...(readOnly !== undefined && { readOnly }),
      ...(tls && { tls }),
      pins,
      ...(problem !== undefined && { problem }),
    };
  }

  #leftOut(reason: string): void {
    this.problems.push(
      t("Connection {which} of the setting mq.connections was left out: {reason}.", { which: this.#label, reason }),
    );
  }

  #wrong(property: string, expected: string): void {
    this.problems.push(
      t("“{property}” of the connection “{name}” in the setting mq.connections was ignored: it has to be {expected}.", {
        property,
        name: this.#label,
        expected,
      }),
    );
  }

  #unknown(of: Readonly<Record<string, unknown>>, names: readonly string[]): void {
    for (const property of Object.keys(of)) {
      if (names.includes(property)) continue;
      const sentence = /pass|secret/i.test(property)
        ? t(
            "“{property}” of the connection “{name}” was ignored: secrets do not belong into settings. You are asked for the password on connecting.",
            { property, name: this.#label },
          )
        : t("“{property}” of the connection “{name}” in the setting mq.connections is not known and was ignored.", {
            property,
            name: this.#label,
          });
      this.problems.push(sentence);
    }
  }

  #uri(raw: unknown): string | undefined {
    if (typeof raw !== "string" || raw.trim() === "") return undefined;
    const written = withoutPassword(raw.trim());
    if (written.password !== undefined) {
      if (written.password.replace(reference, "") === "") {
        // The variable's text is the password as it is, not percent-encoded.
        this.password = this.#replaced(written.password) || undefined;
      } else {
        this.problems.push(
          t(
            "The uri of the connection “{name}” in the setting mq.connections holds a password: it was not used. Take it out of the settings; you are asked for it on connecting, and it is kept in the secret storage.",
            { name: this.#label },
          ),
        );
      }
    }
    const given = withoutPassword(this.#replaced(written.uri));
    if (given.password !== undefined) this.password ??= decoded(given.password);
    return given.uri;
  }

  #admin(entry: Readonly<Record<string, unknown>>): string | undefined {
    const text = this.#text(entry, "management")?.trim();
    if (text === undefined) return undefined;
    const { uri, password } = withoutPassword(text);
    if (password !== undefined) {
      this.problems.push(
        t(
          "The management URL of the connection “{name}” holds a password: it was not used. The management API gets the same login as the broker.",
          { name: this.#label },
        ),
      );
    }
    return uri;
  }

  #environment(entry: Readonly<Record<string, unknown>>): Profile["environment"] {
    const text = this.#text(entry, "environment");
    if (text === undefined) return undefined;
    const environment = environments.find((each) => each === text);
    if (!environment) this.#wrong("environment", environments.join(" | "));
    return environment;
  }

  /** A workspace may ask for more care than the user does, never for less. */
  #readOnly(raw: unknown, source: Exclude<ProfileSource, "saved">): boolean | undefined {
    if (raw === undefined) return undefined;
    if (typeof raw !== "boolean") {
      this.#wrong("readOnly", "true | false");
      // What was meant is not known.
      return true;
    }
    if (raw || source === "user") return raw;
    this.problems.push(
      t(
        "“readOnly” of the connection “{name}” in the settings of the workspace was ignored: a workspace cannot allow changes. Run “MQ: Allow Changes” to do so.",
        { name: this.#label },
      ),
    );
    return undefined;
  }

  #tls(raw: unknown): ProfileTls | undefined {
    if (raw === undefined) return undefined;
    if (!isRecord(raw)) {
      this.#wrong("tls", t("an object"));
      return undefined;
    }
    this.#unknown(raw, knownTls);
    const texts: { caFile?: string; certFile?: string; keyFile?: string; serverName?: string } = {};
    for (const property of ["caFile", "certFile", "keyFile", "serverName"] as const) {
      const text = this.#text(raw, property);
      if (text) texts[property] = text;
    }
    const verify = raw["verify"];
    if (verify === undefined) return texts;
    // Anything but a plain false keeps verification on.
    if (typeof verify !== "boolean") this.#wrong("tls.verify", "true | false");
    return { ...texts, verify: verify !== false };
  }

  #pins(raw: unknown): readonly Pin[] {
    if (raw === undefined) return [];
    if (!Array.isArray(raw)) {
      this.#wrong("pins", t("a list of parents and names"));
      return [];
    }
    return raw.flatMap((pin: unknown) => {
      const parent = isRecord(pin) ? this.#text(pin, "parent") : undefined;
      const name = isRecord(pin) ? this.#text(pin, "name") : undefined;
      if (parent !== undefined && name) return [{ parent, name }];
      this.#wrong("pins", t("a list of parents and names"));
      return [];
    });
  }

  #text(of: Readonly<Record<string, unknown>>, property: string): string | undefined {
    const value = of[property];
    if (value === undefined) return undefined;
    if (typeof value === "string") return this.#replaced(value);
    this.#wrong(property, t("a text"));
    return undefined;
  }

  #replaced(text: string): string {
    return text.replace(reference, (_, name: string) => {
      const value = this.#env[name];
      if (value === undefined) this.#missing.add(name);
      return value ?? "";
    });
  }

  #missingSentence(): string | undefined {
    if (this.#missing.size === 0) return undefined;
    const sentence = t(
      "The connection “{name}” needs the environment variable {variables}, which is not set. Set it and start VS Code again.",
      { name: this.#label, variables: [...this.#missing].join(", ") },
    );
    this.problems.push(sentence);
    return sentence;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
