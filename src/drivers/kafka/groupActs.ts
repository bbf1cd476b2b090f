/** What changes a consumer group. */
import { t } from "@vscode/l10n";
import type { Done } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { flagOf, textOf, type Values } from "../../broker/form.ts";
import type { Cluster } from "./cluster.ts";
import { problem } from "./failures.ts";
import { groupWithPositions, type PositionInfo } from "./groups.ts";
import { offsetsOfTopic } from "./offsets.ts";
import { deleteGroups, offsetCommit } from "./requests.ts";
import { partitionsOf, timeOf } from "./watch.ts";

/** Where one partition of a group is put. */
export interface Move {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint | undefined;
  readonly to: bigint;
}

/** What a reset would change. Changes nothing. @throws BrokerError */
export async function plannedMoves(
  cluster: Cluster,
  group: string,
  values: Values,
): Promise<{ readonly moves: readonly Move[]; readonly members: number }> {
  const { info, positions } = await groupWithPositions(cluster, group);
  const topic = textOf(values, "topic");
  const only = partitionsOf(values);
  const topics = topic === "" ? [...new Set(positions.map((each) => each.topic))] : [topic];
  const moves: Move[] = [];
  for (const name of topics) {
    // With a name all its partitions, else those that the group has read.
    const own = positions.filter((each) => each.topic === name).map(({ partition }) => partition);
    const wanted = topic === "" ? own.filter((each) => !only || only.includes(each)) : only;
    if (wanted?.length === 0) continue;
    for (const [partition, to] of await targets(cluster, name, wanted, values)) {
      const from = committedOf(positions, name, partition);
      if (from !== to) moves.push({ topic: name, partition, from, to });
    }
  }
  return { moves, members: info.members.length };
}

/** "orders 0: from 5 to 0, 5 messages again" */
export function moveText({ topic, partition, from, to }: Move): string {
  const place = { topic, partition, from: from === undefined ? t("nothing") : String(from), to: String(to) };
  if (from === undefined) return t("{topic} {partition}: from {from} to {to}", place);
  return to < from
    ? t("{topic} {partition}: from {from} to {to}, {count} messages again", { ...place, count: String(from - to) })
    : t("{topic} {partition}: from {from} to {to}, {count} messages skipped", { ...place, count: String(to - from) });
}

export async function resetGroup(cluster: Cluster, group: string, values: Values): Promise<Done> {
  const dryRun = values["dryRun"] === undefined || flagOf(values, "dryRun");
  const { moves, members } = await plannedMoves(cluster, group, values);
  if (moves.length === 0) return { sentence: t("Nothing would change: “{group}” is there already.", { group }) };
  const list = moves.map(moveText).join(" · ");
  if (dryRun)
    return {
      sentence:
        members > 0
          ? t("Dry run, nothing was changed: {list}. While its {members} members are connected, Kafka refuses it.", {
              list,
              members,
            })
          : t("Dry run, nothing was changed: {list}.", { list }),
    };
  if (members > 0) throw problem(68, { group });
  const byTopic = new Map<
    string,
    { partitionIndex: number; committedOffset: bigint; committedLeaderEpoch: number }[]
  >();
  for (const { topic, partition, to } of moves) {
    const own = byTopic.get(topic) ?? [];
    byTopic.set(topic, own);
    own.push({ partitionIndex: partition, committedOffset: to, committedLeaderEpoch: -1 });
  }
  const topics = [...byTopic].map(([name, partitions]) => ({ name, partitions }));
  const answer = await cluster.askAt(await cluster.coordinator(group), offsetCommit, group, -1, "", null, topics);
  const failed = answer.topics.flatMap(({ partitions }) => partitions).find(({ errorCode }) => errorCode !== 0);
  // A member came meanwhile.
  if (failed) throw failed.errorCode === 25 ? problem(68, { group }) : problem(failed.errorCode, { group });
  return { sentence: t("“{group}” was reset: {list}.", { group, list }) };
}

export async function deleteGroup(cluster: Cluster, group: string): Promise<Done> {
  const answer = await cluster.askAt(await cluster.coordinator(group), deleteGroups, [group]);
  const code = answer.results[0]?.errorCode ?? 0;
  if (code !== 0) throw problem(code, { group });
  return { sentence: t("The consumer group “{group}” was deleted.", { group }) };
}

async function targets(
  cluster: Cluster,
  topic: string,
  only: readonly number[] | undefined,
  values: Values,
): Promise<ReadonlyMap<number, bigint>> {
  const to = textOf(values, "to") || "beginning";
  switch (to) {
    case "beginning":
      return offsetsOfTopic(cluster, topic, "earliest", only);
    case "end":
      return offsetsOfTopic(cluster, topic, "latest", only);
    case "time": {
      const [found, ends] = await Promise.all([
        offsetsOfTopic(cluster, topic, timeOf(textOf(values, "time")), only),
        offsetsOfTopic(cluster, topic, "latest", only),
      ]);
      return new Map([...ends].map(([partition, end]) => [partition, atLeastZero(found.get(partition), end)]));
    }
    case "offset":
      return toOffset(cluster, topic, only, textOf(values, "offset"));
    default:
      throw new BrokerError("invalid", t("“{text}” is no place to reset to.", { text: to }), { field: "to" });
  }
}

async function toOffset(
  cluster: Cluster,
  topic: string,
  only: readonly number[] | undefined,
  text: string,
): Promise<ReadonlyMap<number, bigint>> {
  if (!/^\d{1,19}$/.test(text))
    throw new BrokerError("invalid", t("An offset is a whole number, such as 1200."), { field: "offset" });
  const [begins, ends] = await Promise.all([
    offsetsOfTopic(cluster, topic, "earliest", only),
    offsetsOfTopic(cluster, topic, "latest", only),
  ]);
  const offset = BigInt(text);
  for (const [partition, end] of ends) {
    const begin = begins.get(partition) ?? 0n;
    if (offset < begin || offset > end)
      throw new BrokerError(
        "invalid",
        t("{offset} is out of range: partition {partition} of “{topic}” goes from {begin} to {end}.", {
          offset: text,
          partition,
          topic,
          begin: String(begin),
          end: String(end),
        }),
        { field: "offset" },
      );
  }
  return new Map([...ends.keys()].map((partition) => [partition, offset]));
}

/** -1 = nothing since then. */
function atLeastZero(found: bigint | undefined, end: bigint): bigint {
  return found === undefined || found < 0n ? end : found;
}

function committedOf(positions: readonly PositionInfo[], topic: string, partition: number): bigint | undefined {
  return positions.find((each) => each.topic === topic && each.partition === partition)?.committed;
}
