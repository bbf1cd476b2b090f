/** Where partitions begin and end, in one request per broker and question. */
import { BrokerError } from "../../broker/errors.ts";
import type { Cluster, TopicInfo } from "./cluster.ts";
import { pause } from "./cluster.ts";
import { problem } from "./failures.ts";
import { listOffsets } from "./requests.ts";

/** `earliest` = the first that is kept · `latest` = the next one to be written · a time in milliseconds = the first from then on. */
export type Moment = "earliest" | "latest" | bigint;

/** `committed` = the end is before the first transaction that is still open. */
export type Isolation = "all" | "committed";

/** Partition → offset; one that could not be told is not there. */
export type Offsets = ReadonlyMap<number, bigint>;

/** Of all partitions of these topics. @throws BrokerError only when a broker cannot be asked */
export async function offsetsOf(
  cluster: Cluster,
  topics: readonly TopicInfo[],
  moment: Moment,
  isolation: Isolation = "all",
): Promise<ReadonlyMap<string, Offsets>> {
  const timestamp = moment === "earliest" ? -2n : moment === "latest" ? -1n : moment;
  const byLeader = new Map<
    number,
    Map<string, { partitionIndex: number; currentLeaderEpoch: number; timestamp: bigint }[]>
  >();
  for (const { name, partitions } of topics) {
    for (const { partition, leader } of partitions) {
      if (leader < 0) continue;
      const asked = byLeader.get(leader) ?? new Map<string, never[]>();
      byLeader.set(leader, asked);
      const list = asked.get(name) ?? [];
      asked.set(name, list);
      list.push({ partitionIndex: partition, currentLeaderEpoch: -1, timestamp });
    }
  }
  const found = new Map<string, Map<number, bigint>>();
  await Promise.all(
    [...byLeader].map(async ([leader, asked]) => {
      const list = [...asked].map(([name, partitions]) => ({ name, partitions }));
      const answer = await cluster.askAt(leader, listOffsets, -1, isolation === "all" ? 0 : 1, list);
      for (const { name, partitions } of answer.topics)
        for (const { partitionIndex, errorCode, offset } of partitions) {
          if (errorCode !== 0) continue;
          const offsets = found.get(name) ?? new Map<number, bigint>();
          found.set(name, offsets);
          offsets.set(partitionIndex, offset);
        }
    }),
  );
  return found;
}

/**
 * Of one topic, asked again while a leader is being chosen.
 * @throws BrokerError `missing`, `denied`, `closed`
 */
export async function offsetsOfTopic(
  cluster: Cluster,
  topic: string,
  moment: Moment,
  only?: readonly number[],
  isolation: Isolation = "all",
): Promise<Offsets> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const info = await cluster.topic(topic);
    const partitions = info.partitions.filter(({ partition }) => !only || only.includes(partition));
    const missing = only?.find((partition) => !partitions.some((each) => each.partition === partition));
    if (missing !== undefined) throw problem(3, { topic, partition: missing });
    const offsets =
      (await offsetsOf(cluster, [{ ...info, partitions }], moment, isolation)).get(topic) ?? new Map<number, bigint>();
    if (offsets.size === partitions.length) return offsets;
    if (Date.now() > deadline) throw problem(6, { topic });
    await pause(100, neverStops);
  }
}

/** Whether it only says that something is gone or away. */
export function isAway(error: unknown): error is BrokerError {
  return error instanceof BrokerError && (error.kind === "closed" || error.kind === "unreachable");
}

const neverStops = new AbortController().signal;
