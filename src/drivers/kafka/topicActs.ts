/** What changes a topic. */
import { t } from "@vscode/l10n";
import type { Done } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { tableOf, textOf, type Values } from "../../broker/form.ts";
import type { Cluster } from "./cluster.ts";
import { problem } from "./failures.ts";
import { namedSettings } from "./forms.ts";
import { topicNode } from "./nodes.ts";
import { offsetsOfTopic } from "./offsets.ts";
import {
  alterConfigs,
  createPartitions,
  createTopics,
  deleteRecords,
  deleteTopics,
  describeConfigs,
} from "./requests.ts";

/** Milliseconds that the broker may take. */
const timeout = 20_000;
/** Of the protocol. */
const topicResource = 2 as const;
const set = 0;
const remove = 1;
type SettingChange =
  | { readonly name: string; readonly configOperation: typeof set; readonly value: string }
  | { readonly name: string; readonly configOperation: typeof remove };

/** Set for the topic itself, not inherited. */
const ownSource = 1;

export async function createTopic(cluster: Cluster, values: Values): Promise<Done> {
  const name = textOf(values, "name");
  if (name === "") throw new BrokerError("invalid", t("The topic needs a name."), { field: "name" });
  const settings = [...wantedSettings(values)].flatMap(([key, value]) => (value === "" ? [] : [{ name: key, value }]));
  const topic = {
    name,
    // -1 = the cluster's default.
    numPartitions: countOf(values, "partitions") ?? -1,
    replicationFactor: countOf(values, "replicas") ?? -1,
    assignments: [],
    configs: settings,
  };
  const answer = await cluster.ask(createTopics, [topic], timeout, false);
  const told = answer.topics[0];
  if (told && told.errorCode !== 0) {
    const error = problem(told.errorCode, { topic: name, said: told.errorMessage ?? null });
    const field = fieldOf(told.errorCode);
    throw field === undefined ? error : new BrokerError(error.kind, error.message, { cause: error, field });
  }
  const info = await untilKnown(cluster, name);
  return { sentence: t("The topic “{name}” was created.", { name }), node: topicNode(info) };
}

export async function configureTopic(cluster: Cluster, topic: string, values: Values): Promise<Done> {
  const { settings: before, own } = await settingsOf(cluster, topic);
  const info = await cluster.topic(topic);
  const changes: string[] = [];
  const partitions = countOf(values, "partitions");
  const count = info.partitions.length;
  if (partitions !== undefined && partitions < count)
    throw new BrokerError("invalid", t("A topic can only get more partitions: it has {count}.", { count }), {
      field: "partitions",
    });
  const configs: SettingChange[] = [];
  for (const [name, value] of wantedSettings(values)) {
    if (value !== "" && value !== before.get(name)) configs.push({ name, configOperation: set, value });
    else if (value === "" && own.has(name)) configs.push({ name, configOperation: remove });
  }
  if (configs.length > 0) {
    const resource = { resourceType: topicResource, resourceName: topic, configs };
    const answer = await cluster.ask(alterConfigs, [resource], false);
    const told = answer.responses[0];
    if (told && told.errorCode !== 0) {
      const error = problem(told.errorCode, { topic, said: told.errorMessage ?? null });
      const named = configs.find(({ name }) => told.errorMessage?.includes(name) === true)?.name;
      throw new BrokerError(error.kind, error.message, { cause: error, field: named ?? "settings" });
    }
    changes.push(...configs.map((each) => ("value" in each ? `${each.name} = ${each.value}` : each.name)));
  }
  if (partitions !== undefined && partitions > count) {
    const answer = await cluster.ask(
      createPartitions,
      [{ name: topic, count: partitions, assignments: null }],
      timeout,
      false,
    );
    const told = answer.results[0];
    if (told && told.errorCode !== 0) throw problem(told.errorCode, { topic, said: told.errorMessage ?? null });
    changes.push(t("{count} partitions", { count: partitions }));
  }
  return {
    sentence:
      changes.length === 0
        ? t("Nothing differs: “{topic}” is as it was.", { topic })
        : t("“{topic}” was changed: {changes}.", { topic, changes: changes.join(", ") }),
  };
}

export async function deleteTopic(cluster: Cluster, topic: string): Promise<Done> {
  const answer = await cluster.ask(deleteTopics, [{ name: topic }], timeout);
  const told = answer.responses[0];
  if (told && told.errorCode !== 0) throw problem(told.errorCode, { topic, said: told.errorMessage ?? null });
  return { sentence: t("The topic “{topic}” was deleted.", { topic }) };
}

