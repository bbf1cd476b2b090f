/** Reads partitions from given offsets on, no faster than there is room, across changes of leaders. */
import { t } from "@vscode/l10n";
import type { RecordsBatch } from "@platformatic/kafka";
import { BrokerError } from "../../broker/errors.ts";
import { pause, type Cluster, type Role } from "./cluster.ts";
import { codeName, passes, problem } from "./failures.ts";
import type { Compression, IncomingRecord } from "./messages.ts";
import { isAway } from "./offsets.ts";
import { fetchRecords } from "./requests.ts";

/** Where one partition is read. */
export interface Place {
  readonly partition: number;
  /** The next offset to read. */
  readonly next: bigint;
  /** The first that is not read any more; absent = goes on with what comes. */
  readonly end?: bigint;
}

export interface ReaderTarget {
  /** How many more may be pushed now. */
  room(): number;
  push(record: IncomingRecord): void;
  /** Everything up to the ends was pushed. */
  end(): void;
  fail(error: BrokerError): void;
}

interface OpenPlace {
  readonly partition: number;
  next: bigint;
  readonly end: bigint | undefined;
}

/** Milliseconds that a broker waits for something new. */
const longest = 500;
/** Bytes of one answer, and of one partition's share in it. */
const answerBytes = 8 * 1024 * 1024;
const partitionBytes = 1024 * 1024;
/** Bytes that are kept read and not pushed before nothing more is asked for. */
const mostAhead = 2 * 1024 * 1024;
/** Of the attributes of a batch. */
const compressionBits = 0b111;
const appendTime = 0b1000;
const control = 0b100000;
const transactional = 0b10000;
const codecs: readonly Compression[] = ["none", "gzip", "snappy", "lz4", "zstd"];

export class LogReader {
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #target: ReaderTarget;
  readonly #role: Role;
  readonly #stop = new AbortController();
  readonly #places = new Map<number, OpenPlace>();
  #queue: IncomingRecord[] = [];
  #at = 0;
  #ahead = 0;
  #wakes: (() => void)[] = [];
  #round = new AbortController();
  #done = false;

