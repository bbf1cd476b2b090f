/** What acking, requeueing and rejecting does on one queue, and how long it may wait. */
import { t } from "@vscode/l10n";
import type { HeldOutcome, SettleTerms } from "../../broker/contract.ts";
import { settingOf } from "./arguments.ts";
import { deliveryLimit, type KnownQueue } from "./effectParts.ts";
import { isAtLeast } from "./topologyForms.ts";

/** Who serves it: decides on defaults. */
export interface Server {
  readonly product: string;
  readonly version: string | undefined;
}

/** @param queue only its name where nothing else can be known (no management API) */
export function settleTerms(queue: KnownQueue, server: Server): SettleTerms {
  const known = queue.arguments !== undefined && queue.policyDefinition !== undefined;
  const target = known ? deadLetterTarget(queue) : undefined;
  const { name } = queue;
  return {
    says: {
      ack: t("Acknowledged: removed from “{name}” for everyone.", { name }),
      requeue: requeueSays(queue, server),
      reject: known ? rejectSays(name, target) : unknownReject(),
    } satisfies Record<HeldOutcome, string>,
    rejected: !known ? "unknown" : target ? "kept" : "dropped",
    ...timeLimit(queue, server),
  };
}

interface Target {
  /** Empty for the default one. */
  readonly exchange: string;
  /** Absent = each message's own. */
  readonly key: string | undefined;
}

function deadLetterTarget(queue: KnownQueue): Target | undefined {
  const exchange = setting(queue, "dead-letter-exchange");
  const key = setting(queue, "dead-letter-routing-key");
  if (typeof exchange !== "string") return undefined;
  return { exchange, key: typeof key === "string" ? key : undefined };
}

function rejectSays(name: string, target: Target | undefined): string {
  if (!target) return t("Rejected: dropped for good. “{name}” has no dead-letter exchange.", { name });
  const { exchange, key } = target;
  if (exchange === "")
    return key === undefined
      ? t("Rejected: dead-lettered through the default exchange, to the queue that the message's key names.")
      : t("Rejected: dead-lettered to the queue “{key}”.", { key });
  return key === undefined
    ? t("Rejected: dead-lettered to the exchange “{exchange}” with the message's own key.", { exchange })
    : t("Rejected: dead-lettered to the exchange “{exchange}” with the key “{key}”.", { exchange, key });
}

function unknownReject(): string {
  return t(
    "Rejected: dead-lettered, or dropped for good if the queue has no dead-letter exchange. Which of them cannot be known without the management API.",
  );
}

function requeueSays(queue: KnownQueue, { version }: Server): string {
  const { name, type } = queue;
  const limit = type === "quorum" && !isAtLeast(version, 4, 3) ? deliveryLimit(queue, version) : undefined;
  if (limit !== undefined)
    return deadLetterTarget(queue)
      ? t("Back to “{name}”, marked as redelivered. After {limit} returns it is dead-lettered.", { name, limit })
      : t("Back to “{name}”, marked as redelivered. After {limit} returns it is dropped.", { name, limit });
  const retry = setting(queue, "delayed-retry-type");
  if (retry === "all" || retry === "returned")
    return t("Back to “{name}”, marked as redelivered; nobody gets it for a while (delayed retry).", { name });
  return t("Back to “{name}”, marked as redelivered: you or another consumer gets it again.", { name });
}

function timeLimit(queue: KnownQueue, server: Server): Pick<SettleTerms, "within" | "withinSays"> {
  const { product, version } = server;
  const isRabbit = product === "RabbitMQ";
  if (isRabbit && isAtLeast(version, 4, 3) && queue.type === "classic")
    return { withinSays: t("Classic queues of RabbitMQ 4.3 and later wait for ever.") };
  const set = setting(queue, "consumer-timeout");
  // Older ones take the argument and do not heed it.
  const heeds = version === undefined || !isRabbit || isAtLeast(version, 3, 12) || isPatch(version, 3, 11, 15);
  if (typeof set === "number" && set > 0 && heeds)
    return {
      within: set,
      withinSays: t("Set for this queue (consumer timeout). After it the broker takes all unsettled messages back."),
    };
  if (!isRabbit) return { withinSays: t("This broker is not known to have a limit.") };
  const within = defaultLimit(version);
  if (within === undefined) return { withinSays: t("This version of RabbitMQ waits for ever.") };
  return {
    within,
    withinSays: t(
      "RabbitMQ's default (consumer_timeout): this broker may be configured otherwise. After it the broker takes all unsettled messages back.",
    ),
  };
}

const minute = 60_000;

/** Milliseconds. An unknown version is taken for a present one. */
function defaultLimit(version: string | undefined): number | undefined {
  if (version === undefined || isAtLeast(version, 3, 9) || isPatch(version, 3, 8, 17)) return 30 * minute;
  return isPatch(version, 3, 8, 15) ? 15 * minute : undefined;
}

/** Whether it is that minor version with at least that patch. */
function isPatch(version: string, major: number, minor: number, patch: number): boolean {
  const [, x, y, z] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(x) === major && Number(y) === minor && Number(z) >= patch;
}

function setting({ arguments: args = {}, policyDefinition = {} }: KnownQueue, name: string): unknown {
  return settingOf({ arguments: args, policyDefinition }, name);
}
