/** What the made-up host of the inspector page says about settling. */
import type { SettleTerms } from "../../src/broker/contract.ts";
import type { AckState } from "../../src/protocol/rows.ts";
import type { SettleCalls, SettleCount, Unsettled } from "../../src/protocol/settling.ts";
import { timeOfSeq } from "./inspectorFilterHost.ts";

interface Settled {
  readonly states: ReadonlyMap<number, AckState>;
  readonly count: number;
  /** Milliseconds between the newest message and the host's present. */
  readonly later: number;
}

/** As of a queue that dead-letters, on a broker with the default limit. */
export const exampleTerms: SettleTerms = {
  says: {
    ack: "Acknowledged: removed from “orders.created” for everyone.",
    requeue: "Back to “orders.created”, marked as redelivered: you or another consumer gets it again.",
    reject: "Rejected: dead-lettered to the exchange “orders.dead” with the message's own key.",
  },
  rejected: "kept",
  within: 1_800_000,
  withinSays:
    "RabbitMQ's default (consumer_timeout): this broker may be configured otherwise. After it the broker takes all unsettled messages back.",
};

export function fakeCount(host: Settled): SettleCount {
  const all = [...host.states.values()];
  const number = (state: AckState): number => all.filter((each) => each === state).length;
  const [oldest] = fakeUnsettled(host);
  return {
    now: timeOfSeq(host.count - 1) + host.later,
    ...(oldest ? { oldest: { seq: oldest.seq, since: oldest.since } } : {}),
    acked: number("acked"),
    requeued: number("requeued"),
    rejected: number("rejected"),
    lost: number("lost"),
  };
}

export function fakeSettleCalls(host: Settled): SettleCalls {
  return { unsettled: ({ count }) => fakeUnsettled(host).slice(0, count) };
}

function fakeUnsettled({ states }: Settled): readonly Unsettled[] {
  return [...states]
    .filter(([, state]) => state === "pending")
    .sort(([one], [other]) => one - other)
    .map(([seq]) => ({ seq, since: timeOfSeq(seq), key: seq % 2 === 0 ? "order.created" : "<b>order.paid</b>" }));
}
