/** ActiveMQ Artemis by Jolokia. */
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { factsOf, numberAt, textAt, type Attributes } from "./attributes.ts";
import { noBroker } from "./classic.ts";
import { isRecord, listTime, type AskOptions, type Jolokia, type JolokiaRequest } from "./jolokia.ts";
import type { Management, NewThing, QueueInfo, SubscriberInfo, TopicInfo } from "./management.ts";
import type { QueueRef, Routing, SubscriberRef, TopicRef } from "./nodeId.ts";

export class Artemis implements Management {
  readonly product = "ActiveMQ Artemis";
  readonly #jolokia: Jolokia;
  /** `org.apache.activemq.artemis:broker="artemis"` */
  #broker = "";
  /** Addresses that dead letters go to, as far as they were seen. */
  readonly #deadLetters = new Set<string>();

  constructor(jolokia: Jolokia) {
    this.#jolokia = jolokia;
  }

  async start(options: AskOptions): Promise<void> {
    const found = await this.#jolokia.ask({ type: "search", mbean: "org.apache.activemq.artemis:broker=*" }, options);
    const broker: unknown = Array.isArray(found) ? found[0] : undefined;
    if (typeof broker !== "string") throw noBroker(this.#jolokia.url);
    this.#broker = broker;
    const settings = await this.#exec(broker, "getAddressSettingsAsJSON(java.lang.String)", ["#"]).catch(
      () => undefined,
    );
    const target = isJson(settings)?.["deadLetterAddress"];
    if (typeof target === "string" && target !== "") this.#deadLetters.add(target);
  }

  async queues(): Promise<readonly QueueInfo[]> {
    const mbean = `${this.#broker},component=addresses,address=*,subcomponent=queues,routing-type=*,queue=*`;
    const found = await this.#jolokia.ask({ type: "search", mbean }, { timeout: listTime });
    if (!Array.isArray(found)) return [];
    return found.flatMap((bean): QueueInfo | readonly QueueInfo[] => {
      const ref = refOfBean(String(bean));
      return ref && !isInternal(ref.address) ? { ref, deadLetters: this.#isDeadLetters(ref.address), facts: [] } : [];
    });
  }

  async topics(): Promise<readonly TopicInfo[]> {
    const mbean = `${this.#broker},component=addresses,address=*`;
    const answer = await this.#jolokia.ask(
      { type: "read", mbean, attribute: ["Address", "RoutingTypes"] },
      { timeout: listTime },
    );
    const beans = isRecord(answer) ? Object.values(answer).filter(isRecord) : [];
    return beans.map((bean) => toAddress(bean)).filter(({ ref }) => !isInternal(ref.name));
  }

