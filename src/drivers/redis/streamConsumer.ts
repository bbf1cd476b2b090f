/** Entries of a stream, consumed in a group: a temporary one, or one that is there and whose work is taken. */
import { randomBytes } from "node:crypto";
import { t } from "@vscode/l10n";
import type { Delivery, Outcome, WatchOptions } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { textOf } from "../../broker/form.ts";
import { missingGroup, missingKey, replyCode, translate } from "./failures.ts";
import type { Source, Taken } from "./held.ts";
import { shownName } from "./names.ts";
import { bufferFrom, listFrom, mapFrom, numberFrom, textFrom, type Arg, type Reply } from "./reply.ts";
import type { Servers } from "./servers.ts";
import { clientId, entryFrom, startOf, streamInfo, unblock, waiting } from "./streamReading.ts";
import type { Wire } from "./wire.ts";

/** What temporary groups and consumers are called. */
export const ours = "mq-workbench:";

/** @throws BrokerError `missing` `invalid` `denied` */
export async function consumeStream(
  servers: Servers,
  key: Buffer,
  chosen: Buffer | undefined,
  options: WatchOptions,
): Promise<StreamConsumer> {
  const { values = {}, untilEmpty = false } = options;
  const info = await streamInfo(servers, key);
  const typed = textOf(values, "group");
  const joined = chosen ?? (typed === "" ? undefined : Buffer.from(typed));
  const claimAfter = idleOf(textOf(values, "claimIdle"));
  if (claimAfter !== undefined && joined === undefined)
    throw new BrokerError(
      "invalid",
      t("A temporary group has nothing to claim. Name the group whose entries idle too long."),
      { field: "claimIdle" },
    );
  const now = numberFrom(listFrom(await servers.call(key, ["TIME"]))[0]) * 1000;
  const from = textOf(values, "from");
  const start = from === "new" ? info.last : startOf(from, now);
  const name = `${ours}${randomBytes(6).toString("hex")}`;
  const group = joined ?? Buffer.from(name);
  if (joined) {
    const groups = listFrom(await servers.call(key, ["XINFO", "GROUPS", key]));
    if (!groups.some((each) => bufferFrom(mapFrom(each).get("name")).equals(joined)))
      throw missingGroup(shownName(joined), shownName(key));
  } else await removeLeftGroups(servers, key);
  const wire = await servers.open(key, { role: name.slice(ours.length) });
  try {
    // After the connection: by its name others see that the group is not left behind.
    if (!joined) await servers.call(key, ["XGROUP", "CREATE", key, group, before(start)]);
    return new StreamConsumer(servers, wire, {
      key,
      group,
      consumer: Buffer.from(name),
      temporary: !joined,
      claimAfter,
      client: await clientId(wire),
      ...(untilEmpty ? { until: info.length === 0 ? "0-0" : info.last } : {}),
    });
  } catch (error) {
    wire.close();
    throw error;
  }
}

interface Place {
  readonly key: Buffer;
  readonly group: Buffer;
  readonly consumer: Buffer;
  readonly temporary: boolean;
  /** Milliseconds */
  readonly claimAfter: number | undefined;
  readonly client: number;
  /** The newest entry to hand out; without one it waits for more. */
  readonly until?: string;
}

/** Reads in a group; its pending list is the state of what is not acked. */
export class StreamConsumer implements Source<string> {
  readonly outcomes: readonly Outcome[] = ["ack"];
  readonly facts;
  readonly terms;
  readonly #servers: Servers;
  readonly #wire: Wire;
  readonly #place: Place;
  #claimFrom: string | undefined;
  /** Who had an entry that was claimed from them. */
  readonly #owners = new Map<string, Buffer>();
  #done = false;
  #waking = false;

