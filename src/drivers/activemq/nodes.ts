/** What the broker told about its things, as nodes of the tree. */
import { t } from "@vscode/l10n";
import type { Counts, Fact, Node, Verb } from "../../broker/contract.ts";
import type { QueueInfo, SubscriberInfo, TopicInfo } from "./management.ts";
import { formatNodeId, type FolderRef } from "./nodeId.ts";

/** @param pinning whether names are pinned instead of listed */
export function folderNode(kind: FolderRef["kind"], pinning: boolean, count?: number): Node {
  const names = { queues: t("Queues"), topics: t("Topics"), addresses: t("Addresses") } as const;
  return {
    id: formatNodeId({ kind }),
    kind,
    name: names[kind],
    ...(count === undefined ? {} : { detail: count.toLocaleString("en") }),
    verbs: pinning ? ["pin"] : ["create"],
    expandable: true,
  };
}

export function queueNode(queue: QueueInfo): Node {
  const { ref, deadLetters, ready, inFlight, scheduled, consumers, paused } = queue;
  const counts: Counts = {
    ...(ready === undefined ? {} : { ready }),
    ...(inFlight === undefined ? {} : { unacked: inFlight }),
    ...(consumers === undefined ? {} : { consumers }),
  };
  const number = (value: number): string => value.toLocaleString("en");
  const detail = [
    ...(deadLetters ? [t("dead letters")] : []),
    ...(ref.routing === "multicast" ? [t("subscription of {address}", { address: ref.address })] : []),
    ...(ref.routing === "anycast" && ref.address !== ref.name ? [t("of {address}", { address: ref.address })] : []),
    ...(ready === undefined ? [] : [t("{count} ready", { count: number(ready) })]),
    ...(inFlight ? [t("{count} unacked", { count: number(inFlight) })] : []),
    ...(scheduled ? [t("{count} scheduled", { count: number(scheduled) })] : []),
    ...(consumers ? [consumers === 1 ? t("1 consumer") : t("{count} consumers", { count: consumers })] : []),
  ];
  return {
    id: formatNodeId(ref),
    kind: "queue",
    variant: deadLetters ? "dead-letters" : ref.routing,
    name: ref.name,
    ...(detail.length === 0 ? {} : { detail: detail.join(" · ") }),
    facts: rows([
      [t("Address"), ref.address === ref.name ? undefined : ref.address],
      [t("Routing"), ref.routing === "multicast" ? t("multicast: each queue of the address gets a copy") : undefined],
      [t("Holds dead letters"), deadLetters ? t("yes") : undefined],
      [t("Ready"), ready?.toString()],
      [t("Unacked"), inFlight?.toString()],
      [t("Consumers"), consumers?.toString()],
      ...queue.facts.map((fact) => [fact.label, fact.value] as const),
    ]),
    ...(Object.keys(counts).length === 0 ? {} : { counts }),
    verbs: queueVerbs(deadLetters),
    // A queue browser: both brokers only copy what is there.
    traceless: true,
    expandable: true,
    live: true,
    ...(paused === true ? { warning: t("paused") } : {}),
  };
}

export function topicNode(topic: TopicInfo): Node {
  const { ref, routing, subscribers } = topic;
  const isMulticast = routing === undefined || routing.includes("multicast");
  const many =
    ref.kind === "topic"
      ? subscribers === 1
        ? t("1 subscriber")
        : t("{count} subscribers", { count: subscribers ?? 0 })
      : subscribers === 1
        ? t("1 queue")
        : t("{count} queues", { count: subscribers ?? 0 });
  const detail = [
    ...(ref.kind === "address" && routing ? [routing.join(", ")] : []),
    ...(subscribers === undefined ? [] : [many]),
  ];
  return {
    id: formatNodeId(ref),
    kind: ref.kind,
    ...(ref.kind === "address" ? { variant: isMulticast ? "multicast" : "anycast" } : {}),
    name: ref.name,
    ...(detail.length === 0 ? {} : { detail: detail.join(" · ") }),
    facts: rows([
      [t("Routing"), routing?.join(", ")],
      [ref.kind === "topic" ? t("Subscribers") : t("Queues"), subscribers?.toString()],
      ...topic.facts.map((fact) => [fact.label, fact.value] as const),
    ]),
    verbs: [
      "publish",
      ...(isMulticast ? (["tap"] as const) : []),
      ...(ref.kind === "address" ? (["create"] as const) : []),
      "delete",
    ],
    expandable: true,
    live: true,
  };
}

export function subscriberNode(subscriber: SubscriberInfo): Node {
  const { ref, durable, active, pending, facts } = subscriber;
  const shown = durable ? (JSON.parse(ref.name) as { clientId: string; subscription: string }) : undefined;
  const connection = facts.find(({ label }) => label === t("Connection"))?.value;
  const detail = [
    ...(durable ? [active ? t("durable") : t("durable, not connected")] : []),
    ...(pending ? [t("{count} pending", { count: pending.toLocaleString("en") })] : []),
    ...(connection === undefined ? [] : [connection]),
  ];
  return {
    id: formatNodeId(ref),
    kind: ref.kind,
    name: shown
      ? t("{subscription} of {client}", { subscription: shown.subscription, client: shown.clientId })
      : ref.name,
    ...(detail.length === 0 ? {} : { detail: detail.join(" · ") }),
    facts,
    verbs: durable && !active ? ["delete"] : [],
    expandable: false,
  };
}

/** One that cannot be looked at: only its name is known. */
export function pinnedNode(ref: QueueInfo["ref"] | TopicInfo["ref"]): Node {
  const verbs: readonly Verb[] =
    ref.kind === "queue" ? ["publish", "browse", "consume", "unpin"] : ["publish", "tap", "unpin"];
  return { id: formatNodeId(ref), kind: ref.kind, name: ref.name, verbs, traceless: true, expandable: false };
}

function queueVerbs(deadLetters: boolean): readonly Verb[] {
  return ["publish", "browse", "consume", ...(deadLetters ? (["retry"] as const) : []), "purge", "delete"];
}

function rows(all: readonly (readonly [label: string, value: string | undefined])[]): readonly Fact[] {
  return all.flatMap(([label, value]) => (value === undefined || value === "" ? [] : [{ label, value }]));
}
