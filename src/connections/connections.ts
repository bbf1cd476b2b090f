import { t } from "@vscode/l10n";
import type { Check, Pin, Session, Target, TlsSettings } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import { Emitter } from "../broker/event.ts";
import type { Disposable, Event } from "../broker/event.ts";
import { backoffDelay } from "./backoff.ts";
import { Connection } from "./connection.ts";
import type { ConnectionSurroundings } from "./connection.ts";
import { looksLikeLoopback, userOf } from "./credentials.ts";
import { driverFor } from "./driverRegistry.ts";
import type { DriverRegistry } from "./driverRegistry.ts";
import { AllLooks, Looks } from "./looks.ts";
import type { LooksStore } from "./looks.ts";
import { secretsId } from "./profile.ts";
import type { Profile, ProfileTls } from "./profile.ts";
import type { Profiles } from "./profiles.ts";
import type { Secrets, SecretVault } from "./secretVault.ts";

export { Connection } from "./connection.ts";
export type { ConnectionState, ConnectionStatus } from "./connection.ts";

/** What {@link Connections} works with. The optional ones are for tests. */
export interface ConnectionsDeps {
  readonly profiles: Profiles;
  readonly vault: SecretVault;
  readonly drivers: DriverRegistry;
  /** Undefined when the user changed their mind. */
  askPassword(profile: Profile): Promise<string | undefined>;
  /** The text of a file with an absolute path. */
  readFile(path: string): Promise<string>;
  /** Where is kept how often queues were looked at. Absent = only as long as this lives. */
  readonly looks?: LooksStore;
  readonly backoff?: ConnectionSurroundings["backoff"];
  readonly random?: ConnectionSurroundings["random"];
  readonly setTimer?: ConnectionSurroundings["setTimer"];
  readonly now?: ConnectionSurroundings["now"];
}

/** The live connections: one for each profile, in the same order. */
export class Connections {
  readonly #deps: ConnectionsDeps;
  readonly #changed = new Emitter<Connection | undefined>();
  readonly #looks: AllLooks;
  /** URI → whether its driver says that it is on this computer. */
  readonly #loopback = new Map<string, boolean>();
  readonly #asking = new Map<string, Promise<string>>();
  readonly #listening: Disposable;
  #connections: readonly Connection[] = [];
  #readOnlyByDefault: boolean;

