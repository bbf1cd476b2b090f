import { t } from "@vscode/l10n";
import type { Channel } from "amqplib";
import type { Fact, Node, Subscription, WatchOptions } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { tableOf, textOf, type Values } from "../../broker/form.ts";
import { Browse } from "./browse.ts";
import { closeChannel, watchChannel, type Link } from "./connect.ts";
import { Consumer, type Source } from "./consumer.ts";
import type { Links } from "./links.ts";
import { parseNodeId, type NodeRef } from "./nodeId.ts";
import { settleTerms } from "./settleTerms.ts";
import type { QueueBinding, Topology } from "./topologyContract.ts";
import { checkedKey, toTable } from "./wire.ts";

/**
 * Attaches a temporary consumer.
 * @throws BrokerError
 */
export async function watch(
  node: Node,
  options: WatchOptions,
  links: Links,
  topology: Topology,
): Promise<Subscription> {
  const { mode, values = {} } = options;
  const ref = parseNodeId(node.id);
  if (mode === "tap" && ref?.kind === "exchange" && ref.name === "") throw cannotTapDefault();
  if (!node.verbs.includes(mode) || (ref?.kind !== "queue" && ref?.kind !== "exchange")) {
    throw new BrokerError("unsupported", t("“{name}” cannot be watched in this way.", { name: node.name }));
  }
  const window = Math.min(Math.max(1, Math.trunc(options.window)), largestPrefetch);
  const request: Request = { ref, node, window, values, links, topology, untilEmpty: options.untilEmpty === true };
  switch (mode) {
    case "tap":
      return tap(request);
    case "browse":
      return browse(request);
    case "consume":
      return consume(request);
    default:
      return mode satisfies never;
  }
}

interface Request {
  readonly ref: Extract<NodeRef, { readonly kind: "queue" | "exchange" }>;
  readonly node: Node;
  readonly window: number;
  readonly values: Values;
  readonly untilEmpty: boolean;
  readonly links: Links;
  readonly topology: Topology;
}

// The protocol has 16 bits for it.
const largestPrefetch = 65_535;
const defaultLimit = 100;
const leastKept = 1000;

async function consume({ ref, window, untilEmpty, links, topology }: Request): Promise<Subscription> {
  const [link, queue] = await Promise.all([links.get("consuming", ref.vhost), topology.knownQueue(ref)]);
  const options = { window, settling: "hand", terms: settleTerms(queue, link.server) } as const;
  return Consumer.open(link, options, async (channel) => {
    const source = { queue: ref.name, facts: [] };
    return untilEmpty ? { ...source, most: (await channel.checkQueue(ref.name)).messageCount } : source;
  });
}

async function tap(request: Request): Promise<Subscription> {
  const { ref, window, links } = request;
  const isShadow = ref.kind === "queue";
  const bindings = isShadow ? await shadowBindings(request) : [exchangeBinding(request)];
  const link = await links.get("consuming", ref.vhost);
  let made: string | undefined;
  const prepare = async (channel: Channel): Promise<Source> => {
    const queue = (made = await temporaryQueue(channel, window));
    for (const { source, key, arguments: args } of bindings) {
      await channel.bindQueue(queue, source, key, toTable(args, "arguments"));
    }
    const facts: Fact[] = [{ label: t("Temporary queue"), value: queue }];
    for (const binding of bindings) facts.push({ label: t("Bound to"), value: bindingText(binding) });
    if (isShadow) {
      const value = t("What is published straight to the queue, through the default exchange.");
      facts.push({ label: t("Not seen"), value });
    }
    return { queue, facts };
  };
  try {
    return await Consumer.open(link, { window, settling: "pulled" }, prepare);
  } catch (error) {
    if (made !== undefined) await removeQueue(link, made);
    throw error;
  }
}

function exchangeBinding({ ref, node, values }: Request): QueueBinding {
  // Without a key everything, where a key can say so.
  const isPattern = node.variant === undefined || node.variant === "topic";
  const key = values["key"] === undefined && isPattern ? "#" : textOf(values, "key");
  return { source: ref.name, key: checkedKey(key), arguments: tableOf(values, "arguments") };
}

