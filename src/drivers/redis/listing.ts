import { t } from "@vscode/l10n";
import type { ListOptions, Node, Page, Pin } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { replyCode } from "./failures.ts";
import { takenFrom } from "./listConsumer.ts";
import { decodeName, encodeName, globOf, shownEncoded, shownName } from "./names.ts";
import {
  channelNode,
  consumerNode,
  folderNode,
  groupNode,
  listNode,
  pendingNode,
  shown,
  streamNode,
  unaskedStream,
} from "./nodes.ts";
import { idOf, refOf, type ChannelKind, type ChannelRef, type FolderKind, type NodeRef } from "./nodeRef.ts";
import { bufferFrom, listFrom, mapFrom, numberFrom, textFrom } from "./reply.ts";
import type { Servers } from "./servers.ts";
import { aliveOwners, compareIds } from "./streamConsumer.ts";

/** Keys that one page has at most, as far as SCAN keeps to it. */
const pageSize = 500;
/** Keys that one page looks at before it lets the user say whether to go on. */
const mostScanned = 200_000;

/** The tree: keys by SCAN, channels by PUBSUB, and what was pinned. */
export class Listing {
  readonly #servers: Servers;
  readonly #pins: Map<FolderKind, Set<string>>;
  readonly #sharded: boolean;

  /** @param sharded whether the server has sharded channels (Redis 7) */
  constructor(servers: Servers, pins: readonly Pin[], sharded: boolean) {
    this.#servers = servers;
    this.#sharded = sharded;
    this.#pins = new Map();
    for (const { parent, name } of pins) this.#pinned(parent as FolderKind).add(name);
  }

