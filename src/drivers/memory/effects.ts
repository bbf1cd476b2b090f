import { t } from "@vscode/l10n";
import type { Effect, Node, Verb } from "../../broker/contract.ts";
import { textOf, type Values } from "../../broker/form.ts";
import type { MemoryBroker } from "./memoryBroker.ts";

/** What a verb will change, in sentences. */
export function effectsOf(broker: MemoryBroker, node: Node, verb: Verb, values?: Values): readonly Effect[] {
  const { name } = node;
  switch (verb) {
    case "tap":
      return [info(t("You get a private copy of what is published from now on. Nobody else notices."))];
    case "browse":
      if (node.variant === "stream") return [info(t("Reading a stream changes nothing."))];
      return [
        notice(
          t(
            "Up to {count} messages are taken out and put back: meanwhile nobody else gets them, and they are marked as redelivered.",
            {
              count: textOf(values ?? {}, "limit") || "100",
            },
          ),
        ),
      ];
    case "consume":
      return [
        notice(t("You compete with {count} other consumers of “{name}”.", { count: consumers(broker, name), name })),
      ];
    case "purge": {
      const count = broker.queues.get(name)?.ready.length ?? 0;
      return [danger(t("{count} messages of “{name}” will be gone for good.", { count, name }))];
    }
    case "delete": {
      if (node.kind === "binding") return [danger(t("What is routed along this binding goes elsewhere or nowhere."))];
      const count = broker.queues.get(name)?.ready.length ?? 0;
      return node.kind === "queue"
        ? [danger(t("The queue “{name}” with {count} messages will be gone for good.", { name, count }))]
        : [danger(t("The exchange “{name}” and its bindings will be gone for good.", { name }))];
    }
    case "publish":
    case "create":
    case "bind":
    case "configure":
    case "reset":
    case "retry":
    case "pin":
    case "unpin":
      return [];
    default:
      return verb satisfies never;
  }
}

function consumers(broker: MemoryBroker, queue: string): number {
  return broker.queues.get(queue)?.consumers.length ?? 0;
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
