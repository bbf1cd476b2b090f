/** Confirmed publishing: what is given at the same time goes out together, batch by batch, acknowledged by all replicas. */
import { t } from "@vscode/l10n";
import type { Draft, Receipt } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { pause, type Cluster, type TopicInfo } from "./cluster.ts";
import { codeName, passes, problem } from "./failures.ts";
import { toRecord, type Compression, type OutgoingRecord } from "./messages.ts";
import { isAway } from "./offsets.ts";
import { partitionFor, partitionerOf } from "./partitioner.ts";
import { produce } from "./requests.ts";

interface Pending {
  readonly topic: string;
  readonly partition: number;
  readonly record: OutgoingRecord;
  readonly size: number;
  /** Milliseconds of `performance.now()` until which what passes is tried again. */
  readonly until: number;
  readonly settle: (receipt: Receipt) => void;
  readonly reject: (error: BrokerError) => void;
}

/** Bytes of one partition's batch: brokers take a little over 1 MiB unless told otherwise. */
const batchBytes = 512 * 1024;
/** Bytes of one request. */
const requestBytes = 4 * 1024 * 1024;
/** Requests on their way to one broker. */
const mostRequests = 4;
/** Milliseconds. */
const patience = 10_000;
const ackTimeout = 30_000;
/** All replicas that are in sync. */
const allReplicas = -1;

export class Publisher {
  readonly #cluster: Cluster;
  readonly #topics = new Map<string, Promise<TopicInfo>>();
  readonly #lanes = new Map<number, Lane>();
  readonly #sticky = new Map<string, number>();
  readonly #stop = new AbortController();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /**
   * @param partition the one to publish to; absent = by the draft
   * @throws BrokerError `invalid`, `missing`, `closed`
   */
  async publish(topic: string, partition: number | undefined, draft: Draft): Promise<Receipt> {
    const record = toRecord(draft);
    const partitioner = partitionerOf(draft.properties["partitioner"]);
    const info = await this.#topic(topic);
    const wanted = partition ?? record.partition;
    const count = info.partitions.length;
    if (wanted !== undefined && wanted >= count)
      throw new BrokerError(
        "invalid",
        t("The topic “{topic}” has {count} partitions, counted from 0: there is no {partition}.", {
          topic,
          count,
          partition: wanted,
        }),
        { field: "partition" },
      );
    const chosen =
      wanted ?? (record.key ? partitionFor(record.key, count, partitioner) : (this.#sticky.get(topic) ?? 0) % count);
    return new Promise((settle, reject) => {
      const size = 64 + draft.body.length + (record.key?.length ?? 0);
      this.#enqueue(info, {
        topic,
        partition: chosen,
        record,
        size,
        until: performance.now() + patience,
        settle,
        reject,
      });
    });
  }

  /** What is known of a topic is asked anew at its next use. */
  forget(topic: string): void {
    this.#topics.delete(topic);
  }

