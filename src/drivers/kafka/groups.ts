/** Consumer groups: who is in them, what they have read, what is left. */
import { decodeConsumerProtocolAssignment } from "@platformatic/kafka";
import type { Cluster } from "./cluster.ts";
import { problem } from "./failures.ts";
import { offsetsOf } from "./offsets.ts";
import { describeGroups, describeNewGroups, listGroups, offsetFetch } from "./requests.ts";

export interface GroupListing {
  readonly group: string;
  /** "Stable", "Empty"; the empty text where an old broker does not say. */
  readonly state: string;
}

export interface GroupInfo extends GroupListing {
  /** "range", "uniform" */
  readonly protocol: string;
  readonly members: readonly MemberInfo[];
}

export interface MemberInfo {
  readonly id: string;
  readonly client: string;
  readonly host: string;
  /** Topic → partitions. */
  readonly assigned: ReadonlyMap<string, readonly number[]>;
}

export interface PositionInfo {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to read. */
  readonly committed: bigint;
  /** The next offset to be written; absent when the topic is gone. */
  readonly end?: bigint;
  /** The client that reads it now. */
  readonly member?: string;
}

/** All of the cluster: each broker knows those that it looks after. @throws BrokerError */
export async function listAllGroups(cluster: Cluster): Promise<readonly GroupListing[]> {
  const answers = await Promise.all(cluster.brokers.map(({ id }) => cluster.askAt(id, listGroups, [], [])));
  const found = new Map<string, GroupListing>();
  for (const { groups } of answers)
    for (const { groupId, protocolType, groupState } of groups)
      if (protocolType === "consumer" || protocolType === "") found.set(groupId, { group: groupId, state: groupState });
  return [...found.values()];
}

/** One request per coordinator; a group that is gone is left out. @throws BrokerError */
export async function describeAll(cluster: Cluster, groups: readonly string[]): Promise<readonly GroupInfo[]> {
  const found = new Map<string, GroupInfo>();
  for (const [broker, own] of await byCoordinator(cluster, groups)) {
    const answer = await cluster.askAt(broker, describeGroups, [...own], false);
    const newer: string[] = [];
    for (const each of answer.groups) {
      // What the newer protocol runs is "Dead" here, or not found.
      if (each.errorCode !== 0 || each.groupState === "Dead") newer.push(each.groupId);
      else
        found.set(each.groupId, {
          group: each.groupId,
          state: each.groupState,
          protocol: each.protocolData,
          members: each.members.map(({ memberId, clientId, clientHost, memberAssignment }) => ({
            id: memberId,
            client: clientId,
            host: clientHost.replace(/^\//, ""),
            assigned: assignedBy(memberAssignment),
          })),
        });
    }
    const link = await cluster.link("admin", broker);
    if (newer.length === 0 || !link.knows(describeNewGroups)) continue;
    for (const each of (await link.ask(describeNewGroups, newer, false)).groups) {
      if (each.errorCode !== 0) continue;
      found.set(each.groupId, {
        group: each.groupId,
        state: each.groupState,
        protocol: each.assignorName,
        members: each.members.map(({ memberId, clientId, clientHost, assignment }) => ({
          id: memberId,
          client: clientId,
          host: clientHost.replace(/^\//, ""),
          assigned: new Map(assignment.topicPartitions.map(({ topicName, partitions }) => [topicName, partitions])),
        })),
      });
    }
  }
  return groups.flatMap((group) => found.get(group) ?? []);
}

/** What these groups have read, with what is left: one request per coordinator, then one per leader. @throws BrokerError */
export async function positionsOf(
  cluster: Cluster,
  infos: readonly GroupInfo[],
): Promise<ReadonlyMap<string, readonly PositionInfo[]>> {
  const committed = new Map<string, PositionInfo[]>();
  for (const [broker, own] of await byCoordinator(
    cluster,
    infos.map(({ group }) => group),
  )) {
    const link = await cluster.link("admin", broker);
    // Older brokers take one group at a time.
    const [best] = offsetFetch;
    const requests = link.knows([best]) ? [own] : own.map((group) => [group]);
    for (const asked of requests) {
      const list = asked.map((groupId) => ({ groupId, memberEpoch: -1, topics: null }));
      const answer = await link.ask(offsetFetch, list, false);
      for (const { groupId, errorCode, topics } of answer.groups) {
        if (errorCode !== 0) continue;
        const members = infos.find(({ group }) => group === (groupId === "" ? asked[0] : groupId))?.members ?? [];
        const positions = topics.flatMap(({ name, partitions }) =>
          partitions.flatMap(({ partitionIndex, committedOffset }) => {
            if (committedOffset < 0n) return [];
            const member = members.find(({ assigned }) => assigned.get(name)?.includes(partitionIndex) === true);
            return [
              {
                topic: name,
                partition: partitionIndex,
                committed: committedOffset,
                ...(member ? { member: member.client === "" ? member.id : member.client } : {}),
              },
            ];
          }),
        );
        committed.set(groupId === "" ? (asked[0] ?? "") : groupId, positions);
      }
    }
  }
  const names = new Set([...committed.values()].flat().map(({ topic }) => topic));
  const ends = await offsetsOf(cluster, await cluster.topics([...names]), "latest");
  return new Map(
    [...committed].map(([group, positions]) => [
      group,
      positions
        .map((position): PositionInfo => {
          const end = ends.get(position.topic)?.get(position.partition);
          return end === undefined ? position : { ...position, end };
        })
        .sort((one, other) =>
          one.topic === other.topic ? one.partition - other.partition : one.topic < other.topic ? -1 : 1,
        ),
    ]),
  );
}

/** One group with its positions. @throws BrokerError `missing` */
export async function groupWithPositions(
  cluster: Cluster,
  group: string,
): Promise<{ readonly info: GroupInfo; readonly positions: readonly PositionInfo[] }> {
  const [info] = await describeAll(cluster, [group]);
  if (!info) throw problem(69, { group });
  return { info, positions: (await positionsOf(cluster, [info])).get(group) ?? [] };
}

async function byCoordinator(
  cluster: Cluster,
  groups: readonly string[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, string[]>();
  const [only] = cluster.brokers;
  const single = cluster.brokers.length === 1 && only ? only.id : undefined;
  await Promise.all(
    groups.map(async (group) => {
      const broker = single ?? (await cluster.coordinator(group));
      const own = found.get(broker);
      if (own) own.push(group);
      else found.set(broker, [group]);
    }),
  );
  return found;
}

function assignedBy(assignment: Buffer): ReadonlyMap<string, readonly number[]> {
  try {
    const { assignedPartitions } = decodeConsumerProtocolAssignment(assignment);
    return new Map(assignedPartitions.map(({ topic, partitions }) => [topic, partitions]));
  } catch {
    // Other assignors may write what they like.
    return new Map();
  }
}
