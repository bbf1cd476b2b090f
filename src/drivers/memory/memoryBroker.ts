import { t } from "@vscode/l10n";
import type { Draft, Receipt } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Emitter } from "../../broker/event.ts";
import type { Header, Value } from "../../broker/values.ts";
import { type Message, Queue, type QueueOptions } from "./queue.ts";
import { type Binding, type ExchangeType, routes } from "./routing.ts";

export interface Exchange {
  readonly name: string;
  readonly type: ExchangeType;
  readonly durable: boolean;
  readonly args: readonly Header[];
}

/** A broker inside this process, as RabbitMQ would behave, with what tests need to make things go wrong. */
export class MemoryBroker {
  readonly exchanges = new Map<string, Exchange>();
  readonly queues = new Map<string, Queue>();
  bindings: readonly Binding[] = [];
  /** The sessions' own: told when the connection is to drop. */
  readonly dropped = new Emitter<BrokerError>();
  readonly blocked = new Emitter<string | undefined>();
  readonly sessions = new Set<object>();
  #alarm: string | undefined;
  #held: (() => void)[] | undefined;
  #names = 0;

  constructor() {
    for (const type of ["direct", "fanout", "headers", "topic"] as const)
      this.exchanges.set(`amq.${type}`, { name: `amq.${type}`, type, durable: true, args: [] });
  }

  /** Why publishing is blocked. */
  get alarm(): string | undefined {
    return this.#alarm;
  }

  /** For tests: from now on the broker takes no messages. */
  block(reason: string): void {
    this.#alarm = reason;
    this.blocked.fire(reason);
  }

  unblock(): void {
    this.#alarm = undefined;
    this.blocked.fire(undefined);
  }

  /** For tests: publishes get no answer until {@link release}, or until the connection is dropped. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
  }

  /** Resolves when the broker answers. */
  async answering(): Promise<void> {
    const held = this.#held;
    if (held) await new Promise<void>((resolve) => held.push(resolve));
  }

  /** For tests: every connection is closed by the broker. */
  drop(reason = "CONNECTION_FORCED"): void {
    this.dropped.fire(new BrokerError("closed", t("The broker closed the connection ({reason}).", { reason })));
    this.release();
  }

  newName(prefix: string): string {
    return `${prefix}-${++this.#names}`;
  }

  exchange(name: string): Exchange {
    const exchange = this.exchanges.get(name);
    if (!exchange) throw new BrokerError("missing", t("There is no exchange “{name}”.", { name }));
    return exchange;
  }

  queue(name: string): Queue {
    const queue = this.queues.get(name);
    if (!queue) throw new BrokerError("missing", t("There is no queue “{name}”.", { name }));
    return queue;
  }

  declareExchange(exchange: Exchange): void {
    const there = this.exchanges.get(exchange.name);
    if (there && JSON.stringify(there) !== JSON.stringify(exchange)) throw otherwise(exchange.name);
    if (!there) this.exchanges.set(exchange.name, exchange);
  }

