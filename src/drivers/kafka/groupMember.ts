/** Membership in a consumer group: joins, shares out, keeps alive, leaves. */
import { t } from "@vscode/l10n";
import {
  decodeConsumerProtocolAssignment,
  decodeConsumerProtocolSubscription,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
} from "@platformatic/kafka";
import { BrokerError } from "../../broker/errors.ts";
import { pause, type Cluster, type Role } from "./cluster.ts";
import { codeName, passes, problem } from "./failures.ts";
import { isAway } from "./offsets.ts";
import { heartbeat, joinGroup, leaveGroup, offsetCommit, offsetFetch, syncGroup } from "./requests.ts";

export interface MemberEvents {
  /** These partitions are ours now; called after every share-out. */
  assigned(partitions: ReadonlySet<number>): Promise<void>;
  fail(error: BrokerError): void;
}

/** Milliseconds. A member that falls silent is out of the group after the first; heartbeats come at the second. */
const sessionTimeout = 10_000;
const heartbeatInterval = 3000;
const protocolType = "consumer";
const protocolName = "range";

export class GroupMember {
  readonly group: string;
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #events: MemberEvents;
  readonly #role: Role;
  readonly #stop = new AbortController();
  #coordinator = -1;
  #member = "";
  #generation = -1;

  constructor(cluster: Cluster, group: string, topic: string, events: MemberEvents) {
    this.#cluster = cluster;
    this.group = group;
    this.#topic = topic;
    this.#events = events;
    this.#role = cluster.newRole("group");
  }

  /** Resolves when partitions were shared out. @throws BrokerError */
  async join(): Promise<void> {
    this.#coordinator = await this.#cluster.coordinator(this.group);
    await this.#join();
    void this.#keepAlive();
  }

