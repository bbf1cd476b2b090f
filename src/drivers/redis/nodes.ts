import { t } from "@vscode/l10n";
import type { Fact, Node, Verb } from "../../broker/contract.ts";
import { takenFrom } from "./listConsumer.ts";
import { encodeName, shownEncoded, shownName } from "./names.ts";
import { idOf, streamId, type ChannelRef, type FolderKind, type KeyRef, type NodeRef } from "./nodeRef.ts";
import { bufferFrom, listFrom, mapFrom, numberFrom, textFrom, type Reply } from "./reply.ts";
import { ours } from "./streamConsumer.ts";
import { streamInfoFrom } from "./streamReading.ts";

export function folderNode(kind: FolderKind, detail?: string): Node {
  const verbs: Readonly<Record<FolderKind, readonly Verb[]>> = {
    streams: ["create"],
    lists: ["pin"],
    channels: ["pin"],
    shardChannels: ["pin"],
  };
  const names: Readonly<Record<FolderKind, string>> = {
    streams: t("Streams"),
    lists: t("Lists"),
    channels: t("Channels"),
    shardChannels: t("Sharded channels"),
  };
  return {
    id: kind,
    kind,
    name: names[kind],
    verbs: verbs[kind],
    expandable: true,
    ...(detail === undefined ? {} : { detail }),
  };
}

const streamVerbs: readonly Verb[] = ["publish", "tap", "browse", "consume", "create", "purge", "delete"];

/** Of which nothing is known but its name, as `encodeName` writes it: long lists are made of these. */
export function unaskedStream(encoded: string): Node {
  return {
    id: streamId(encoded),
    kind: "stream",
    name: shownEncoded(encoded),
    verbs: streamVerbs,
    traceless: true,
    expandable: true,
    live: true,
  };
}

/** @param reply of XINFO STREAM; absent = not asked yet */
export function streamNode(key: Buffer, reply?: Reply): Node {
  const node = unaskedStream(encodeName(key));
  if (reply === undefined) return node;
  const { length, groups, first, last, added } = streamInfoFrom(reply);
  return {
    ...node,
    counts: { ready: length },
    detail: [entries(length), groups === 1 ? t("1 group") : t("{count} groups", { count: shown(groups) })].join(" · "),
    facts: [
      { label: t("Entries"), value: shown(length) },
      { label: t("Groups"), value: shown(groups) },
      ...(first === undefined ? [] : [{ label: t("Oldest entry"), value: withTime(first) }]),
      { label: t("Newest id"), value: withTime(last) },
      ...(added === undefined ? [] : [{ label: t("Ever added"), value: shown(added) }]),
    ],
  };
}

/** @param length absent = not asked yet */
export function listNode(key: Buffer, pinned: boolean, length?: number): Node {
  const taken = takenFrom(key);
  const verbs: Verb[] = taken
    ? ["browse", "retry", "delete"]
    : ["publish", "browse", "consume", "purge", "delete", ...(pinned ? (["unpin"] as const) : [])];
  return {
    id: idOf({ kind: "list", key }),
    kind: "list",
    ...(taken ? { variant: "taken" } : {}),
    name: shownName(key),
    verbs,
    traceless: true,
    expandable: false,
    live: true,
    ...(length === undefined
      ? {}
      : {
          counts: { ready: length },
          detail: length === 1 ? t("1 element") : t("{count} elements", { count: shown(length) }),
        }),
    ...(taken
      ? {
          facts: [
            { label: t("Held for"), value: shownName(taken.key) },
            { label: t("By"), value: taken.owner },
          ],
        }
      : {}),
  };
}

/** @param receivers absent = not asked, or not known: the subscribers of patterns are not told */
export function channelNode(ref: ChannelRef, pinned: boolean, receivers?: number): Node {
  const { how, name } = ref;
  const verbs: Verb[] = how === "pattern" ? ["tap"] : ["publish", "tap"];
  return {
    id: idOf(ref),
    kind: "channel",
    ...(how === "plain" ? {} : { variant: how === "shard" ? "sharded" : "pattern" }),
    name: shownName(name),
    verbs: pinned ? [...verbs, "unpin"] : verbs,
    expandable: false,
    live: how !== "pattern",
    ...(receivers === undefined
      ? {}
      : {
          counts: { consumers: receivers },
          detail: receivers === 1 ? t("1 subscriber") : t("{count} subscribers", { count: shown(receivers) }),
        }),
  };
}

