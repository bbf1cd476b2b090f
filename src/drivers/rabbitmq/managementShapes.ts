/** The answers of the management API that we use, read with care: what is absent or malformed is undefined. */
import { flagAt, numberAt, recordAt, recordsAt, textAt, textsAt, wordAt, type JsonRecord } from "./json.ts";

export interface Overview {
  readonly product: string;
  readonly version: string;
  readonly cluster: string | undefined;
  /** Plugins may add some. */
  readonly exchangeTypes: readonly string[];
  /** The broker was told not to collect statistics. */
  readonly statisticsOff: boolean;
}

export interface Identity {
  readonly name: string;
  readonly tags: readonly string[];
}

export interface VhostInfo {
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly defaultQueueType: string | undefined;
  readonly tracing: boolean;
  /** Node → "running", "stopped" … */
  readonly states: Readonly<Record<string, string>>;
}

export interface QueueInfo {
  readonly vhost: string;
  readonly name: string;
  /** "classic", "quorum", "stream" … */
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** Belongs to one connection: nobody else may use it. */
  readonly exclusive: boolean;
  readonly arguments: JsonRecord;
  /** "running", "live", "idle", "flow", "down", "crashed", "stopped", "minority" … */
  readonly state: string | undefined;
  readonly node: string | undefined;
  readonly members: readonly string[];
  readonly online: readonly string[];
  readonly policy: string | undefined;
  readonly operatorPolicy: string | undefined;
  /** What the policies set, without the `x-` of arguments. */
  readonly policyDefinition: JsonRecord;
  readonly ready: number | undefined;
  readonly unacked: number | undefined;
  readonly consumerCount: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
  /** Bytes of all bodies. */
  readonly messageBytes: number | undefined;
  /** ISO 8601, or as the broker writes it. */
  readonly idleSince: string | undefined;
  readonly consumers: readonly ConsumerInfo[];
}

export interface ConsumerInfo {
  readonly tag: string;
  /** Host and port of the client, where known. */
  readonly peer: string | undefined;
  readonly connection: string | undefined;
  readonly channel: string | undefined;
  readonly user: string | undefined;
  readonly ackRequired: boolean;
  readonly exclusive: boolean;
  readonly prefetch: number | undefined;
  /** undefined where the broker does not tell. */
  readonly active: boolean | undefined;
  readonly status: string | undefined;
  readonly arguments: JsonRecord;
}

export interface ExchangeInfo {
  readonly vhost: string;
  /** Empty for the default exchange. */
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: JsonRecord;
  readonly policy: string | undefined;
  readonly policyDefinition: JsonRecord;
}

export interface BindingInfo {
  readonly vhost: string;
  readonly source: string;
  readonly destination: string;
  readonly destinationType: string;
  readonly key: string;
  readonly arguments: JsonRecord;
  /** The broker's own name for this binding among those of the same two ends. */
  readonly propertiesKey: string;
}

/** @returns undefined when this is not the overview of a RabbitMQ-like broker */
export function readOverview(json: JsonRecord): Overview | undefined {
  const version = textAt(json, "rabbitmq_version") ?? textAt(json, "product_version");
  if (version === undefined) return undefined;
  const cluster = textAt(json, "cluster_name") ?? textAt(json, "node");
  return {
    product: textAt(json, "product_name") ?? "RabbitMQ",
    version: textAt(json, "product_version") ?? version,
    cluster,
    exchangeTypes: recordsAt(json, "exchange_types").flatMap((type) => textAt(type, "name") ?? []),
    statisticsOff: flagAt(json, "disable_stats"),
  };
}

export function readIdentity(json: JsonRecord): Identity {
  const tags = textAt(json, "tags")?.split(",") ?? textsAt(json, "tags");
  return { name: textAt(json, "name") ?? "", tags: tags.map((tag) => tag.trim()).filter((tag) => tag !== "") };
}