  /** What the group has read, of these partitions. @throws BrokerError */
  async committed(partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    const topics = [{ name: this.#topic, partitionIndexes: [...partitions] }];
    const link = await this.#link();
    const answer = await link.ask(offsetFetch, [{ groupId: this.group, memberEpoch: -1, topics }], false);
    const found = new Map<number, bigint>();
    for (const { errorCode, topics: told } of answer.groups) {
      if (errorCode !== 0) throw problem(errorCode, { group: this.group });
      for (const { partitions: all } of told)
        for (const { partitionIndex, committedOffset } of all)
          if (committedOffset >= 0n) found.set(partitionIndex, committedOffset);
    }
    return found;
  }

  /** Writes how far the group has read. @throws BrokerError when the broker did not take it */
  async commit(offsets: ReadonlyMap<number, bigint>): Promise<void> {
    const partitions = [...offsets].map(([partitionIndex, committedOffset]) => ({
      partitionIndex,
      committedOffset,
      committedLeaderEpoch: -1,
      committedMetadata: "",
    }));
    const topics = [{ name: this.#topic, partitions }];
    const deadline = Date.now() + sessionTimeout;
    for (;;) {
      const link = await this.#link();
      const answer = await link.ask(offsetCommit, this.group, this.#generation, this.#member, null, topics);
      const code = answer.topics.flatMap((each) => each.partitions).find(({ errorCode }) => errorCode !== 0)?.errorCode;
      if (code === undefined) return;
      if (!passes(code) || Date.now() > deadline) throw problem(code, { group: this.group, topic: this.#topic });
      await pause(100, this.#stop.signal);
      this.#coordinator = await this.#cluster.coordinator(this.group);
    }
  }

  /** Never rejects. */
  async leave(): Promise<void> {
    this.#stop.abort();
    try {
      if (this.#member !== "") await (await this.#link()).ask(leaveGroup, this.group, [{ memberId: this.#member }]);
    } catch {
      // The broker takes a silent member out by itself.
    }
    await this.#cluster.release(this.#role);
  }

  async #join(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!this.#stop.signal.aborted) {
      const code = await this.#tryToJoin();
      if (code === 0) return;
      const name = codeName(code);
      if (name === "UNKNOWN_MEMBER_ID") this.#member = "";
      const again =
        passes(code) ||
        ["MEMBER_ID_REQUIRED", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION"].includes(name);
      if (!again || Date.now() > deadline) throw problem(code, { group: this.group });
      if (name === "MEMBER_ID_REQUIRED") continue;
      await pause(50, this.#stop.signal);
      if (passes(code)) this.#coordinator = await this.#cluster.coordinator(this.group);
    }
  }

  /** @returns 0, or the error code */
  async #tryToJoin(): Promise<number> {
    const link = await this.#link();
    const metadata = encodeConsumerProtocolSubscription({ version: 0, topics: [this.#topic] });
    const joined = await link.ask(
      joinGroup,
      this.group,
      sessionTimeout,
      sessionTimeout,
      this.#member,
      null,
      protocolType,
      [{ name: protocolName, metadata }],
    );
    if (joined.memberId !== "") this.#member = joined.memberId;
    if (joined.errorCode !== 0) return joined.errorCode;
    this.#generation = joined.generationId;
    const assignments = joined.leader === joined.memberId ? await this.#shareOut(joined.members) : [];
    const synced = await link.ask(
      syncGroup,
      this.group,
      this.#generation,
      this.#member,
      null,
      protocolType,
      protocolName,
      assignments,
    );
    if (synced.errorCode !== 0) return synced.errorCode;
    const { assignedPartitions } = decodeConsumerProtocolAssignment(synced.assignment);
    const own = assignedPartitions.filter(({ topic }) => topic === this.#topic).flatMap(({ partitions }) => partitions);
    if (!this.#stop.signal.aborted) await this.#events.assigned(new Set(own));
    return 0;
  }

  /** By ranges, as Kafka's own clients do it: they may be in this group too. */
  async #shareOut(
    members: readonly { readonly memberId: string; readonly metadata: Buffer }[],
  ): Promise<{ memberId: string; assignment: Buffer }[]> {
    const wants = members.map(({ memberId, metadata }) => ({
      memberId,
      topics: decodeConsumerProtocolSubscription(metadata).topics,
      assignedPartitions: [] as { topic: string; partitions: number[] }[],
    }));
    wants.sort((one, other) => (one.memberId < other.memberId ? -1 : 1));
    const topics = await this.#cluster.topics([...new Set(wants.flatMap((each) => each.topics))]);
    for (const { name, partitions } of topics) {
      const takers = wants.filter((each) => each.topics.includes(name));
      const least = Math.floor(partitions.length / takers.length);
      const more = partitions.length % takers.length;
      let next = 0;
      for (const [index, taker] of takers.entries()) {
        const count = least + (index < more ? 1 : 0);
        const own = partitions.slice(next, next + count).map(({ partition }) => partition);
        next += count;
        if (own.length > 0) taker.assignedPartitions.push({ topic: name, partitions: own });
      }
    }
    return wants.map(({ memberId, assignedPartitions }) => ({
      memberId,
      assignment: encodeConsumerProtocolAssignment({ version: 0, assignedPartitions }),
    }));
  }

  async #keepAlive(): Promise<void> {
    const { signal } = this.#stop;
    let silentSince: number | undefined;
    for (;;) {
      await pause(silentSince === undefined ? heartbeatInterval : 250, signal);
      if (signal.aborted) return;
      try {
        const link = await this.#link();
        const { errorCode } = await link.ask(heartbeat, this.group, this.#generation, this.#member);
        silentSince = undefined;
        if (errorCode === 0) continue;
        const name = codeName(errorCode);
        if (passes(errorCode)) this.#coordinator = await this.#cluster.coordinator(this.group);
        else if (["REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID"].includes(name))
          await this.#join();
        else throw problem(errorCode, { group: this.group });
      } catch (error) {
        if (this.#left()) return;
        silentSince ??= Date.now();
        if (isAway(error) && Date.now() - silentSince < sessionTimeout) {
          await this.#cluster.check(error);
          continue;
        }
        this.#events.fail(
          error instanceof BrokerError
            ? error
            : new BrokerError("closed", t("The consumer group “{group}” was lost.", { group: this.group }), {
                cause: error,
              }),
        );
        return;
      }
    }
  }

  #left(): boolean {
    return this.#stop.signal.aborted;
  }

  #link() {
    return this.#cluster.link(this.#role, this.#coordinator);
  }
}
