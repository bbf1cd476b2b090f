import { t } from "@vscode/l10n";
import type { Session } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import { Emitter } from "../broker/event.ts";
import type { Disposable, Event } from "../broker/event.ts";
import type { GuardedSession } from "./guard.ts";
import type { Looks } from "./looks.ts";
import type { Profile } from "./profile.ts";
import { readOnlyOf } from "./readOnly.ts";
import type { GuardRules } from "./readOnly.ts";

/**
 * `reconnecting` = it was connected, the session was lost, and it tries until it works or the user disconnects
 * · `failed` = nothing more happens until the user acts.
 */
export type ConnectionStatus = "disconnected" | "connecting" | "connected" | "reconnecting" | "failed";

export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** Why, for `reconnecting` and `failed`. */
  readonly sentence?: string;
  /** `failed` because the broker did not let us in: another try needs another password. */
  readonly refused?: boolean;
  /** When the next attempt starts, in milliseconds since 1970. Absent while it runs. */
  readonly retryAt?: number;
}

/** What a connection needs from outside; time and chance can be given by tests. */
export interface ConnectionSurroundings {
  /**
   * Opens a session.
   * @param ask whether the user may be asked for a missing password
   */
  open(profile: Profile, ask: boolean, signal: AbortSignal): Promise<Session>;
  /** Whether the broker of this profile is on this computer; a guess until its driver was asked. */
  isLoopback(profile: Profile): boolean;
  /** Whether a connection to another computer begins as read-only. */
  readOnlyByDefault(): boolean;
  /** Milliseconds before attempt number `attempt` (from 0). */
  backoff(attempt: number, random: () => number): number;
  random(): number;
  setTimer(run: () => void, milliseconds: number): Disposable;
  now(): number;
}

interface Attempt {
  readonly abort: AbortController;
  readonly session: Promise<Session>;
}

/** A session that lived this long starts counting its attempts anew when it is lost. */
const stable = 30_000;

/** A profile with its live session, if any. Every session that it hands out is guarded. */
export class Connection {
  readonly id: string;
  readonly #around: ConnectionSurroundings;
  readonly #looks: Looks;
  readonly #changed = new Emitter<void>();
  #profile: Profile;
  #state: ConnectionState;
  #session: GuardedSession | undefined;
  #listening: Disposable | undefined;
  #attempt: Attempt | undefined;
  #timer: Disposable | undefined;
  #attempts = 0;
  #since = 0;

