/** What the id of a node stands for. Ids are the parts, escaped, with colons in between. */

export type Routing = "anycast" | "multicast";

export interface QueueRef {
  readonly kind: "queue";
  readonly name: string;
  /** Of Artemis: the address that it is bound to; of Classic its own name. */
  readonly address: string;
  readonly routing: Routing;
}

/** A topic of Classic, an address of Artemis: what several queues or subscribers hang on. */
export interface TopicRef {
  readonly kind: "topic" | "address";
  readonly name: string;
}

/** A consumer of a queue, or a subscriber of a topic. */
export interface SubscriberRef {
  readonly kind: "consumer" | "subscription";
  readonly of: QueueRef | TopicRef;
  readonly name: string;
}

export interface FolderRef {
  readonly kind: "queues" | "topics" | "addresses";
}

export type NodeRef = QueueRef | TopicRef | SubscriberRef | FolderRef;

export function formatNodeId(ref: NodeRef): string {
  switch (ref.kind) {
    case "queue":
      return join(ref.kind, ref.name, ref.address, ref.routing);
    case "topic":
    case "address":
      return join(ref.kind, ref.name);
    case "consumer":
    case "subscription":
      return join(ref.kind, ref.name, formatNodeId(ref.of));
    case "queues":
    case "topics":
    case "addresses":
      return ref.kind;
    default:
      return ref satisfies never;
  }
}

export function parseNodeId(id: string): NodeRef | undefined {
  const [kind, ...rest] = id.split(":");
  const [name = "", second = "", third = ""] = rest.map(decodeURIComponent);
  switch (kind) {
    case "queues":
    case "topics":
    case "addresses":
      return { kind };
    case "queue":
      return { kind, name, address: second, routing: third === "multicast" ? "multicast" : "anycast" };
    case "topic":
    case "address":
      return { kind, name };
    case "consumer":
    case "subscription": {
      const of = parseNodeId(second);
      return of?.kind === "queue" || of?.kind === "topic" || of?.kind === "address" ? { kind, name, of } : undefined;
    }
    default:
      return undefined;
  }
}

function join(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join(":");
}
