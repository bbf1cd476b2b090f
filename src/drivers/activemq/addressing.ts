/** How a place is named on the wire: each of the two brokers has its own way. */
import type { TargetTerminusOptions } from "rhea";
import type { QueueRef, TopicRef } from "./nodeId.ts";
import type { Dialect } from "./uri.ts";

/** The prefixes come with the broker's greeting; another broker may have none. */
export interface Addressing {
  readonly dialect: Dialect;
  readonly queuePrefix: string;
  readonly topicPrefix: string;
}

/**
 * @param use of a queue of Artemis to receive, its fully qualified name always; to send, only where the address does not
 * mean that queue anyway
 */
export function addressOf(
  ref: QueueRef | TopicRef,
  { dialect, queuePrefix, topicPrefix }: Addressing,
  use: "send" | "receive",
): TargetTerminusOptions & { address: string } {
  if (dialect === "classic") {
    return { address: `${ref.kind === "queue" ? queuePrefix : topicPrefix}${ref.name}` };
  }
  if (ref.kind !== "queue") return { address: ref.name, ...(use === "receive" ? { capabilities: ["topic"] } : {}) };
  const isPlain = ref.address === ref.name && ref.routing === "anycast";
  if (isPlain) return { address: ref.name, capabilities: ["queue"] };
  return { address: `${ref.address}::${ref.name}` };
}
