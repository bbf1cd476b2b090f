/**
 * Elements of a list, taken one by one into a private list (LMOVE, so that there is no moment in which an element is
 * nowhere), removed from there when they are acked (LREM), and given back at the end. When this process dies, the private
 * list stays: its name tells where it belongs, and it is offered in the tree to be given back.
 */
import { randomBytes } from "node:crypto";
import { t } from "@vscode/l10n";
import type { Outcome, WatchOptions } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { textOf } from "../../broker/form.ts";
import { translate } from "./failures.ts";
import type { Source, Taken } from "./held.ts";
import { shownName, withSlotOf } from "./names.ts";
import { bufferFrom, listFrom, numberFrom, type Arg } from "./reply.ts";
import type { Servers } from "./servers.ts";
import { ours } from "./streamConsumer.ts";
import { clientId, unblock, waiting } from "./streamReading.ts";
import type { Wire } from "./wire.ts";

/** @throws BrokerError `invalid` `unsupported` */
export async function consumeList(servers: Servers, key: Buffer, options: WatchOptions): Promise<ListConsumer> {
  const { values = {}, untilEmpty = false } = options;
  const side = textOf(values, "side") || "left";
  if (side !== "left" && side !== "right")
    throw new BrokerError("invalid", t("The side of a list is left or right."), { field: "side" });
  const owner = randomBytes(6).toString("hex");
  const taken = takenName(owner, side, key);
  if (!taken && servers.isCluster)
    throw new BrokerError(
      "unsupported",
      t("In a cluster a private list cannot stand beside a list with a “{” or “}” of that kind in its name."),
    );
  const length = numberFrom(await servers.call(key, ["LLEN", key]));
  const wire = await servers.open(key, { role: owner });
  try {
    return new ListConsumer(servers, wire, {
      key,
      taken: taken ?? Buffer.concat([Buffer.from(`${prefix}${owner}:${side}:`), key]),
      side,
      client: await clientId(wire),
      ...(untilEmpty ? { count: length } : {}),
    });
  } catch (error) {
    wire.close();
    throw error;
  }
}

type Side = "left" | "right";

interface Place {
  readonly key: Buffer;
  /** The private list. */
  readonly taken: Buffer;
  /** From which end it takes, and to which it gives back. */
  readonly side: Side;
  readonly client: number;
  /** How many to hand out; without it, it waits for more. */
  readonly count?: number;
}

/** Takes elements into a private list. */
export class ListConsumer implements Source<{ readonly element: Buffer }> {
  readonly outcomes: readonly Outcome[] = ["ack", "requeue"];
  readonly facts;
  readonly terms;
  readonly #servers: Servers;
  readonly #wire: Wire;
  readonly #place: Place;
  #left: number;

  constructor(servers: Servers, wire: Wire, place: Place) {
    const name = shownName(place.key);
    this.#servers = servers;
    this.#wire = wire;
    this.#place = place;
    this.#left = place.count ?? Infinity;
    inUse.set(place.taken.toString("hex"), { wire, place });
    this.facts = [
      { label: t("List"), value: name },
      { label: t("Held in the private list"), value: shownName(place.taken) },
      { label: t("Taken from"), value: place.side === "left" ? t("the left end") : t("the right end") },
    ];
    this.terms = {
      says: {
        ack: t("Acknowledged: removed from the private list, gone for everyone."),
        requeue: t("Given back to the end of “{name}” from which it was taken.", { name }),
      },
      rejected: "unknown" as const,
      withinSays: t("There is no limit: what is held waits in the private list."),
    };
  }

