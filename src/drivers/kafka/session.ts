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
  Target,
  Verb,
  WatchOptions,
} from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Emitter, type Event } from "../../broker/event.ts";
import type { Form, Values } from "../../broker/form.ts";
import { Cluster } from "./cluster.ts";
import { toEndpoint } from "./connect.ts";
import { effectsOf } from "./effects.ts";
import { formsOf, type Around } from "./forms.ts";
import { deleteGroup, resetGroup } from "./groupActs.ts";
import { groupWithPositions } from "./groups.ts";
import { Listing } from "./listing.ts";
import { formatNodeId, parseNodeId } from "./nodeId.ts";
import { Publisher } from "./publisher.ts";
import { configureTopic, createTopic, deleteTopic, purgeTopic, settingsOf } from "./topicActs.ts";
import { partitionsOf, watch, type KafkaSubscription } from "./watch.ts";

/** @throws BrokerError `unreachable`, `refused`, `invalid`; `closed` when aborted */
export async function openSession(target: Target, signal: AbortSignal): Promise<Session> {
  const endpoint = await toEndpoint(target);
  const cluster = await Cluster.connect(endpoint, signal);
  if (signal.aborted) {
    await cluster.close();
    throw new BrokerError("closed", t("Connecting was cancelled."));
  }
  return new KafkaSession(cluster);
}

/** It lives as long as any broker of the cluster can be reached. */
class KafkaSession implements Session {
  readonly info: SessionInfo;
  readonly onDidClose: Event<BrokerError | undefined>;
  readonly onDidBlock: Event<string | undefined> = new Emitter<string | undefined>().event;
  readonly #closing = new Emitter<BrokerError | undefined>();
  readonly #cluster: Cluster;
  readonly #listing: Listing;
  readonly #publisher: Publisher;
  readonly #subscriptions = new Set<KafkaSubscription>();
  #closed: Promise<void> | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#listing = new Listing(cluster);
    this.#publisher = new Publisher(cluster);
    this.info = { product: "Apache Kafka", keyLabel: t("Message key"), limits: [] };
    this.onDidClose = this.#closing.event;
    cluster.onDidLose((reason) => void this.#close(reason));
  }

  async list(parent: Node | undefined, options: ListOptions = {}): Promise<Page<Node>> {
    this.#open();
    return this.#listing.list(parent, options);
  }

  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    this.#open();
    return this.#listing.refresh(nodes);
  }

  async forms(node: Node, verb: Verb): Promise<readonly Form[]> {
    this.#open();
    return formsOf(node, verb, await this.#around(node, verb));
  }

  async effects(node: Node, verb: Verb, values: Values = {}): Promise<readonly Effect[]> {
    this.#open();
    return effectsOf(this.#cluster, node, verb, values);
  }

  async act(node: Node, verb: ActVerb, _form: string, values: Values): Promise<Done> {
    this.#open();
    if (!node.verbs.includes(verb))
      throw new BrokerError("unsupported", t("This cannot be done with “{name}”.", { name: node.name }));
    try {
      return await this.#act(node, verb, values);
    } finally {
      if (verb === "create" || verb === "delete" || verb === "configure") {
        this.#listing.forget();
        const ref = parseNodeId(node.id);
        if (ref?.kind === "topic") this.#publisher.forget(ref.topic);
      }
    }
  }

  async publish(to: Node, draft: Draft): Promise<Receipt> {
    this.#open();
    const ref = parseNodeId(to.id);
    if (!to.verbs.includes("publish") || (ref?.kind !== "topic" && ref?.kind !== "partition"))
      throw new BrokerError("unsupported", t("Nothing can be published to “{name}”.", { name: to.name }));
    return this.#publisher.publish(ref.topic, ref.kind === "partition" ? ref.partition : undefined, draft);
  }

  originOf(seenIn: Node): Node | undefined {
    const ref = parseNodeId(seenIn.id);
    if (ref?.kind !== "topic" && ref?.kind !== "partition") return undefined;
    return {
      id: formatNodeId({ kind: "topic", topic: ref.topic }),
      kind: "topic",
      name: ref.topic,
      verbs: ["publish"],
      expandable: false,
    };
  }

  async watch(node: Node, options: WatchOptions): Promise<Subscription> {
    this.#open();
    const subscription = await watch(this.#cluster, node, options);
    if (this.#closed) {
      await subscription.close();
      throw closedError();
    }
    this.#subscriptions.add(subscription);
    return subscription;
  }

  close(): Promise<void> {
    return this.#close(undefined);
  }

  #act(node: Node, verb: ActVerb, values: Values): Promise<Done> {
    const ref = parseNodeId(node.id);
    const cluster = this.#cluster;
    switch (ref?.kind) {
      case "topics":
        return createTopic(cluster, values);
      case "topic":
        if (verb === "delete") return deleteTopic(cluster, ref.topic);
        return verb === "configure"
          ? configureTopic(cluster, ref.topic, values)
          : purgeTopic(cluster, ref.topic, partitionsOf(values), values);
      case "partition":
        return purgeTopic(cluster, ref.topic, [ref.partition], values);
      case "group":
        return verb === "reset" ? resetGroup(cluster, ref.group, values) : deleteGroup(cluster, ref.group);
      default:
        return Promise.reject(
          new BrokerError("unsupported", t("This cannot be done with “{name}”.", { name: node.name })),
        );
    }
  }

  async #around(node: Node, verb: Verb): Promise<Around> {
    const ref = parseNodeId(node.id);
    const nothing: Around = { settings: new Map(), partitions: 0, topics: [] };
    if (verb === "configure" && ref?.kind === "topic") {
      const [{ settings }, { partitions }] = await Promise.all([
        settingsOf(this.#cluster, ref.topic),
        this.#cluster.topic(ref.topic),
      ]);
      return { ...nothing, settings, partitions: partitions.length };
    }
    if (verb === "reset" && ref?.kind === "group") {
      const { positions } = await groupWithPositions(this.#cluster, ref.group);
      return { ...nothing, topics: [...new Set(positions.map(({ topic }) => topic))] };
    }
    return nothing;
  }

  #open(): void {
    if (this.#closed) throw closedError();
  }

  #close(reason: BrokerError | undefined): Promise<void> {
    this.#closed ??= this.#end(reason);
    return this.#closed;
  }

  async #end(reason: BrokerError | undefined): Promise<void> {
    // A listener that closes the session itself finds it closing already.
    await Promise.resolve();
    if (reason) {
      for (const subscription of this.#subscriptions) subscription.fail(reason);
      this.#closing.fire(reason);
    }
    await atMost(
      patience,
      Promise.all([this.#publisher.close(), ...[...this.#subscriptions].map((each) => each.close())]),
    );
    await atMost(patience, this.#cluster.close());
    if (!reason) this.#closing.fire(undefined);
  }
}

// Milliseconds. A cluster that has fallen silent is not waited for.
const patience = 3000;

function closedError(): BrokerError {
  return new BrokerError("closed", t("The session is closed."));
}

async function atMost(milliseconds: number, task: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([task, late]);
  clearTimeout(timer);
}
