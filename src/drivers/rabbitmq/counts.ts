/** Exact counts of a few queues, from both of the broker's mouths. */
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { settingOf } from "./arguments.ts";
import type { QueueInfo } from "./managementShapes.ts";
import { isRunning } from "./nodes.ts";
import type { Admin } from "./topologyContract.ts";

export interface Probed {
  readonly ready: number;
  readonly consumers: number;
}

/** Name → counts, or why they are not known. */
export type Counted = ReadonlyMap<string, Probed | BrokerError>;

/**
 * The statistics of the management API are some seconds behind; a passive declaration is exact, but knows nothing about
 * unacked messages. So: ready and consumers from the latter where that is harmless, the rest from the former.
 */
export class ExactCounts {
  readonly #admin: Admin;
  /** Virtual hosts where AMQP does not let us in, and until when we do not try again. */
  readonly #closed = new Map<string, number>();
  /** Queues that were harmless to probe when the management API told of them last: by virtual host, their names. */
  readonly #harmless = new Map<string, Set<string>>();

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  /**
   * The exact counts of those that are known to be harmless to ask for, for {@link correct}: begun while the management
   * API is still asked, this takes no time of its own. Never rejects.
   */
  async early(vhost: string, names: readonly string[]): Promise<Counted> {
    const harmless = this.#harmless.get(vhost);
    const known = names.filter((name) => harmless?.has(name));
    return known.length === 0 || this.#isClosed(vhost) ? new Map() : this.probe(vhost, known);
  }

  /** Never rejects: where AMQP does not answer, the statistics stand. */
  async correct(
    vhost: string,
    queues: readonly QueueInfo[],
    early: Counted = new Map(),
  ): Promise<readonly QueueInfo[]> {
    this.#learn(vhost, queues);
    const names = queues.flatMap((queue) => (isHarmlessToProbe(queue) && !early.has(queue.name) ? queue.name : []));
    const probed = names.length === 0 || this.#isClosed(vhost) ? undefined : await this.probe(vhost, names);
    return queues.map((queue) => {
      const exact = early.get(queue.name) ?? probed?.get(queue.name);
      if (!exact || exact instanceof BrokerError) return queue;
      return { ...queue, ready: exact.ready, consumerCount: exact.consumers };
    });
  }

  /**
   * Passive declarations, some at a time. Never rejects; a queue that the broker did not answer for in time is left out.
   * @returns name → counts, or why not (`missing`, `denied` …)
   */
  async probe(vhost: string, names: readonly string[]): Promise<Counted> {
    const found = new Map<string, Probed | BrokerError>();
    const waiting = [...names];
    const lanes = Math.min(maxChannels, Math.ceil(names.length / namesPerChannel));
    const work = Promise.all(Array.from({ length: lanes }, () => this.#lane(vhost, waiting, found)));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, probeTime);
    });
    await Promise.race([work, patience]);
    clearTimeout(timer);
    // Whatever comes later is not wanted any more.
    waiting.length = 0;
    return new Map(found);
  }

  #isClosed(vhost: string): boolean {
    return performance.now() < (this.#closed.get(vhost) ?? 0);
  }

  #learn(vhost: string, queues: readonly QueueInfo[]): void {
    let harmless = this.#harmless.get(vhost);
    if (!harmless) this.#harmless.set(vhost, (harmless = new Set()));
    for (const queue of queues) {
      if (isHarmlessToProbe(queue)) harmless.add(queue.name);
      else harmless.delete(queue.name);
    }
  }

  /** Takes names from `waiting` until there are none. What is refused closes the channel: the next one gets another. */
  async #lane(vhost: string, waiting: string[], found: Map<string, Probed | BrokerError>): Promise<void> {
    while (waiting.length > 0) {
      let name: string | undefined;
      try {
        await this.#admin.withScratchChannel(vhost, async (channel) => {
          while ((name = waiting.shift()) !== undefined) {
            const { messageCount, consumerCount } = await channel.checkQueue(name);
            found.set(name, { ready: messageCount, consumers: consumerCount });
          }
        });
      } catch (error) {
        if (name === undefined) {
          // No channel at all: not to be tried for every refresh.
          this.#closed.set(vhost, performance.now() + closedTime);
          return;
        }
        found.set(
          name,
          error instanceof BrokerError ? error : new BrokerError("closed", t("The broker did not answer.")),
        );
        if (error instanceof BrokerError && error.kind === "closed") return;
      }
    }
  }
}

/**
 * A passive declaration starts the clock of `x-expires` anew, so that looking would keep such a queue alive for ever; it is
 * refused for an exclusive queue; and it may wait long for a queue that does not run.
 */
function isHarmlessToProbe(queue: QueueInfo): boolean {
  return !queue.exclusive && isRunning(queue) && settingOf(queue, "expires") === undefined;
}

const maxChannels = 8;
const namesPerChannel = 12;
const probeTime = 2000;
const closedTime = 60_000;
