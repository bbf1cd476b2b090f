import type { Delivery, Outcome, Session, Subscription, WatchOptions, Node } from "../../src/broker/contract.ts";

/** What the driver said about each message of a run, by its body, noted between the driver and what uses it. */
export class SettleRecord {
  /** Were acked, and the broker has taken it. */
  readonly acked = new Set<string>();
  /** Were to be acked, and it is not known whether the broker heard of it. */
  readonly unknown = new Set<string>();
  /** How often a consumer was attached. */
  watches = 0;

  /** This session, watched. */
  watching(session: Session): Session {
    return new Proxy(session, {
      get: (target, name) => {
        if (name === "watch") return (node: Node, options: WatchOptions) => this.#watch(target, node, options);
        const value = Reflect.get(target, name) as unknown;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  }

  async #watch(session: Session, node: Node, options: WatchOptions): Promise<Subscription> {
    const subscription = await session.watch(node, options);
    this.watches++;
    const bodies = new Map<number, string>();
    return new Proxy(subscription, {
      get: (target, name) => {
        if (name === Symbol.asyncIterator) return () => noting(target, bodies);
        if (name === "settle")
          return async (tags: readonly number[], outcome: Outcome) => {
            const lost = await target.settle(tags, outcome);
            if (outcome === "ack") this.#note(tags, lost, bodies);
            return lost;
          };
        const value = Reflect.get(target, name) as unknown;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  }

  #note(tags: readonly number[], lost: readonly number[], bodies: ReadonlyMap<number, string>): void {
    const gone = new Set(lost);
    for (const tag of tags) {
      const body = bodies.get(tag);
      if (body === undefined) throw new Error(`The tag ${String(tag)} was settled and never delivered.`);
      if (!gone.has(tag)) {
        this.acked.add(body);
        this.unknown.delete(body);
      } else if (!this.acked.has(body)) this.unknown.add(body);
    }
  }
}

async function* noting(subscription: Subscription, bodies: Map<number, string>): AsyncGenerator<readonly Delivery[]> {
  for await (const batch of subscription) {
    for (const { tag, body } of batch) bodies.set(tag, Buffer.from(body).toString());
    yield batch;
  }
}
