/** The brokers of one cluster: who leads what, and a connection to each for each role. */
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { Emitter, type Event } from "../../broker/event.ts";
import { openFirst, openLink, type Endpoint, type Link } from "./connect.ts";
import { passes, problem } from "./failures.ts";
import { findCoordinator, metadata, type Request } from "./requests.ts";
import type { Host } from "../shared/uriParts.ts";

/** What a connection is used for: a long fetch on one must not hold up what another asks. */
export type Role = "admin" | "publish" | `read-${number}` | `group-${number}`;

export interface BrokerInfo extends Host {
  readonly id: number;
  readonly rack: string | null;
}

export interface PartitionInfo {
  readonly partition: number;
  /** -1 = nobody leads it now. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

export interface TopicInfo {
  readonly name: string;
  readonly internal: boolean;
  /** In rising order. */
  readonly partitions: readonly PartitionInfo[];
}

/** How long something that passes is asked again, in milliseconds. */
const patience = 15_000;

export class Cluster {
  readonly endpoint: Endpoint;
  id = "";
  controller = -1;
  /** Fires once, when no broker can be reached any more. */
  readonly onDidLose: Event<BrokerError>;
  readonly #losing = new Emitter<BrokerError>();
  readonly #links = new Map<string, Promise<Link>>();
  readonly #stop = new AbortController();
  #brokers = new Map<number, BrokerInfo>();
  #checking: Promise<void> | undefined;
  #lost: BrokerError | undefined;
  #roles = 0;

