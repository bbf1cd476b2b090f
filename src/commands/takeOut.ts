/** Deleting single messages of a queue whose broker can only take from the front: found by being the same in everything. */
import { createHash } from "node:crypto";
import type { Consent, Delivery, Draft, Node, Session } from "../broker/contract.ts";
import { drain, type DrainResult } from "./drain.ts";

/** What is taken out: each once, one of several that are equal is as good as another. */
export interface TakeOut {
  readonly session: Pick<Session, "watch">;
  readonly node: Node;
  readonly wanted: readonly Wanted[];
  readonly consent?: Consent;
  /** Told of each that was found, by its place among the wanted; it is acked after that. */
  readonly found: (at: number) => void;
  readonly report: (taken: number) => void;
  readonly signal: AbortSignal;
}

export interface Wanted {
  readonly draft: Draft;
  readonly origin?: string;
}

/** All that may be in hand at once: AMQP has 16 bits for it. */
const largestWindow = 65_535;

/**
 * Takes messages from the front, acks exactly those that are the same in body, key and every property, and gives all
 * others back in the end. It ends as soon as all were found.
 * @throws BrokerError when it could not begin
 */
export function takeOut({ session, node, wanted, consent, found, report, signal }: TakeOut): Promise<DrainResult> {
  /** Fingerprint → the places of those that are not found yet. */
  const open = new Map<string, number[]>();
  for (const [at, { draft, origin }] of wanted.entries()) {
    const print = fingerprint({ ...draft, origin });
    const places = open.get(print);
    if (places) places.push(at);
    else open.set(print, [at]);
  }
  const ready = node.counts?.ready ?? largestWindow;
  return drain({
    session,
    node,
    window: Math.min(largestWindow, Math.max(100, ready + 1)),
    most: wanted.length,
    ...(consent ? { consent } : {}),
    keep: async (batch) => {
      const safe = batch.filter((delivery) => {
        const at = open.get(fingerprint(delivery))?.shift();
        if (at !== undefined) found(at);
        return at !== undefined;
      });
      return { safe };
    },
    report,
    signal,
  });
}

type Compared = Pick<Delivery, "key" | "contentType" | "contentEncoding" | "headers" | "properties" | "body"> & {
  readonly origin?: string | undefined;
  readonly persistent?: boolean | undefined;
};

/** Everything of a message that its sender decided on; what the broker adds with each delivery is left out. */
function fingerprint({
  key,
  origin,
  persistent,
  contentType,
  contentEncoding,
  headers,
  properties,
  body,
}: Compared): string {
  const hash = createHash("sha256");
  const sorted = Object.entries(properties).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const named = headers.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  hash.update(
    JSON.stringify([key ?? "", origin ?? "", persistent ?? true, contentType, contentEncoding, named, sorted]),
  );
  hash.update(body);
  return hash.digest("base64");
}
