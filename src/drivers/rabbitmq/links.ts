import { t } from "@vscode/l10n";
import type { Channel } from "amqplib";
import { BrokerError } from "../../broker/errors.ts";
import { Emitter } from "../../broker/event.ts";
import { closeChannel, openLink, watchChannel, type Endpoint, type Link } from "./connect.ts";
import { translate } from "./failures.ts";
import type { Admin } from "./topologyContract.ts";

/** A connection each, so that one that is blocked or broken does not take the others along. */
export type Role = "administration" | "publishing" | "consuming";

/** The connections of a session: one per role and vhost, made when first needed, made anew when the last one ended. */
export class Links implements Admin {
  readonly #endpoint: Endpoint;
  readonly #links = new Map<string, Promise<Link>>();
  readonly #stop = new AbortController();
  readonly #blocking = new Emitter<string | undefined>();
  readonly onDidBlock = this.#blocking.event;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** The name under which this session is logged in. */
  get user(): string {
    return this.#endpoint.user;
  }

  /** @throws BrokerError */
  async get(role: Role, vhost: string, signal?: AbortSignal): Promise<Link> {
    if (this.#stop.signal.aborted)
      throw new BrokerError("closed", t("The connection to the broker is closed. Connect again."));
    const id = `${role} ${vhost}`;
    let link = this.#links.get(id);
    if (!link) {
      link = this.#open(role, vhost, id, signal ?? this.#stop.signal);
      this.#links.set(id, link);
      // Not for good: the next one who needs it tries again.
      link.catch(() => this.#links.delete(id));
    }
    return link;
  }

  async withScratchChannel<T>(vhost: string, use: (channel: Channel) => Promise<T>): Promise<T> {
    const link = await this.get("administration", vhost);
    let failure: { readonly error: unknown } | undefined;
    let channel: Channel | undefined;
    try {
      channel = await link.model.createChannel();
      failure = watchChannel(channel);
      const result = await use(channel);
      await closeChannel(channel);
      return result;
    } catch (error) {
      if (channel && failure?.error === undefined) await closeChannel(channel);
      throw error instanceof BrokerError ? error : translate(failure?.error ?? link.closed ?? error);
    }
  }

  /**
   * Never rejects.
   * @param reason for what still runs, when the end was not asked for
   */
  async close(reason?: BrokerError): Promise<void> {
    this.#stop.abort();
    const links = [...this.#links.values()];
    this.#links.clear();
    await Promise.all(
      links.map(async (each) => {
        const link = await each.catch(() => undefined);
        await link?.close(reason);
      }),
    );
  }

  async #open(role: Role, vhost: string, id: string, signal: AbortSignal): Promise<Link> {
    const link = await openLink(this.#endpoint, vhost, role, signal);
    link.onDidClose(() => this.#links.delete(id));
    link.onDidBlock((reason) => {
      this.#blocking.fire(reason);
    });
    if (link.closed) throw link.closed;
    return link;
  }
}
