/** ActiveMQ Classic by Jolokia. */
import { t } from "@vscode/l10n";
import type { Fact } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { isRecord, listTime, type AskOptions, type Jolokia, type JolokiaRequest } from "./jolokia.ts";
import type { Management, NewThing, QueueInfo, SubscriberInfo, TopicInfo } from "./management.ts";
import type { QueueRef, SubscriberRef, TopicRef } from "./nodeId.ts";
import { factsOf, numberAt, textAt, type Attributes } from "./attributes.ts";

export class Classic implements Management {
  readonly product = "ActiveMQ Classic";
  readonly #jolokia: Jolokia;
  /** `org.apache.activemq:type=Broker,brokerName=localhost` */
  #broker = "";

  constructor(jolokia: Jolokia) {
    this.#jolokia = jolokia;
  }

  async start(options: AskOptions): Promise<void> {
    const found = await this.#jolokia.ask(
      { type: "search", mbean: "org.apache.activemq:type=Broker,brokerName=*" },
      options,
    );
    const name = Array.isArray(found) ? /brokerName=([^,]*)/.exec(String(found[0]))?.[1] : undefined;
    if (name === undefined) throw noBroker(this.#jolokia.url);
    this.#broker = `org.apache.activemq:type=Broker,brokerName=${name}`;
  }

  async queues(): Promise<readonly QueueInfo[]> {
    const beans = await this.#all("Queue", ["Name", "DLQ"]);
    return beans.map((bean) => toQueue(bean));
  }

  async topics(): Promise<readonly TopicInfo[]> {
    const beans = await this.#all("Topic", ["Name"]);
    return beans
      .map((bean): TopicInfo => ({ ref: { kind: "topic", name: textAt(bean, "Name") ?? "" }, facts: [] }))
      .filter(({ ref }) => !ref.name.startsWith("ActiveMQ.Advisory."));
  }

  async details(refs: readonly (QueueRef | TopicRef)[]): Promise<readonly (QueueInfo | TopicInfo | undefined)[]> {
    const answers = await this.#jolokia.askAll(
      refs.map((ref): JolokiaRequest => ({
        type: "read",
        mbean: this.#bean(ref),
        attribute: ref.kind === "queue" ? queueAttributes : topicAttributes,
      })),
    );
    return answers.map((answer, at) => {
      if (answer instanceof BrokerError && answer.kind === "missing") return undefined;
      if (answer instanceof Error) throw answer;
      const ref = refs[at];
      if (!isRecord(answer) || !ref) return undefined;
      return ref.kind === "queue" ? toQueue(answer) : toTopic(answer);
    });
  }

  async subscribers(of: QueueRef | TopicRef): Promise<readonly SubscriberInfo[]> {
    const answer = await this.#jolokia
      .ask({ type: "read", mbean: `${this.#bean(of)},endpoint=Consumer,*` })
      .catch((error: unknown) => {
        // Nobody matches the pattern.
        if (error instanceof BrokerError && error.kind === "missing") return {};
        throw error;
      });
    if (!isRecord(answer)) return [];
    return Object.entries(answer).flatMap(([bean, attributes]) =>
      isRecord(attributes) ? toSubscriber(bean, attributes, of) : [],
    );
  }

  async create({ kind, name }: NewThing): Promise<void> {
    const exists = (await this.details([kind === "queue" ? queueRef(name) : { kind: "topic", name }]))[0];
    if (exists) {
      throw new BrokerError("invalid", t("There is a “{name}” already. Choose another name.", { name }), {
        field: "name",
      });
    }
    await this.#exec(this.#broker, `${kind === "queue" ? "addQueue" : "addTopic"}(java.lang.String)`, [name]);
  }

  async delete(ref: QueueRef | TopicRef | SubscriberRef): Promise<void> {
    if (ref.kind === "consumer" || ref.kind === "subscription") {
      const { clientId, subscription } = JSON.parse(ref.name) as { clientId: string; subscription: string };
      await this.#exec(this.#broker, "destroyDurableSubscriber(java.lang.String,java.lang.String)", [
        clientId,
        subscription,
      ]);
      return;
    }
    await this.#exec(this.#broker, `${ref.kind === "queue" ? "removeQueue" : "removeTopic"}(java.lang.String)`, [
      ref.name,
    ]);
  }

  async purge(ref: QueueRef): Promise<number | undefined> {
    const before = (await this.details([ref]))[0] as QueueInfo | undefined;
    await this.#exec(this.#bean(ref), "purge()", []);
    return before?.ready;
  }

  async retry(ref: QueueRef): Promise<number> {
    return Number(await this.#exec(this.#bean(ref), "retryMessages()", []));
  }

  close(): void {
    this.#jolokia.close();
  }

  /** The beans of all destinations of a type, by one request. */
  async #all(type: "Queue" | "Topic", attribute: readonly string[]): Promise<readonly Attributes[]> {
    const mbean = `${this.#broker},destinationType=${type},destinationName=*`;
    try {
      const answer = await this.#jolokia.ask({ type: "read", mbean, attribute }, { timeout: listTime });
      return isRecord(answer) ? Object.values(answer).filter(isRecord) : [];
    } catch (error) {
      // Nobody matches the pattern.
      if (error instanceof BrokerError && error.kind === "missing") return [];
      throw error;
    }
  }

  #exec(mbean: string, operation: string, args: readonly unknown[]): Promise<unknown> {
    return this.#jolokia.ask({ type: "exec", mbean, operation, arguments: args }, { timeout: listTime });
  }

  #bean({ kind, name }: QueueRef | TopicRef): string {
    const type = kind === "queue" ? "Queue" : "Topic";
    return `${this.#broker},destinationType=${type},destinationName=${encodeName(name)}`;
  }
}