  private constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
    this.onDidLose = this.#losing.event;
  }

  /** @throws BrokerError `unreachable`, `refused`, `denied`; `closed` when aborted */
  static async connect(endpoint: Endpoint, signal: AbortSignal): Promise<Cluster> {
    const cluster = new Cluster(endpoint);
    const bootstrap = await openFirst(endpoint, "bootstrap", signal);
    try {
      await cluster.#learn(bootstrap);
      const abort = (): void => cluster.#stop.abort();
      signal.addEventListener("abort", abort);
      // What the cluster tells of itself has to work too: everything else goes there.
      await cluster.link("admin", cluster.controller);
      signal.removeEventListener("abort", abort);
      return cluster;
    } catch (error) {
      await cluster.close();
      if (bootstrap.closed && !(error instanceof BrokerError && error.kind !== "closed")) throw wantsLogin(bootstrap);
      throw error;
    } finally {
      await bootstrap.close();
    }
  }

  get brokers(): readonly BrokerInfo[] {
    return [...this.#brokers.values()].sort((one, other) => one.id - other.id);
  }

  /** A role that nobody else has: a broker answers the requests of one connection strictly one after the other. */
  newRole(kind: "read" | "group"): Role {
    return `${kind}-${++this.#roles}`;
  }

  /** @throws BrokerError */
  link(role: Role, broker: number): Promise<Link> {
    const key = `${role}:${broker}`;
    const kept = this.#links.get(key);
    if (kept) return kept;
    const opened = this.#open(role, broker, key);
    this.#links.set(key, opened);
    opened.catch(() => {
      if (this.#links.get(key) === opened) this.#links.delete(key);
    });
    return opened;
  }

  /** Closes what this role has open. Never rejects. */
  async release(role: Role): Promise<void> {
    const own = [...this.#links].filter(([key]) => key.startsWith(`${role}:`));
    for (const [key] of own) this.#links.delete(key);
    await Promise.all(own.map(async ([, link]) => (await link.catch(() => undefined))?.close()));
  }

  /** Asks the controller, or any broker that can be reached. @throws BrokerError */
  async ask<A extends readonly unknown[], R>(versions: readonly Request<A, R>[], ...args: A): Promise<R> {
    let failure: BrokerError | undefined;
    const order = [this.controller, ...this.#brokers.keys()];
    for (const broker of new Set(order)) {
      try {
        return await (await this.link("admin", broker)).ask(versions, ...args);
      } catch (error) {
        if (!(error instanceof BrokerError) || (error.kind !== "closed" && error.kind !== "unreachable")) throw error;
        failure = error;
      }
      if (this.#lost) throw this.#lost;
    }
    throw failure ?? new BrokerError("unreachable", t("The cluster told of no broker."));
  }

  /** Asks the broker of this id over the connection of its role. @throws BrokerError */
  async askAt<A extends readonly unknown[], R>(
    broker: number,
    versions: readonly Request<A, R>[],
    ...args: A
  ): Promise<R> {
    return (await this.link("admin", broker)).ask(versions, ...args);
  }

  /**
   * All topics, or those of these names; one that is not there is left out. Never makes one.
   * @throws BrokerError
   */
  async topics(names?: readonly string[]): Promise<readonly TopicInfo[]> {
    if (names?.length === 0) return [];
    const answer = await this.ask(metadata, names ? [...names] : null, false, false, false);
    this.#keep(answer);
    return answer.topics.flatMap((topic) => {
      // Without a leader for some partitions it is there all the same.
      if (topic.errorCode !== 0 && !passes(topic.errorCode)) return [];
      return [
        {
          name: topic.name,
          internal: topic.isInternal,
          partitions: topic.partitions
            .map(({ partitionIndex, leaderId, replicaNodes, isrNodes }) => ({
              partition: partitionIndex,
              leader: leaderId,
              replicas: replicaNodes,
              inSync: isrNodes,
            }))
            .sort((one, other) => one.partition - other.partition),
        },
      ];
    });
  }

  /** @throws BrokerError `missing`, `denied` */
  async topic(name: string): Promise<TopicInfo> {
    const answer = await this.ask(metadata, [name], false, false, false);
    this.#keep(answer);
    const [told] = answer.topics;
    if (told && told.errorCode !== 0 && !passes(told.errorCode)) throw problem(told.errorCode, { topic: name });
    const [topic] = await this.topics([name]);
    if (topic) return topic;
    throw problem(3, { topic: name });
  }

  /** The broker that looks after a consumer group. @throws BrokerError */
  async coordinator(group: string): Promise<number> {
    const deadline = Date.now() + patience;
    for (;;) {
      const answer = await this.ask(findCoordinator, 0, [group]);
      const [found] = answer.coordinators;
      if (!found) throw new BrokerError("invalid", t("The cluster named no coordinator for “{group}”.", { group }));
      if (found.errorCode === 0) {
        if (!this.#brokers.has(found.nodeId))
          this.#brokers.set(found.nodeId, { id: found.nodeId, name: found.host, port: found.port, rack: null });
        return found.nodeId;
      }
      // Its topic is made at the first use of any group.
      if (!passes(found.errorCode) || Date.now() > deadline) throw problem(found.errorCode, { group });
      await pause(100, this.#stop.signal);
    }
  }

  /** Resolves at once when it is closed already. Never rejects. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#lost ??= new BrokerError("closed", t("The session is closed."));
    const links = [...this.#links.values()];
    this.#links.clear();
    await Promise.all(links.map(async (link) => (await link.catch(() => undefined))?.close()));
  }

  async #open(role: Role, broker: number, key: string): Promise<Link> {
    if (this.#lost) throw this.#lost;
    const host = this.#brokers.get(broker);
    if (!host) throw new BrokerError("closed", t("The broker {broker} is not in the cluster now.", { broker }));
    const link = await openLink(host, this.endpoint, role.replace(/-\d+$/, ""), this.#stop.signal, true);
    link.onDidClose((reason) => {
      this.#links.delete(key);
      // Brokers close what is idle for minutes; only when nobody can be reached the session is over.
      if (role === "admin") void this.check(reason);
    });
    return link;
  }

  /** Looks whether any broker can be reached still; if not, the session is lost. */
  check(reason: BrokerError): Promise<void> {
    this.#checking ??= this.#check(reason).finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  async #check(reason: BrokerError): Promise<void> {
    for (const { id } of this.brokers) {
      if (this.#lost) return;
      try {
        await this.#learn(await this.link("admin", id));
        return;
      } catch {
        // The next one.
      }
    }
    if (this.#lost) return;
    this.#lost = reason;
    this.#losing.fire(reason);
  }

  async #learn(link: Link): Promise<void> {
    this.#keep(await link.ask(metadata, [], false, false, false));
  }

  #keep(answer: {
    readonly clusterId?: string | null | undefined;
    readonly controllerId: number;
    readonly brokers: readonly {
      readonly nodeId: number;
      readonly host: string;
      readonly port: number;
      readonly rack?: string | null | undefined;
    }[];
  }): void {
    if (answer.brokers.length === 0) return;
    this.id = answer.clusterId ?? "";
    this.#brokers = new Map(
      answer.brokers.map(({ nodeId, host, port, rack }) => [
        nodeId,
        { id: nodeId, name: host, port, rack: rack ?? null },
      ]),
    );
    const [first = -1] = this.#brokers.keys();
    this.controller = this.#brokers.has(answer.controllerId) ? answer.controllerId : first;
  }
}

/** Resolves after so long, or at once when stopped. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}

function wantsLogin({ place }: Link): BrokerError {
  const { address, user } = place;
  return new BrokerError(
    "refused",
    user === undefined
      ? t(
          "{address} closed the connection at the first request: it wants a login (SASL). Give a user and a password.",
          {
            address,
          },
        )
      : t("{address} closed the connection after the login of “{user}”.", { address, user }),
  );
}