  constructor(servers: Servers, wire: Wire, place: Place) {
    const { key, group, temporary, claimAfter } = place;
    const names = { key: shownName(key), group: shownName(group) };
    this.#servers = servers;
    this.#wire = wire;
    this.#place = place;
    this.#claimFrom = claimAfter === undefined ? undefined : "0-0";
    this.#done = place.until === "0-0";
    this.facts = [
      { label: t("Stream"), value: names.key },
      { label: temporary ? t("Temporary group") : t("Group"), value: names.group },
      { label: t("Consumer"), value: shownName(place.consumer) },
    ];
    this.terms = {
      says: {
        ack: temporary
          ? t("Acknowledged: done in this temporary group. The entry stays in “{key}” for everyone.", names)
          : t("Acknowledged: done for the group “{group}”. The entry stays in “{key}”.", names),
      },
      rejected: "unknown" as const,
      acked: "kept" as const,
      withinSays: temporary
        ? t("There is no limit: the temporary group is nobody else's.")
        : t("There is no limit. Other consumers of “{group}” may claim what idles.", names),
    };
  }

  async take(room: number, tag: () => number): Promise<readonly Taken<string>[] | undefined> {
    const from = this.#claimFrom;
    if (from !== undefined) {
      const claimed = await this.#claim(from, room, tag);
      if (claimed.length > 0 || !this.#hasClaimed) return claimed;
    }
    const { key, group, consumer, until } = this.#place;
    if (this.#done) return undefined;
    const args: Arg[] = ["XREADGROUP", "GROUP", group, consumer, "COUNT", String(room)];
    if (until === undefined) args.push("BLOCK", String(waiting));
    args.push("STREAMS", key, ">");
    let reply: Reply;
    try {
      reply = await this.#wire.raw(args);
    } catch (error) {
      if (this.#waking && replyCode(error) === "UNBLOCKED") return [];
      throw translate(error, this.#wire.place, shownName(key));
    }
    const entries = listFrom(listFrom(listFrom(reply)[0])[1]);
    const newest = textFrom(listFrom(entries.at(-1))[0]);
    if (until !== undefined && (entries.length === 0 || compareIds(newest, until) >= 0)) this.#done = true;
    const taken: Taken<string>[] = [];
    for (const entry of entries) {
      const delivery = entryFrom(entry, 0);
      if (!delivery?.position || (until !== undefined && compareIds(delivery.position, until) > 0)) continue;
      taken.push({ delivery: { ...delivery, tag: tag() }, what: delivery.position });
    }
    return taken.length === 0 && this.#done ? undefined : taken;
  }

  async settle(ids: readonly string[]): Promise<readonly string[]> {
    const { key, group, temporary } = this.#place;
    if (temporary) {
      // Nobody else can have taken them: one command for all.
      const acked = numberFrom(await this.#servers.call(key, ["XACK", key, group, ...ids]));
      // Without its group nothing is pending any more.
      return acked === 0 ? ids : [];
    }
    const counts = await Promise.all(ids.map((id) => this.#servers.call(key, ["XACK", key, group, id])));
    return ids.filter((_, index) => numberFrom(counts[index]) === 0);
  }

  async wake(): Promise<void> {
    this.#waking = true;
    if (Number.isNaN(this.#place.client)) return;
    await unblock(this.#servers, this.#place.key, this.#place.client);
  }

  async end(): Promise<void> {
    const { key, group, temporary } = this.#place;
    if (temporary) await this.#servers.call(key, ["XGROUP", "DESTROY", key, group]).catch(() => undefined);
    else await this.#release().catch(() => undefined);
    this.#wire.close();
  }

  get #hasClaimed(): boolean {
    return this.#claimFrom === undefined;
  }

  /** What other consumers of the group have left lying: their pending entries, now ours. */
  async #claim(from: string, room: number, tag: () => number): Promise<readonly Taken<string>[]> {
    const { key, group, consumer, claimAfter = 0 } = this.#place;
    const name = shownName(key);
    // Who had them, and how often they were delivered, is gone once they are claimed.
    const start = from === "0-0" ? "-" : from;
    const args = ["XPENDING", key, group, "IDLE", String(claimAfter), start, "+", String(room)];
    const pending = listFrom(await this.#wire.call(args, name)).map(listFrom);
    const before = new Map(pending.map(([id, owner, , count]) => [textFrom(id), { owner: bufferFrom(owner), count }]));
    const reply = listFrom(
      await this.#wire.call(
        ["XAUTOCLAIM", key, group, consumer, String(claimAfter), from, "COUNT", String(room)],
        name,
      ),
    );
    const next = textFrom(reply[0]);
    this.#claimFrom = next === "0-0" ? undefined : next;
    return listFrom(reply[1]).flatMap((entry): Taken<string>[] => {
      const delivery = entryFrom(entry, 0);
      if (!delivery?.position) return [];
      const known = before.get(delivery.position);
      if (known) this.#owners.set(delivery.position, known.owner);
      const counted: Delivery = {
        ...delivery,
        tag: tag(),
        redelivered: true,
        ...(known ? { deliveryCount: numberFrom(known.count) } : {}),
      };
      return [{ delivery: counted, what: delivery.position }];
    });
  }

  /**
   * Redis has no way to give an entry back: what is not acked goes to whom it was claimed from. What was new stays pending
   * with our consumer, marked as idle for so long that the next claim gets it; only a consumer that holds nothing is
   * removed, because its entries would be lost with it.
   */
  async #release(): Promise<void> {
    const { key, group, consumer } = this.#place;
    const held = listFrom(await this.#servers.call(key, ["XPENDING", key, group, "-", "+", "100000", consumer]));
    const ids = held.map((each) => textFrom(listFrom(each)[0]));
    await Promise.all(
      ids.map((id) =>
        this.#servers.call(key, [
          ...["XCLAIM", key, group, this.#owners.get(id) ?? consumer, "0", id],
          ...["IDLE", String(longIdle), "JUSTID"],
        ]),
      ),
    );
    const left = listFrom(await this.#servers.call(key, ["XPENDING", key, group, "-", "+", "1", consumer]));
    if (left.length === 0) await this.#servers.call(key, ["XGROUP", "DELCONSUMER", key, group, consumer]);
  }
}

/** Milliseconds; longer than any min-idle-time that somebody would claim by. */
const longIdle = 30 * 86_400_000;

/** Removes temporary groups of a consumer that ended without a word: its connection is gone. */
async function removeLeftGroups(servers: Servers, key: Buffer): Promise<void> {
  const groups = listFrom(await servers.call(key, ["XINFO", "GROUPS", key]));
  const left = groups.map((group) => textFrom(mapFrom(group).get("name"))).filter((name) => name.startsWith(ours));
  if (left.length === 0) return;
  const alive = await aliveOwners(servers, key);
  if (!alive) return;
  for (const name of left)
    if (!alive.has(name)) await servers.call(key, ["XGROUP", "DESTROY", key, name]).catch(() => undefined);
}

/** The names of temporary things whose connections are there; undefined where Redis does not tell. */
export async function aliveOwners(servers: Servers, key: Buffer): Promise<ReadonlySet<string> | undefined> {
  try {
    const clients = textFrom(await servers.call(key, ["CLIENT", "LIST"]));
    return new Set(Array.from(clients.matchAll(/ name=(mq-workbench:[0-9a-f]+) /g), ([, name]) => name ?? ""));
  } catch (error) {
    if (error instanceof BrokerError && error.kind === "closed") throw error;
    return undefined;
  }
}

/** The last entry that a group has seen whose next one is `start`. */
function before(start: string): string {
  if (start === "-") return "0";
  const [time = "0", sequence] = start.split("-");
  if (sequence !== undefined && sequence !== "0") return `${time}-${String(BigInt(sequence) - 1n)}`;
  return time === "0" ? "0" : `${String(BigInt(time) - 1n)}-18446744073709551615`;
}

/** Below 0 when `one` is older than `other`. */
export function compareIds(one: string, other: string): number {
  const [a, b] = [one, other].map((id) => id.split("-").map((part) => BigInt(part === "" ? "0" : part)));
  const [time, sequence] = [(a?.[0] ?? 0n) - (b?.[0] ?? 0n), (a?.[1] ?? 0n) - (b?.[1] ?? 0n)];
  const difference = time === 0n ? sequence : time;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function idleOf(text: string): number | undefined {
  if (text === "") return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(seconds))
    throw new BrokerError("invalid", t("How long an entry idles has to be a whole number of seconds."), {
      field: "claimIdle",
    });
  return seconds * 1000;
}

/** For the sentence when a stream is gone. */
export function goneStream(key: Buffer): BrokerError {
  return missingKey(shownName(key));
}