  constructor(cluster: Cluster, topic: string, target: ReaderTarget) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#target = target;
    this.#role = cluster.newRole("read");
  }

  start(places: readonly Place[]): void {
    for (const { partition, next, end } of places) this.#places.set(partition, { partition, next, end });
    void this.#run();
  }

  /** There may be room again. */
  wake(): void {
    this.#pump();
  }

  /** Reads these too from now on. */
  add(places: readonly Place[]): void {
    for (const { partition, next, end } of places) this.#places.set(partition, { partition, next, end });
    this.#round.abort();
    this.#wakeAll();
  }

  /** Reads these no more; what was read of them and not pushed is forgotten. */
  remove(partitions: ReadonlySet<number>): void {
    for (const partition of partitions) this.#places.delete(partition);
    this.#queue = this.#queue.slice(this.#at).filter(({ partition }) => !partitions.has(partition));
    this.#at = 0;
    this.#ahead = this.#queue.reduce((sum, record) => sum + sizeOf(record), 0);
    this.#round.abort();
    this.#wakeAll();
  }

  /** Never rejects. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#round.abort();
    this.#wakeAll();
    await this.#cluster.release(this.#role);
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stop.signal.aborted && !this.#isRead()) await this.#readRound();
      this.#done = true;
      this.#pump();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#target.fail(error as BrokerError);
    }
  }

  /** Until leaders change, or what is read. */
  async #readRound(): Promise<void> {
    this.#round = new AbortController();
    const { signal } = this.#round;
    const leaders = new Map<number, OpenPlace[]>();
    const { partitions } = await this.#cluster.topic(this.#topic);
    for (const place of this.#places.values()) {
      if (isRead(place)) continue;
      const leader = partitions.find(({ partition }) => partition === place.partition)?.leader;
      if (leader === undefined) throw problem(3, { topic: this.#topic, partition: place.partition });
      if (leader < 0) continue;
      const group = leaders.get(leader);
      if (group) group.push(place);
      else leaders.set(leader, [place]);
    }
    if (leaders.size === 0) {
      await pause(longest, signal);
      return;
    }
    const failures: unknown[] = [];
    await Promise.all(
      [...leaders].map(async ([leader, places]) => {
        try {
          await this.#readFrom(leader, places, signal);
        } catch (error) {
          failures.push(error);
          this.#round.abort();
        }
      }),
    );
    if (this.#stop.signal.aborted) return;
    const [failure] = failures;
    if (failure === undefined) return;
    if (!isAway(failure)) throw failure as Error;
    await this.#cluster.check(failure);
    await pause(100, this.#stop.signal);
  }

  async #readFrom(leader: number, places: readonly OpenPlace[], signal: AbortSignal): Promise<void> {
    const link = await this.#cluster.link(this.#role, leader);
    for (;;) {
      await this.#untilWanted(signal);
      const open = places.filter((place) => !isRead(place));
      if (signal.aborted || open.length === 0) return;
      const partitions = open.map(({ partition, next }) => ({
        partition,
        currentLeaderEpoch: -1,
        fetchOffset: next,
        lastFetchedEpoch: -1,
        partitionMaxBytes: partitionBytes,
      }));
      const topics = [{ topicId: this.#topic, partitions }];
      const answer = await link.ask(fetchRecords, longest, 1, answerBytes, 1, 0, -1, topics, [], "");
      if (this.#stop.signal.aborted) return;
      let moved = false;
      for (const told of answer.responses[0]?.partitions ?? []) {
        const place = open.find(({ partition }) => partition === told.partitionIndex);
        if (!place || this.#places.get(place.partition) !== place) continue;
        const { errorCode } = told;
        if (errorCode !== 0) {
          if (codeName(errorCode) === "OFFSET_OUT_OF_RANGE") throw this.#outOfRange(place, told.logStartOffset);
          if (!passes(errorCode) && codeName(errorCode) !== "UNKNOWN_TOPIC_OR_PARTITION")
            throw problem(errorCode, { topic: this.#topic, partition: place.partition });
          moved = true;
          continue;
        }
        this.#take(place, told.records ?? [], told.abortedTransactions ?? []);
      }
      this.#pump();
      if (moved) {
        // Looked up anew; a topic that is gone is told by that.
        await pause(100, this.#stop.signal);
        this.#round.abort();
        return;
      }
    }
  }

  #take(
    place: OpenPlace,
    batches: readonly RecordsBatch[],
    abortedTransactions: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[],
  ): void {
    const coming = [...abortedTransactions].sort((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
    const aborted = new Set<bigint>();
    for (const batch of batches) {
      const { firstOffset, attributes, producerId } = batch;
      const last = firstOffset + BigInt(batch.lastOffsetDelta);
      while (coming[0] && coming[0].firstOffset <= last) aborted.add(coming.shift()?.producerId ?? -1n);
      if ((attributes & control) !== 0) {
        if (isAbort(batch)) aborted.delete(producerId);
      } else if ((attributes & transactional) === 0 || !aborted.has(producerId)) this.#takeBatch(place, batch);
      if (last >= place.next) place.next = last + 1n;
    }
  }

  #takeBatch({ partition, next, end }: OpenPlace, batch: RecordsBatch): void {
    const { firstOffset, firstTimestamp, attributes } = batch;
    const appended = (attributes & appendTime) !== 0;
    const compression = codecs[attributes & compressionBits] ?? "none";
    for (const record of batch.records) {
      const offset = firstOffset + BigInt(record.offsetDelta);
      if (offset < next || (end !== undefined && offset >= end)) continue;
      const read: IncomingRecord = {
        partition,
        offset,
        timestamp: appended ? batch.maxTimestamp : firstTimestamp + record.timestampDelta,
        appended,
        compression,
        key: record.key,
        value: record.value,
        headers: record.headers,
      };
      this.#queue.push(read);
      this.#ahead += sizeOf(read);
    }
  }

  #pump(): void {
    let room = this.#target.room();
    while (room > 0 && this.#at < this.#queue.length && !this.#stop.signal.aborted) {
      const record = this.#queue[this.#at++];
      if (!record) break;
      this.#ahead -= sizeOf(record);
      this.#target.push(record);
      room--;
    }
    if (this.#at > 0 && this.#at === this.#queue.length) {
      this.#queue = [];
      this.#at = 0;
      if (this.#done) {
        this.#done = false;
        this.#target.end();
      }
    } else if (this.#done && this.#queue.length === 0) {
      this.#done = false;
      this.#target.end();
    }
    if (this.#ahead < mostAhead) this.#wakeAll();
  }

  async #untilWanted(signal: AbortSignal): Promise<void> {
    while (this.#ahead >= mostAhead && !signal.aborted)
      await new Promise<void>((resolve) => void this.#wakes.push(resolve));
  }

  #wakeAll(): void {
    for (const wake of this.#wakes.splice(0)) wake();
  }

  #isRead(): boolean {
    return this.#places.size > 0 && [...this.#places.values()].every(isRead);
  }

  #outOfRange({ partition, next }: OpenPlace, start: bigint): BrokerError {
    return new BrokerError(
      "missing",
      t(
        "Partition {partition} of the topic “{topic}” has no offset {offset} any more: records were deleted before they were read (by retention, or by hand). It begins at {start} now; start again to go on from there.",
        { partition, topic: this.#topic, offset: String(next), start: String(start) },
      ),
    );
  }
}

function isRead({ next, end }: OpenPlace): boolean {
  return end !== undefined && next >= end;
}

function sizeOf({ key, value }: IncomingRecord): number {
  return 100 + (key?.length ?? 0) + (value?.length ?? 0);
}

/** The key of a control record: a version, then 0 for abort and 1 for commit. */
function isAbort({ records }: RecordsBatch): boolean {
  const key = records[0]?.key;
  return key !== null && key !== undefined && key.length >= 4 && key.readInt16BE(2) === 0;
}
