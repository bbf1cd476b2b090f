/** What the broker told about its things, as nodes of the tree. */
import { t } from "@vscode/l10n";
import type { Counts, Fact, Node, Verb } from "../../broker/contract.ts";
import { argumentsLine, describeArgument, settingOf } from "./arguments.ts";
import type { JsonRecord } from "./json.ts";
import type { BindingInfo, ConsumerInfo, ExchangeInfo, Overview, QueueInfo, VhostInfo } from "./managementShapes.ts";
import { formatNodeId } from "./nodeId.ts";

export function vhostNode(vhost: VhostInfo, overview?: Overview): Node {
  const notRunning = Object.values(vhost.states).find((state) => state !== "running");
  return {
    id: formatNodeId({ kind: "vhost", vhost: vhost.name }),
    kind: "vhost",
    name: vhost.name,
    ...(vhost.description === undefined || vhost.name === "/" ? {} : { detail: vhost.description }),
    facts: facts([
      [t("Description"), vhost.description],
      [t("Broker"), overview && `${overview.product} ${overview.version}`],
      [t("Cluster"), overview?.cluster],
      [t("Default queue type"), vhost.defaultQueueType],
      [t("Tags"), vhost.tags.join(", ")],
      [t("Tracing"), vhost.tracing ? t("on") : undefined],
      ...Object.entries(vhost.states).map(([node, state]): Row => [node, state]),
    ]),
    verbs: ["create"],
    expandable: true,
    ...(notRunning === undefined ? {} : { warning: notRunning }),
  };
}

/** @param count how many there are, where that is known */
export function folderNode(kind: "queues" | "exchanges", vhost: string, count?: number, verbs?: readonly Verb[]): Node {
  return {
    id: formatNodeId({ kind, vhost }),
    kind,
    name: kind === "queues" ? t("Queues") : t("Exchanges"),
    ...(count === undefined ? {} : { detail: String(count) }),
    verbs: verbs ?? ["create"],
    expandable: true,
    live: true,
  };
}

/** @param asked whether the broker was asked for counts: then one that is absent is called unknown */
export function queueNode(queue: QueueInfo, asked: boolean): Node {
  const counts: Counts = {
    ...(queue.ready === undefined ? {} : { ready: queue.ready }),
    ...(queue.unacked === undefined ? {} : { unacked: queue.unacked }),
    ...(queue.consumerCount === undefined ? {} : { consumers: queue.consumerCount }),
    ...(queue.messageBytes === undefined ? {} : { bytes: queue.messageBytes }),
  };
  const target = settingOf(queue, "dead-letter-exchange");
  const detail = [...queueCountParts(counts, asked), ...(typeof target === "string" ? [deadLetterPart(target)] : [])];
  return {
    id: formatNodeId({ kind: "queue", vhost: queue.vhost, name: queue.name }),
    kind: "queue",
    variant: queue.type,
    name: queue.name,
    ...(detail.length === 0 ? {} : { detail: detail.join(" · ") }),
    facts: queueFacts(queue),
    ...(Object.keys(counts).length === 0 ? {} : { counts }),
    verbs: queueVerbs(queue),
    ...(queue.type === "stream" && { traceless: true }),
    expandable: true,
    live: true,
    ...(isRunning(queue) ? {} : { warning: queue.state ?? "" }),
  };
}

/** Whether it answers: also `idle`, `flow` and what a listing without statistics calls `live`. */
export function isRunning({ state }: Pick<QueueInfo, "state">): boolean {
  return state === undefined || ["running", "live", "idle", "flow", "syncing"].includes(state);
}

