import { t } from "@vscode/l10n";
import type { ListOptions, Node, Page, Pin } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Management, QueueInfo, TopicInfo } from "./management.ts";
import { compareNames, matcher, Names, pageByName, pageByPlace } from "./names.ts";
import { formatNodeId, parseNodeId, type FolderRef, type NodeRef, type QueueRef, type TopicRef } from "./nodeId.ts";
import { folderNode, pinnedNode, queueNode, subscriberNode, topicNode } from "./nodes.ts";
import type { Dialect } from "./uri.ts";

/** What there is: listed by Jolokia, or without it the names that the user pinned. */
export class Tree {
  readonly #dialect: Dialect;
  readonly #management: Management | undefined;
  readonly #why: string;
  readonly #queues: Names<QueueInfo>;
  readonly #topics: Names<TopicInfo>;
  /** Ids of folders → names. */
  readonly #pins = new Map<string, Set<string>>();

  /** @param why nothing can be listed, as a sentence, when there is no management */
  constructor(dialect: Dialect, management: Management | undefined, why: string, pins: readonly Pin[]) {
    this.#dialect = dialect;
    this.#management = management;
    this.#why = why;
    this.#queues = new Names(() => this.#managed().queues());
    this.#topics = new Names(() => this.#managed().topics());
    for (const { parent, name } of pins) this.#pinsIn(parent).add(name);
  }

  get management(): Management | undefined {
    return this.#management;
  }

