import { t } from "@vscode/l10n";
import type { Node, SettleTerms, Subscription, WatchOptions } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { tableOf, textOf, type Values } from "../../broker/form.ts";
import type { MemoryBroker } from "./memoryBroker.ts";
import type { Message, Queue } from "./queue.ts";
import type { Binding } from "./routing.ts";
import { BrowseSubscription, ConsumerSubscription } from "./subscriptions.ts";

/** What the private copy of a tap holds at most; the oldest is forgotten. */
const tapLength = "10000";

/** Attaches a temporary consumer. @throws BrokerError */
export function watch(broker: MemoryBroker, node: Node, options: WatchOptions): Subscription {
  const values = options.values ?? {};
  switch (options.mode) {
    case "tap":
      return tap(broker, node, options.window, values);
    case "browse":
      return browse(broker.queue(node.name), options.window, values);
    case "consume": {
      const queue = broker.queue(node.name);
      return new ConsumerSubscription(queue, broker.newName("consumer"), {
        window: options.window,
        settles: true,
        untilEmpty: options.untilEmpty === true,
        terms: settleTerms(queue),
      });
    }
    default:
      return options.mode satisfies never;
  }
}

function settleTerms(queue: Queue): SettleTerms {
  const { name } = queue;
  const exchange = queue.arg("x-dead-letter-exchange");
  return {
    says: {
      ack: t("Acknowledged: removed from “{name}” for everyone.", { name }),
      requeue: t("Back to “{name}”, marked as redelivered.", { name }),
      reject:
        exchange === undefined
          ? t("Rejected: dropped for good. “{name}” has no dead-letter exchange.", { name })
          : t("Rejected: dead-lettered to the exchange “{exchange}”.", { exchange }),
    },
    rejected: exchange === undefined ? "dropped" : "kept",
    withinSays: t("This broker waits for ever."),
  };
}

function tap(broker: MemoryBroker, node: Node, window: number, values: Values): Subscription {
  const name = broker.newName("tap");
  const bindings: readonly Binding[] =
    node.kind === "exchange"
      ? [{ exchange: node.name, queue: name, key: tapKey(node, values), args: tableOf(values, "arguments") }]
      : broker.bindings.filter(({ queue }) => queue === node.name).map((binding) => ({ ...binding, queue: name }));
  if (node.kind === "exchange") broker.exchange(node.name);
  if (bindings.length === 0)
    throw new BrokerError(
      "unsupported",
      t("Nothing is bound to “{name}”: what is sent straight to a queue cannot be copied. Browse it instead.", {
        name: node.name,
      }),
    );
  const args = [{ name: "x-max-length", value: { type: "int32", value: tapLength } } as const];
  const queue = broker.declareQueue(name, { type: "classic", durable: false, exclusive: true, args });
  for (const binding of bindings) broker.bind(binding);
  return new ConsumerSubscription(queue, broker.newName("consumer"), {
    window,
    settles: false,
    facts: [{ label: t("Temporary queue"), value: name }],
    cleanUp: () => {
      if (broker.queues.get(name) === queue) broker.deleteQueue(name);
    },
  });
}

function tapKey(node: Node, values: Values): string {
  const given = values["key"];
  if (typeof given === "string") return given.trim();
  return node.variant === "topic" ? "#" : "";
}

function browse(queue: Queue, window: number, values: Values): Subscription {
  const messages = queue.isStream
    ? fromOffset(queue.ready, textOf(values, "offset"))
    : queue.take(Number(textOf(values, "limit") || "100"));
  return new BrowseSubscription(queue, messages, window);
}

function fromOffset(messages: readonly Message[], offset: string): readonly Message[] {
  switch (offset) {
    case "":
    case "first":
      return messages;
    case "last":
      return messages.slice(-1);
    case "next":
      return [];
    default:
      return messages.filter(({ order }) => order >= Number(offset));
  }
}