export function exchangeNode(exchange: ExchangeInfo): Node {
  const { vhost, name, type, durable, autoDelete, internal } = exchange;
  const alternate = alternateOf(exchange);
  const flags = [
    type,
    ...(durable ? [t("durable")] : [t("transient")]),
    ...(autoDelete ? [t("auto-delete")] : []),
    ...(internal ? [t("internal")] : []),
  ];
  return {
    id: formatNodeId({ kind: "exchange", vhost, name }),
    kind: "exchange",
    variant: type,
    name: name === "" ? t("(default)") : name,
    detail: [...flags, ...(alternate === undefined ? [] : [t("else → {exchange}", { exchange: alternate })])].join(
      " · ",
    ),
    facts: facts([
      [t("About"), name === "" ? defaultExchangeSentence() : undefined],
      [t("Type"), type],
      [t("Durable"), yesNo(durable)],
      [t("Auto-delete"), yesNo(autoDelete)],
      [t("Internal"), internal ? t("yes: only other exchanges can publish to it") : yesNo(false)],
      [t("Alternate exchange"), alternate],
      [t("Policy"), exchange.policy],
      ...argumentRows(exchange.arguments),
    ]),
    verbs: exchangeVerbs(exchange),
    // Every queue is bound to it by its name: a list of all queues once more.
    expandable: name !== "",
  };
}

/** Where what nobody is bound for goes. */
export function alternateOf(exchange: Pick<ExchangeInfo, "arguments" | "policyDefinition">): string | undefined {
  const alternate = exchange.arguments["alternate-exchange"] ?? exchange.policyDefinition["alternate-exchange"];
  return typeof alternate === "string" ? alternate : undefined;
}

/** They share messages out among what is bound: a tap would take its share away from others. */
export function sharesOut(exchangeType: string | undefined): boolean {
  return ["x-consistent-hash", "x-random", "x-local-random", "x-modulus-hash"].includes(exchangeType ?? "");
}

export function defaultExchangeSentence(): string {
  return t("Every queue is bound to the default exchange by its own name. It cannot be bound, tapped or deleted.");
}

/** @param under the end of the binding that it is shown under */
export function bindingNode(binding: BindingInfo, under: "source" | "destination"): Node {
  const { vhost, source, destination, destinationType, key, propertiesKey } = binding;
  const id = formatNodeId({ kind: "binding", vhost, source, destinationType, destination, propertiesKey });
  const args = argumentsLine(binding.arguments);
  const parts = [
    ...(under === "source" && destinationType !== "queue" ? [destinationType] : []),
    ...(key === "" ? [] : [t("key {key}", { key })]),
    ...(args === "" ? [] : [args]),
  ];
  return {
    // The same binding stands under both of its ends; what reads ids takes no notice of more parts.
    id: under === "source" ? id : `${id}:to`,
    kind: "binding",
    variant: under === "source" ? destinationType : "exchange",
    name: under === "source" ? destination : source,
    ...(parts.length === 0 ? {} : { detail: parts.join(" · ") }),
    facts: facts([
      [t("From exchange"), source],
      [destinationType === "queue" ? t("To queue") : t("To exchange"), destination],
      [t("Routing key"), key === "" ? t("(empty)") : key],
      ...argumentRows(binding.arguments),
    ]),
    verbs: source === "" ? [] : ["delete"],
    expandable: false,
  };
}

export function consumerNode(consumer: ConsumerInfo, queue: QueueInfo): Node {
  const { tag, peer, prefetch, ackRequired, active, status } = consumer;
  const waiting = active === false;
  const detail = [
    ...(peer === undefined ? [] : [peer]),
    prefetch === undefined || prefetch === 0 ? t("no prefetch limit") : t("prefetch {prefetch}", { prefetch }),
    ackRequired ? t("acks") : t("no acks"),
    ...(waiting ? [t("waiting")] : []),
  ];
  return {
    id: formatNodeId({ kind: "consumer", vhost: queue.vhost, queue: queue.name, tag }),
    kind: "consumer",
    name: tag,
    detail: detail.join(" · "),
    facts: facts([
      [t("Consumer tag"), tag],
      [t("Client"), peer],
      [t("Connection"), consumer.connection],
      [t("Channel"), consumer.channel],
      [t("User"), consumer.user],
      [t("Prefetch"), prefetch === undefined ? undefined : String(prefetch)],
      [t("Acknowledges"), ackRequired ? yesNo(true) : t("no: a message counts as done when it is sent")],
      [t("Exclusive"), yesNo(consumer.exclusive)],
      [t("Active"), active === undefined ? undefined : yesNo(active)],
      [t("Status"), status],
      ...argumentRows(consumer.arguments),
    ]),
    verbs: [],
    expandable: false,
  };
}