  /** Fires after the state, the session or the profile changed. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(profile: Profile, around: ConnectionSurroundings, looks: Looks) {
    this.id = profile.id;
    this.#profile = profile;
    this.#looks = looks;
    this.#around = around;
    this.#state = idle(profile);
  }

  /** As it is now. */
  get profile(): Profile {
    return this.#profile;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** What its guard goes by, now. */
  get rules(): GuardRules {
    const { name, environment } = this.#profile;
    const loopback = this.#around.isLoopback(this.#profile);
    return {
      connection: name,
      environment,
      readOnly: readOnlyOf(this.#profile, loopback, this.#around.readOnlyByDefault()),
    };
  }

  /** Only while connected. */
  get session(): Session | undefined {
    return this.#session;
  }

  /**
   * Connects, or gives the session that is there. A running attempt is shared; a waiting one starts now.
   * @throws BrokerError with the sentence that the state has too
   */
  async connect(): Promise<Session> {
    if (this.#session) return this.#session;
    return this.#start(true);
  }

  /** Ends the session, the attempt and the waiting. Never rejects. */
  async disconnect(): Promise<void> {
    const session = this.#session;
    this.#stop();
    this.#attempts = 0;
    this.#set({ status: "disconnected" });
    await session?.close();
  }

  /** Takes over a changed profile; `reopen` = what it connects to changed, so that the session is of no use any more. */
  async update(profile: Profile, reopen: boolean): Promise<void> {
    this.#profile = profile;
    if (!reopen) {
      await this.rulesChanged();
      return;
    }
    const session = this.#session;
    this.#stop();
    this.#attempts = 0;
    this.#set(idle(profile));
    await session?.close();
  }

  /** What decides on {@link rules} may be otherwise: gives back what may no longer be held. Never rejects. */
  async rulesChanged(): Promise<void> {
    this.#changed.fire();
    await this.#session?.rulesChanged();
  }

  /** Ends everything for good, once an attempt that runs has given up what it opened. Never rejects. */
  async dispose(): Promise<void> {
    const attempt = this.#attempt;
    await this.disconnect();
    await attempt?.session.catch(() => undefined);
    this.#changed.dispose();
  }

  #start(byUser: boolean): Promise<Session> {
    const running = this.#attempt;
    if (running) return running.session;
    this.#timer?.dispose();
    this.#timer = undefined;
    const again = this.#state.status === "reconnecting";
    const { sentence } = this.#state;
    this.#set(
      again ? { status: "reconnecting", ...(sentence !== undefined && { sentence }) } : { status: "connecting" },
    );
    const abort = new AbortController();
    const session = this.#run(byUser, again, abort.signal);
    this.#attempt = { abort, session };
    // The state tells those who do not wait for the session.
    session.catch(() => undefined);
    return session;
  }

  async #run(byUser: boolean, again: boolean, signal: AbortSignal): Promise<Session> {
    let session: Session;
    let Guarded: typeof GuardedSession;
    try {
      // Loaded when first used; whatever `open` throws at once comes after the attempt is noted.
      ({ GuardedSession: Guarded } = await import("./guard.ts"));
      session = await this.#around.open(this.#profile, byUser, signal);
    } catch (error) {
      if (signal.aborted) throw stopped(this.#profile);
      this.#attempt = undefined;
      if (again && worthRetrying(error)) this.#wait(sentenceOf(error));
      else {
        const refused = error instanceof BrokerError && error.kind === "refused";
        this.#set({ status: "failed", sentence: sentenceOf(error), ...(refused && { refused }) });
      }
      throw error;
    }
    if (signal.aborted) {
      await session.close();
      throw stopped(this.#profile);
    }
    this.#attempt = undefined;
    const guarded = new Guarded(session, () => this.rules, this.#looks);
    this.#session = guarded;
    this.#since = this.#around.now();
    this.#listening = guarded.onDidClose((error) => {
      this.#lost(guarded, error);
    });
    this.#set({ status: "connected" });
    return guarded;
  }

  #lost(session: Session, error: BrokerError | undefined): void {
    if (this.#session !== session) return;
    this.#stop();
    if (!error) {
      this.#set({ status: "disconnected" });
      return;
    }
    if (this.#around.now() - this.#since >= stable) this.#attempts = 0;
    this.#wait(error.message);
  }

  #wait(sentence: string): void {
    const delay = this.#around.backoff(this.#attempts, () => this.#around.random());
    this.#attempts += 1;
    this.#timer = this.#around.setTimer(() => {
      this.#timer = undefined;
      void this.#start(false).catch(() => undefined);
    }, delay);
    this.#set({ status: "reconnecting", sentence, retryAt: this.#around.now() + delay });
  }

  /** Lets go of session, attempt and timer; the state is for the caller to set. */
  #stop(): void {
    this.#listening?.dispose();
    this.#listening = undefined;
    this.#session = undefined;
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#attempt?.abort.abort();
    this.#attempt = undefined;
  }

  #set(state: ConnectionState): void {
    if (this.#state.status === "disconnected" && state.status === "disconnected") return;
    this.#state = state;
    this.#changed.fire();
  }
}

function idle(profile: Profile): ConnectionState {
  return profile.problem === undefined ? { status: "disconnected" } : { status: "failed", sentence: profile.problem };
}

/** A refused login does not get better by trying again, and may lock the account. */
function worthRetrying(error: unknown): boolean {
  return !(error instanceof BrokerError) || error.kind === "unreachable" || error.kind === "closed";
}

function stopped(profile: Profile): BrokerError {
  return new BrokerError(
    "closed",
    t("The connection “{name}” was closed before it was ready.", { name: profile.name }),
  );
}