  async details(refs: readonly (QueueRef | TopicRef)[]): Promise<readonly (QueueInfo | TopicInfo | undefined)[]> {
    const answers = await this.#jolokia.askAll(
      refs.map((ref): JolokiaRequest => ({
        type: "read",
        mbean: this.#bean(ref),
        attribute: ref.kind === "queue" ? queueAttributes : addressAttributes,
      })),
    );
    return answers.map((answer, at) => {
      if (answer instanceof BrokerError && answer.kind === "missing") return undefined;
      if (answer instanceof Error) throw answer;
      const ref = refs[at];
      if (!isRecord(answer) || !ref) return undefined;
      return ref.kind === "queue" ? this.#toQueue(ref, answer) : toAddress(answer);
    });
  }

  async subscribers(of: QueueRef | TopicRef): Promise<readonly SubscriberInfo[]> {
    if (of.kind !== "queue") return [];
    const text = await this.#exec(this.#bean(of), "listConsumersAsJSON()", []);
    const list: unknown = typeof text === "string" ? JSON.parse(text) : [];
    return (Array.isArray(list) ? list.filter(isRecord) : []).map((consumer) => ({
      ref: {
        kind: "consumer",
        name: `${textAt(consumer, "connectionID") ?? ""} ${String(numberAt(consumer, "consumerID") ?? "")}`,
        of,
      },
      durable: false,
      active: textAt(consumer, "status") !== "Orphaned",
      facts: factsOf(consumer, [
        [t("Connection"), "connectionID"],
        [t("Session"), "sessionID"],
        [t("Browse only"), "browseOnly"],
        [t("Delivering"), "deliveringCount"],
        [t("Status"), "status"],
      ]),
    }));
  }

  async create(thing: NewThing): Promise<void> {
    const { kind, name } = thing;
    if (kind === "queue") {
      const address = thing.address === undefined || thing.address === "" ? name : thing.address;
      const configuration = {
        name,
        address,
        "routing-type": (thing.routing?.[0] ?? "anycast").toUpperCase(),
        durable: thing.durable ?? true,
        "auto-create-address": true,
        ...(thing.filter ? { "filter-string": thing.filter } : {}),
      };
      await this.#exec(this.#broker, "createQueue(java.lang.String)", [JSON.stringify(configuration)]);
      return;
    }
    const routing = (thing.routing ?? ["multicast"]).join(",").toUpperCase();
    await this.#exec(this.#broker, "createAddress(java.lang.String,java.lang.String)", [name, routing]);
  }

  async delete(ref: QueueRef | TopicRef | SubscriberRef): Promise<void> {
    if (ref.kind === "queue") {
      // With the consumers of others, and with its address if that has no other queue and was made for it.
      await this.#exec(this.#broker, "destroyQueue(java.lang.String,boolean)", [ref.name, true]);
      const rest = await this.#jolokia
        .ask({ type: "read", mbean: this.#bean({ kind: "address", name: ref.address }), attribute: "QueueNames" })
        .catch(() => undefined);
      if (ref.address === ref.name && Array.isArray(rest) && rest.length === 0) {
        await this.#exec(this.#broker, "deleteAddress(java.lang.String)", [ref.address]).catch(() => undefined);
      }
      return;
    }
    if (ref.kind === "topic" || ref.kind === "address") {
      await this.#exec(this.#broker, "deleteAddress(java.lang.String,boolean)", [ref.name, true]);
      return;
    }
    throw new BrokerError("unsupported", t("This cannot be done here."));
  }

  async purge(ref: QueueRef): Promise<number | undefined> {
    return Number(await this.#exec(this.#bean(ref), "removeAllMessages()", []));
  }

  async retry(ref: QueueRef): Promise<number> {
    return Number(await this.#exec(this.#bean(ref), "retryMessages()", []));
  }

  close(): void {
    this.#jolokia.close();
  }

  #exec(mbean: string, operation: string, args: readonly unknown[]): Promise<unknown> {
    return this.#jolokia.ask({ type: "exec", mbean, operation, arguments: args }, { timeout: listTime });
  }

  #bean(ref: QueueRef | TopicRef): string {
    const address = quote(ref.kind === "queue" ? ref.address : ref.name);
    const base = `${this.#broker},component=addresses,address=${address}`;
    if (ref.kind !== "queue") return base;
    return `${base},subcomponent=queues,routing-type="${ref.routing}",queue=${quote(ref.name)}`;
  }

  #isDeadLetters(address: string): boolean {
    return this.#deadLetters.has(address) || address.startsWith("DLQ.");
  }

  #toQueue(ref: QueueRef, bean: Attributes): QueueInfo {
    const target = bean["DeadLetterAddress"];
    if (typeof target === "string" && target !== "") this.#deadLetters.add(target);
    const all = numberAt(bean, "MessageCount");
    const inFlight = numberAt(bean, "DeliveringCount");
    const scheduled = numberAt(bean, "ScheduledCount");
    const consumers = numberAt(bean, "ConsumerCount");
    return {
      ref,
      deadLetters: this.#isDeadLetters(ref.address),
      ...(all === undefined ? {} : { ready: Math.max(0, all - (inFlight ?? 0) - (scheduled ?? 0)) }),
      ...(inFlight === undefined ? {} : { inFlight }),
      ...(scheduled === undefined ? {} : { scheduled }),
      ...(consumers === undefined ? {} : { consumers }),
      ...(typeof bean["Paused"] === "boolean" ? { paused: bean["Paused"] } : {}),
      ...(target === null || typeof target === "string" ? { deadLetterAddress: target ?? "" } : {}),
      facts: factsOf(bean, [
        [t("Durable"), "Durable"],
        [t("Filter"), "Filter"],
        [t("Scheduled"), "ScheduledCount"],
        [t("Added"), "MessagesAdded"],
        [t("Acknowledged"), "MessagesAcknowledged"],
        [t("Expired"), "MessagesExpired"],
        [t("Dead letters go to"), "DeadLetterAddress"],
        [t("Expired go to"), "ExpiryAddress"],
        [t("Exclusive"), "Exclusive"],
        [t("Last value"), "LastValue"],
        [t("Ring size"), "RingSize"],
        [t("Temporary"), "Temporary"],
        [t("Auto-delete"), "AutoDelete"],
      ]),
    };
  }
}

const queueAttributes = [
  ...[
    "MessageCount",
    "DeliveringCount",
    "ScheduledCount",
    "ConsumerCount",
    "Paused",
    "DeadLetterAddress",
    "ExpiryAddress",
    "Durable",
  ],
  ...[
    "Filter",
    "MessagesAdded",
    "MessagesAcknowledged",
    "MessagesExpired",
    "Exclusive",
    "LastValue",
    "RingSize",
    "Temporary",
    "AutoDelete",
  ],
];
const addressAttributes = [
  "Address",
  "RoutingTypes",
  "QueueNames",
  "NumberOfMessages",
  "Paging",
  "AddressSize",
  "MessageCount",
];

/** The broker's own. */
function isInternal(address: string): boolean {
  return address.startsWith("$sys.") || /^activemq\.(notifications|management)/.test(address);
}

function toAddress(bean: Attributes): TopicInfo {
  const types = bean["RoutingTypes"];
  const queues = bean["QueueNames"];
  return {
    ref: { kind: "address", name: textAt(bean, "Address") ?? "" },
    ...(Array.isArray(types)
      ? { routing: types.map((type) => (String(type) === "ANYCAST" ? "anycast" : "multicast")) }
      : {}),
    ...(Array.isArray(queues) ? { subscribers: queues.length } : {}),
    facts: factsOf(bean, [
      [t("Messages"), "MessageCount"],
      [t("Paging"), "Paging"],
      [t("Size (B)"), "AddressSize"],
    ]),
  };
}

/** Of `…:address="a",broker="b",component=addresses,queue="q",routing-type="anycast",subcomponent=queues`. */
function refOfBean(bean: string): QueueRef | undefined {
  const part = (name: string): string | undefined => {
    const quoted = new RegExp(`[:,]${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(bean)?.[1];
    return quoted?.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
  };
  const [name, address, routing] = [part("queue"), part("address"), part("routing-type")];
  if (name === undefined || address === undefined) return undefined;
  const type: Routing = routing === "multicast" ? "multicast" : "anycast";
  return { kind: "queue", name, address, routing: type };
}

/** As `ObjectName.quote` does it. */
function quote(text: string): string {
  return `"${text.replaceAll(/[\\"*?]/g, (each) => `\\${each}`).replaceAll("\n", "\\n")}"`;
}

function isJson(text: unknown): Attributes | undefined {
  if (typeof text !== "string") return undefined;
  const json: unknown = JSON.parse(text);
  return isRecord(json) ? json : undefined;
}