/** "orders with key dead", as a fact says it. */
export function deadLetterTarget(queue: QueueInfo): string | undefined {
  const exchange = settingOf(queue, "dead-letter-exchange");
  if (typeof exchange !== "string") return undefined;
  const key = settingOf(queue, "dead-letter-routing-key");
  const name = exchange === "" ? t("the default exchange") : exchange;
  return typeof key === "string"
    ? t("{exchange} with key {key}", { exchange: name, key })
    : t("{exchange} with their own keys", { exchange: name });
}

function queueVerbs({ type, exclusive }: QueueInfo): readonly Verb[] {
  // The broker lets nobody but its owner do more with it.
  if (exclusive) return ["publish", "tap"];
  if (type === "stream") return ["publish", "tap", "browse", "bind", "delete"];
  return ["publish", "tap", "browse", "consume", "bind", "purge", "delete"];
}

function exchangeVerbs({ name, type, internal }: ExchangeInfo): readonly Verb[] {
  if (name === "") return ["publish"];
  const verbs: Verb[] = internal ? [] : ["publish"];
  if (!sharesOut(type)) verbs.push("tap");
  verbs.push("bind");
  if (!isReserved(name)) verbs.push("delete");
  return verbs;
}

/** The broker's own names. */
export function isReserved(name: string): boolean {
  return name.startsWith("amq.");
}

function queueFacts(queue: QueueInfo): readonly Fact[] {
  const number = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value));
  return facts([
    [t("Type"), queue.type],
    [t("Durable"), yesNo(queue.durable)],
    [t("Auto-delete"), yesNo(queue.autoDelete)],
    [t("Exclusive"), queue.exclusive ? t("yes: only the connection that made it can use it") : yesNo(false)],
    [t("State"), queue.state],
    [t("Ready"), number(queue.ready)],
    [t("Unacked"), number(queue.unacked)],
    [t("Consumers"), number(queue.consumerCount)],
    [t("Dead letters go to"), deadLetterTarget(queue)],
    ...argumentRows(queue.arguments),
    [t("Policy"), queue.policy],
    [t("Operator policy"), queue.operatorPolicy],
    ...Object.entries(queue.policyDefinition).map(([name, value]): Row => [
      t("{name} (by policy)", { name }),
      describeArgument(value),
    ]),
    [queue.members.length > 0 ? t("Leader") : t("Node"), queue.node],
    [t("Members"), queue.members.join(", ")],
    [t("Members online"), queue.online.length < queue.members.length ? queue.online.join(", ") : undefined],
    [t("Memory"), queue.memory === undefined ? undefined : bytes(queue.memory)],
    [t("Message bytes"), queue.messageBytes === undefined ? undefined : bytes(queue.messageBytes)],
    [t("Idle since"), queue.idleSince],
  ]);
}

/** "3 ready · 1 unacked", in parts. A row is short: of unacked and consumers it says only that there are some. */
export function queueCountParts({ ready, unacked, consumers }: Counts, asked: boolean): readonly string[] {
  const parts: string[] = [];
  if (ready !== undefined) parts.push(t("{count} ready", { count: ready.toLocaleString("en") }));
  else if (asked) parts.push(t("depth not known yet"));
  if (unacked) parts.push(t("{count} unacked", { count: unacked.toLocaleString("en") }));
  if (consumers) parts.push(consumers === 1 ? t("1 consumer") : t("{count} consumers", { count: consumers }));
  return parts;
}

function deadLetterPart(exchange: string): string {
  return `→ ${exchange === "" ? t("(default)") : exchange}`;
}

type Row = readonly [label: string, value: string | undefined];

function argumentRows(args: JsonRecord): readonly Row[] {
  return Object.entries(args).map(([name, value]): Row => [name, describeArgument(value)]);
}

/** Only what is known. */
function facts(rows: readonly Row[]): readonly Fact[] {
  return rows.flatMap(([label, value]) => (value === undefined || value === "" ? [] : [{ label, value }]));
}

function yesNo(value: boolean): string {
  return value ? t("yes") : t("no");
}

function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
  const step = count < 1 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), units.length - 1);
  const value = count / 1024 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step] ?? "B"}`;
}