/** Partition → the first offset that stays, of those where that changes something. @throws BrokerError */
export async function purgeTargets(
  cluster: Cluster,
  topic: string,
  only: readonly number[] | undefined,
  values: Values,
): Promise<ReadonlyMap<number, { readonly from: bigint; readonly to: bigint }>> {
  const text = textOf(values, "offset");
  if (text !== "" && !/^\d{1,19}$/.test(text))
    throw new BrokerError("invalid", t("An offset is a whole number, such as 1200."), { field: "offset" });
  const [begins, ends] = await Promise.all([
    offsetsOfTopic(cluster, topic, "earliest", only),
    offsetsOfTopic(cluster, topic, "latest", only),
  ]);
  const targets = new Map<number, { from: bigint; to: bigint }>();
  for (const [partition, end] of ends) {
    const from = begins.get(partition) ?? 0n;
    const wanted = text === "" ? end : BigInt(text);
    if (wanted > end)
      throw new BrokerError(
        "invalid",
        t("Partition {partition} ends before that: its next offset is {end}.", { partition, end: String(end) }),
        { field: "offset" },
      );
    if (wanted > from) targets.set(partition, { from, to: wanted });
  }
  return targets;
}

export async function purgeTopic(
  cluster: Cluster,
  topic: string,
  only: readonly number[] | undefined,
  values: Values,
): Promise<Done> {
  const targets = await purgeTargets(cluster, topic, only, values);
  const { partitions } = await cluster.topic(topic);
  const byLeader = new Map<number, { partitionIndex: number; offset: bigint }[]>();
  for (const [partition, { to }] of targets) {
    const leader = partitions.find((each) => each.partition === partition)?.leader ?? -1;
    if (leader < 0) throw problem(5, { topic, partition });
    const own = byLeader.get(leader) ?? [];
    byLeader.set(leader, own);
    own.push({ partitionIndex: partition, offset: to });
  }
  const answers = await Promise.all(
    [...byLeader].map(([leader, own]) =>
      cluster.askAt(leader, deleteRecords, [{ name: topic, partitions: own }], timeout),
    ),
  );
  for (const { topics } of answers)
    for (const { partitions: told } of topics)
      for (const { errorCode, partitionIndex } of told)
        if (errorCode !== 0) throw purgeProblem(errorCode, topic, partitionIndex);
  const count = countOfTargets(targets);
  return { sentence: t("{count} records of “{topic}” are gone.", { count: count.toLocaleString("en"), topic }) };
}

export function countOfTargets(targets: ReadonlyMap<number, { readonly from: bigint; readonly to: bigint }>): bigint {
  return [...targets.values()].reduce((sum, { from, to }) => sum + to - from, 0n);
}

/** All settings of a topic, and the names of those that are its own. @throws BrokerError */
export async function settingsOf(
  cluster: Cluster,
  topic: string,
): Promise<{ readonly settings: ReadonlyMap<string, string>; readonly own: ReadonlySet<string> }> {
  const resource = { resourceType: topicResource, resourceName: topic, configurationKeys: null };
  const answer = await cluster.ask(describeConfigs, [resource], false, false);
  const told = answer.results[0];
  if (!told || told.errorCode !== 0) throw problem(told?.errorCode ?? 3, { topic });
  return {
    settings: new Map(told.configs.map(({ name, value }) => [name, value ?? ""])),
    own: new Set(told.configs.filter(({ configSource }) => configSource === ownSource).map(({ name }) => name)),
  };
}

function purgeProblem(code: number, topic: string, partition: number): BrokerError {
  // A topic that is only compacted.
  if (code === 44)
    return new BrokerError(
      "unsupported",
      t(
        "“{topic}” is only compacted: Kafka deletes records up to an offset only where the cleanup policy has delete.",
        {
          topic,
        },
      ),
    );
  return problem(code, { topic, partition });
}

function wantedSettings(values: Values): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  for (const name of namedSettings) if (values[name] !== undefined) wanted.set(name, textOf(values, name));
  for (const { name, value } of tableOf(values, "settings")) {
    if (!("value" in value))
      throw new BrokerError("invalid", t("The setting “{name}” has to be a single value.", { name }), {
        field: "settings",
      });
    wanted.set(name, value.value);
  }
  return wanted;
}

function countOf(values: Values, field: string): number | undefined {
  const text = textOf(values, field);
  if (text === "") return undefined;
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1) return count;
  throw new BrokerError("invalid", t("This has to be a whole number of at least 1."), { field });
}

function fieldOf(code: number): string | undefined {
  switch (code) {
    case 17:
    case 36:
      return "name";
    case 37:
      return "partitions";
    case 38:
      return "replicas";
    case 40:
      return "settings";
    default:
      return undefined;
  }
}

/** Other brokers hear of a new topic a moment later. */
async function untilKnown(cluster: Cluster, name: string) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const [info] = await cluster.topics([name]);
    if (info && info.partitions.length > 0 && info.partitions.every(({ leader }) => leader >= 0)) return info;
    if (Date.now() > deadline) throw problem(5, { topic: name });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