export function noBroker(url: string): BrokerError {
  return new BrokerError(
    "unsupported",
    t("Jolokia at {url} knows no such broker. Check the URL of the web console.", { url }),
  );
}

const queueAttributes = [
  ...[
    "Name",
    "DLQ",
    "QueueSize",
    "InFlightCount",
    "ConsumerCount",
    "Paused",
    "EnqueueCount",
    "DequeueCount",
    "ExpiredCount",
  ],
  ...["MemoryPercentUsage", "PrioritizedMessages", "AverageMessageSize", "ProducerFlowControl"],
];
const topicAttributes = ["Name", "Subscriptions", "ConsumerCount", "ProducerCount", "EnqueueCount", "DequeueCount"];

function queueRef(name: string): QueueRef {
  return { kind: "queue", name, address: name, routing: "anycast" };
}

function toQueue(bean: Attributes): QueueInfo {
  const name = textAt(bean, "Name") ?? "";
  const size = numberAt(bean, "QueueSize");
  const inFlight = numberAt(bean, "InFlightCount");
  const consumers = numberAt(bean, "ConsumerCount");
  return {
    ref: queueRef(name),
    deadLetters: bean["DLQ"] === true || name === "ActiveMQ.DLQ" || name.startsWith("DLQ."),
    ...(size === undefined ? {} : { ready: Math.max(0, size - (inFlight ?? 0)) }),
    ...(inFlight === undefined ? {} : { inFlight }),
    ...(consumers === undefined ? {} : { consumers }),
    ...(typeof bean["Paused"] === "boolean" ? { paused: bean["Paused"] } : {}),
    facts: factsOf(bean, [
      [t("Enqueued"), "EnqueueCount"],
      [t("Dequeued"), "DequeueCount"],
      [t("Expired"), "ExpiredCount"],
      [t("Memory (%)"), "MemoryPercentUsage"],
      [t("By priority"), "PrioritizedMessages"],
      [t("Producer flow control"), "ProducerFlowControl"],
      [t("Average size (B)"), "AverageMessageSize"],
    ]),
  };
}

function toTopic(bean: Attributes): TopicInfo {
  const subscriptions = bean["Subscriptions"];
  return {
    ref: { kind: "topic", name: textAt(bean, "Name") ?? "" },
    ...(Array.isArray(subscriptions) ? { subscribers: subscriptions.length } : {}),
    facts: factsOf(bean, [
      [t("Producers"), "ProducerCount"],
      [t("Enqueued"), "EnqueueCount"],
      [t("Dequeued"), "DequeueCount"],
    ]),
  };
}

function toSubscriber(bean: string, attributes: Attributes, of: QueueRef | TopicRef): SubscriberInfo {
  const clientId = textAt(attributes, "ClientId") ?? "";
  const subscription = textAt(attributes, "SubscriptionName") ?? "";
  const durable = attributes["Durable"] === true || /consumerId=Durable/.test(bean);
  const pending = numberAt(attributes, "PendingQueueSize");
  const shown: readonly (readonly [string, string])[] = [
    [t("Client"), "ClientId"],
    [t("Connection"), "ConnectionId"],
    [t("Selector"), "Selector"],
    [t("Prefetch"), "PrefetchSize"],
    [t("Pending"), "PendingQueueSize"],
    [t("Dispatched"), "DispatchedQueueSize"],
    [t("Exclusive"), "Exclusive"],
  ];
  const facts: Fact[] = [...factsOf(attributes, shown)];
  return {
    ref: {
      kind: durable ? "subscription" : "consumer",
      name: durable
        ? JSON.stringify({ clientId, subscription })
        : `${clientId} ${/consumerId=([^,]*)/.exec(bean)?.[1] ?? ""}`,
      of,
    },
    durable,
    active: attributes["Active"] !== false,
    ...(pending === undefined ? {} : { pending }),
    facts,
  };
}

/** As the broker writes a name into the name of a bean. */
function encodeName(name: string): string {
  return name.replaceAll(":", "_").replaceAll("?", "&qe;").replaceAll("=", "&eq;").replaceAll("*", "&ast;");
}
