/** The names of all queues and exchanges of a vhost: asked for once, shared, and kept right after acts of our own. */
import type { Management } from "./management.ts";
import { apiPath, listTime } from "./management.ts";
import { queueColumns, readExchange, readQueue, type ExchangeInfo, type QueueInfo } from "./managementShapes.ts";

interface Named {
  readonly vhost: string;
  readonly name: string;
}

export class NameCache {
  readonly #queues: Names<QueueInfo>;
  readonly #exchanges: Names<ExchangeInfo>;
  readonly #depths = new Map<string, { readonly at: number; readonly queues: Promise<readonly QueueInfo[]> }>();
  readonly #management: Management;

  constructor(management: Management) {
    this.#management = management;
    this.#queues = new Names(async (vhost) => {
      const path = `${apiPath("queues", vhost)}?disable_stats=true&columns=${queueColumns}`;
      const queues = await management.getRecords(path, { timeout: listTime });
      return queues.flatMap((queue) => readQueue(queue, vhost) ?? []);
    });
    this.#exchanges = new Names(async (vhost) => {
      const columns = "name,type,durable,auto_delete,internal,arguments,policy";
      const path = `${apiPath("exchanges", vhost)}?disable_stats=true&columns=${columns}`;
      const exchanges = await management.getRecords(path, { timeout: listTime });
      return exchanges.flatMap((exchange) => readExchange(exchange, vhost) ?? []);
    });
  }

  /** By name, without counts. */
  queues(vhost: string, fresh = false): Promise<readonly QueueInfo[]> {
    return this.#queues.get(vhost, fresh);
  }

  exchanges(vhost: string, fresh = false): Promise<readonly ExchangeInfo[]> {
    return this.#exchanges.get(vhost, fresh);
  }

  /** What is known without asking. */
  knownQueues(vhost: string): readonly QueueInfo[] | undefined {
    return this.#queues.known(vhost);
  }

  knownExchanges(vhost: string): readonly ExchangeInfo[] | undefined {
    return this.#exchanges.known(vhost);
  }

  /**
   * All queues with their counts, most messages first, unknown last. One heavy request; the order is kept for a while so that
   * a filter or the next page does not ask again.
   */
  queuesByDepth(vhost: string, fresh: boolean): Promise<readonly QueueInfo[]> {
    const kept = this.#depths.get(vhost);
    if (kept && !fresh && performance.now() - kept.at < depthLifetime) return kept.queues;
    const queues = this.#askDepths(vhost);
    this.#depths.set(vhost, { at: performance.now(), queues });
    queues.catch(() => {
      if (this.#depths.get(vhost)?.queues === queues) this.#depths.delete(vhost);
    });
    return queues;
  }

  addQueue(queue: QueueInfo): void {
    this.#depths.delete(queue.vhost);
    this.#queues.put(queue);
  }

  addExchange(exchange: ExchangeInfo): void {
    this.#exchanges.put(exchange);
  }

  remove(kind: "queue" | "exchange", vhost: string, name: string): void {
    this.#depths.delete(vhost);
    (kind === "queue" ? this.#queues : this.#exchanges).remove(vhost, name);
  }

  /** Its counts have changed by an act of our own. */
  forgetDepths(vhost: string): void {
    this.#depths.delete(vhost);
  }

  async #askDepths(vhost: string): Promise<readonly QueueInfo[]> {
    const path = apiPath("queues", vhost);
    const columns = `${queueColumns},messages,messages_ready,messages_unacknowledged`;
    let answer = await this.#management.getRecords(
      `${path}?disable_stats=true&enable_queue_totals=true&columns=${columns}`,
      { timeout: listTime },
    );
    // Brokers that do not know `enable_queue_totals` leave the counts out: then with statistics.
    if (answer.length > 0 && answer.every((queue) => queue["messages_ready"] === undefined)) {
      answer = await this.#management.getRecords(`${path}?columns=${columns},consumers`, { timeout: listTime });
    }
    const queues = await this.#withStreams(answer.flatMap((queue) => readQueue(queue, vhost) ?? []));
    const depth = (queue: QueueInfo): number => (queue.ready === undefined ? -1 : queue.ready + (queue.unacked ?? 0));
    // Stable: those of the same depth stay in the broker's order, which is by name.
    return queues.sort((a, b) => depth(b) - depth(a));
  }

  /** The totals leave out those of streams: these are asked for one by one, if they are not too many. */
  async #withStreams(queues: QueueInfo[]): Promise<QueueInfo[]> {
    const streams = queues.filter(({ type, ready }) => type === "stream" && ready === undefined);
    if (streams.length > mostStreams) return queues;
    const asked = await Promise.all(
      streams.map(async ({ vhost, name }) => {
        const answer = await this.#management.getRecord(apiPath("queues", vhost, name)).catch(() => undefined);
        return answer && readQueue(answer, vhost);
      }),
    );
    const known = new Map(asked.flatMap((stream) => (stream ? [[stream.name, stream]] : [])));
    return queues.map((queue) => known.get(queue.name) ?? queue);
  }
}

/** Milliseconds. */
const depthLifetime = 10_000;
const mostStreams = 100;

const collator = new Intl.Collator("en", { numeric: true });

/** As people read names: `q2` before `q10`. Total: only equal names are equal. */
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** One kind of thing, per vhost. */
class Names<T extends Named> {
  readonly #ask: (vhost: string) => Promise<T[]>;
  readonly #known = new Map<string, readonly T[]>();
  readonly #running = new Map<
    string,
    { readonly items: Promise<readonly T[]>; readonly edits: ((items: T[]) => T[])[] }
  >();

  constructor(ask: (vhost: string) => Promise<T[]>) {
    this.#ask = ask;
  }

  known(vhost: string): readonly T[] | undefined {
    return this.#known.get(vhost);
  }

  get(vhost: string, fresh: boolean): Promise<readonly T[]> {
    const known = this.#known.get(vhost);
    if (known && !fresh) return Promise.resolve(known);
    const running = this.#running.get(vhost);
    if (running) return running.items;
    const edits: ((items: T[]) => T[])[] = [];
    const items = this.#load(vhost, edits).finally(() => this.#running.delete(vhost));
    this.#running.set(vhost, { items, edits });
    return items;
  }

  put(item: T): void {
    this.#edit(item.vhost, (items) => sorted([...items.filter(({ name }) => name !== item.name), item]));
  }

  remove(vhost: string, name: string): void {
    this.#edit(vhost, (items) => items.filter((item) => item.name !== name));
  }

  async #load(vhost: string, edits: readonly ((items: T[]) => T[])[]): Promise<readonly T[]> {
    let items = sorted(await this.#ask(vhost));
    // What we did ourselves while the answer was on its way: it may have been made before.
    for (const edit of edits) items = edit(items);
    this.#known.set(vhost, items);
    return items;
  }

  #edit(vhost: string, edit: (items: T[]) => T[]): void {
    this.#running.get(vhost)?.edits.push(edit);
    const known = this.#known.get(vhost);
    if (known) this.#known.set(vhost, edit([...known]));
  }
}

function sorted<T extends Named>(items: T[]): T[] {
  return items.sort((a, b) => compareNames(a.name, b.name));
}