export function readVhost(json: JsonRecord): VhostInfo | undefined {
  const name = textAt(json, "name");
  if (name === undefined) return undefined;
  const states = Object.entries(recordAt(json, "cluster_state")).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return {
    name,
    description: wordAt(json, "description"),
    tags: textsAt(json, "tags"),
    defaultQueueType: wordAt(json, "default_queue_type"),
    tracing: flagAt(json, "tracing"),
    states: Object.fromEntries(states),
  };
}

/** What {@link readQueue} needs at least, for `columns=`. */
export const queueColumns = "name,type,durable,auto_delete,exclusive,arguments,state,node,leader";

/** All of it but the consumers: a third less work for the broker than to tell all it knows of a queue. */
export const queueRowColumns = `${queueColumns},members,online,policy,operator_policy,effective_policy_definition,messages_ready,messages_unacknowledged,consumers,memory,message_bytes,idle_since`;

export function readQueue(json: JsonRecord, vhost: string): QueueInfo | undefined {
  const name = textAt(json, "name");
  if (name === undefined) return undefined;
  const args = recordAt(json, "arguments");
  return {
    vhost,
    name,
    // Not told by brokers older than 3.8, nor by every other broker.
    type: textAt(json, "type") ?? textAt(args, "x-queue-type") ?? "classic",
    durable: flagAt(json, "durable"),
    autoDelete: flagAt(json, "auto_delete"),
    exclusive: flagAt(json, "exclusive"),
    arguments: args,
    members: textsAt(json, "members"),
    online: textsAt(json, "online"),
    policy: wordAt(json, "policy"),
    operatorPolicy: wordAt(json, "operator_policy"),
    policyDefinition: recordAt(json, "effective_policy_definition"),
    consumers: recordsAt(json, "consumer_details").flatMap((consumer) => readConsumer(consumer) ?? []),
    state: wordAt(json, "state"),
    node: wordAt(json, "leader") ?? wordAt(json, "node"),
    ready: numberAt(json, "messages_ready"),
    unacked: numberAt(json, "messages_unacknowledged"),
    consumerCount: numberAt(json, "consumers"),
    memory: numberAt(json, "memory"),
    messageBytes: numberAt(json, "message_bytes"),
    idleSince: wordAt(json, "idle_since"),
  };
}

export function readExchange(json: JsonRecord, vhost: string): ExchangeInfo | undefined {
  const name = textAt(json, "name");
  if (name === undefined) return undefined;
  return {
    vhost,
    name,
    type: textAt(json, "type") ?? "direct",
    durable: flagAt(json, "durable"),
    autoDelete: flagAt(json, "auto_delete"),
    internal: flagAt(json, "internal"),
    arguments: recordAt(json, "arguments"),
    policy: wordAt(json, "policy"),
    policyDefinition: recordAt(json, "effective_policy_definition"),
  };
}

export function readBinding(json: JsonRecord, vhost: string): BindingInfo | undefined {
  const source = textAt(json, "source");
  const destination = textAt(json, "destination");
  if (source === undefined || destination === undefined) return undefined;
  const key = textAt(json, "routing_key") ?? "";
  return {
    vhost,
    source,
    destination,
    destinationType: textAt(json, "destination_type") ?? "queue",
    key,
    arguments: recordAt(json, "arguments"),
    propertiesKey: textAt(json, "properties_key") ?? (key === "" ? "~" : key),
  };
}

function readConsumer(json: JsonRecord): ConsumerInfo | undefined {
  const tag = textAt(json, "consumer_tag");
  if (tag === undefined) return undefined;
  const channel = recordAt(json, "channel_details");
  const host = wordAt(channel, "peer_host");
  const port = numberAt(channel, "peer_port");
  return {
    tag,
    ackRequired: flagAt(json, "ack_required"),
    exclusive: flagAt(json, "exclusive"),
    arguments: recordAt(json, "arguments"),
    peer: host === undefined ? undefined : port === undefined ? host : `${host}:${port}`,
    connection: wordAt(channel, "connection_name"),
    channel: wordAt(channel, "name"),
    user: wordAt(channel, "user"),
    prefetch: numberAt(json, "prefetch_count"),
    active: typeof json["active"] === "boolean" ? json["active"] : undefined,
    status: wordAt(json, "activity_status"),
  };
}
