import { t } from "@vscode/l10n";
import type { Node, Verb } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Exchange, MemoryBroker } from "./memoryBroker.ts";
import type { Consumer, Queue } from "./queue.ts";
import type { Binding } from "./routing.ts";

/** The nodes below `parent`, all of them. */
export function childrenOf(broker: MemoryBroker, parent: Node | undefined): readonly Node[] {
  if (!parent) return [folder("exchanges", t("Exchanges")), folder("queues", t("Queues"))];
  switch (parent.kind) {
    case "exchanges":
      return [...broker.exchanges.values()].map(exchangeNode);
    case "queues":
      return [...broker.queues.values()].filter(({ options }) => options.exclusive !== true).map(queueNode);
    case "exchange":
      return broker.bindings.filter(({ exchange }) => exchange === parent.name).map(bindingNode);
    case "queue":
      return [
        ...broker.bindings.filter(({ queue }) => queue === parent.name).map(bindingNode),
        ...broker.queue(parent.name).consumers.map((consumer) => consumerNode(parent.name, consumer)),
      ];
    default:
      return [];
  }
}

/** The same node as it is now; undefined when it is gone. */
export function nodeNow(broker: MemoryBroker, node: Node): Node | undefined {
  switch (node.kind) {
    case "exchange": {
      const exchange = broker.exchanges.get(node.name);
      return exchange && exchangeNode(exchange);
    }
    case "queue": {
      const queue = broker.queues.get(node.name);
      return queue && queueNode(queue);
    }
    case "binding":
      return broker.bindings.map(bindingNode).find(({ id }) => id === node.id);
    case "consumer":
      return [...broker.queues.values()]
        .flatMap((queue) => queue.consumers.map((consumer) => consumerNode(queue.name, consumer)))
        .find(({ id }) => id === node.id);
    default:
      return node;
  }
}

/** @throws BrokerError `missing` */
export function bindingOf(broker: MemoryBroker, node: Node): Binding {
  const binding = broker.bindings.find((each) => bindingNode(each).id === node.id);
  if (!binding) throw new BrokerError("missing", t("This binding is gone."));
  return binding;
}

export function exchangeNode(exchange: Exchange): Node {
  const { name, type, durable, args } = exchange;
  const own: readonly Verb[] = name.startsWith("amq.") ? [] : ["delete"];
  return {
    id: `exchange:${name}`,
    kind: "exchange",
    variant: type,
    name,
    detail: type,
    facts: [{ label: t("Durable"), value: durable ? t("yes") : t("no") }, ...argumentFacts(args)],
    verbs: ["publish", "tap", "bind", ...own],
    expandable: true,
  };
}

export function queueNode(queue: Queue): Node {
  const { name, options, ready, unacked, consumers } = queue;
  const counts = { ready: ready.length, unacked: unacked.size, consumers: consumers.length };
  return {
    id: `queue:${name}`,
    kind: "queue",
    variant: options.type,
    name,
    detail: t("{ready} ready · {unacked} unacked", { ready: counts.ready, unacked: counts.unacked }),
    facts: [{ label: t("Durable"), value: options.durable ? t("yes") : t("no") }, ...argumentFacts(options.args)],
    counts,
    verbs: queue.isStream
      ? ["publish", "tap", "browse", "bind", "delete"]
      : ["publish", "tap", "browse", "consume", "bind", "purge", "delete"],
    ...(queue.isStream && { traceless: true }),
    expandable: true,
    live: true,
  };
}

export function bindingNode(binding: Binding): Node {
  const { exchange, queue, key, args } = binding;
  return {
    id: `binding:${JSON.stringify(binding)}`,
    kind: "binding",
    name: `${exchange} → ${queue}`,
    detail: key,
    facts: argumentFacts(args),
    verbs: ["delete"],
    expandable: false,
  };
}

function consumerNode(queue: string, { tag, window }: Consumer): Node {
  return {
    id: `consumer:${queue}:${tag}`,
    kind: "consumer",
    name: tag,
    detail: t("prefetch {window}", { window }),
    verbs: [],
    expandable: false,
  };
}

function folder(kind: "exchanges" | "queues", name: string): Node {
  return { id: kind, kind, name, verbs: ["create"], expandable: true };
}

function argumentFacts(args: Exchange["args"]): { label: string; value: string }[] {
  return args.map(({ name, value }) => ({
    label: name,
    value: "value" in value ? value.value : JSON.stringify(value),
  }));
}