/** @param reply one group of XINFO GROUPS @param alive whose temporary things are in use; undefined = unknown */
export function groupNode(key: Buffer, reply: Reply, alive?: ReadonlySet<string>): Node {
  const info = mapFrom(reply);
  const group = bufferFrom(info.get("name"));
  const name = shownName(group);
  const [pending, consumers, lag] = ["pending", "consumers", "lag"].map((field) => numberFrom(info.get(field)));
  const left = name.startsWith(ours) && alive?.has(name) === false;
  return {
    id: idOf({ kind: "group", key, group }),
    kind: "group",
    name,
    verbs: ["consume", "reset", "delete"],
    expandable: true,
    live: true,
    counts: {
      ...(Number.isNaN(lag) ? {} : { ready: lag ?? 0 }),
      unacked: pending ?? 0,
      consumers: consumers ?? 0,
    },
    detail: [
      ...(Number.isNaN(lag) ? [] : [t("{count} behind", { count: shown(lag ?? 0) })]),
      t("{count} pending", { count: shown(pending ?? 0) }),
      consumers === 1 ? t("1 consumer") : t("{count} consumers", { count: shown(consumers ?? 0) }),
    ].join(" · "),
    facts: [
      { label: t("Last delivered id"), value: withTime(textFrom(info.get("last-delivered-id"))) },
      { label: t("Entries behind"), value: Number.isNaN(lag) ? t("unknown") : shown(lag ?? 0) },
      { label: t("Pending"), value: shown(pending ?? 0) },
      { label: t("Consumers"), value: shown(consumers ?? 0) },
    ],
    ...(left ? { warning: t("left behind") } : {}),
  };
}

/** @param reply one consumer of XINFO CONSUMERS */
export function consumerNode(key: Buffer, group: Buffer, reply: Reply): Node {
  const info = mapFrom(reply);
  const consumer = bufferFrom(info.get("name"));
  const pending = numberFrom(info.get("pending"));
  const idle = numberFrom(info.get("idle"));
  return {
    id: idOf({ kind: "consumer", key, group, consumer }),
    kind: "consumer",
    name: shownName(consumer),
    verbs: ["delete"],
    expandable: pending > 0,
    live: true,
    counts: { unacked: pending },
    detail: t("{count} pending · idle {time}", { count: shown(pending), time: duration(idle) }),
    facts: [
      { label: t("Pending"), value: shown(pending) },
      { label: t("Idle"), value: duration(idle) },
    ],
  };
}

/** @param reply one entry of XPENDING in its long form */
export function pendingNode(ref: Extract<KeyRef, { kind: "consumer" }>, reply: Reply): Node {
  const [id, , idle, count] = listFrom(reply);
  const entry = textFrom(id);
  const delivered = numberFrom(count);
  const facts: Fact[] = [
    { label: t("Added"), value: withTime(entry) },
    { label: t("Idle"), value: duration(numberFrom(idle)) },
    { label: t("Delivered"), value: delivered === 1 ? t("once") : t("{count} times", { count: shown(delivered) }) },
  ];
  return {
    id: idOf({ ...ref, kind: "pending", entry }),
    kind: "pending",
    name: entry,
    verbs: [],
    expandable: false,
    detail: t("idle {time} · delivered {count}×", { time: duration(numberFrom(idle)), count: shown(delivered) }),
    facts,
  };
}

/** "2 h 5 min", from milliseconds. */
export function duration(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return t("unknown");
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return t("{seconds} s", { seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t("{minutes} min", { minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? t("{hours} h", { hours }) : t("{days} d", { days: Math.floor(hours / 24) });
}

export function entries(count: number): string {
  return count === 1 ? t("1 entry") : t("{count} entries", { count: shown(count) });
}

export function shown(value: number): string {
  return value.toLocaleString("en");
}

export function isFolder(ref: NodeRef): ref is { readonly kind: FolderKind } {
  return !("key" in ref) && ref.kind !== "channel";
}

/** An id that Redis made holds the milliseconds at which it was made. */
function withTime(id: string): string {
  const time = Number(id.split("-")[0]);
  // Own ids are often small numbers, which are no times.
  return time > 1_000_000_000_000 && time < 10_000_000_000_000 ? `${id} (${new Date(time).toISOString()})` : id;
}
