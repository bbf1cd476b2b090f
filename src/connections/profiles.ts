import { randomUUID } from "node:crypto";
import { isAbsolute, join } from "node:path";
import { t } from "@vscode/l10n";
import type { Pin } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import { Emitter } from "../broker/event.ts";
import type { Disposable, Event } from "../broker/event.ts";
import { withoutPassword } from "./credentials.ts";
import { secretsId } from "./profile.ts";
import type { Profile } from "./profile.ts";
import { readSettings } from "./settingsProfiles.ts";
import type { Env } from "./settingsProfiles.ts";

/** The shape of `vscode.Memento`. */
export interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** The setting `mq.connections`, and the workspace that it may come from. */
export interface SettingsSource {
  /** The raw values of the setting, as the user and the workspace wrote them. */
  read(): { readonly user: unknown; readonly workspace: unknown };
  /** Whether a connection to another computer begins as read-only: `mq.readOnlyByDefault`, of the user only. */
  readonly readOnlyByDefault: boolean;
  /** After one of these changed. */
  readonly onDidChange: Event<void>;
  /** The folder that relative paths start from. */
  readonly folder?: string | undefined;
  readonly trusted: boolean;
  readonly onDidTrust: Event<void>;
}

const key = "mq.profiles";

/** What is in the memento. `pins`, `readOnly` = of connections that settings define. */
interface Stored {
  readonly version: 1;
  readonly saved: readonly Profile[];
  readonly pins: Readonly<Record<string, readonly Pin[]>>;
  /** By the id of the secrets: another server under the same name is not meant. */
  readonly readOnly: Readonly<Record<string, boolean>>;
}

/** Every connection that is defined, saved here or in settings. Holds no secret that it stores. */
export class Profiles {
  readonly #memento: Memento;
  readonly #settings: SettingsSource;
  readonly #env: Env;
  readonly #changed = new Emitter<void>();
  readonly #listening: readonly Disposable[];
  #profiles: readonly Profile[] = [];
  #problems: readonly string[] = [];
  #passwords: ReadonlyMap<string, string> = new Map();
  #writing: Promise<void> = Promise.resolve();

  /** Fires after the list, or anything in it, changed. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(from: { readonly memento: Memento; readonly settings: SettingsSource; readonly env: Env }) {
    this.#memento = from.memento;
    this.#settings = from.settings;
    this.#env = from.env;
    this.#read();
    const again = (): void => {
      this.#read();
      this.#changed.fire();
    };
    this.#listening = [this.#settings.onDidChange(again), this.#settings.onDidTrust(again)];
  }

  /** Saved ones first, then those of the user's and the workspace's settings; each in their own order. */
  all(): readonly Profile[] {
    return this.#profiles;
  }

  get(id: string): Profile | undefined {
    return this.#profiles.find((profile) => profile.id === id);
  }

  /** Whether a connection to another computer begins as read-only. */
  get readOnlyByDefault(): boolean {
    return this.#settings.readOnlyByDefault;
  }

  /** What is wrong with the setting `mq.connections`, in sentences. */
  problems(): readonly string[] {
    return this.#problems;
  }

  /** A password that the settings take from an environment variable. Lives in memory only. */
  passwordFromEnvironment(id: string): string | undefined {
    return this.#passwords.get(id);
  }

  /** A path of a profile, made absolute. */
  resolvePath(path: string): string {
    const home = this.#env["HOME"] ?? this.#env["USERPROFILE"];
    if (home !== undefined && /^~[/\\]/.test(path)) return join(home, path.slice(2));
    if (isAbsolute(path) || this.#settings.folder === undefined) return path;
    return join(this.#settings.folder, path);
  }

  /** A sentence when another connection has this name, or it is empty. */
  nameProblem(name: string, exceptId?: string): string | undefined {
    const trimmed = name.trim();
    if (trimmed === "") return t("Give the connection a name.");
    const taken = this.#profiles.some((profile) => profile.name === trimmed && profile.id !== exceptId);
    return taken
      ? t("There is a connection called “{name}” already. Choose another name.", { name: trimmed })
      : undefined;
  }

  /**
   * Adds a profile, or replaces the one with its id. One without an id gets one.
   * @throws BrokerError `invalid` for one that settings define
   */
  async save(profile: Profile): Promise<Profile> {
    if (profile.source !== "saved") throw definedInSettings(profile);
    const clean = storable(profile);
    await this.#write((stored) => {
      const known = stored.saved.some(({ id }) => id === clean.id);
      const saved = known
        ? stored.saved.map((each) => (each.id === clean.id ? clean : each))
        : [...stored.saved, clean];
      return { ...stored, saved };
    });
    return clean;
  }