  async take(room: number, tag: () => number): Promise<readonly Taken<{ readonly element: Buffer }>[] | undefined> {
    const { key, taken, side, count } = this.#place;
    const wanted = Math.min(room, this.#left, mostAtOnce);
    if (wanted <= 0) return undefined;
    try {
      const move = ["LMOVE", key, taken, side.toUpperCase(), "RIGHT"];
      const replies = await Promise.all(Array.from({ length: wanted }, () => this.#wire.raw(move)));
      let elements = replies.filter((reply) => reply !== null);
      if (elements.length === 0) {
        if (count !== undefined) return undefined;
        const one = await this.#wire.raw(["BLMOVE", ...move.slice(1), String(waiting / 1000)]);
        elements = one === null ? [] : [one];
      }
      this.#left -= elements.length;
      return elements.map((reply) => {
        const element = bufferFrom(reply);
        const body = element;
        return {
          delivery: { tag: tag(), redelivered: false, headers: [], properties: {}, body },
          // The views into what the socket read are not kept: an element is held as long as it is unsettled.
          what: { element: Buffer.from(element) },
        };
      });
    } catch (error) {
      throw translate(error, this.#wire.place, shownName(key));
    }
  }

  async settle(
    all: readonly { readonly element: Buffer }[],
    outcome: Outcome,
  ): Promise<readonly { readonly element: Buffer }[]> {
    const { key, taken, side } = this.#place;
    if (outcome === "ack") {
      const removed = await Promise.all(
        all.map(({ element }) => this.#servers.call(taken, ["LREM", taken, "1", element])),
      );
      return all.filter((_, index) => numberFrom(removed[index]) === 0);
    }
    // The first of them is given back last, so that it is the next again. All at once: in no moment is one in neither list.
    const wire = await this.#servers.of(taken);
    const back = all.toReversed();
    const commands: readonly (readonly Arg[])[] = [
      ["MULTI"],
      ...back.flatMap(({ element }): readonly (readonly Arg[])[] => [
        ["LREM", taken, "1", element],
        [side === "left" ? "LPUSH" : "RPUSH", key, element],
      ]),
    ];
    const queued = Promise.all(commands.map((command) => wire.call(command, shownName(key))));
    queued.catch(() => undefined);
    const done = listFrom(await wire.call(["EXEC"], shownName(key)));
    await queued;
    const lost = back.filter((_, index) => numberFrom(done[index * 2]) === 0);
    // Somebody gave it back already, so that it is there twice now: one is taken away again.
    for (const { element } of lost)
      await this.#servers.call(key, ["LREM", key, side === "left" ? "1" : "-1", element]).catch(() => undefined);
    return lost;
  }

  async wake(): Promise<void> {
    if (!Number.isNaN(this.#place.client)) await unblock(this.#servers, this.#place.key, this.#place.client);
  }

  async end(): Promise<void> {
    const { key, taken, side } = this.#place;
    const back = await giveBack(this.#servers, { taken, key, side }).catch(() => undefined);
    if (back !== undefined) inUse.delete(taken.toString("hex"));
    this.#wire.close();
  }
}

/**
 * Private lists of this process, by name. When a connection breaks, what its consumers held cannot be given back by it: the
 * next session with that server does it.
 */
const inUse = new Map<string, { readonly wire: Wire; readonly place: Place }>();

/** Gives back what consumers of this process held whose connections to this server broke. Never rejects. */
export async function returnLost(servers: Servers): Promise<void> {
  const { address } = servers.first.place;
  for (const [name, { wire, place }] of inUse) {
    if (!wire.closed || (wire.place.address !== address && !servers.isCluster)) continue;
    const back = await giveBack(servers, place).catch(() => undefined);
    if (back !== undefined) inUse.delete(name);
  }
}

/** How many are asked for in one round trip. */
const mostAtOnce = 1000;

const prefix = `${ours}taken:`;

/** What a private list's name tells. */
export interface TakenList {
  readonly owner: string;
  readonly side: Side;
  /** Where its elements belong. */
  readonly key: Buffer;
}

/** Reads the name of a private list; undefined for another key. */
export function takenFrom(name: Buffer): TakenList | undefined {
  const [whole, owner = "", side, mark] =
    /^mq-workbench:taken:([0-9a-f]+):(left|right)([:=])/.exec(name.toString("latin1")) ?? [];
  if (whole === undefined) return undefined;
  const rest = name.subarray(whole.length);
  return {
    owner: `${ours}${owner}`,
    side: side === "right" ? "right" : "left",
    key: Buffer.from(mark === "=" ? rest.subarray(1, -1) : rest),
  };
}

/** Moves everything back, the newest first, so that the order is as it was. @returns how many */
export async function giveBack(
  servers: Servers,
  { taken, key, side }: { readonly taken: Buffer; readonly key: Buffer; readonly side: Side },
): Promise<number> {
  let count = 0;
  for (;;) {
    const length = Math.min(numberFrom(await servers.call(taken, ["LLEN", taken])), mostAtOnce);
    if (length === 0) return count;
    const moved = await Promise.all(
      Array.from({ length }, () => servers.call(taken, ["LMOVE", taken, key, "RIGHT", side.toUpperCase()])),
    );
    const there = moved.filter((reply) => reply !== null).length;
    count += there;
    if (there === 0) return count;
  }
}

/** With “=” the name was put into braces, so that a cluster keeps both lists on one node. */
function takenName(owner: string, side: Side, key: Buffer): Buffer | undefined {
  const tagged = withSlotOf(key);
  return tagged && Buffer.concat([Buffer.from(`${prefix}${owner}:${side}${tagged === key ? ":" : "="}`), tagged]);
}
