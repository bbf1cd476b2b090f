import type { Consent, Session } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import type { Disposable } from "../../broker/event.ts";
import { backoffDelay } from "../../connections/backoff.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import type { InspectorDeps, InspectorRequest } from "./inspectorDeps.ts";

/** What {@link Reattaching} works with, and whom it tells. */
export interface ReattachingDeps {
  readonly request: Pick<InspectorRequest, "connection" | "node" | "options">;
  readonly inspection: Inspection;
  /** Where the present subscription came from. */
  readonly session: Session;
  readonly log: InspectorDeps["log"];
  /** Shows what it does now to others, and asks what has to be asked. @returns undefined = the user changed their mind */
  agrees(session: Session): Promise<Consent | undefined>;
  changed(): void;
  /** For tests. */
  readonly setTimer?: (run: () => void, milliseconds: number) => Disposable;
  readonly now?: () => number;
}

/** One that was attached this long starts counting its attempts anew when it ends. */
const stable = 30_000;

/** Attaches an inspection again after its subscription ended: when the user asks for it, or by itself. */
export class Reattaching {
  readonly #deps: ReattachingDeps;
  /** The one that was attached to last, or tried. */
  #session: Session;
  #attaching: Promise<void> | undefined;
  #timer: Disposable | undefined;
  #attempts = 0;
  #attachedAt: number;
  /** What made it end, or kept it from attaching again. */
  #failure: unknown;
  #problem: string | undefined;
  #closed = false;

  constructor(deps: ReattachingDeps) {
    this.#deps = deps;
    this.#session = deps.session;
    this.#attachedAt = this.#now();
  }

  /** Why attaching again by itself failed; who asks for it is told. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether it tries again by itself although the session is there. */
  get waiting(): boolean {
    return this.#timer !== undefined;
  }

  /**
   * After a lost session or a lost connection of it, what can resume without touching the broker's messages anew does so by
   * itself: at once in a new session, with growing waits in the same one. What the broker ended for a reason of its own, such
   * as a queue that was deleted or messages that were held for too long, waits for the user.
   */
  resume(): void {
    const { connection, options } = this.#deps.request;
    const { session } = connection;
    if (this.#isAttached || !session || options.mode === "browse" || this.#attaching || this.#closed) return;
    const failure = this.#failure ?? this.#deps.inspection.failure;
    if (failure instanceof BrokerError && failure.kind === "expired") return;
    if (session !== this.#session) this.#tryNow();
    else if (!this.#timer && isPassing(failure)) this.#tryLater();
  }

  /** By the user: says first what it does. Connects where needed. @throws BrokerError */
  attach(): Promise<void> {
    return this.#attachOnce((session) => this.#deps.agrees(session));
  }

  /** What comes of an attempt under way is closed. */
  close(): void {
    this.#closed = true;
    this.#stopWaiting();
  }

  get #isAttached(): boolean {
    return this.#deps.inspection.ended === undefined;
  }

  async #attachOnce(agrees: ReattachingDeps["agrees"]): Promise<void> {
    if (this.#isAttached || this.#closed) return;
    this.#stopWaiting();
    this.#attaching ??= this.#attachNow(agrees).finally(() => {
      this.#attaching = undefined;
      this.#deps.changed();
    });
    await this.#attaching;
  }

  #tryNow(): void {
    const { options } = this.#deps.request;
    // What was agreed to for this panel holds.
    this.#attachOnce(async () => options.consent ?? {}).catch((error: unknown) => {
      this.#problem = sentenceOf(error);
      this.#deps.changed();
      this.#deps.log.error(this.#problem);
      this.resume();
    });
  }

  #tryLater(): void {
    if (this.#now() - this.#attachedAt >= stable) this.#attempts = 0;
    const delay = backoffDelay(this.#attempts, Math.random);
    this.#attempts++;
    this.#timer = (this.#deps.setTimer ?? realTimer)(() => {
      this.#timer = undefined;
      // A session that went meanwhile is waited for.
      if (this.#deps.request.connection.session) this.#tryNow();
    }, delay);
    this.#deps.changed();
  }

  #stopWaiting(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  async #attachNow(agrees: ReattachingDeps["agrees"]): Promise<void> {
    const { request, inspection } = this.#deps;
    const { connection, node, options } = request;
    try {
      const session = await connection.connect();
      // Tried with this one: in it, what is not passing is not tried again by itself.
      this.#session = session;
      const consent = await agrees(session);
      if (!consent) return;
      const subscription = await session.watch(node, { ...options, window: inspection.window, consent });
      if (this.#closed) await subscription.close();
      else inspection.attach(subscription);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#attachedAt = this.#now();
    this.#failure = undefined;
    this.#problem = undefined;
  }

  #now(): number {
    return (this.#deps.now ?? Date.now)();
  }
}

/** Whether the way to the broker failed, which the next attempt may find whole again. */
function isPassing(error: unknown): boolean {
  return error instanceof BrokerError && (error.kind === "closed" || error.kind === "unreachable");
}

function realTimer(run: () => void, milliseconds: number): Disposable {
  const timer = setTimeout(run, milliseconds);
  return {
    dispose: () => {
      clearTimeout(timer);
    },
  };
}
