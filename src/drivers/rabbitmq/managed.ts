/** A broker whose management API answers. */
import type { ListOptions, Node, Page } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { ExactCounts } from "./counts.ts";
import { Listing } from "./listing.ts";
import { apiPath, type Management } from "./management.ts";
import {
  readBinding,
  readExchange,
  readVhost,
  type ExchangeInfo,
  type Overview,
  type QueueInfo,
} from "./managementShapes.ts";
import { NameCache } from "./nameCache.ts";
import { parseNodeId, type NodeRef } from "./nodeId.ts";
import { bindingNode, consumerNode, exchangeNode, queueNode, vhostNode } from "./nodes.ts";
import type { Admin } from "./topologyContract.ts";

export class Managed {
  readonly overview: Overview;
  readonly names: NameCache;
  readonly listing: Listing;
  readonly #management: Management;
  readonly #counts: ExactCounts;

  constructor(management: Management, admin: Admin, overview: Overview) {
    this.overview = overview;
    this.names = new NameCache(management);
    this.listing = new Listing(management, this.names, overview);
    this.#management = management;
    this.#counts = new ExactCounts(admin);
  }

  list(parent: Node | undefined, options: ListOptions): Promise<Page<Node>> {
    return this.listing.list(parent, options);
  }

  /** One request for each of them; the queues' counts exact. What is gone is left out. */
  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    const refs = nodes.map((node) => parseNodeId(node.id));
    const queues = refs.flatMap((ref) => (ref?.kind === "queue" ? ref : []));
    const [now, others] = await Promise.all([
      this.#queuesNow(queues),
      Promise.all(nodes.map((node, at) => this.#other(node, refs[at]))),
    ]);
    return nodes.flatMap((node, at) => (refs[at]?.kind === "queue" ? now.get(node.id) : others[at]) ?? []);
  }

  /** As exact as it can be known. Rejects with `missing` when it is gone. */
  async queueNow(vhost: string, name: string): Promise<QueueInfo> {
    const queue = await this.listing.queue(vhost, name);
    const [exact = queue] = await this.#counts.correct(vhost, [queue]);
    return exact;
  }

  async exchangeNow(vhost: string, name: string): Promise<ExchangeInfo | undefined> {
    // The path of the default exchange ends in nothing, which would mean all of them: it has another name here.
    const json = await this.#management.getRecord(apiPath("exchanges", vhost, name === "" ? "amq.default" : name));
    return readExchange(json, vhost);
  }

  /** By the broker's own name of it, so that arguments of any type are met exactly. */
  async unbind(binding: Extract<NodeRef, { kind: "binding" }>): Promise<void> {
    await this.#management.delete(bindingPath(binding));
  }

  async #queuesNow(
    refs: readonly { readonly vhost: string; readonly name: string }[],
  ): Promise<ReadonlyMap<string, Node>> {
    const byVhost = new Map<string, string[]>();
    for (const { vhost, name } of refs) byVhost.set(vhost, [...(byVhost.get(vhost) ?? []), name]);
    const exact = await Promise.all(
      [...byVhost].map(async ([vhost, names]) => {
        const early = this.#counts.early(vhost, names);
        const queues = await Promise.all(names.map((name) => orGone(this.listing.queueRow(vhost, name))));
        const there = queues.filter((queue) => queue !== undefined);
        return this.#counts.correct(vhost, there, await early);
      }),
    );
    const found = exact.flat().map((queue) => queueNode(queue, true));
    return new Map(found.map((node) => [node.id, node]));
  }

  async #other(node: Node, ref: NodeRef | undefined): Promise<Node | undefined> {
    switch (ref?.kind) {
      case "vhost": {
        const json = await orGone(this.#management.getRecord(apiPath("vhosts", ref.vhost)));
        const vhost = json && readVhost(json);
        return vhost && vhostNode(vhost, this.overview);
      }
      case "queues":
      case "exchanges":
        return this.listing.folder(ref.kind, ref.vhost);
      case "exchange": {
        const exchange = await orGone(this.exchangeNow(ref.vhost, ref.name));
        return exchange && exchangeNode(exchange);
      }
      case "binding": {
        const json = await orGone(this.#management.getRecord(bindingPath(ref)));
        const binding = json && readBinding(json, ref.vhost);
        if (!binding) return undefined;
        const [source, destination] = [bindingNode(binding, "source"), bindingNode(binding, "destination")];
        return source.id === node.id ? source : destination;
      }
      case "consumer": {
        const queue = await orGone(this.listing.queue(ref.vhost, ref.queue));
        const consumer = queue?.consumers.find(({ tag }) => tag === ref.tag);
        return queue && consumer && consumerNode(consumer, queue);
      }
      case "queue":
      case undefined:
        return node;
      default:
        return ref satisfies never;
    }
  }
}

function bindingPath(ref: Extract<NodeRef, { kind: "binding" }>): string {
  const { vhost, source, destinationType, destination, propertiesKey } = ref;
  return apiPath("bindings", vhost, "e", source, destinationType === "queue" ? "q" : "e", destination, propertiesKey);
}

async function orGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof BrokerError && error.kind === "missing") return undefined;
    throw error;
  }
}