  /** Fires after one connection changed; with undefined after the list did. */
  readonly onDidChange: Event<Connection | undefined> = this.#changed.event;

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps;
    this.#looks = new AllLooks(deps.looks ?? forgetful, deps.now);
    this.#readOnlyByDefault = deps.profiles.readOnlyByDefault;
    this.#connections = deps.profiles.all().map((profile) => this.#make(profile));
    this.#listening = deps.profiles.onDidChange(() => {
      this.#follow();
    });
  }

  all(): readonly Connection[] {
    return this.#connections;
  }

  get(id: string): Connection | undefined {
    return this.#connections.find((connection) => connection.id === id);
  }

  /**
   * Everything that a driver needs, with secrets: use it at once and keep it nowhere. Asks for a missing password.
   * @throws BrokerError `refused` when the user gave none; `invalid` for a file that cannot be read
   */
  target(profile: Profile): Promise<Target> {
    return this.#target(profile, undefined, true);
  }

  /**
   * Tries every part of a profile that need not be saved. With `overrides`, those secrets are taken instead of the kept
   * ones and nobody is asked. Never rejects for a part that fails.
   */
  async check(profile: Profile, signal: AbortSignal, overrides?: Secrets): Promise<readonly Check[]> {
    try {
      const driver = await driverFor(this.#deps.drivers, profile.uri);
      const target = await this.#target(profile, overrides, overrides === undefined);
      return await driver.check(target, signal);
    } catch (error) {
      return [{ name: t("Connection"), ok: false, sentence: sentenceOf(error) }];
    }
  }

  /** Remembers a name that cannot be listed. */
  pin(connectionId: string, pin: Pin): Promise<void> {
    return this.#deps.profiles.pin(connectionId, pin);
  }

  /** @throws BrokerError `invalid` for a pin that settings define */
  unpin(connectionId: string, pin: Pin): Promise<void> {
    return this.#deps.profiles.unpin(connectionId, pin);
  }

  /**
   * Makes a connection read-only, or allows changes. Kept with the extension, so that no file of a workspace can undo it.
   * Consumers of one that becomes read-only give back what they hold.
   */
  setReadOnly(connectionId: string, readOnly: boolean): Promise<void> {
    return this.#deps.profiles.setReadOnly(connectionId, readOnly);
  }

  /** Closes every session. */
  async dispose(): Promise<void> {
    this.#listening.dispose();
    const all = this.#connections;
    this.#connections = [];
    this.#changed.dispose();
    await Promise.all(all.map((connection) => connection.dispose()));
  }

  #make(profile: Profile): Connection {
    const { backoff = backoffDelay, random = Math.random, setTimer = realTimer, now = Date.now } = this.#deps;
    const around: ConnectionSurroundings = {
      open: (current, ask, signal) => this.#open(current, ask, signal),
      isLoopback: ({ uri }) => this.#loopback.get(uri) ?? looksLikeLoopback(uri),
      readOnlyByDefault: () => this.#deps.profiles.readOnlyByDefault,
      backoff,
      random,
      setTimer,
      now,
    };
    const looks = new Looks(this.#looks, () => secretsId(connection.profile));
    const connection: Connection = new Connection(profile, around, looks);
    connection.onDidChange(() => {
      this.#changed.fire(connection);
    });
    return connection;
  }

  async #open(profile: Profile, ask: boolean, signal: AbortSignal): Promise<Session> {
    const driver = await driverFor(this.#deps.drivers, profile.uri);
    const target = await this.#target(profile, undefined, ask);
    this.#loopback.set(profile.uri, driver.parse(profile.uri).loopback);
    signal.throwIfAborted();
    return driver.connect(target, signal);
  }

  /** Brings the list in line with the profiles. */
  #follow(): void {
    const before = this.#connections;
    const profiles = this.#deps.profiles.all();
    this.#connections = profiles.map((profile) => this.get(profile.id) ?? this.#make(profile));
    for (const gone of before) if (!this.#connections.includes(gone)) void gone.dispose();
    const { readOnlyByDefault } = this.#deps.profiles;
    const rulesChanged = readOnlyByDefault !== this.#readOnlyByDefault;
    this.#readOnlyByDefault = readOnlyByDefault;
    for (const [index, connection] of this.#connections.entries()) {
      const profile = profiles[index];
      if (!profile || !before.includes(connection)) continue;
      if (!same(connection.profile, profile))
        void connection.update(profile, !same(technical(connection.profile), technical(profile)));
      else if (rulesChanged) void connection.rulesChanged();
    }
    if (
      !same(
        before.map(({ id }) => id),
        this.#connections.map(({ id }) => id),
      )
    )
      this.#changed.fire(undefined);
  }

  async #target(profile: Profile, overrides: Secrets | undefined, ask: boolean): Promise<Target> {
    if (profile.problem !== undefined) throw new BrokerError("invalid", profile.problem);
    const { profiles, vault } = this.#deps;
    const secrets = { ...(await vault.all(secretsId(profile))), ...overrides };
    const password =
      (overrides && "password" in overrides ? undefined : profiles.passwordFromEnvironment(profile.id)) ??
      secrets.password ??
      (ask && needsPassword(profile) ? await this.#ask(profile) : undefined);
    const driver = await driverFor(this.#deps.drivers, profile.uri);
    const admin = profile.admin ?? driver.parse(profile.uri).admin;
    const tls = profile.tls || secrets.clientKey ? await this.#tls(profile.tls ?? {}, secrets) : undefined;
    return {
      uri: profile.uri,
      ...(password !== undefined && { password }),
      ...(admin !== undefined && { admin }),
      ...(tls && { tls }),
      pins: profile.pins,
    };
  }

  /** Once at a time for each profile, however many wait for it. */
  #ask(profile: Profile): Promise<string> {
    const id = secretsId(profile);
    const running = this.#asking.get(id);
    if (running) return running;
    const asked = this.#askAndKeep(profile).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asked);
    return asked;
  }

  async #askAndKeep(profile: Profile): Promise<string> {
    const password = await this.#deps.askPassword(profile);
    if (password === undefined) {
      throw new BrokerError(
        "refused",
        t("No password was given for “{name}”. Connect again to be asked once more.", { name: profile.name }),
      );
    }
    await this.#deps.vault.set(secretsId(profile), "password", password);
    return password;
  }

  async #tls(tls: ProfileTls, secrets: Secrets): Promise<TlsSettings> {
    const ca = await this.#file(tls.caFile);
    const cert = await this.#file(tls.certFile);
    const key = secrets.clientKey ?? (await this.#file(tls.keyFile));
    return {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(secrets.passphrase !== undefined && { passphrase: secrets.passphrase }),
      ...(tls.serverName && { serverName: tls.serverName }),
      verify: tls.verify !== false,
    };
  }

  async #file(path: string | undefined): Promise<string | undefined> {
    if (!path) return undefined;
    const absolute = this.#deps.profiles.resolvePath(path);
    try {
      return await this.#deps.readFile(absolute);
    } catch (error) {
      throw new BrokerError(
        "invalid",
        t("Cannot read the file {path}. Check the TLS settings of the connection.", { path: absolute }),
        { cause: error },
      );
    }
  }
}

const forgetful: LooksStore = { get: () => undefined, update: async () => undefined };

/** Whether a login without a password cannot be meant: the URI names a user, and not the one with a known default. */
export function needsPassword(profile: Pick<Profile, "uri">): boolean {
  const user = userOf(profile.uri);
  return user !== undefined && user !== "guest";
}

/** What a session depends on; the rest of a profile can change under it. */
function technical(profile: Profile): unknown {
  const { uri, admin, tls, problem } = profile;
  return { uri, admin, tls, problem };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function realTimer(run: () => void, milliseconds: number): Disposable {
  const timer = setTimeout(run, milliseconds);
  return {
    dispose: () => {
      clearTimeout(timer);
    },
  };
}
