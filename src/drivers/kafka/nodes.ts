/** What the cluster told about its things, as nodes of the tree. */
import { t } from "@vscode/l10n";
import type { Fact, Node, Verb } from "../../broker/contract.ts";
import type { BrokerInfo, PartitionInfo, TopicInfo } from "./cluster.ts";
import type { GroupInfo, GroupListing, MemberInfo, PositionInfo } from "./groups.ts";
import { formatNodeId } from "./nodeId.ts";

type Row = readonly [label: string, value: string | undefined];

/** @param count how many there are, where that is known */
export function folderNode(kind: "topics" | "internalTopics" | "groups" | "brokers", count?: number): Node {
  return {
    id: formatNodeId({ kind }),
    kind,
    name: folderName(kind),
    ...(count === undefined ? {} : { detail: String(count) }),
    verbs: kind === "topics" ? ["create"] : [],
    expandable: true,
  };
}

function folderName(kind: "topics" | "internalTopics" | "groups" | "brokers"): string {
  switch (kind) {
    case "topics":
      return t("Topics");
    case "internalTopics":
      return t("Internal topics");
    case "groups":
      return t("Consumer groups");
    case "brokers":
      return t("Brokers");
    default:
      return kind satisfies never;
  }
}

/** What costs a request of its own; absent = not asked, or not told. */
export interface TopicNumbers {
  readonly messages?: bigint;
  /** Bytes of one replica of each partition. */
  readonly size?: bigint;
  readonly settings?: ReadonlyMap<string, string>;
}

export function topicNode(topic: TopicInfo, numbers?: TopicNumbers): Node {
  const { name, partitions, internal } = topic;
  const headless = partitions.filter(({ leader }) => leader < 0).length;
  const behind = partitions.filter(({ replicas, inSync }) => inSync.length < replicas.length).length;
  const { messages, size, settings } = numbers ?? {};
  const compacted = settings?.get("cleanup.policy")?.includes("compact") === true;
  const parts = [
    partitions.length === 1 ? t("1 partition") : t("{count} partitions", { count: partitions.length }),
    ...(messages === undefined
      ? []
      : [messages === 1n ? t("1 message") : t("{count} messages", { count: messages.toLocaleString("en") })]),
    ...(size === undefined ? [] : [sizeText(size)]),
  ];
  const brokers = new Set(partitions.flatMap(({ replicas }) => replicas));
  return {
    id: formatNodeId({ kind: "topic", topic: name }),
    kind: "topic",
    ...(compacted ? { variant: "compacted" } : {}),
    name,
    detail: parts.join(" · "),
    facts: facts([
      [t("Partitions"), String(partitions.length)],
      [t("Replicas"), String(partitions[0]?.replicas.length ?? 0)],
      [t("On brokers"), [...brokers].sort((one, other) => one - other).join(", ")],
      [t("Messages"), messages?.toLocaleString("en")],
      [t("Size of the log"), size === undefined ? undefined : sizeText(size)],
      [t("Retention"), settings && retentionText(settings)],
      [t("Cleanup policy"), settings?.get("cleanup.policy")],
      [t("Internal"), internal ? t("yes: the brokers keep their own records in it") : undefined],
    ]),
    ...(messages === undefined ? {} : { counts: { ready: Number(messages) } }),
    verbs: topicVerbs(internal),
    traceless: true,
    expandable: true,
    live: true,
    ...warning(headless, behind),
  };
}

function topicVerbs(internal: boolean): readonly Verb[] {
  if (internal) return ["tap", "browse"];
  return ["publish", "tap", "browse", "consume", "configure", "purge", "delete"];
}

function warning(headless: number, behind: number): { readonly warning?: string } {
  if (headless > 0) return { warning: t("{count} without a leader", { count: headless }) };
  return behind > 0 ? { warning: t("{count} under-replicated", { count: behind }) } : {};
}

export interface PartitionNumbers {
  readonly start?: bigint;
  readonly end?: bigint;
  readonly size?: bigint;
}

export function partitionNode(topic: TopicInfo, info: PartitionInfo, numbers: PartitionNumbers): Node {
  const { partition, leader, replicas, inSync } = info;
  const { start, end, size } = numbers;
  const count = start === undefined || end === undefined ? undefined : end - start;
  const parts = [
    ...(start === undefined || end === undefined
      ? []
      : [
          start === end
            ? t("empty, next is {end}", { end: String(end) })
            : t("{start} to {last}", { start: String(start), last: String(end - 1n) }),
        ]),
    ...(size === undefined ? [] : [sizeText(size)]),
    leader < 0 ? t("no leader") : t("leader {leader}", { leader }),
  ];
  return {
    id: formatNodeId({ kind: "partition", topic: topic.name, partition }),
    kind: "partition",
    name: t("Partition {partition}", { partition }),
    detail: parts.join(" · "),
    facts: facts([
      [t("Topic"), topic.name],
      [t("Leader"), leader < 0 ? t("none") : String(leader)],
      [t("Replicas"), replicas.join(", ")],
      [t("In sync"), inSync.join(", ")],
      [t("First offset"), start?.toString()],
      [t("Next offset"), end?.toString()],
      [t("Messages"), count?.toLocaleString("en")],
      [t("Size of the log"), size === undefined ? undefined : sizeText(size)],
    ]),
    ...(count === undefined ? {} : { counts: { ready: Number(count) } }),
    verbs: topic.internal ? ["tap", "browse"] : ["publish", "tap", "browse", "purge"],
    traceless: true,
    expandable: false,
    live: true,
    ...warning(leader < 0 ? 1 : 0, inSync.length < replicas.length ? 1 : 0),
  };
}

