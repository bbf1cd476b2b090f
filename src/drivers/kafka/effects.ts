/** What a verb will change, in sentences. */
import { t } from "@vscode/l10n";
import type { Effect, Node, Verb } from "../../broker/contract.ts";
import { sentenceOf } from "../../broker/errors.ts";
import { textOf, type Values } from "../../broker/form.ts";
import type { Cluster } from "./cluster.ts";
import { moveText, plannedMoves } from "./groupActs.ts";
import { groupWithPositions, listAllGroups, describeAll } from "./groups.ts";
import { parseNodeId } from "./nodeId.ts";
import { offsetsOfTopic } from "./offsets.ts";
import { countOfTargets, purgeTargets } from "./topicActs.ts";
import { partitionsOf } from "./watch.ts";

export async function effectsOf(cluster: Cluster, node: Node, verb: Verb, values: Values): Promise<readonly Effect[]> {
  const ref = parseNodeId(node.id);
  if (!ref) return [];
  switch (verb) {
    case "publish":
      return [
        info(t("The message is written to the log of one partition and confirmed by all replicas that are in sync.")),
      ];
    case "tap":
      return [
        info(t("You read from the present end on, without a consumer group. The broker keeps nothing about it.")),
      ];
    case "browse":
      return [
        info(
          t("You read without a consumer group and commit nothing: it leaves no trace, and the topic stays as it is."),
        ),
      ];
    case "consume":
      return [
        info(
          t(
            "You read in a temporary consumer group of your own: other groups do not notice, and the topic keeps every message.",
          ),
        ),
        notice(
          t(
            "The group is in the list of groups while you consume, and is deleted when the panel is closed. After a crash of VS Code it stays there without members until the broker forgets it (offsets.retention.minutes, 7 days by default).",
          ),
        ),
      ];
    case "create":
      return [info(t("The topic is made with the cluster's defaults where a field is empty."))];
    case "configure":
      return [
        notice(t("A shorter retention deletes old messages soon, for everyone.")),
        notice(t("More partitions change where keys go: messages of one key may then stand in two partitions.")),
      ];
    case "purge":
      return ref.kind === "topic" || ref.kind === "partition"
        ? purge(cluster, ref.topic, ref.kind === "partition" ? [ref.partition] : partitionsOf(values), values)
        : [];
    case "delete":
      if (ref.kind === "topic") return deleteTopic(cluster, ref.topic);
      return ref.kind === "group" ? deleteGroup(cluster, ref.group) : [];
    case "reset":
      return ref.kind === "group" ? reset(cluster, ref.group, values) : [];
    case "bind":
    case "retry":
    case "pin":
    case "unpin":
      return [];
    default:
      return verb satisfies never;
  }
}

async function purge(
  cluster: Cluster,
  topic: string,
  only: readonly number[] | undefined,
  values: Values,
): Promise<readonly Effect[]> {
  const targets = await purgeTargets(cluster, topic, only, values);
  const count = countOfTargets(targets).toLocaleString("en");
  const groups = await readers(cluster, topic);
  const what =
    textOf(values, "offset") === ""
      ? t("Up to {count} records of “{topic}” will be gone for good, for everyone.", { count, topic })
      : t("{count} records of “{topic}” before that offset will be gone for good, for everyone.", { count, topic });
  return [
    danger(what),
    ...(groups.length === 0
      ? []
      : [
          notice(
            t("Consumer groups that read this topic ({groups}) miss what they have not read yet.", {
              groups: groups.join(", "),
            }),
          ),
        ]),
  ];
}

async function deleteTopic(cluster: Cluster, topic: string): Promise<readonly Effect[]> {
  const [begins, ends] = await Promise.all([
    offsetsOfTopic(cluster, topic, "earliest"),
    offsetsOfTopic(cluster, topic, "latest"),
  ]);
  const count = [...ends].reduce((sum, [partition, end]) => sum + end - (begins.get(partition) ?? end), 0n);
  const groups = await readers(cluster, topic);
  return [
    danger(
      t("The topic “{topic}” with {count} messages will be gone for good, for everyone.", {
        topic,
        count: count.toLocaleString("en"),
      }),
    ),
    ...(groups.length === 0
      ? []
      : [danger(t("Consumer groups read it now: {groups}.", { groups: groups.join(", ") }))]),
    notice(t("Where the brokers make topics by themselves, the next client that uses the name makes an empty one.")),
  ];
}

async function deleteGroup(cluster: Cluster, group: string): Promise<readonly Effect[]> {
  const { info: found, positions } = await groupWithPositions(cluster, group);
  return [
    danger(
      t(
        "The group forgets what it has read ({count} partitions). When it comes back it begins where its client says: at the beginning, or with what is new.",
        { count: positions.length },
      ),
    ),
    ...(found.members.length === 0
      ? []
      : [
          notice(
            t("It has {count} members now: Kafka refuses this until they are gone.", { count: found.members.length }),
          ),
        ]),
  ];
}

async function reset(cluster: Cluster, group: string, values: Values): Promise<readonly Effect[]> {
  try {
    const { moves, members } = await plannedMoves(cluster, group, values);
    const shown = moves.slice(0, 12).map(moveText);
    return [
      ...(moves.length === 0
        ? [info(t("With these values nothing changes: the group is there already."))]
        : [
            danger(
              t("The group goes on elsewhere: {list}.", { list: shown.join(" · ") + (moves.length > 12 ? " …" : "") }),
            ),
          ]),
      ...(members === 0
        ? []
        : [notice(t("It has {count} members now: Kafka refuses this until they are gone.", { count: members }))]),
    ];
  } catch (error) {
    return [notice(sentenceOf(error))];
  }
}

/** Groups with members that read a topic now; nothing where that may not be asked. */
async function readers(cluster: Cluster, topic: string): Promise<readonly string[]> {
  try {
    const groups = (await listAllGroups(cluster)).filter(({ state }) => state !== "Empty" && state !== "Dead");
    const infos = await describeAll(
      cluster,
      groups.slice(0, 200).map(({ group }) => group),
    );
    return infos
      .filter(({ members }) => members.some(({ assigned }) => assigned.has(topic)))
      .map(({ group }) => group)
      .slice(0, 10);
  } catch {
    return [];
  }
}

function info(sentence: string): Effect {
  return { severity: "info", sentence };
}

function notice(sentence: string): Effect {
  return { severity: "notice", sentence };
}

function danger(sentence: string): Effect {
  return { severity: "danger", sentence };
}