  /** Waits for what is on its way. Never rejects. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#lanes.values()].map((lane) => lane.idle()));
  }

  #topic(name: string): Promise<TopicInfo> {
    const kept = this.#topics.get(name);
    if (kept) return kept;
    const asked = this.#cluster.topic(name);
    this.#topics.set(name, asked);
    asked.catch(() => this.#topics.delete(name));
    // Partitions can be added, and leaders move.
    setTimeout(() => {
      if (this.#topics.get(name) === asked) this.#topics.delete(name);
    }, 60_000).unref();
    return asked;
  }

  #enqueue(info: TopicInfo, pending: Pending): void {
    const leader = info.partitions[pending.partition]?.leader ?? -1;
    if (leader < 0) {
      void this.#again([pending], 5);
      return;
    }
    let lane = this.#lanes.get(leader);
    if (!lane) {
      lane = new Lane((batch) => this.#send(leader, batch));
      this.#lanes.set(leader, lane);
    }
    lane.add(pending);
  }

  async #send(leader: number, batch: readonly Pending[]): Promise<void> {
    // What has no key stays together for a batch, then moves on: small batches cost more.
    for (const topic of new Set(batch.map((each) => each.topic)))
      this.#sticky.set(topic, (this.#sticky.get(topic) ?? 0) + 1);
    let link;
    try {
      link = await this.#cluster.link("publish", leader);
    } catch (error) {
      if (isAway(error)) {
        await this.#again(batch, 5, error);
        return;
      }
      for (const { reject } of batch) reject(asBrokerError(error));
      return;
    }
    const first = batch[0];
    if (!first) return;
    const messages = batch.map(({ topic, partition, record }) => ({
      topic,
      partition,
      // The library writes null where there is null.
      value: record.value as Buffer,
      headers: record.headers,
      ...(record.key ? { key: record.key } : {}),
      ...(record.timestamp === undefined ? {} : { timestamp: record.timestamp }),
    }));
    try {
      const answer = await link.ask(produce, allReplicas, ackTimeout, messages, {
        compression: first.record.compression,
      });
      if (typeof answer === "boolean") return;
      this.#settle(batch, answer.responses);
    } catch (error) {
      const reason = sentenceOf(error);
      for (const { settle } of batch) settle({ outcome: "lost", reason });
    }
  }

  #settle(
    batch: readonly Pending[],
    responses: readonly {
      readonly name: string;
      readonly partitionResponses: readonly {
        readonly index: number;
        readonly errorCode: number;
        readonly baseOffset: bigint;
        readonly errorMessage?: string | null | undefined;
      }[];
    }[],
  ): void {
    const groups = new Map<string, Pending[]>();
    for (const each of batch) {
      const key = `${each.partition}:${each.topic}`;
      const group = groups.get(key);
      if (group) group.push(each);
      else groups.set(key, [each]);
    }
    for (const { name, partitionResponses } of responses) {
      for (const { index, errorCode, baseOffset, errorMessage } of partitionResponses) {
        const group = groups.get(`${index}:${name}`) ?? [];
        groups.delete(`${index}:${name}`);
        if (errorCode === 0) {
          const first = Number(baseOffset);
          for (const [at, { settle }] of group.entries())
            settle({ outcome: "routed", persisted: true, position: `${index}:${first + at}` });
        } else this.#failed(group, errorCode, errorMessage);
      }
    }
    for (const group of groups.values())
      for (const { settle } of group) settle({ outcome: "lost", reason: t("The broker did not answer for it.") });
  }

  #failed(group: readonly Pending[], code: number, said: string | null | undefined): void {
    const name = codeName(code);
    if (passes(code) || name === "UNKNOWN_TOPIC_OR_PARTITION") {
      void this.#again(group, code);
      return;
    }
    if (
      group.length > 1 &&
      (name === "MESSAGE_TOO_LARGE" || name === "RECORD_LIST_TOO_LARGE" || name === "INVALID_RECORD")
    ) {
      // Nothing of the batch was taken because of one of them: each for itself.
      void this.#oneByOne(group);
      return;
    }
    for (const { topic, partition, settle } of group) {
      const reason = problem(code, { topic, partition, ...(said === undefined ? {} : { said }) }).message;
      const unknown = name === "REQUEST_TIMED_OUT" || name === "NOT_ENOUGH_REPLICAS_AFTER_APPEND";
      settle(unknown ? { outcome: "lost", reason } : { outcome: "refused", reason });
    }
  }

  async #oneByOne(group: readonly Pending[]): Promise<void> {
    for (const each of group) {
      const info = await this.#topic(each.topic).catch(() => undefined);
      const leader = info?.partitions[each.partition]?.leader ?? -1;
      if (leader < 0) await this.#again([each], 5);
      else await this.#send(leader, [each]);
    }
  }

  /** None of these was taken: looks who leads now and sends them there. */
  async #again(batch: readonly Pending[], code: number, cause?: unknown): Promise<void> {
    const [first] = batch;
    if (!first) return;
    const { topic, partition } = first;
    const error = cause === undefined ? problem(code, { topic, partition }) : asBrokerError(cause);
    if (performance.now() > first.until || this.#stop.signal.aborted) {
      for (const { reject } of batch) reject(error);
      return;
    }
    await pause(50, this.#stop.signal);
    for (const each of new Set(batch.map((one) => one.topic))) this.forget(each);
    for (const each of batch) {
      try {
        const info = await this.#topic(each.topic);
        if (each.partition >= info.partitions.length) throw problem(code, each);
        this.#enqueue(info, each);
      } catch (failure) {
        if (isAway(failure) && cause === undefined) each.reject(error);
        else each.reject(asBrokerError(failure));
      }
    }
  }
}

/** What waits for one broker. */
class Lane {
  readonly #send: (batch: readonly Pending[]) => Promise<void>;
  #waiting: Pending[] = [];
  #requests = 0;
  #scheduled = false;
  #wake: (() => void)[] = [];

  constructor(send: (batch: readonly Pending[]) => Promise<void>) {
    this.#send = send;
  }

  add(pending: Pending): void {
    this.#waiting.push(pending);
    this.#schedule();
  }

  /** Resolves when nothing waits or is on its way. */
  async idle(): Promise<void> {
    if (this.#requests === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled || this.#requests >= mostRequests) return;
    this.#scheduled = true;
    // What is given in the same turn goes out together.
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#requests < mostRequests) {
      this.#requests++;
      void this.#send(this.#take()).finally(() => {
        this.#requests--;
        // Whoever waited for these receipts gives the next ones now.
        this.#schedule();
        if (this.#requests > 0 || this.#waiting.length > 0) return;
        for (const wake of this.#wake.splice(0)) wake();
      });
    }
  }

  /** From the front: as much as one request may hold, of one compression. */
  #take(): readonly Pending[] {
    const compression: Compression | undefined = this.#waiting[0]?.record.compression;
    const bytes = new Map<string, number>();
    let total = 0;
    let count = 0;
    for (const { topic, partition, size, record } of this.#waiting) {
      const key = `${partition}:${topic}`;
      const before = bytes.get(key) ?? 0;
      const full = before > 0 && before + size > batchBytes;
      if (record.compression !== compression || full || (total > 0 && total + size > requestBytes)) break;
      bytes.set(key, before + size);
      total += size;
      count++;
    }
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return taken;
  }
}

function asBrokerError(error: unknown): BrokerError {
  return error instanceof BrokerError ? error : new BrokerError("closed", sentenceOf(error), { cause: error });
}
