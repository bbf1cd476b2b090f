/** What a verb will do, in sentences, with the numbers of now; and what settling does. */
import { t } from "@vscode/l10n";
import type { Effect, HeldOutcome, SettleTerms, Verb } from "../../broker/contract.ts";
import type { QueueInfo, TopicInfo } from "./management.ts";
import type { NodeRef, QueueRef } from "./nodeId.ts";
import { isPlace, type Tree } from "./tree.ts";
import type { Dialect } from "./uri.ts";

/** Never asks more than one request. */
export async function effectsOf(ref: NodeRef, verb: Verb, dialect: Dialect, tree: Tree): Promise<readonly Effect[]> {
  if (ref.kind === "subscription") {
    return verb === "delete"
      ? [danger(t("The durable subscription ends, and the messages that wait for it are gone for good."))]
      : [];
  }
  if (!isPlace(ref)) return [];
  if (ref.kind !== "queue") return topicEffects(ref.name, verb, await tree.look(ref));
  return queueEffects(ref, verb, dialect, await tree.look(ref));
}

function queueEffects(ref: QueueRef, verb: Verb, dialect: Dialect, queue: QueueInfo | undefined): readonly Effect[] {
  const { name } = ref;
  const unsure = queue
    ? []
    : [notice(t("Whether “{name}” exists is not known here; if it does not, the broker may create it.", { name }))];
  switch (verb) {
    case "browse":
      return [
        ...unsure,
        info(t("Messages are shown and stay where they are: nobody else notices.")),
        ...(dialect === "classic"
          ? [
              info(
                t("Classic shows at most the first messages that it has paged in (maxBrowsePageSize, 400 unless set)."),
              ),
            ]
          : []),
      ];
    case "consume":
      return [
        ...unsure,
        notice(
          t(
            "While the panel is open, messages of “{name}” come here instead of to other consumers; what you acknowledge is gone.",
            { name },
          ),
        ),
        ...(queue?.consumers ? [notice(consumersSentence(queue.consumers))] : []),
        info(
          t(
            "What is not settled goes back in its order when the panel is closed, without counting as a failed delivery.",
          ),
        ),
      ];
    case "purge":
      return [
        danger(
          queue?.ready === undefined
            ? t("All messages of “{name}” are deleted for good.", { name })
            : t("{count} messages of “{name}” are deleted for good.", {
                count: queue.ready.toLocaleString("en"),
                name,
              }),
        ),
        ...(queue?.inFlight
          ? [notice(t("{count} messages that consumers hold are not touched.", { count: queue.inFlight }))]
          : []),
      ];
    case "delete":
      return [
        danger(
          queue?.ready === undefined
            ? t("The queue “{name}” and all of its messages are deleted for good.", { name })
            : t("The queue “{name}” and its {count} messages are deleted for good.", {
                name,
                count: (queue.ready + (queue.inFlight ?? 0)).toLocaleString("en"),
              }),
        ),
        ...(queue?.consumers
          ? [
              dialect === "classic"
                ? notice(t("Classic deletes no queue with consumers: it has {count}.", { count: queue.consumers }))
                : danger(t("Its {count} consumers are cut off.", { count: queue.consumers })),
            ]
          : []),
      ];
    case "retry":
      return [
        notice(
          queue?.ready === undefined
            ? t("The messages of “{name}” go back to where they came from, and their consumers get them again.", {
                name,
              })
            : t("{count} messages of “{name}” go back to where they came from, and their consumers get them again.", {
                count: queue.ready.toLocaleString("en"),
                name,
              }),
        ),
        info(t("Messages of which the broker does not know where they came from stay here.")),
      ];
    case "publish":
      return unsure;
    default:
      return [];
  }
}

function topicEffects(name: string, verb: Verb, topic: TopicInfo | undefined): readonly Effect[] {
  switch (verb) {
    case "tap":
      return [
        info(
          t(
            "A subscriber of its own gets a copy of what comes from now on: nobody else notices. It ends with the panel.",
          ),
        ),
        notice(t("What is not read in time waits in the broker's memory until the panel is closed.")),
      ];
    case "delete":
      return [
        danger(
          topic?.subscribers
            ? t("“{name}” is deleted for good, with its {count} subscribers or queues and their messages.", {
                name,
                count: topic.subscribers,
              })
            : t("“{name}” is deleted for good.", { name }),
        ),
      ];
    case "publish":
      return topic?.subscribers === 0 ? [notice(t("“{name}” has nobody who would get it now.", { name }))] : [];
    default:
      return [];
  }
}

/** What acking, requeueing and rejecting does on one queue. */
export function settleTerms(ref: QueueRef, dialect: Dialect, queue: QueueInfo | undefined): SettleTerms {
  const { name } = ref;
  const target = queue?.deadLetterAddress;
  return {
    says: {
      ack: t("Acknowledged: removed from “{name}” for everyone.", { name }),
      requeue: t(
        "Back to “{name}” (released): you or another consumer gets it again, and it does not count as a failed delivery.",
        { name },
      ),
      reject: rejectSays(dialect, target),
    } satisfies Record<HeldOutcome, string>,
    rejected: target === undefined ? "unknown" : target === "" ? "dropped" : "kept",
    withinSays: t("ActiveMQ waits for ever."),
  };
}

function rejectSays(dialect: Dialect, target: string | undefined): string {
  if (target) return t("Rejected: moved to the dead-letter address “{target}”.", { target });
  if (target === "") return t("Rejected: dropped for good. No dead-letter address is set for this queue.");
  return dialect === "classic"
    ? t(
        "Rejected: moved to the dead-letter queue (ActiveMQ.DLQ unless a policy names another). A message that is not persistent is dropped unless a policy keeps it.",
      )
    : t(
        "Rejected: moved to the dead-letter address, or dropped for good if none is set. Which of them cannot be known without Jolokia.",
      );
}

function consumersSentence(count: number): string {
  return count === 1 ? t("It has 1 other consumer now.") : t("It has {count} other consumers now.", { count });
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
