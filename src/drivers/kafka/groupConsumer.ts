import { randomBytes } from "node:crypto";
import { t } from "@vscode/l10n";
import type { Delivery, Fact, Outcome, SettleTerms, Subscription } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Inbox } from "../../broker/inbox.ts";
import type { Cluster } from "./cluster.ts";
import { problem } from "./failures.ts";
import { GroupMember } from "./groupMember.ts";
import { toDelivery, type IncomingRecord } from "./messages.ts";
import { offsetsOfTopic, type Moment, type Offsets } from "./offsets.ts";
import { LogReader, type Place, type ReaderTarget } from "./reader.ts";
import { deleteGroups } from "./requests.ts";

/** What the names of temporary groups begin with. */
export const temporaryPrefix = "mq-workbench-";

export interface ConsumeOptions {
  readonly topic: string;
  readonly window: number;
  /** Where a group that has read nothing begins. */
  readonly from: Moment;
  readonly untilEmpty: boolean;
}

/** One record that was handed out and is not acknowledged, or stands behind one that is not. */
interface Held {
  readonly tag: number;
  readonly offset: bigint;
  settled: boolean;
}

/** What is known of one partition that is ours. */
interface Share {
  /** In rising order of offsets; the first is not settled. */
  held: Held[];
  /** What the group has read, as far as the broker is to know. */
  position: bigint | undefined;
  /** Up to here records were handed out before. */
  seen: bigint;
}

/** Consumes in a temporary group that is deleted at the end. An ack moves the group's position. */
export class GroupConsumer implements Subscription, ReaderTarget {
  readonly outcomes: readonly Outcome[] = ["ack"];
  readonly dropped = 0;
  readonly facts: readonly Fact[];
  readonly terms: SettleTerms;
  readonly #cluster: Cluster;
  readonly #begin: Offsets;
  readonly #end: Offsets | undefined;
  readonly #member: GroupMember;
  readonly #reader: LogReader;
  readonly #inbox = new Inbox<Delivery>();
  readonly #shares = new Map<number, Share>();
  /** Not settled: tag → its partition. */
  readonly #unsettled = new Map<number, number>();
  readonly #dirty = new Set<number>();
  #started = false;
  #window: number;
  #lastTag = 0;
  #gone = false;
  #committing: Promise<void> | undefined;
  #nextCommit: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @throws BrokerError */
  static async open(cluster: Cluster, options: ConsumeOptions): Promise<GroupConsumer> {
    const { topic, from, untilEmpty } = options;
    const begin = await offsetsOfTopic(cluster, topic, from);
    const end = untilEmpty ? await offsetsOfTopic(cluster, topic, "latest", undefined, "committed") : undefined;
    const consumer = new GroupConsumer(cluster, options, begin, end);
    try {
      await consumer.#member.join();
      return consumer;
    } catch (error) {
      await consumer.close();
      throw error;
    }
  }

