/** How often the messages of a queue were looked at, where the broker counts looks and loses a message for too many. */
import type { Delivery, Node, Seen } from "../broker/contract.ts";

/** Where it is kept: the shape of `vscode.Memento`. */
export interface LooksStore {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** A look under way. */
export interface Look {
  /** These were handed out. */
  saw(deliveries: readonly Delivery[]): void;
  end(): void;
}

interface Entry {
  /** The highest count of deliveries, with those that were looked at last already given back. */
  readonly deliveries: number;
  /** How many messages the look saw that told it. */
  readonly messages: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const key = "mq.looks";
/** More are not remembered: the oldest are forgotten. */
const most = 500;

/** All that was looked at, of every connection; outlives sessions, and VS Code. */
export class AllLooks {
  readonly #store: LooksStore;
  readonly #now: () => number;
  readonly #entries: Map<string, Entry>;

  constructor(store: LooksStore, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
    this.#entries = new Map(entriesOf(store.get(key)));
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Undefined forgets it. */
  set(id: string, entry: Omit<Entry, "at"> | undefined): void {
    const before = this.#entries.get(id);
    if (before?.deliveries === entry?.deliveries && before?.messages === entry?.messages) return;
    // The one written last stands last.
    this.#entries.delete(id);
    if (entry) this.#entries.set(id, { ...entry, at: this.#now() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= most) break;
      this.#entries.delete(oldest);
    }
    void this.#store.update(key, Object.fromEntries(this.#entries));
  }
}

/** What was looked at through one connection. */
export class Looks {
  readonly #all: AllLooks;
  readonly #connection: () => string;

  /** @param connection an id that stands for the broker, as it is now */
  constructor(all: AllLooks, connection: () => string) {
    this.#all = all;
    this.#connection = connection;
  }

  /** Undefined when nobody looked yet. */
  seen(node: Pick<Node, "id">): Seen | undefined {
    const entry = this.#all.get(this.#id(node));
    return entry && { deliveries: entry.deliveries };
  }

  /** Whatever is in there now was not looked at. */
  forget(node: Pick<Node, "id">): void {
    this.#all.set(this.#id(node), undefined);
  }

  /**
   * What the messages themselves carry counts for more than what was remembered, once as many were seen.
   * @param counted whether the broker is known to count here; else it is believed once a message says so
   * @param ready how many messages there are now, where that is known: who saw so many saw all
   */
  begin(node: Pick<Node, "id">, counted: boolean, ready = Infinity): Look {
    const id = this.#id(node);
    const before = this.#all.get(id);
    let highest = 0;
    let messages = 0;
    // Whoever closes early sees nothing, and the broker has counted all the same.
    if (counted) this.#all.set(id, { deliveries: (before?.deliveries ?? 0) + 1, messages: before?.messages ?? 0 });
    return {
      saw: (deliveries) => {
        for (const { deliveryCount = 0 } of deliveries) highest = Math.max(highest, deliveryCount + 1);
        messages += deliveries.length;
        const now = this.#all.get(id)?.deliveries ?? 0;
        if ((counted || highest > 1) && highest > now)
          this.#all.set(id, { deliveries: highest, messages: before?.messages ?? 0 });
      },
      end: () => {
        const enough = Math.max(1, Math.min(before?.messages ?? 0, ready));
        if (messages >= enough && (counted || highest > 1)) this.#all.set(id, { deliveries: highest, messages });
      },
    };
  }

  #id({ id }: Pick<Node, "id">): string {
    return `${this.#connection()} ${id}`;
  }
}

/** What is kept may be anything. */
function entriesOf(stored: unknown): [string, Entry][] {
  if (typeof stored !== "object" || stored === null) return [];
  return Object.entries(stored).filter(
    (pair): pair is [string, Entry] =>
      typeof pair[1] === "object" &&
      pair[1] !== null &&
      ["deliveries", "messages", "at"].every(
        (name) => typeof (pair[1] as Readonly<Record<string, unknown>>)[name] === "number",
      ),
  );
}
