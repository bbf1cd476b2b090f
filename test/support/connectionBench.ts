/** Connections with everything around them replaced: storage, settings, time, chance, files and the driver. */
import type { ConnectionDeps } from "../../src/commands/deps.ts";
import { Emitter } from "../../src/broker/event.ts";
import { Connections } from "../../src/connections/connections.ts";
import type { Profile } from "../../src/connections/profile.ts";
import { Profiles } from "../../src/connections/profiles.ts";
import type { Memento, SettingsSource } from "../../src/connections/profiles.ts";
import { SecretVault } from "../../src/connections/secretVault.ts";
import type { SecretStore } from "../../src/connections/secretVault.ts";
import { FakeDriver } from "./fakeDriver.ts";
import { ScriptedPrompts } from "./scriptedPrompts.ts";
import type { Answer } from "./scriptedPrompts.ts";

/** A `vscode.Memento` in memory, which keeps what JSON keeps. */
export class FakeMemento implements Memento {
  readonly entries = new Map<string, string>();

  get(key: string): unknown {
    const text = this.entries.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async update(key: string, value: unknown): Promise<void> {
    await Promise.resolve();
    this.entries.set(key, JSON.stringify(value));
  }

  get text(): string {
    return [...this.entries.values()].join("\n");
  }
}

export class FakeSecretStore implements SecretStore {
  readonly entries = new Map<string, string>();

  async get(key: string): Promise<string | undefined> {
    return this.entries.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    this.entries.set(key, value);
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
  }
}

export class FakeSettings implements SettingsSource {
  readonly #changed = new Emitter<void>();
  readonly #trusted = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly onDidTrust = this.#trusted.event;
  readonly folder = "/home/ann/shop";
  user: unknown;
  workspace: unknown;
  trusted = true;
  readOnlyByDefault = true;

  read(): { user: unknown; workspace: unknown } {
    return { user: this.user, workspace: this.workspace };
  }

  change(values: { user?: unknown; workspace?: unknown; readOnlyByDefault?: boolean }): void {
    Object.assign(this, values);
    this.#changed.fire();
  }

  trust(): void {
    this.trusted = true;
    this.#trusted.fire();
  }
}

/** Timers that run when the test says so. */
export class FakeClock {
  now = 1_000_000;
  timers: { readonly at: number; readonly run: () => void }[] = [];

  readonly setTimer = (run: () => void, milliseconds: number): { dispose(): void } => {
    const timer = { at: this.now + milliseconds, run };
    this.timers.push(timer);
    return { dispose: () => void (this.timers = this.timers.filter((each) => each !== timer)) };
  };

  pass(milliseconds: number): void {
    this.now += milliseconds;
    const due = this.timers.filter(({ at }) => at <= this.now);
    this.timers = this.timers.filter(({ at }) => at > this.now);
    for (const { run } of due) run();
  }
}

export interface Bench extends ConnectionDeps {
  readonly prompts: ScriptedPrompts;
  readonly driver: FakeDriver;
  readonly memento: FakeMemento;
  readonly secrets: FakeSecretStore;
  readonly settings: FakeSettings;
  readonly clock: FakeClock;
  /** Path → text. */
  readonly files: Map<string, string>;
  /** What the user answers when a password is missing, and for whom it was asked. */
  readonly passwords: { answers: (string | undefined)[]; readonly asked: string[] };
  readonly opened: string[];
  /** Where a secret must never be: stored profiles and everything on the screen. */
  visible(): string;
  dispose(): Promise<void>;
}

export function makeBench(
  options: { answers?: readonly Answer[]; env?: Record<string, string>; settings?: Partial<FakeSettings> } = {},
): Bench {
  const memento = new FakeMemento();
  const secrets = new FakeSecretStore();
  const settings = Object.assign(new FakeSettings(), options.settings);
  const clock = new FakeClock();
  const driver = new FakeDriver();
  const prompts = new ScriptedPrompts(...(options.answers ?? []));
  const files = new Map<string, string>();
  const passwords: Bench["passwords"] = { answers: [], asked: [] };
  const opened: string[] = [];
  const profiles = new Profiles({ memento, settings, env: options.env ?? {} });
  const vault = new SecretVault(secrets);
  const load = async (): Promise<FakeDriver> => driver;
  const drivers = { fake: load, fakes: load };
  const connections = new Connections({
    profiles,
    vault,
    drivers,
    askPassword: async (profile) => {
      passwords.asked.push(profile.name);
      return passwords.answers.shift();
    },
    readFile: async (path) => {
      const text = files.get(path);
      if (text === undefined) throw new Error("ENOENT");
      return text;
    },
    random: () => 0.5,
    setTimer: clock.setTimer,
    now: () => clock.now,
  });
  return {
    prompts,
    profiles,
    connections,
    vault,
    drivers,
    driver,
    memento,
    secrets,
    settings,
    clock,
    files,
    passwords,
    opened,
    openSettings: (source) => opened.push(source),
    visible: () =>
      `${memento.text}\n${prompts.screen}\n${JSON.stringify(profiles.all())}\n${profiles.problems().join("\n")}`,
    dispose: async () => {
      await connections.dispose();
      profiles.dispose();
    },
  };
}

/** A saved profile with what the test does not care about filled in. */
export function savedProfile(part: Partial<Profile> = {}): Profile {
  return { id: "p1", name: "Shop", source: "saved", uri: "fake://localhost", pins: [], ...part };
}

/** Waits, without time passing, until what was started has had its turns. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