  declareQueue(name: string, options: QueueOptions): Queue {
    const there = this.queues.get(name);
    if (there) {
      if (JSON.stringify(there.options) !== JSON.stringify(options)) throw otherwise(name);
      return there;
    }
    const queue = new Queue(name, options, (from, message, reason) => this.#bury(from, message, reason));
    this.queues.set(name, queue);
    return queue;
  }

  bind(binding: Binding): void {
    this.exchange(binding.exchange);
    this.queue(binding.queue);
    const text = JSON.stringify(binding);
    if (!this.bindings.some((each) => JSON.stringify(each) === text)) this.bindings = [...this.bindings, binding];
  }

  unbind(gone: (binding: Binding) => boolean): void {
    this.bindings = this.bindings.filter((binding) => !gone(binding));
  }

  deleteQueue(name: string): void {
    const queue = this.queue(name);
    this.queues.delete(name);
    this.unbind((binding) => binding.queue === name);
    queue.ready = [];
    queue.unacked.clear();
    for (const consumer of queue.consumers.splice(0)) consumer.cancel("deleted");
  }

  deleteExchange(name: string): void {
    this.exchange(name);
    this.exchanges.delete(name);
    this.unbind((binding) => binding.exchange === name);
  }

  /** To an exchange, "" for the default one. @throws BrokerError `missing` */
  publish(exchange: string, key: string, draft: Draft): Receipt {
    const queues = this.#targets(exchange, key, draft.headers);
    if (queues.size === 0) return { outcome: "returned", reason: "NO_ROUTE" };
    let refusedBy: string | undefined;
    for (const queue of queues) if (!queue.enqueue(draft, key, exchange)) refusedBy = queue.name;
    if (refusedBy !== undefined)
      return { outcome: "refused", reason: t("The queue “{name}” is full.", { name: refusedBy }) };
    return { outcome: "routed", persisted: draft.persistent && [...queues].every(({ options }) => options.durable) };
  }

  #targets(name: string, key: string, headers: readonly Header[], seen = new Set<string>()): Set<Queue> {
    if (name === "") {
      const queue = this.queues.get(key);
      return new Set(queue ? [queue] : []);
    }
    const exchange = this.exchange(name);
    seen.add(name);
    const targets = new Set<Queue>();
    for (const binding of this.bindings) {
      if (binding.exchange === name && routes(exchange.type, binding, key, headers))
        targets.add(this.queue(binding.queue));
    }
    const alternate = scalar(exchange.args, "alternate-exchange");
    if (targets.size === 0 && alternate !== undefined && !seen.has(alternate) && this.exchanges.has(alternate))
      return this.#targets(alternate, key, headers, seen);
    return targets;
  }

  #bury(from: Queue, message: Message, reason: string): void {
    const exchange = from.arg("x-dead-letter-exchange");
    if (exchange === undefined || (exchange !== "" && !this.exchanges.has(exchange))) return;
    const key = from.arg("x-dead-letter-routing-key") ?? message.key;
    this.publish(exchange, key, { ...message.draft, headers: withDeath(message, from.name, reason) });
  }
}

/** The message's headers with one more death, the newest first, as RabbitMQ writes them. */
function withDeath(message: Message, queue: string, reason: string): readonly Header[] {
  const { headers } = message.draft;
  const before = headers.find(({ name }) => name === "x-death")?.value;
  const deaths = before?.type === "array" ? before.items : [];
  const same = (death: Value): boolean =>
    death.type === "table" && scalar(death.entries, "queue") === queue && scalar(death.entries, "reason") === reason;
  const earlier = deaths.find(same);
  const count = earlier?.type === "table" ? Number(scalar(earlier.entries, "count") ?? "0") : 0;
  const death: Value = {
    type: "table",
    entries: [
      { name: "count", value: { type: "int64", value: String(count + 1) } },
      { name: "reason", value: { type: "string", value: reason } },
      { name: "queue", value: { type: "string", value: queue } },
      { name: "time", value: { type: "timestamp", value: String(Math.floor(Date.now() / 1000)) } },
      { name: "exchange", value: { type: "string", value: message.exchange } },
      { name: "routing-keys", value: { type: "array", items: [{ type: "string", value: message.key }] } },
    ],
  };
  const items = [death, ...deaths.filter((each) => !same(each))];
  return [...headers.filter(({ name }) => name !== "x-death"), { name: "x-death", value: { type: "array", items } }];
}

function scalar(headers: readonly Header[], name: string): string | undefined {
  const value = headers.find((each) => each.name === name)?.value;
  return value && "value" in value ? value.value : undefined;
}

function otherwise(name: string): BrokerError {
  return new BrokerError(
    "invalid",
    t("“{name}” exists already with other settings. Choose another name, or the same settings.", { name }),
    { field: "name" },
  );
}
