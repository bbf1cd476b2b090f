/** What a node of the tree stands for, as its id. */
export type NodeRef =
  | { readonly kind: "topics" | "internalTopics" | "groups" | "brokers" }
  | { readonly kind: "topic"; readonly topic: string }
  | { readonly kind: "partition"; readonly topic: string; readonly partition: number }
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "member"; readonly group: string; readonly member: string }
  | { readonly kind: "position"; readonly group: string; readonly topic: string; readonly partition: number }
  | { readonly kind: "broker"; readonly broker: number };

export function formatNodeId(ref: NodeRef): string {
  switch (ref.kind) {
    case "topics":
    case "internalTopics":
    case "groups":
    case "brokers":
      return join("f", ref.kind);
    case "topic":
      return join("t", ref.topic);
    case "partition":
      return join("p", ref.topic, String(ref.partition));
    case "group":
      return join("g", ref.group);
    case "member":
      return join("m", ref.group, ref.member);
    case "position":
      return join("o", ref.group, ref.topic, String(ref.partition));
    case "broker":
      return join("b", String(ref.broker));
    default:
      return ref satisfies never;
  }
}

/** @returns undefined for a text that {@link formatNodeId} did not make */
export function parseNodeId(id: string): NodeRef | undefined {
  const [letter, ...encoded] = id.split(":");
  let parts: string[];
  try {
    parts = encoded.map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const [a, b, c] = parts;
  if (a === undefined) return undefined;
  switch (letter) {
    case "f":
      return a === "topics" || a === "internalTopics" || a === "groups" || a === "brokers" ? { kind: a } : undefined;
    case "t":
      return { kind: "topic", topic: a };
    case "p":
      return b === undefined ? undefined : { kind: "partition", topic: a, partition: Number(b) };
    case "g":
      return { kind: "group", group: a };
    case "m":
      return b === undefined ? undefined : { kind: "member", group: a, member: b };
    case "o":
      return b === undefined || c === undefined
        ? undefined
        : { kind: "position", group: a, topic: b, partition: Number(c) };
    case "b":
      return { kind: "broker", broker: Number(a) };
    default:
      return undefined;
  }
}

function join(letter: string, ...parts: string[]): string {
  return [letter, ...parts.map(encodeURIComponent)].join(":");
}
