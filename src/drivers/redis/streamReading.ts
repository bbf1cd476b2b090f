/** Entries of a stream, read without any group: nobody notices. */
import { t } from "@vscode/l10n";
import type { Delivery } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { textOf, type Values } from "../../broker/form.ts";
import { messageOf } from "./entry.ts";
import { missingKey } from "./failures.ts";
import type { Reading } from "./looking.ts";
import { shownName } from "./names.ts";
import { bufferFrom, listFrom, mapFrom, numberFrom, textFrom, type Reply } from "./reply.ts";
import type { Servers } from "./servers.ts";
import type { Wire } from "./wire.ts";

/** Milliseconds that a waiting read waits at most: so long a close takes where it cannot be cut short. */
export const waiting = 2000;

/** What XINFO STREAM tells. */
export interface StreamInfo {
  readonly length: number;
  readonly groups: number;
  readonly first: string | undefined;
  readonly last: string;
  readonly added: number | undefined;
}

/** @throws BrokerError `missing` */
export async function streamInfo(servers: Servers, key: Buffer): Promise<StreamInfo> {
  return streamInfoFrom(await servers.call(key, ["XINFO", "STREAM", key]));
}

export function streamInfoFrom(reply: Reply): StreamInfo {
  const info = mapFrom(reply);
  const [first] = listFrom(info.get("first-entry"));
  const added = numberFrom(info.get("entries-added"));
  return {
    length: numberFrom(info.get("length")),
    groups: numberFrom(info.get("groups")),
    first: first === undefined ? undefined : textFrom(first),
    last: textFrom(info.get("last-generated-id")),
    added: Number.isNaN(added) ? undefined : added,
  };
}

/** One entry of XRANGE, XREAD and the like; undefined for one that was deleted meanwhile. */
export function entryFrom(reply: Reply, tag: number): Delivery | undefined {
  const [id, fields] = listFrom(reply);
  if (!Array.isArray(fields)) return undefined;
  return {
    tag,
    position: textFrom(id),
    redelivered: false,
    ...messageOf(listFrom(fields as readonly Reply[]).map(bufferFrom)),
  };
}

/** From a place to the newest entry that was there when it began. @throws BrokerError `missing` `invalid` */
export async function browseStream(servers: Servers, key: Buffer, values: Values): Promise<Reading> {
  const limit = limitOf(values);
  const info = await streamInfo(servers, key);
  const reply = await servers.call(key, ["TIME"]);
  const now = numberFrom(listFrom(reply)[0]) * 1000;
  const from = textOf(values, "from");
  const last = /^last (\d{1,6})$/.exec(from);
  let start = last ? "-" : startOf(from, now);
  if (last) {
    const count = Math.min(Number(last[1]), limit);
    const newest = listFrom(await servers.call(key, ["XREVRANGE", key, info.last, "-", "COUNT", String(count)]));
    start = textFrom(listFrom(newest.at(-1))[0]) || "+";
  }
  let left = limit;
  const end = info.last;
  const ids = new Map<number, string>();
  return {
    facts: [
      { label: t("Stream"), value: shownName(key) },
      { label: t("From"), value: start === "-" ? t("the oldest entry") : start },
    ],
    async read(count, tag) {
      if (left <= 0 || info.length === 0 || start === "+") return undefined;
      const reply = await servers.call(key, ["XRANGE", key, start, end, "COUNT", String(Math.min(count, left))]);
      const entries = listFrom(reply);
      const newest = entries.at(-1);
      if (newest === undefined) return undefined;
      left -= entries.length;
      start = `(${textFrom(listFrom(newest)[0])}`;
      const read = entries.flatMap((entry) => entryFrom(entry, tag()) ?? []);
      for (const { tag, position = "" } of read) ids.set(tag, position);
      return read;
    },
    async remove(tags) {
      const removed = await Promise.all(tags.map((tag) => servers.call(key, ["XDEL", key, ids.get(tag) ?? "0-0"])));
      return tags.filter((_, index) => numberFrom(removed[index]) === 0);
    },
    end: async () => undefined,
  };
}

/** What is added from now on. @throws BrokerError `missing` */
export async function tapStream(servers: Servers, key: Buffer): Promise<Reading> {
  const { last } = await streamInfo(servers, key);
  const wire = await servers.open(key, { role: "tap" });
  const name = shownName(key);
  let after = last;
  let ended = false;
  return {
    facts: [
      { label: t("Stream"), value: name },
      { label: t("After"), value: last },
    ],
    async read(count, tag) {
      const args = ["XREAD", "COUNT", String(count), "BLOCK", String(waiting), "STREAMS", key, after];
      while (!ended) {
        const [stream] = listFrom(await wire.call(args, name));
        const entries = listFrom(listFrom(stream)[1]);
        const newest = entries.at(-1);
        if (newest !== undefined) {
          after = textFrom(listFrom(newest)[0]);
          return entries.flatMap((entry) => entryFrom(entry, tag()) ?? []);
        }
        // A stream that is deleted says nothing to its readers.
        if (numberFrom(await wire.call(["EXISTS", key], name)) === 0) throw missingKey(name);
      }
      return undefined;
    },
    async end() {
      ended = true;
      wire.close();
    },
  };
}

/** Ends a command that waits on this connection, from another one. Never rejects. */
export async function unblock(servers: Servers, key: Buffer, id: number): Promise<void> {
  await servers.call(key, ["CLIENT", "UNBLOCK", String(id)]).catch(() => undefined);
}

/** The number by which {@link unblock} knows a connection; NaN where Redis does not tell. */
export async function clientId(wire: Wire): Promise<number> {
  return numberFrom(await wire.call(["CLIENT", "ID"]).catch(() => ""));
}

/**
 * The first id to read of what a form's field says: `first`, an id, a time or a span.
 * @param now milliseconds, by the server's clock
 * @throws BrokerError `invalid`
 */
export function startOf(text: string, now: number, field = "from"): string {
  if (text === "" || text === "first") return "-";
  if (/^\d{1,20}(-\d{1,20})?$/.test(text)) return text;
  const span = /^(\d{1,9})\s*(s|m|h|d)$/.exec(text);
  if (span) {
    const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[span[2] as "s" | "m" | "h" | "d"];
    return String(Math.max(now - Number(span[1]) * unit, 0));
  }
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return String(Math.max(time, 0));
  throw new BrokerError(
    "invalid",
    t("“{text}” is no place in a stream. Give first, an id such as 1700000000000-0, a time or a span such as 30m.", {
      text,
    }),
    { field },
  );
}

/** @throws BrokerError `invalid` */
export function limitOf(values: Values): number {
  const text = textOf(values, "limit");
  if (text === "") return standardLimit;
  const limit = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (limit >= 1) return limit;
  throw new BrokerError("invalid", t("How many messages has to be a whole number from 1."), { field: "limit" });
}

const standardLimit = 100;
