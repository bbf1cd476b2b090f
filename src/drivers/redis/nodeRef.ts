import { t } from "@vscode/l10n";
import type { Node } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { decodeName, encodeName } from "./names.ts";

/** The folders of the top level. */
export type FolderKind = "streams" | "lists" | "channels" | "shardChannels";

/** What a node stands for: read from its id, so that a node that was kept somewhere is as good as a new one. */
export type NodeRef =
  | { readonly kind: FolderKind }
  | { readonly kind: "stream" | "list"; readonly key: Buffer }
  | { readonly kind: "channel"; readonly how: ChannelKind; readonly name: Buffer }
  | { readonly kind: "group"; readonly key: Buffer; readonly group: Buffer }
  | { readonly kind: "consumer"; readonly key: Buffer; readonly group: Buffer; readonly consumer: Buffer }
  | {
      readonly kind: "pending";
      readonly key: Buffer;
      readonly group: Buffer;
      readonly consumer: Buffer;
      readonly entry: string;
    };

/** `pattern` = all channels whose names match it · `shard` = a sharded channel of Redis 7. */
export type ChannelKind = "plain" | "pattern" | "shard";

export type KeyRef = Extract<NodeRef, { readonly key: Buffer }>;
export type ChannelRef = Extract<NodeRef, { readonly kind: "channel" }>;

export const folders: readonly FolderKind[] = ["streams", "lists", "channels", "shardChannels"];

export function idOf(ref: NodeRef): string {
  switch (ref.kind) {
    case "stream":
      return streamId(encodeName(ref.key));
    case "list":
      return JSON.stringify([ref.kind, encodeName(ref.key)]);
    case "channel":
      return JSON.stringify([ref.kind, ref.how, encodeName(ref.name)]);
    case "group":
      return JSON.stringify([ref.kind, encodeName(ref.key), encodeName(ref.group)]);
    case "consumer":
      return JSON.stringify([ref.kind, encodeName(ref.key), encodeName(ref.group), encodeName(ref.consumer)]);
    case "pending":
      return JSON.stringify([
        ref.kind,
        encodeName(ref.key),
        encodeName(ref.group),
        encodeName(ref.consumer),
        ref.entry,
      ]);
    default:
      return ref.kind;
  }
}

/** @param encoded the key as `encodeName` writes it */
export function streamId(encoded: string): string {
  return `["stream",${JSON.stringify(encoded)}]`;
}

/** @throws BrokerError `missing` for what this driver did not make */
export function refOf({ id, name }: Node): NodeRef {
  const folder = folders.find((kind) => kind === id);
  if (folder) return { kind: folder };
  const [kind, one = "", two = "", three = "", four = ""] = partsOf(id);
  switch (kind) {
    case "stream":
    case "list":
      return { kind, key: decodeName(one) };
    case "channel":
      return { kind, how: one === "pattern" || one === "shard" ? one : "plain", name: decodeName(two) };
    case "group":
      return { kind, key: decodeName(one), group: decodeName(two) };
    case "consumer":
      return { kind, key: decodeName(one), group: decodeName(two), consumer: decodeName(three) };
    case "pending":
      return { kind, key: decodeName(one), group: decodeName(two), consumer: decodeName(three), entry: four };
    default:
      throw new BrokerError("missing", t("“{name}” is nothing that this broker has.", { name }));
  }
}

function partsOf(id: string): readonly string[] {
  try {
    const parts: unknown = JSON.parse(id);
    return Array.isArray(parts) ? parts.map(String) : [];
  } catch {
    return [];
  }
}