  async list(parent: Node | undefined, options: ListOptions): Promise<Page<Node>> {
    const ref = parent && parseNodeId(parent.id);
    if (!ref) return this.#top(options);
    const matches = matcher(options.filter);
    switch (ref.kind) {
      case "queues":
      case "topics":
      case "addresses":
        return this.#management ? this.#folder(ref, options) : this.#pinned(ref, options);
      case "queue":
      case "topic": {
        if (!this.#management) return { items: [] };
        const found = (await this.#management.subscribers(ref)).map(subscriberNode).filter(({ name }) => matches(name));
        return pageByPlace(found, options.page);
      }
      case "address": {
        if (!this.#management) return { items: [] };
        const queues = (await this.#queues.get(true)).filter(
          (queue) => queue.ref.address === ref.name && matches(queue.ref.name),
        );
        return pageByPlace(queues.map(queueNode), options.page);
      }
      case "consumer":
      case "subscription":
        return { items: [] };
      default:
        return ref satisfies never;
    }
  }

  /** One request for all of them. What is gone is left out. */
  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    if (!this.#management) return nodes;
    const refs = nodes.map((node) => parseNodeId(node.id));
    const places = refs.filter((ref): ref is QueueRef | TopicRef => isPlace(ref));
    const details = places.length === 0 ? [] : await this.#management.details(places);
    const now = new Map(places.map((ref, at) => [formatNodeId(ref), details[at]]));
    return nodes.flatMap((node, at) => {
      if (!isPlace(refs[at])) return node;
      const info = now.get(node.id);
      return info ? placeNode(info) : [];
    });
  }

  /** As it is now; undefined when that cannot be known. @throws BrokerError `missing` when it is gone */
  async look<R extends QueueRef | TopicRef>(ref: R): Promise<(R extends QueueRef ? QueueInfo : TopicInfo) | undefined> {
    if (!this.#management) return undefined;
    const [info] = await this.#management.details([ref]);
    if (info) return info as R extends QueueRef ? QueueInfo : TopicInfo;
    throw new BrokerError("missing", missing(ref));
  }

  /** After an act of our own. */
  async made(ref: QueueRef | TopicRef): Promise<Node | undefined> {
    const info = await this.look(ref).catch(() => undefined);
    if (!info) return undefined;
    if (isQueue(info)) this.#queues.put(info);
    else this.#topics.put(info);
    if (this.#dialect === "artemis") this.#topics.forget();
    return placeNode(info);
  }

  removed(ref: NodeRef): void {
    if (ref.kind === "queue") this.#queues.remove(ref.name);
    if (ref.kind === "topic" || ref.kind === "address") this.#topics.remove(ref.name);
    if (this.#dialect !== "artemis") return;
    this.#topics.forget();
    if (ref.kind === "address") this.#queues.forget();
  }

  /** Names to suggest. */
  async names(kind: "queues" | "topics"): Promise<readonly string[]> {
    if (!this.#management) return [...(this.#pins.get(kind) ?? [])];
    const known = await (kind === "queues" ? this.#queues.get(false) : this.#topics.get(false)).catch(() => []);
    return known.map(({ ref }) => ref.name).slice(0, mostSuggestions);
  }

  pin(folder: FolderRef, name: string): Node {
    this.#pinsIn(folder.kind).add(name);
    return pinnedNode(pinnedRef(folder, name));
  }

  unpin(ref: QueueRef | TopicRef): void {
    const parent = ref.kind === "queue" ? "queues" : ref.kind === "topic" ? "topics" : "addresses";
    this.#pins.get(parent)?.delete(ref.name);
  }

  async #top({ filter }: ListOptions): Promise<Page<Node>> {
    const matches = matcher(filter);
    const pinning = !this.#management;
    const topics: FolderRef["kind"] = this.#dialect === "artemis" ? "addresses" : "topics";
    const folders = [
      folderNode("queues", pinning, this.#queues.known?.length),
      folderNode(topics, pinning, this.#topics.known?.length),
    ].filter(({ name }) => matches(name));
    return pinning ? { items: folders, notice: this.#why } : { items: folders };
  }

  async #folder(ref: FolderRef, { page, filter, sort, fresh = false }: ListOptions): Promise<Page<Node>> {
    const matches = matcher(filter);
    if (ref.kind !== "queues") {
      const topics = (await this.#topics.get(fresh)).filter((topic) => matches(topic.ref.name));
      const rows = pageByName(topics, page);
      return { ...rows, items: rows.items.map(topicNode) };
    }
    const queues = (await this.#queues.get(fresh)).filter((queue) => matches(queue.ref.name));
    if (sort === "depth") {
      const rows = pageByPlace(await this.#byDepth(queues), page);
      return { ...rows, items: rows.items.map(queueNode) };
    }
    const rows = pageByName(queues, page);
    return { ...rows, items: rows.items.map(queueNode) };
  }

  async #byDepth(queues: readonly QueueInfo[]): Promise<readonly QueueInfo[]> {
    const details = await this.#managed().details(queues.map(({ ref }) => ref));
    const known = details.filter((info): info is QueueInfo => info !== undefined && isQueue(info));
    const depth = ({ ready, inFlight }: QueueInfo): number => (ready ?? -1) + (inFlight ?? 0);
    return known.sort((a, b) => depth(b) - depth(a));
  }

  #pinned(folder: FolderRef, { page, filter }: ListOptions): Page<Node> {
    const matches = matcher(filter);
    const names = [...(this.#pins.get(folder.kind) ?? [])].filter(matches).sort(compareNames);
    const rows = pageByName(
      names.map((name) => ({ ref: pinnedRef(folder, name) })),
      page,
    );
    return {
      ...rows,
      items: rows.items.map(({ ref }) => pinnedNode(ref)),
      notice: t("Only the names that you pin are shown here; whether they exist cannot be checked without Jolokia."),
    };
  }

  #managed(): Management {
    if (this.#management) return this.#management;
    throw new BrokerError("unsupported", this.#why);
  }

  #pinsIn(parent: string): Set<string> {
    const names = this.#pins.get(parent) ?? new Set();
    this.#pins.set(parent, names);
    return names;
  }
}

/** More are no help, and they all go to the page. */
const mostSuggestions = 1000;

export function isPlace(ref: NodeRef | undefined): ref is QueueRef | TopicRef {
  return ref?.kind === "queue" || ref?.kind === "topic" || ref?.kind === "address";
}

function isQueue(info: QueueInfo | TopicInfo): info is QueueInfo {
  return info.ref.kind === "queue";
}

function placeNode(info: QueueInfo | TopicInfo): Node {
  return isQueue(info) ? queueNode(info) : topicNode(info);
}

function pinnedRef(folder: FolderRef, name: string): QueueRef | TopicRef {
  if (folder.kind === "queues") return { kind: "queue", name, address: name, routing: "anycast" };
  return { kind: folder.kind === "topics" ? "topic" : "address", name };
}

function missing({ kind, name }: QueueRef | TopicRef): string {
  switch (kind) {
    case "queue":
      return t("There is no queue “{name}”. It may have been deleted meanwhile.", { name });
    case "topic":
      return t("There is no topic “{name}”. It may have been deleted meanwhile.", { name });
    case "address":
      return t("There is no address “{name}”. It may have been deleted meanwhile.", { name });
    default:
      return kind satisfies never;
  }
}