/** Of what a listing tells. */
export function groupNode({ group, state }: GroupListing): Node {
  return {
    id: formatNodeId({ kind: "group", group }),
    kind: "group",
    name: group,
    ...(state === "" ? {} : { detail: state }),
    verbs: ["reset", "delete"],
    expandable: true,
    live: true,
  };
}

export function describedGroupNode(info: GroupInfo, positions: readonly PositionInfo[] | undefined): Node {
  const { group, state, protocol, members } = info;
  const lag = positions && sum(positions);
  const parts = [
    state,
    members.length === 1 ? t("1 member") : t("{count} members", { count: members.length }),
    ...(lag === undefined ? [] : [t("lag {lag}", { lag: lag.toLocaleString("en") })]),
  ];
  return {
    ...groupNode(info),
    detail: parts.join(" · "),
    facts: facts([
      [t("State"), state],
      [t("Members"), String(members.length)],
      [t("Assignor"), protocol === "" ? undefined : protocol],
      [t("Lag"), lag?.toLocaleString("en")],
      [t("Topics"), positions && [...new Set(positions.map(({ topic }) => topic))].join(", ")],
    ]),
    counts: { consumers: members.length, ...(lag === undefined ? {} : { ready: Number(lag) }) },
    name: group,
  };
}

export function memberNode(group: string, { id, client, host, assigned }: MemberInfo): Node {
  const text = [...assigned].map(([topic, partitions]) => `${topic} ${partitions.join(", ")}`).join(" · ");
  return {
    id: formatNodeId({ kind: "member", group, member: id }),
    kind: "member",
    name: client === "" ? id : client,
    detail: [host, text].filter((part) => part !== "").join(" · "),
    facts: facts([
      [t("Member"), id],
      [t("Client"), client],
      [t("Host"), host],
      ...[...assigned].map(([topic, partitions]): Row => [t("Assigned of {topic}", { topic }), partitions.join(", ")]),
    ]),
    verbs: [],
    expandable: false,
  };
}

export function positionNode(group: string, position: PositionInfo): Node {
  const { topic, partition, committed, end, member } = position;
  const lag = lagOf(position);
  return {
    id: formatNodeId({ kind: "position", group, topic, partition }),
    kind: "position",
    name: `${topic} ${partition}`,
    detail: [
      end === undefined
        ? t("at {offset}", { offset: String(committed) })
        : t("at {offset} of {end}", { offset: String(committed), end: String(end) }),
      ...(lag === undefined ? [] : [t("lag {lag}", { lag: lag.toLocaleString("en") })]),
      ...(member === undefined ? [] : [member]),
    ].join(" · "),
    facts: facts([
      [t("Topic"), topic],
      [t("Partition"), String(partition)],
      [t("Next to read"), String(committed)],
      [t("Next to be written"), end?.toString()],
      [t("Lag"), lag?.toLocaleString("en")],
      [t("Read by"), member],
    ]),
    ...(lag === undefined ? {} : { counts: { ready: Number(lag) } }),
    verbs: [],
    expandable: false,
  };
}

export function brokerNode(broker: BrokerInfo, controller: number): Node {
  const { id, name, port, rack } = broker;
  const address = `${name}:${port}`;
  return {
    id: formatNodeId({ kind: "broker", broker: id }),
    kind: "broker",
    name: address,
    detail: [t("broker {id}", { id }), ...(rack === null ? [] : [rack])].join(" · "),
    facts: facts([
      [t("Id"), String(id)],
      [t("Address"), address],
      [t("Rack"), rack ?? undefined],
      [t("Takes changes"), id === controller ? t("yes") : undefined],
    ]),
    verbs: [],
    expandable: false,
  };
}

/** "7 days, 1.0 GiB a partition" */
export function retentionText(settings: ReadonlyMap<string, string>): string | undefined {
  const time = settings.get("retention.ms");
  const bytes = settings.get("retention.bytes");
  if (time === undefined && bytes === undefined) return undefined;
  const parts = [
    time === undefined ? undefined : Number(time) < 0 ? t("for ever") : durationText(Number(time)),
    bytes === undefined || Number(bytes) < 0 ? undefined : t("{size} a partition", { size: sizeText(BigInt(bytes)) }),
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

export function sizeText(bytes: bigint): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ""}`;
}

export function lagOf({ committed, end }: PositionInfo): bigint | undefined {
  if (end === undefined) return undefined;
  return end > committed ? end - committed : 0n;
}

function durationText(milliseconds: number): string {
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
  if (milliseconds >= day) return t("{count} days", { count: rounded(milliseconds / day) });
  if (milliseconds >= hour) return t("{count} hours", { count: rounded(milliseconds / hour) });
  if (milliseconds >= minute) return t("{count} minutes", { count: rounded(milliseconds / minute) });
  return t("{count} ms", { count: milliseconds });
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function sum(positions: readonly PositionInfo[]): bigint {
  return positions.reduce((all, position) => all + (lagOf(position) ?? 0n), 0n);
}

function facts(rows: readonly Row[]): readonly Fact[] {
  return rows.flatMap(([label, value]) => (value === undefined || value === "" ? [] : [{ label, value }]));
}