async function shadowBindings({ ref, topology }: Request): Promise<readonly QueueBinding[]> {
  const bindings = await topology.bindingsOf(ref);
  const own = bindings.filter(({ source }) => source !== "");
  if (own.length > 0) return own;
  throw new BrokerError(
    "unsupported",
    t(
      "The queue “{name}” is bound to no exchange: what is published straight to it cannot be copied. Browse it instead.",
      {
        name: ref.name,
      },
    ),
  );
}

/** It ends with its last consumer or its connection, whichever is first. */
async function temporaryQueue(channel: Channel, window: number): Promise<string> {
  const { queue } = await channel.assertQueue("", {
    exclusive: true,
    autoDelete: true,
    durable: false,
    arguments: {
      // Named, because a virtual host may have another default.
      "x-queue-type": "classic",
      "x-max-length": Math.max(window, leastKept),
      "x-overflow": "drop-head",
    },
  });
  return queue;
}

/** One that never had a consumer stays until its connection ends. */
async function removeQueue(link: Link, queue: string): Promise<void> {
  try {
    const channel = await link.model.createChannel();
    watchChannel(channel);
    await channel.deleteQueue(queue);
    await closeChannel(channel);
  } catch {
    // The connection is gone, and the queue with it.
  }
}

function bindingText({ source, key, arguments: args }: QueueBinding): string {
  if (args.length === 0) return t("{source} with key “{key}”", { source, key });
  return t("{source} with key “{key}” and {count} header arguments", { source, key, count: args.length });
}

async function browse({ ref, node, window, values, links, topology }: Request): Promise<Subscription> {
  // As it is now: another one may have taken the name since it was listed.
  const known = await topology.knownQueue(ref);
  if ((known.type ?? node.variant) !== "stream") {
    const limit = browseLimit(textOf(values, "limit"));
    // An auto-delete queue goes with its last consumer; getting makes none.
    const how = known.autoDelete === false ? "consume" : "get";
    return Browse.open(await links.get("consuming", ref.vhost), ref.name, limit, how);
  }
  const first = streamOffset(textOf(values, "offset"));
  const link = await links.get("consuming", ref.vhost);
  const options = {
    window,
    settling: "pulled",
    arguments: (after: string | undefined) => ({
      "x-stream-offset": after === undefined ? first : { "!": "int64", value: BigInt(after) + 1n },
    }),
  } as const;
  return Consumer.open(link, options, async () => ({ queue: ref.name, facts: [] }));
}

function browseLimit(text: string): number {
  if (text === "") return defaultLimit;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= largestPrefetch) return limit;
  throw new BrokerError("invalid", t("The number of messages has to be from 1 to {max}.", { max: largestPrefetch }), {
    field: "limit",
  });
}

/** `first`, `last`, `next`, an offset, a time, or a span of time such as 30m (RabbitMQ's own notation). */
function streamOffset(text: string): unknown {
  if (text === "") return "first";
  if (/^(first|last|next|\d+[YMDhms])$/.test(text)) return text;
  if (/^\d{1,18}$/.test(text)) return { "!": "int64", value: BigInt(text) };
  const time = /^\d{4}-/.test(text) ? Date.parse(text) : NaN;
  if (time >= 0) return { "!": "timestamp", value: BigInt(Math.floor(time / 1000)) };
  throw new BrokerError(
    "invalid",
    t(
      "“{text}” is no place in a stream. Write first, last, next, an offset, a time such as 2026-01-31T12:00:00Z, or a span such as 30m.",
      { text },
    ),
    { field: "offset" },
  );
}

function cannotTapDefault(): BrokerError {
  return new BrokerError(
    "unsupported",
    t(
      "The default exchange cannot be bound, so it cannot be tapped. Browse the queue, or tap the exchange that its messages come from.",
    ),
  );
}