  /** @throws BrokerError `invalid` for one that settings define */
  async remove(id: string): Promise<void> {
    const profile = this.get(id);
    if (!profile) return;
    if (profile.source !== "saved") throw definedInSettings(profile);
    await this.#write((stored) => ({ ...stored, saved: stored.saved.filter((each) => each.id !== id) }));
  }

  /** Remembers a name, for connections of any source. Twice is once. */
  async pin(id: string, pin: Pin): Promise<void> {
    const profile = this.get(id);
    if (!profile || profile.pins.some((each) => samePin(each, pin))) return;
    await this.#setPins(profile, (pins) => [...pins, { parent: pin.parent, name: pin.name }]);
  }

  /** @throws BrokerError `invalid` for a pin that settings define */
  async unpin(id: string, pin: Pin): Promise<void> {
    const profile = this.get(id);
    if (!profile?.pins.some((each) => samePin(each, pin))) return;
    await this.#setPins(profile, (pins) => pins.filter((each) => !samePin(each, pin)));
    if (this.get(id)?.pins.some((each) => samePin(each, pin))) {
      throw new BrokerError("invalid", t("“{name}” is pinned in the settings. Remove it there.", { name: pin.name }));
    }
  }

  /** Whether changes are refused; for connections of any source, and stronger than what settings say. */
  async setReadOnly(id: string, readOnly: boolean): Promise<void> {
    const profile = this.get(id);
    if (!profile) return;
    await this.#write((stored) =>
      profile.source === "saved"
        ? { ...stored, saved: stored.saved.map((each) => (each.id === id ? { ...each, readOnly } : each)) }
        : { ...stored, readOnly: { ...stored.readOnly, [secretsId(profile)]: readOnly } },
    );
  }

  dispose(): void {
    for (const each of this.#listening) each.dispose();
    this.#changed.dispose();
  }

  #setPins(profile: Profile, change: (pins: readonly Pin[]) => readonly Pin[]): Promise<void> {
    return this.#write((stored) =>
      profile.source === "saved"
        ? {
            ...stored,
            saved: stored.saved.map((each) => (each.id === profile.id ? { ...each, pins: change(each.pins) } : each)),
          }
        : { ...stored, pins: { ...stored.pins, [profile.id]: change(stored.pins[profile.id] ?? []) } },
    );
  }

  /** One after the other, so that none is lost. */
  async #write(change: (stored: Stored) => Stored): Promise<void> {
    const turn = this.#writing.then(async () => {
      await this.#memento.update(key, change(this.#stored()));
      this.#read();
      this.#changed.fire();
    });
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  #stored(): Stored {
    const stored = this.#memento.get(key) as Partial<Stored> | undefined;
    return {
      version: 1,
      saved: stored?.saved ?? [],
      pins: stored?.pins ?? {},
      readOnly: stored?.readOnly ?? {},
    };
  }

  #read(): void {
    const stored = this.#stored();
    const { user, workspace } = this.#settings.read();
    const parts = [readSettings(user, "user", this.#env)];
    // A folder that the user does not trust must not name servers that get a password, nor read variables.
    if (this.#settings.trusted) parts.push(readSettings(workspace, "workspace", this.#env));
    const fromSettings = parts
      .flatMap((part) => part.profiles)
      .map((profile) => {
        const readOnly = stored.readOnly[secretsId(profile)] ?? profile.readOnly;
        return {
          ...profile,
          ...(readOnly !== undefined && { readOnly }),
          pins: merged(profile.pins, stored.pins[profile.id] ?? []),
        };
      });
    this.#profiles = [...stored.saved, ...fromSettings];
    this.#problems = parts.flatMap((part) => part.problems);
    this.#passwords = new Map(parts.flatMap((part) => [...part.passwords]));
  }
}

/** An id that no profile has. */
export function newProfileId(): string {
  return randomUUID();
}

/** Only what a profile has, in a fixed order, and no password even if a caller overlooked one. */
function storable({ id, name, source, uri, admin, environment, readOnly, tls, pins }: Profile): Profile {
  return {
    id: id || newProfileId(),
    name: name.trim(),
    source,
    uri: withoutPassword(uri).uri,
    ...(admin !== undefined && { admin: withoutPassword(admin).uri }),
    ...(environment && { environment }),
    ...(readOnly !== undefined && { readOnly }),
    ...(tls && { tls }),
    pins,
  };
}

function definedInSettings(profile: Profile): BrokerError {
  return new BrokerError(
    "invalid",
    t("“{name}” is defined in the settings (mq.connections). Change it there.", { name: profile.name }),
  );
}

function merged(first: readonly Pin[], second: readonly Pin[]): readonly Pin[] {
  return [...first, ...second.filter((pin) => !first.some((each) => samePin(each, pin)))];
}

function samePin(a: Pin, b: Pin): boolean {
  return a.parent === b.parent && a.name === b.name;
}
