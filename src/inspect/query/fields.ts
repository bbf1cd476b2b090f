import { t } from "@vscode/l10n";
import type { AckState } from "../../protocol/rows.ts";
import type { Field } from "./query.ts";

/** What a name in a filter stands for. */
export type Named =
  | { readonly is: "field"; readonly field: Field }
  | { readonly is: "size" | "age" | "time" | "state" }
  | { readonly is: "flag"; readonly flag: "redelivered" | "persistent" };

const field = (of: Exclude<Field["of"], "property" | "header" | "path">): Named => ({ is: "field", field: { of } });
const property = (name: string): Named => ({ is: "field", field: { of: "property", name } });

// Written in lower case and without dashes: `content-type`, `contentType` and `contenttype` are one name.
const names: Readonly<Record<string, Named>> = {
  key: field("key"),
  routingkey: field("key"),
  exchange: field("origin"),
  origin: field("origin"),
  type: field("type"),
  contenttype: field("contentType"),
  contentencoding: field("contentEncoding"),
  position: field("position"),
  offset: field("position"),
  deliveries: field("deliveryCount"),
  correlation: property("correlationId"),
  correlationid: property("correlationId"),
  messageid: property("messageId"),
  replyto: property("replyTo"),
  app: property("appId"),
  appid: property("appId"),
  user: property("userId"),
  userid: property("userId"),
  priority: property("priority"),
  expiration: property("expiration"),
  timestamp: property("timestamp"),
  size: { is: "size" },
  age: { is: "age" },
  time: { is: "time" },
  state: { is: "state" },
  redelivered: { is: "flag", flag: "redelivered" },
  persistent: { is: "flag", flag: "persistent" },
};

/** @param properties names of properties that messages have, as their driver names them */
export function named(name: string, properties: Iterable<string> = []): Named | undefined {
  const plain = simplified(name);
  if (Object.hasOwn(names, plain)) return names[plain];
  for (const each of properties) if (simplified(each) === plain) return property(each);
  return undefined;
}

/** The name that was most likely meant, undefined when none is near. */
export function nearest(name: string): string | undefined {
  const plain = simplified(name);
  let best: string | undefined;
  let least = plain.length < 4 ? 1.5 : 2.5;
  for (const { name: each } of fieldWords()) {
    const distance = distanceOf(plain, simplified(each));
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

/** The names as they are offered, with what they are. */
export function fieldWords(): readonly { readonly name: string; readonly operator: string; readonly detail: string }[] {
  const word = (name: string, operator: string, detail: string) => ({ name, operator, detail });
  return [
    word("key", ":", t("Routing key or message key; * and ? stand for anything")),
    word("size", " > ", t("Size of the body: 10kb, 1MiB")),
    word("age", " < ", t("Time since it arrived: 30s, 5m, 2h, 1d")),
    word("time", " >= ", t("When it arrived: 14:03, 2026-11-21T14:03:00")),
    word("state", ":", t("Whether it was settled, and how")),
    word("type", ":", t("Content type, or what the body looks like")),
    word("exchange", ":", t("Where it was published to")),
    word("content-type", ":", t("Content type")),
    word("content-encoding", ":", t("Content encoding: gzip, deflate, br, zstd")),
    word("correlation", ":", t("Correlation id")),
    word("message-id", ":", t("Message id")),
    word("reply-to", ":", t("Where an answer goes")),
    word("app", ":", t("Application id")),
    word("user", ":", t("User id")),
    word("priority", " >= ", t("Priority")),
    word("expiration", " < ", t("Time to live")),
    word("timestamp", " >= ", t("When it was sent: 2026-11-21, or seconds since 1970")),
    word("deliveries", " > ", t("How often it was delivered before")),
    word("position", " >= ", t("Where it stands in its source: an offset")),
  ];
}

/** Words that are a condition of their own. */
export function flagWords(): readonly { readonly name: string; readonly detail: string }[] {
  return [
    { name: "redelivered", detail: t("Delivered before") },
    { name: "persistent", detail: t("Survives a restart of the broker") },
  ];
}

/** The states that `state:` knows, and those of a message that each stands for. */
export const stateWords: Readonly<Record<string, readonly AckState[]>> = {
  unacked: ["pending", "settling"],
  pending: ["pending"],
  settled: ["acked", "requeued", "rejected"],
  acked: ["acked"],
  requeued: ["requeued"],
  rejected: ["rejected"],
  settling: ["settling"],
  lost: ["lost"],
  deleted: ["deleted"],
  none: ["none"],
};

/** The states of that word, undefined when there is no such word. */
export function statesOf(word: string): readonly AckState[] | undefined {
  const plain = word.toLowerCase();
  return Object.hasOwn(stateWords, plain) ? stateWords[plain] : undefined;
}

function simplified(name: string): string {
  return name.replaceAll(/[-_]/g, "").toLowerCase();
}

/** How many characters differ (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
