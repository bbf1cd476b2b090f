/** The tree as the management API tells it. */
import { t } from "@vscode/l10n";
import type { ListOptions, Node, Page } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { JsonRecord } from "./json.ts";
import { apiPath, listTime, type Management } from "./management.ts";
import {
  queueRowColumns,
  readBinding,
  readQueue,
  readVhost,
  type BindingInfo,
  type Overview,
  type QueueInfo,
} from "./managementShapes.ts";
import { compareNames, type NameCache } from "./nameCache.ts";
import { parseNodeId } from "./nodeId.ts";
import { bindingNode, consumerNode, exchangeNode, folderNode, queueNode, vhostNode } from "./nodes.ts";
import { matcher, pageByName, pageByPlace } from "./paging.ts";

export class Listing {
  readonly #management: Management;
  readonly #names: NameCache;
  readonly #overview: Overview;
  /** Children of the last few queues and exchanges, for their next pages. */
  readonly #children = new Map<string, readonly Node[]>();

  constructor(management: Management, names: NameCache, overview: Overview) {
    this.#management = management;
    this.#names = names;
    this.#overview = overview;
  }

  async list(parent: Node | undefined, options: ListOptions): Promise<Page<Node>> {
    const ref = parent && parseNodeId(parent.id);
    if (!ref) return this.#vhosts(options);
    switch (ref.kind) {
      case "vhost":
        return this.#folders(ref.vhost, options);
      case "queues":
        return this.#queues(ref.vhost, options);
      case "exchanges":
        return this.#exchanges(ref.vhost, options);
      case "queue":
      case "exchange":
        return this.#childrenOf(parent.id, options, () =>
          ref.kind === "queue" ? this.#ofQueue(ref.vhost, ref.name) : this.#ofExchange(ref.vhost, ref.name),
        );
      case "binding":
      case "consumer":
        return { items: [] };
      default:
        return ref satisfies never;
    }
  }

  /** The bindings of a queue, without the one of the default exchange. */
  async bindingsOfQueue(vhost: string, queue: string): Promise<readonly BindingInfo[]> {
    const bindings = await this.#bindings(apiPath("queues", vhost, queue, "bindings"), vhost);
    return bindings.filter(({ source }) => source !== "").sort(bySourceAndKey);
  }

  /** The bindings by which an exchange is the source, or the destination. */
  async bindingsOfExchange(
    vhost: string,
    name: string,
    end: "source" | "destination",
  ): Promise<readonly BindingInfo[]> {
    const bindings = await this.#bindings(apiPath("exchanges", vhost, name, "bindings", end), vhost);
    return bindings.sort(bySourceAndKey);
  }

  /** Rejects with `missing` when it is gone. */
  queue(vhost: string, name: string): Promise<QueueInfo> {
    return this.#queue(vhost, name, "");
  }

  /** The same without its consumers: all that its row shows. */
  queueRow(vhost: string, name: string): Promise<QueueInfo> {
    return this.#queue(vhost, name, `?columns=${queueRowColumns}`);
  }

  async #queue(vhost: string, name: string, query: string): Promise<QueueInfo> {
    const queue = readQueue(await this.#management.getRecord(apiPath("queues", vhost, name) + query), vhost);
    if (!queue) throw new BrokerError("unsupported", t("The management API told nothing about “{name}”.", { name }));
    return queue;
  }

  async #vhosts({ page, filter }: ListOptions): Promise<Page<Node>> {
    const columns = "name,description,tags,default_queue_type,tracing,cluster_state";
    const answer = await this.#management.getRecords(`vhosts?columns=${columns}`);
    const matches = matcher(filter);
    const vhosts = answer.flatMap((vhost) => readVhost(vhost) ?? []).filter(({ name }) => matches(name));
    vhosts.sort((a, b) => compareNames(a.name, b.name));
    const list = pageByName(vhosts, page, (vhost) => vhostNode(vhost, this.#overview));
    if (answer.length > 0) return list;
    return { ...list, notice: t("This user has no virtual host: give it permissions for one.") };
  }

  #folders(vhost: string, { filter }: ListOptions): Page<Node> {
    const matches = matcher(filter);
    const folders = [this.folder("exchanges", vhost), this.folder("queues", vhost)];
    return { items: folders.filter(({ name }) => matches(name)) };
  }

  /** With how many there are, when that is known without asking. */
  folder(kind: "queues" | "exchanges", vhost: string): Node {
    const known = kind === "queues" ? this.#names.knownQueues(vhost) : this.#names.knownExchanges(vhost);
    return folderNode(kind, vhost, known?.length);
  }

  async #queues(vhost: string, { page, filter, sort, fresh = false }: ListOptions): Promise<Page<Node>> {
    const matches = matcher(filter);
    if (sort === "depth") {
      const queues = await this.#names.queuesByDepth(vhost, fresh && page === undefined);
      return pageByPlace(filtered(queues, filter, matches), page, (queue) => queueNode(queue, false));
    }
    const queues = await this.#names.queues(vhost, fresh && page === undefined);
    return pageByName(filtered(queues, filter, matches), page, (queue) => queueNode(queue, false));
  }

  async #exchanges(vhost: string, { page, filter, fresh = false }: ListOptions): Promise<Page<Node>> {
    const matches = matcher(filter);
    const exchanges = await this.#names.exchanges(vhost, fresh && page === undefined);
    const wanted = exchanges.filter(({ name }) => matches(name === "" ? t("(default)") : name));
    return pageByName(wanted, page, exchangeNode);
  }

  async #childrenOf(
    id: string,
    { page, filter }: ListOptions,
    ask: () => Promise<readonly Node[]>,
  ): Promise<Page<Node>> {
    let nodes = page === undefined ? undefined : this.#children.get(id);
    if (!nodes) {
      nodes = await ask();
      this.#keepChildren(id, nodes);
    }
    const matches = matcher(filter);
    const wanted = nodes.filter(({ name, detail = "" }) => matches(name) || matches(detail));
    return pageByPlace(wanted, page, (node) => node);
  }

  #keepChildren(id: string, nodes: readonly Node[]): void {
    this.#children.delete(id);
    this.#children.set(id, nodes);
    const [oldest] = this.#children.keys();
    if (this.#children.size > 8 && oldest !== undefined) this.#children.delete(oldest);
  }

  async #ofQueue(vhost: string, name: string): Promise<readonly Node[]> {
    const [queue, bindings] = await Promise.all([this.queue(vhost, name), this.bindingsOfQueue(vhost, name)]);
    return [
      ...bindings.map((binding) => bindingNode(binding, "destination")),
      ...queue.consumers.map((consumer) => consumerNode(consumer, queue)),
    ];
  }

  async #ofExchange(vhost: string, name: string): Promise<readonly Node[]> {
    const bindings = await this.bindingsOfExchange(vhost, name, "source");
    return bindings.map((binding) => bindingNode(binding, "source"));
  }

  async #bindings(path: string, vhost: string): Promise<BindingInfo[]> {
    const answer: readonly JsonRecord[] = await this.#management.getRecords(path, { timeout: listTime });
    return answer.flatMap((binding) => readBinding(binding, vhost) ?? []);
  }
}

function filtered(
  queues: readonly QueueInfo[],
  filter: string | undefined,
  matches: (text: string) => boolean,
): readonly QueueInfo[] {
  return filter === undefined || filter === "" ? queues : queues.filter(({ name }) => matches(name));
}

function bySourceAndKey(a: BindingInfo, b: BindingInfo): number {
  return compareNames(a.source, b.source) || compareNames(a.destination, b.destination) || compareNames(a.key, b.key);
}