  private constructor(cluster: Cluster, options: ConsumeOptions, begin: Offsets, end: Offsets | undefined) {
    const { topic, window } = options;
    const group = temporaryPrefix + randomBytes(6).toString("hex");
    this.#cluster = cluster;
    this.#begin = begin;
    this.#end = end;
    this.#window = window;
    this.#member = new GroupMember(cluster, group, topic, {
      assigned: (partitions) => this.#assigned(partitions),
      fail: (error) => this.fail(error),
    });
    this.#reader = new LogReader(cluster, topic, this);
    this.facts = [{ label: t("Temporary group"), value: group }];
    this.terms = {
      says: {
        ack: t(
          "Acknowledged: the position of the temporary group moves past it, once everything before it in its partition is acknowledged. The topic keeps the message.",
        ),
      },
      rejected: "unknown",
      acked: "kept",
      withinSays: t("Kafka has no time limit for a single message: the group stays as long as this panel is open."),
    };
  }

  get window(): number {
    return this.#window;
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly Delivery[]> {
    return this.#inbox[Symbol.asyncIterator]();
  }

  async settle(tags: readonly number[], outcome: Outcome): Promise<readonly number[]> {
    if (outcome !== "ack")
      throw new BrokerError(
        "unsupported",
        t("A topic keeps its messages: here they can be acknowledged, nothing else."),
      );
    const lost: number[] = [];
    const mine: number[] = [];
    const touched = new Set<number>();
    for (const tag of tags) {
      const partition = this.#gone ? undefined : this.#unsettled.get(tag);
      const held = partition === undefined ? undefined : find(this.#shares.get(partition)?.held ?? [], tag);
      if (partition === undefined || !held) {
        lost.push(tag);
        continue;
      }
      this.#unsettled.delete(tag);
      held.settled = true;
      touched.add(partition);
      mine.push(tag);
    }
    if (mine.length === 0) return lost;
    for (const partition of touched) this.#advance(partition);
    this.#reader.wake();
    if (this.#dirty.size === 0 && !this.#committing) return lost;
    try {
      await this.#commit();
      return lost;
    } catch {
      return [...lost, ...mine];
    }
  }

  async setWindow(window: number): Promise<void> {
    this.#window = window;
    this.#reader.wake();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  room(): number {
    return this.#gone ? 0 : this.#window - this.#unsettled.size;
  }

  push(record: IncomingRecord): void {
    const share = this.#shares.get(record.partition);
    if (!share) return;
    const tag = ++this.#lastTag;
    this.#unsettled.set(tag, record.partition);
    share.held.push({ tag, offset: record.offset, settled: false });
    const again = record.offset < share.seen;
    if (!again) share.seen = record.offset + 1n;
    this.#inbox.push(toDelivery(record, tag, again));
  }

  end(): void {
    this.#inbox.end();
  }

  fail(error: BrokerError): void {
    this.#gone = true;
    this.#unsettled.clear();
    this.#inbox.fail(error);
    void this.#reader.stop();
  }

  async #close(): Promise<void> {
    const failed = this.#gone;
    this.#gone = true;
    this.#inbox.drop();
    this.#inbox.end();
    await this.#reader.stop();
    await this.#committing?.catch(() => undefined);
    await this.#member.leave();
    try {
      await this.#deleteGroup();
    } catch {
      // Out of reach: without members the broker forgets it by itself after a while (offsets.retention.minutes).
      if (!failed) return;
    }
  }

  async #deleteGroup(): Promise<void> {
    const { group } = this.#member;
    const coordinator = await this.#cluster.coordinator(group);
    await this.#cluster.askAt(coordinator, deleteGroups, [group]);
  }

  /** Another member may have come or gone: what is not ours any more cannot be settled by us. */
  async #assigned(partitions: ReadonlySet<number>): Promise<void> {
    const gone = new Set([...this.#shares.keys()].filter((partition) => !partitions.has(partition)));
    for (const [tag, partition] of this.#unsettled) if (gone.has(partition)) this.#unsettled.delete(tag);
    for (const partition of gone) this.#shares.delete(partition);
    const added = [...partitions].filter((partition) => !this.#shares.has(partition));
    const committed = added.length === 0 ? new Map<number, bigint>() : await this.#member.committed(added);
    const places: Place[] = added.map((partition) => {
      const next = committed.get(partition) ?? this.#begin.get(partition) ?? 0n;
      const end = this.#end?.get(partition);
      this.#shares.set(partition, { held: [], position: undefined, seen: next });
      return { partition, next, ...(this.#end ? { end: end ?? 0n } : {}) };
    });
    if (!this.#started) {
      this.#started = true;
      if (places.every(({ next, end }) => end !== undefined && next >= end)) this.end();
      else this.#reader.start(places);
      return;
    }
    if (gone.size > 0) this.#reader.remove(gone);
    if (places.length > 0) this.#reader.add(places);
  }

  /** Moves the position over what is settled from the front. */
  #advance(partition: number): void {
    const share = this.#shares.get(partition);
    if (!share) return;
    const count = share.held.findIndex(({ settled }) => !settled);
    const done = count < 0 ? share.held : share.held.slice(0, count);
    const last = done.at(-1);
    if (!last) return;
    share.held = count < 0 ? [] : share.held.slice(count);
    share.position = last.offset + 1n;
    this.#dirty.add(partition);
  }

  /** One commit at a time; those that come meanwhile share the next. */
  async #commit(): Promise<void> {
    if (!this.#committing) {
      this.#committing = this.#sendCommit().finally(() => (this.#committing = undefined));
      return this.#committing;
    }
    this.#nextCommit ??= this.#committing
      .catch(() => undefined)
      .then(() => {
        this.#nextCommit = undefined;
        return this.#commit();
      });
    return this.#nextCommit;
  }

  async #sendCommit(): Promise<void> {
    const offsets = new Map<number, bigint>();
    for (const partition of this.#dirty) {
      const position = this.#shares.get(partition)?.position;
      if (position !== undefined) offsets.set(partition, position);
    }
    this.#dirty.clear();
    if (offsets.size === 0) return;
    if (this.#gone) throw problem(25, { group: this.#member.group });
    await this.#member.commit(offsets);
  }
}

/** Tags rise with their place in the list. */
function find(held: readonly Held[], tag: number): Held | undefined {
  let low = 0;
  let high = held.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((held[middle]?.tag ?? Infinity) < tag) low = middle + 1;
    else high = middle;
  }
  const found = held[low];
  return found?.tag === tag ? found : undefined;
}
