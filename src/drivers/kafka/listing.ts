/** The tree: names at once, numbers only for what is looked at. */
import { t } from "@vscode/l10n";
import type { ListOptions, Node, Page } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Cluster, TopicInfo } from "./cluster.ts";
import { describeAll, groupWithPositions, listAllGroups, positionsOf, type GroupListing } from "./groups.ts";
import { parseNodeId } from "./nodeId.ts";
import {
  brokerNode,
  describedGroupNode,
  folderNode,
  groupNode,
  memberNode,
  partitionNode,
  positionNode,
  topicNode,
  type PartitionNumbers,
} from "./nodes.ts";
import { offsetsOf } from "./offsets.ts";
import { describeConfigs, describeLogDirs } from "./requests.ts";

/** How many rows are handed out at once. */
const pageSize = 500;
/** Of the protocol's kinds of resources. */
const topicResource = 2 as const;
const shownSettings = ["retention.ms", "retention.bytes", "cleanup.policy"];
const collator = new Intl.Collator("en", { numeric: true });

export class Listing {
  readonly #cluster: Cluster;
  #topics: readonly TopicInfo[] | undefined;
  #groups: readonly GroupListing[] | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async list(parent: Node | undefined, options: ListOptions): Promise<Page<Node>> {
    if (!parent) return this.#top(options);
    const ref = parseNodeId(parent.id);
    switch (ref?.kind) {
      case "topics":
        return this.#topicsPage(options);
      case "internalTopics":
        return page(
          (await this.#allTopics(options)).filter(({ internal }) => internal),
          options,
          topicNode,
        );
      case "groups":
        return this.#groupsPage(options);
      case "brokers":
        return page(this.#cluster.brokers, options, (broker) => brokerNode(broker, this.#cluster.controller));
      case "topic":
        return { items: filtered(await this.#partitions(ref.topic), options) };
      case "group":
        return { items: filtered(await this.#groupRows(ref.group), options) };
      case "partition":
      case "member":
      case "position":
      case "broker":
      case undefined:
        return { items: [] };
      default:
        return ref satisfies never;
    }
  }

  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    const refs = nodes.map(({ id }) => parseNodeId(id));
    const wanted = new Set(
      refs.flatMap((ref) => (ref?.kind === "topic" || ref?.kind === "partition" ? [ref.topic] : [])),
    );
    const groups = refs.flatMap((ref) => (ref?.kind === "group" ? [ref.group] : []));
    const [topics, described] = await Promise.all([this.#numbered([...wanted]), this.#described(groups)]);
    return nodes.flatMap((node, index): Node[] => {
      const ref = refs[index];
      switch (ref?.kind) {
        case "topic": {
          const found = topics.get(ref.topic);
          return found ? [found.node] : [];
        }
        case "partition": {
          const found = topics.get(ref.topic)?.partitions.get(ref.partition);
          return found ? [found] : [];
        }
        case "group": {
          const found = described.get(ref.group);
          return found ? [found] : [];
        }
        default:
          return [node];
      }
    });
  }

  /** Names that were made or removed by us: the next listing asks anew. */
  forget(): void {
    this.#topics = undefined;
    this.#groups = undefined;
  }

  async #top({ filter }: ListOptions): Promise<Page<Node>> {
    const names = this.#topics?.filter(({ internal }) => !internal);
    const folders = [
      folderNode("topics", names?.length),
      folderNode("groups", this.#groups?.length),
      folderNode("brokers", this.#cluster.brokers.length),
    ];
    const wanted = lower(filter);
    return { items: folders.filter(({ name }) => name.toLowerCase().includes(wanted)) };
  }

  async #topicsPage(options: ListOptions): Promise<Page<Node>> {
    const all = await this.#allTopics(options);
    const own = all.filter(({ internal }) => !internal);
    const hidden = all.length - own.length;
    const result = page(own, options, topicNode);
    const internals = folderNode("internalTopics", hidden);
    if (hidden === 0 || result.next !== undefined || lower(options.filter) !== "") return result;
    return { ...result, items: [...result.items, internals] };
  }

  async #allTopics({ page: next, fresh = false }: ListOptions): Promise<readonly TopicInfo[]> {
    if (this.#topics === undefined || (fresh && next === undefined)) {
      const topics = await this.#cluster.topics();
      this.#topics = topics.toSorted((one, other) => compareNames(one.name, other.name));
    }
    return this.#topics;
  }

  async #groupsPage(options: ListOptions): Promise<Page<Node>> {
    if (this.#groups === undefined || (options.fresh === true && options.page === undefined)) {
      const groups = await listAllGroups(this.#cluster);
      this.#groups = groups.toSorted((one, other) => compareNames(one.group, other.group));
    }
    const rows = this.#groups.map((group) => ({ ...group, name: group.group }));
    return page(rows, options, groupNode);
  }

  async #partitions(name: string): Promise<readonly Node[]> {
    const found = (await this.#numbered([name])).get(name);
    if (!found) throw new BrokerError("missing", t("There is no topic “{name}” any more.", { name }));
    return [...found.partitions.values()];
  }

  async #groupRows(group: string): Promise<readonly Node[]> {
    const { info, positions } = await groupWithPositions(this.#cluster, group);
    return [
      ...info.members.map((member) => memberNode(group, member)),
      ...positions.map((position) => positionNode(group, position)),
    ];
  }

  async #described(groups: readonly string[]): Promise<ReadonlyMap<string, Node>> {
    if (groups.length === 0) return new Map();
    const infos = await describeAll(this.#cluster, groups);
    const positions = await positionsOf(this.#cluster, infos).catch(() => undefined);
    return new Map(infos.map((info) => [info.group, describedGroupNode(info, positions?.get(info.group))]));
  }

  /** These topics with their numbers, in one request of each kind per broker. What may not be asked is not there. */
  async #numbered(
    names: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly node: Node; readonly partitions: ReadonlyMap<number, Node> }>> {
    if (names.length === 0) return new Map();
    const cluster = this.#cluster;
    const topics = await cluster.topics(names);
    const [starts, ends, sizes, settings] = await Promise.all([
      offsetsOf(cluster, topics, "earliest"),
      offsetsOf(cluster, topics, "latest"),
      this.#sizes(topics).catch(() => undefined),
      this.#settings(topics.map(({ name }) => name)).catch(() => undefined),
    ]);
    return new Map(
      topics.map((topic) => {
        let messages: bigint | undefined = 0n;
        let size: bigint | undefined = 0n;
        const nodes = new Map<number, Node>();
        for (const info of topic.partitions) {
          const start = starts.get(topic.name)?.get(info.partition);
          const end = ends.get(topic.name)?.get(info.partition);
          const bytes = sizes?.get(topic.name)?.get(info.partition);
          messages =
            messages === undefined || start === undefined || end === undefined ? undefined : messages + end - start;
          size = size === undefined || bytes === undefined ? undefined : size + bytes;
          const numbers: PartitionNumbers = {
            ...(start === undefined ? {} : { start }),
            ...(end === undefined ? {} : { end }),
            ...(bytes === undefined ? {} : { size: bytes }),
          };
          nodes.set(info.partition, partitionNode(topic, info, numbers));
        }
        const own = settings?.get(topic.name);
        const node = topicNode(topic, {
          ...(messages === undefined ? {} : { messages }),
          ...(size === undefined ? {} : { size }),
          ...(own ? { settings: own } : {}),
        });
        return [topic.name, { node, partitions: nodes }];
      }),
    );
  }

  /** Bytes on the disk of each partition's leader. */
  async #sizes(topics: readonly TopicInfo[]): Promise<ReadonlyMap<string, ReadonlyMap<number, bigint>>> {
    const found = new Map<string, Map<number, bigint>>();
    const leaders = new Set(topics.flatMap(({ partitions }) => partitions.map(({ leader }) => leader)));
    await Promise.all(
      [...leaders].map(async (leader) => {
        if (leader < 0) return;
        const asked = topics.flatMap(({ name, partitions }) => {
          const own = partitions.filter((each) => each.leader === leader).map(({ partition }) => partition);
          return own.length === 0 ? [] : [{ name, partitions: own }];
        });
        const answer = await this.#cluster.askAt(leader, describeLogDirs, asked);
        for (const { topics: told } of answer.results)
          for (const { name, partitions } of told)
            for (const { partitionIndex, partitionSize, isFutureKey } of partitions) {
              if (isFutureKey) continue;
              const sizes = found.get(name) ?? new Map<number, bigint>();
              found.set(name, sizes);
              sizes.set(partitionIndex, partitionSize);
            }
      }),
    );
    return found;
  }

  async #settings(names: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const resources = names.map((resourceName) => ({
      resourceType: topicResource,
      resourceName,
      configurationKeys: shownSettings,
    }));
    const answer = await this.#cluster.ask(describeConfigs, resources, false, false);
    return new Map(
      answer.results
        .filter(({ errorCode }) => errorCode === 0)
        .map(({ resourceName, configs }) => [
          resourceName,
          new Map(configs.map(({ name, value }) => [name, value ?? ""])),
        ]),
    );
  }
}

