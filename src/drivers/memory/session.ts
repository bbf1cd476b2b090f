import { t } from "@vscode/l10n";
import type {
  ActVerb,
  Done,
  Draft,
  Effect,
  ListOptions,
  Node,
  Page,
  Receipt,
  Session,
  SessionInfo,
  Subscription,
  Verb,
  WatchOptions,
} from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { type Disposable, Emitter } from "../../broker/event.ts";
import { type Form, textOf, type Values } from "../../broker/form.ts";
import { carryOut } from "./acts.ts";
import { checkDraft } from "./checkDraft.ts";
import { effectsOf } from "./effects.ts";
import { formsOf } from "./forms.ts";
import type { MemoryBroker } from "./memoryBroker.ts";
import { childrenOf, exchangeNode, nodeNow } from "./nodes.ts";
import { ConsumerSubscription } from "./subscriptions.ts";
import { watch } from "./watch.ts";

/** A connection to a {@link MemoryBroker}. */
export class MemorySession implements Session {
  readonly info: SessionInfo = { product: "Memory", version: "1", keyLabel: t("Routing key"), limits: [] };
  readonly #broker: MemoryBroker;
  readonly #pageSize: number;
  readonly #subscriptions = new Set<Subscription>();
  readonly #closedEmitter = new Emitter<BrokerError | undefined>();
  readonly #blockedEmitter = new Emitter<string | undefined>();
  readonly #listening: readonly Disposable[];
  readonly onDidClose = this.#closedEmitter.event;
  readonly onDidBlock = this.#blockedEmitter.event;
  #closed: BrokerError | true | undefined;

  constructor(broker: MemoryBroker, pageSize: number) {
    this.#broker = broker;
    this.#pageSize = pageSize;
    broker.sessions.add(this);
    this.#listening = [
      broker.dropped.event((reason) => this.#drop(reason)),
      broker.blocked.event((reason) => this.#blockedEmitter.fire(reason)),
    ];
  }

  async list(parent: Node | undefined, options: ListOptions = {}): Promise<Page<Node>> {
    this.#check();
    const filter = (options.filter ?? "").toLowerCase();
    const nodes = childrenOf(this.#broker, parent).filter(({ name }) => name.toLowerCase().includes(filter));
    const depth = ({ counts }: Node): number => (counts?.ready ?? 0) + (counts?.unacked ?? 0);
    const byName = (a: Node, b: Node): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
    const sorted = nodes.toSorted((a, b) =>
      options.sort === "depth" ? depth(b) - depth(a) || byName(a, b) : byName(a, b),
    );
    const from = Number(options.page ?? "0");
    const end = from + this.#pageSize;
    return {
      items: sorted.slice(from, end),
      total: sorted.length,
      ...(end < sorted.length ? { next: String(end) } : {}),
    };
  }

  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    this.#check();
    return nodes.flatMap((node) => nodeNow(this.#broker, node) ?? []);
  }

  async forms(node: Node, verb: Verb): Promise<readonly Form[]> {
    this.#check(node, verb);
    return formsOf(node, verb);
  }

  async effects(node: Node, verb: Verb, values?: Values): Promise<readonly Effect[]> {
    this.#check(node, verb);
    return effectsOf(this.#broker, node, verb, values);
  }

  async act(node: Node, verb: ActVerb, form: string, values: Values): Promise<Done> {
    this.#check(node, verb);
    return carryOut(this.#broker, node, verb, form, values);
  }

  async publish(to: Node, draft: Draft): Promise<Receipt> {
    this.#check(to, "publish");
    checkDraft(draft);
    // What the caller does with its body afterwards is not the broker's business.
    const own = { ...draft, body: Uint8Array.from(draft.body) };
    const { alarm } = this.#broker;
    if (alarm !== undefined) return { outcome: "blocked", reason: alarm, sent: false };
    if (to.kind === "queue") this.#broker.queue(to.name);
    else this.#broker.exchange(to.name);
    await this.#broker.answering();
    if (this.#closed instanceof BrokerError) return { outcome: "lost", reason: this.#closed.message };
    return to.kind === "queue"
      ? this.#broker.publish("", to.name, own)
      : this.#broker.publish(to.name, draft.key ?? "", own);
  }

  originOf(seenIn: Node, origin: string | undefined): Node | undefined {
    if (origin === undefined) return seenIn.kind === "queue" ? seenIn : undefined;
    const exchange = this.#broker.exchanges.get(origin);
    return exchange && exchangeNode(exchange);
  }

  async watch(node: Node, options: WatchOptions): Promise<Subscription> {
    this.#check(node, options.mode);
    if (!Number.isInteger(options.window) || options.window < 1)
      throw new BrokerError("invalid", t("The window is at least 1."), { field: "window" });
    for (const field of ["limit", "offset"]) {
      const text = textOf(options.values ?? {}, field);
      if (text !== "" && !/^(\d+|first|last|next)$/.test(text))
        throw new BrokerError("invalid", t("“{text}” is not a number.", { text }), { field });
    }
    const subscription = watch(this.#broker, node, options);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#subscriptions].map((each) => each.close()));
    this.#leave();
    this.#closedEmitter.fire(undefined);
  }

  #drop(reason: BrokerError): void {
    if (this.#closed) return;
    this.#closed = reason;
    for (const subscription of this.#subscriptions) {
      if (subscription instanceof ConsumerSubscription) subscription.cancel("dropped");
      else void subscription.close();
    }
    this.#leave();
    this.#closedEmitter.fire(reason);
  }

  #leave(): void {
    this.#subscriptions.clear();
    for (const each of this.#listening) each.dispose();
    this.#broker.sessions.delete(this);
  }

  #check(node?: Node, verb?: Verb): void {
    if (this.#closed) throw new BrokerError("closed", t("The connection is closed. Connect again."));
    if (node && verb && !node.verbs.includes(verb))
      throw new BrokerError("unsupported", t("This cannot be done with “{name}”.", { name: node.name }));
  }
}
