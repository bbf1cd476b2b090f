import type { Consent, Session } from "../../broker/contract.ts";
import { sentenceOf } from "../../broker/errors.ts";
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
}

/** Attaches an inspection again after its subscription ended: when the user asks for it, or by itself. */
export class Reattaching {
  readonly #deps: ReattachingDeps;
  /** The one that was attached to last, or tried. */
  #session: Session;
  #attaching: Promise<void> | undefined;
  #problem: string | undefined;
  #closed = false;

  constructor(deps: ReattachingDeps) {
    this.#deps = deps;
    this.#session = deps.session;
  }

  /** Why attaching again by itself failed; who asks for it is told. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** After a lost session, what can resume without touching the broker's messages anew does so by itself. */
  resume(): void {
    const { connection, options } = this.#deps.request;
    const fresh = connection.session !== undefined && connection.session !== this.#session;
    if (this.#isAttached || !fresh || options.mode === "browse" || this.#attaching || this.#closed) return;
    // What was agreed to for this panel holds.
    this.#attachOnce(async () => options.consent ?? {}).catch((error: unknown) => {
      this.#problem = sentenceOf(error);
      this.#deps.changed();
      this.#deps.log.error(this.#problem);
    });
  }

  /** By the user: says first what it does. Connects where needed. @throws BrokerError */
  attach(): Promise<void> {
    return this.#attachOnce((session) => this.#deps.agrees(session));
  }

  async #attachOnce(agrees: ReattachingDeps["agrees"]): Promise<void> {
    if (this.#isAttached || this.#closed) return;
    this.#attaching ??= this.#attachNow(agrees).finally(() => {
      this.#attaching = undefined;
      this.#deps.changed();
    });
    await this.#attaching;
  }

  /** What comes of an attempt under way is closed. */
  close(): void {
    this.#closed = true;
  }

  get #isAttached(): boolean {
    return this.#deps.inspection.ended === undefined;
  }

  async #attachNow(agrees: ReattachingDeps["agrees"]): Promise<void> {
    const { request, inspection } = this.#deps;
    const { connection, node, options } = request;
    const session = await connection.connect();
    // Tried with this one: it is not tried again by itself.
    this.#session = session;
    const consent = await agrees(session);
    if (!consent) return;
    const subscription = await session.watch(node, { ...options, window: inspection.window, consent });
    if (this.#closed) await subscription.close();
    else inspection.attach(subscription);
    this.#problem = undefined;
  }
}
