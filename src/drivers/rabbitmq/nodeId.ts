/** What a node of the tree stands for. Its id is this, written as text. */
export type NodeRef =
  | { readonly kind: "vhost"; readonly vhost: string }
  | { readonly kind: "queues" | "exchanges"; readonly vhost: string }
  | { readonly kind: "queue" | "exchange"; readonly vhost: string; readonly name: string }
  | {
      readonly kind: "binding";
      readonly vhost: string;
      readonly source: string;
      readonly destinationType: string;
      readonly destination: string;
      readonly propertiesKey: string;
    }
  | { readonly kind: "consumer"; readonly vhost: string; readonly queue: string; readonly tag: string };

/** The default exchange has an empty name: `e:<vhost>:`. */
export function formatNodeId(ref: NodeRef): string {
  switch (ref.kind) {
    case "vhost":
      return join("v", ref.vhost);
    case "queues":
    case "exchanges":
      return join("f", ref.vhost, ref.kind);
    case "queue":
      return join("q", ref.vhost, ref.name);
    case "exchange":
      return join("e", ref.vhost, ref.name);
    case "binding":
      return join("b", ref.vhost, ref.source, ref.destinationType, ref.destination, ref.propertiesKey);
    case "consumer":
      return join("c", ref.vhost, ref.queue, ref.tag);
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
  const [vhost, a, b, c, d] = parts;
  if (vhost === undefined) return undefined;
  switch (letter) {
    case "v":
      return { kind: "vhost", vhost };
    case "f":
      return a === "queues" || a === "exchanges" ? { kind: a, vhost } : undefined;
    case "q":
      return a === undefined ? undefined : { kind: "queue", vhost, name: a };
    case "e":
      return a === undefined ? undefined : { kind: "exchange", vhost, name: a };
    case "b":
      if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
      return { kind: "binding", vhost, source: a, destinationType: b, destination: c, propertiesKey: d };
    case "c":
      return a === undefined || b === undefined ? undefined : { kind: "consumer", vhost, queue: a, tag: b };
    default:
      return undefined;
  }
}

function join(letter: string, ...parts: string[]): string {
  return [letter, ...parts.map(encodeURIComponent)].join(":");
}