  async list(parent: Node | undefined, options: ListOptions): Promise<Page<Node>> {
    if (!parent) return { items: this.#folders() };
    const ref = refOf(parent);
    switch (ref.kind) {
      case "streams":
        return this.#keys("stream", options);
      case "lists":
        return this.#keys("list", options);
      case "channels":
      case "shardChannels":
        return this.#channels(ref.kind, options);
      case "stream":
        return filtered(await this.#groups(ref.key), options);
      case "group":
        return filtered(await this.#consumers(ref.key, ref.group), options);
      case "consumer":
        return this.#pending(ref, options);
      default:
        return { items: [] };
    }
  }

  /** All that is asked for goes out together. */
  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    const plain = new Map<string, Promise<number>>();
    const channels = nodes.flatMap((node) => {
      const ref = refOf(node);
      return ref.kind === "channel" && ref.how !== "pattern" ? [ref] : [];
    });
    for (const how of ["plain", "shard"] as const) {
      const asked = channels.filter((ref) => ref.how === how);
      if (asked.length === 0) continue;
      const counting = this.#subscribers(how, asked);
      for (const ref of asked)
        plain.set(
          idOf(ref),
          counting.then((counts) => counts.get(encodeName(ref.name)) ?? 0),
        );
    }
    const now = await Promise.all(nodes.map((node) => this.#now(node, plain)));
    return now.flatMap((node) => node ?? []);
  }

  pin(folder: FolderKind, name: string): Node {
    if (name === "") throw new BrokerError("invalid", t("Give the name to pin."), { field: "name" });
    this.#pinned(folder).add(name);
    const bytes = Buffer.from(name);
    if (folder === "lists") return listNode(bytes, true);
    const how = folder === "shardChannels" ? "shard" : isPattern(name) ? "pattern" : "plain";
    return channelNode({ kind: "channel", how, name: bytes }, true);
  }

  unpin(ref: NodeRef): void {
    const [folder, name] = pinPlace(ref);
    if (folder) this.#pinned(folder).delete(name);
  }

  isPinned(ref: NodeRef): boolean {
    const [folder, name] = pinPlace(ref);
    return folder !== undefined && this.#pinned(folder).has(name);
  }

  #folders(): readonly Node[] {
    const kinds: readonly FolderKind[] = ["streams", "lists", "channels"];
    return [...kinds, ...(this.#sharded ? (["shardChannels"] as const) : [])].map((kind) => folderNode(kind));
  }

  /** SCAN with MATCH and TYPE: the server filters, whatever else it holds. */
  async #keys(type: "stream" | "list", { page, filter = "", sort }: ListOptions): Promise<Page<Node>> {
    const masters = await this.#servers.masters();
    let { at, cursor } = pageFrom(page);
    const found = new Set<string>();
    let scanned = 0;
    // SCAN gives about as many as it is asked for: half a page is not worth another step.
    while (at < masters.length && found.size < pageSize / 2 && scanned < mostScanned) {
      const wire = masters[at];
      if (!wire) break;
      const glob = filter === "" ? [] : ["MATCH", globOf(filter)];
      // With a filter most keys are passed over: larger steps need fewer round trips.
      const step = scanned > 0 || filter !== "" ? 2000 : pageSize;
      const args = ["SCAN", cursor, ...glob, "COUNT", String(step), "TYPE", type];
      const [next, keys] = listFrom(await wire.call(args));
      scanned += step;
      for (const key of listFrom(keys)) {
        const encoded = encodeName(bufferFrom(key));
        // What is pinned stands on the first page, wherever SCAN comes upon it.
        if (page !== undefined && type === "list" && this.#pinned("lists").has(encoded.slice(1))) continue;
        if (filter === "" || contains(shownEncoded(encoded), filter)) found.add(encoded);
      }
      cursor = textFrom(next);
      if (cursor === "0") at += 1;
    }
    const more = at < masters.length;
    const pinned = type === "list" && page === undefined ? this.#pinned("lists") : new Set<string>();
    for (const name of pinned) if (contains(name, filter)) found.add(`=${name}`);
    const nodes = [...found].sort().map((encoded) => {
      if (type === "stream") return unaskedStream(encoded);
      const key = decodeName(encoded);
      return listNode(key, this.isPinned({ kind: "list", key }));
    });
    const items = sort === "depth" ? await this.#deepest(nodes) : nodes;
    return {
      items,
      ...(more ? { next: `${String(at)} ${cursor}` } : page === undefined ? { total: items.length } : {}),
      ...(more && found.size < pageSize / 2
        ? {
            notice: t("Redis has looked at {count} keys so far. Load more to look on.", { count: shown(scanned) }),
          }
        : {}),
    };
  }

  async #deepest(nodes: readonly Node[]): Promise<readonly Node[]> {
    const now = await this.refresh(nodes);
    return now.toSorted((one, other) => (other.counts?.ready ?? 0) - (one.counts?.ready ?? 0));
  }

  async #channels(folder: "channels" | "shardChannels", { filter = "" }: ListOptions): Promise<Page<Node>> {
    const masters = await this.#servers.masters();
    const sub = folder === "channels" ? "CHANNELS" : "SHARDCHANNELS";
    const glob = filter === "" ? [] : [globOf(filter)];
    const replies = await Promise.all(masters.map((wire) => wire.call(["PUBSUB", sub, ...glob])));
    const found = new Map<string, ChannelRef>();
    const add = (ref: ChannelRef): void => {
      if (contains(shownName(ref.name), filter)) found.set(idOf(ref), ref);
    };
    for (const name of replies.flatMap(listFrom))
      add({ kind: "channel", how: folder === "channels" ? "plain" : "shard", name: Buffer.from(bufferFrom(name)) });
    for (const name of this.#pinned(folder)) {
      const how: ChannelKind = folder === "shardChannels" ? "shard" : isPattern(name) ? "pattern" : "plain";
      add({ kind: "channel", how, name: Buffer.from(name) });
    }
    const items = byName([...found.values()].map((ref) => channelNode(ref, this.isPinned(ref))));
    if (folder !== "channels" || filter !== "") return { items, total: items.length };
    const patterns = await Promise.all(masters.map((wire) => wire.call(["PUBSUB", "NUMPAT"])));
    const count = patterns.reduce<number>((sum, reply) => sum + numberFrom(reply), 0);
    return {
      items,
      total: items.length,
      ...(count > 0
        ? {
            notice:
              count === 1
                ? t("1 pattern is subscribed too. Redis does not tell which.")
                : t("{count} patterns are subscribed too. Redis does not tell which.", { count: shown(count) }),
          }
        : {}),
    };
  }

  async #subscribers(how: "plain" | "shard", refs: readonly ChannelRef[]): Promise<ReadonlyMap<string, number>> {
    const masters = await this.#servers.masters();
    const sub = how === "plain" ? "NUMSUB" : "SHARDNUMSUB";
    const names = refs.map(({ name }) => name);
    const replies = await Promise.all(masters.map((wire) => wire.call(["PUBSUB", sub, ...names])));
    const counts = new Map<string, number>();
    for (const reply of replies) {
      const items = listFrom(reply);
      for (let at = 0; at + 1 < items.length; at += 2) {
        const name = encodeName(bufferFrom(items[at]));
        counts.set(name, (counts.get(name) ?? 0) + numberFrom(items[at + 1]));
      }
    }
    return counts;
  }

  async #groups(key: Buffer): Promise<readonly Node[]> {
    const groups = listFrom(await this.#servers.call(key, ["XINFO", "GROUPS", key]));
    const mine = groups.some((group) => textFrom(mapFrom(group).get("name")).startsWith("mq-workbench:"));
    const alive = mine ? await aliveOwners(this.#servers, key) : undefined;
    return byName(groups.map((group) => groupNode(key, group, alive)));
  }

  async #consumers(key: Buffer, group: Buffer): Promise<readonly Node[]> {
    const reply = await this.#servers.call(key, ["XINFO", "CONSUMERS", key, group]);
    return byName(listFrom(reply).map((consumer) => consumerNode(key, group, consumer)));
  }

  async #pending(ref: Extract<NodeRef, { kind: "consumer" }>, { page, filter = "" }: ListOptions): Promise<Page<Node>> {
    const { key, group, consumer } = ref;
    const from = page === undefined ? "-" : `(${page}`;
    const args = ["XPENDING", key, group, from, "+", String(pageSize), consumer];
    const reply = listFrom(await this.#servers.call(key, args));
    const last = reply.length === pageSize ? textFrom(listFrom(reply.at(-1))[0]) : undefined;
    const items = reply.map((entry) => pendingNode(ref, entry)).filter(({ name }) => contains(name, filter));
    return {
      items: items.toSorted((one, other) => compareIds(one.name, other.name)),
      ...(last === undefined ? {} : { next: last }),
    };
  }

  /** undefined for what is gone. */
  async #now(node: Node, subscribers: ReadonlyMap<string, Promise<number>>): Promise<Node | undefined> {
    const ref = refOf(node);
    try {
      switch (ref.kind) {
        case "stream":
          return streamNode(ref.key, await this.#servers.call(ref.key, ["XINFO", "STREAM", ref.key]));
        case "list": {
          const length = numberFrom(await this.#servers.call(ref.key, ["LLEN", ref.key]));
          const pinned = this.isPinned(ref);
          return length === 0 && !pinned
            ? undefined
            : await this.#withOwner(ref.key, listNode(ref.key, pinned, length));
        }
        case "channel":
          return channelNode(ref, this.isPinned(ref), await subscribers.get(node.id));
        case "group":
          return (await this.#groups(ref.key)).find(({ id }) => id === node.id);
        case "consumer":
          return (await this.#consumers(ref.key, ref.group)).find(({ id }) => id === node.id);
        case "pending": {
          const { key, group, consumer, entry } = ref;
          const reply = await this.#servers.call(key, ["XPENDING", key, group, entry, entry, "1", consumer]);
          const [found] = listFrom(reply);
          return found === undefined ? undefined : pendingNode({ kind: "consumer", key, group, consumer }, found);
        }
        default:
          return node;
      }
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      if (error.kind === "missing" || replyCode(error) === "WRONGTYPE") return undefined;
      // One key that may not be read does not keep the others from being counted.
      if (error.kind === "denied") return node;
      throw error;
    }
  }

  /** A private list whose consumer is gone says so: it can be given back. */
  async #withOwner(key: Buffer, node: Node): Promise<Node> {
    const taken = takenFrom(key);
    if (!taken) return node;
    const alive = await aliveOwners(this.#servers, key);
    return alive && !alive.has(taken.owner) ? { ...node, warning: t("its consumer is gone") } : node;
  }

  #pinned(folder: FolderKind): Set<string> {
    const names = this.#pins.get(folder) ?? new Set();
    this.#pins.set(folder, names);
    return names;
  }
}

/** Whether a name is meant as a pattern of PSUBSCRIBE. */
function isPattern(name: string): boolean {
  return /(?<!\\)[*?[]/.test(name);
}

function pinPlace(ref: NodeRef): readonly [FolderKind | undefined, string] {
  switch (ref.kind) {
    case "list":
      return ["lists", ref.key.toString()];
    case "channel":
      return [ref.how === "shard" ? "shardChannels" : "channels", ref.name.toString()];
    default:
      return [undefined, ""];
  }
}

function pageFrom(page: string | undefined): { at: number; cursor: string } {
  const [at = "0", cursor = "0"] = (page ?? "0 0").split(" ");
  return { at: Number(at), cursor };
}

function filtered(nodes: readonly Node[], { filter = "" }: ListOptions): Page<Node> {
  const items = nodes.filter(({ name }) => contains(name, filter));
  return { items, total: items.length };
}

function contains(name: string, filter: string): boolean {
  return name.toLowerCase().includes(filter.toLowerCase());
}

function byName(nodes: readonly Node[]): readonly Node[] {
  return nodes.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}
