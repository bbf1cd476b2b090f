import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { openLink, type Endpoint } from "./connect.ts";
import type { Link } from "./link.ts";

/** A connection each, so that one that is blocked or broken does not take the others along. */
export type Role = "administration" | "publishing" | "consuming";

/** The connections of a session: one per role, made when first needed, made anew when the last one ended. */
export class Links {
  readonly #endpoint: Endpoint;
  readonly #links = new Map<Role, Promise<Link>>();
  readonly #stop = new AbortController();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** @throws BrokerError */
  async get(role: Role, signal?: AbortSignal): Promise<Link> {
    if (this.#stop.signal.aborted)
      throw new BrokerError("closed", t("The connection to the broker is closed. Connect again."));
    let link = this.#links.get(role);
    if (!link) {
      link = this.#open(role, signal ?? this.#stop.signal);
      this.#links.set(role, link);
      // Not for good: the next one who needs it tries again.
      link.catch(() => this.#links.delete(role));
    }
    return link;
  }

  /** @throws BrokerError `closed` when the session has ended */
  check(): void {
    if (this.#stop.signal.aborted)
      throw new BrokerError("closed", t("The connection to the broker is closed. Connect again."));
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

  async #open(role: Role, signal: AbortSignal): Promise<Link> {
    const link = await openLink(this.#endpoint, role, signal);
    link.onDidClose(() => this.#links.delete(role));
    if (link.closed) throw link.closed;
    return link;
  }
}