/** With numbers in their order: part-2 before part-10. */
export function compareNames(one: string, other: string): number {
  return collator.compare(one, other) || (one < other ? -1 : one > other ? 1 : 0);
}

/** What is sorted by name; goes on after the last name, so that what came or went meanwhile does no harm. */
function page<T extends { readonly name: string }>(
  all: readonly T[],
  { page: after, filter }: ListOptions,
  show: (item: T) => Node,
): Page<Node> {
  const text = lower(filter);
  const wanted = text === "" ? all : all.filter(({ name }) => name.toLowerCase().includes(text));
  const found = after === undefined ? 0 : wanted.findIndex(({ name }) => compareNames(name, after) > 0);
  const start = found < 0 ? wanted.length : found;
  const rows = wanted.slice(start, start + pageSize);
  const last = rows.at(-1);
  const more = last !== undefined && start + rows.length < wanted.length;
  return { items: rows.map(show), total: wanted.length, ...(more ? { next: last.name } : {}) };
}

function filtered(nodes: readonly Node[], { filter }: ListOptions): readonly Node[] {
  const text = lower(filter);
  return nodes.filter(({ name, detail = "" }) => `${name} ${detail}`.toLowerCase().includes(text));
}

function lower(filter: string | undefined): string {
  return (filter ?? "").trim().toLowerCase();
}
