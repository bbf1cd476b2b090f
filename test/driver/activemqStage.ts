import type { Node, Session, Target } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/activemq/index.ts";
import type { ActivemqServer } from "../../scripts/activemqServer.ts";
import type { Stage } from "./conformanceStage.ts";
import { find } from "./conformanceSupport.ts";

export function activemqTarget(broker: ActivemqServer, more: Partial<Target> = {}): Target {
  const scheme = broker.name.includes("Artemis") ? "artemis" : "activemq";
  return {
    uri: `${scheme}://admin@127.0.0.1:${String(broker.amqpPort)}`,
    password: "admin",
    admin: broker.adminUrl,
    pins: [],
    ...more,
  };
}

/** One of the two brokers as a test sees it: by its Jolokia. */
abstract class ActivemqStage implements Stage {
  readonly driver = driver;
  readonly target: Target;
  protected readonly broker: ActivemqServer;

  constructor(broker: ActivemqServer) {
    this.broker = broker;
    this.target = activemqTarget(broker);
  }

  abstract make(kind: string, name: string): Promise<void>;
  abstract node(session: Session, kind: string, name: string): Promise<Node>;
  abstract remove(kind: string, name: string): Promise<void>;
  abstract ready(kind: string, name: string): Promise<number>;
  abstract names(): Promise<readonly string[]>;
  abstract drop(): Promise<void>;

  stop(): Promise<void> {
    return this.broker.stop();
  }

  /** @throws Error with what the broker says */
  protected async ask(request: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { status, value, error } = (await this.broker.jolokia(request)) as {
      status: number;
      value?: unknown;
      error?: string;
    };
    if (status !== 200) throw new Error(`${JSON.stringify(request)}: ${error ?? String(status)}`);
    return value;
  }

  protected exec(mbean: string, operation: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.ask({ type: "exec", mbean, operation, arguments: args });
  }
}

const classic = "org.apache.activemq:type=Broker,brokerName=localhost";

export class ClassicStage extends ActivemqStage {
  async make(kind: string, name: string): Promise<void> {
    await this.exec(classic, kind === "topic" ? "addTopic(java.lang.String)" : "addQueue(java.lang.String)", name);
  }

  node(session: Session, kind: string, name: string): Promise<Node> {
    return find(session, [kind === "topic" ? "topics" : "queues"], kind, name);
  }

  async remove(kind: string, name: string): Promise<void> {
    await this.exec(classic, `${kind === "topic" ? "removeTopic" : "removeQueue"}(java.lang.String)`, name);
  }

  async ready(_kind: string, name: string): Promise<number> {
    const mbean = `${classic},destinationType=Queue,destinationName=${name}`;
    const { QueueSize: size, InFlightCount: held } = (await this.ask({
      type: "read",
      mbean,
      attribute: ["QueueSize", "InFlightCount"],
    })) as { QueueSize: number; InFlightCount: number };
    return size - held;
  }

  async names(): Promise<readonly string[]> {
    const beans = (await this.ask({
      type: "search",
      mbean: `${classic},destinationType=*,destinationName=*`,
    })) as string[];
    return beans
      .filter((bean) => !/Advisory/.test(bean))
      .flatMap((bean) => /destinationName=([^,]*)/.exec(bean)?.[1] ?? []);
  }

  async drop(): Promise<void> {
    const mbean = `${classic},connector=clientConnectors,connectorName=amqp,connectionViewType=clientId,connectionName=*`;
    const beans = (await this.ask({ type: "search", mbean })) as string[];
    for (const bean of beans) await this.exec(bean, "stop()").catch(() => undefined);
  }
}

const artemis = 'org.apache.activemq.artemis:broker="artemis"';

export class ArtemisStage extends ActivemqStage {
  async make(kind: string, name: string): Promise<void> {
    if (kind === "address") {
      await this.exec(artemis, "createAddress(java.lang.String,java.lang.String)", name, "MULTICAST");
      return;
    }
    const queue = {
      name,
      address: kind === "multicast" ? `address-of-${name}` : name,
      "routing-type": kind === "multicast" ? "MULTICAST" : "ANYCAST",
      durable: true,
      "auto-create-address": true,
    };
    if (kind === "full") {
      const settings = { maxSizeMessages: 1, addressFullMessagePolicy: "FAIL" };
      await this.exec(artemis, "addAddressSettings(java.lang.String,java.lang.String)", name, JSON.stringify(settings));
    }
    await this.exec(artemis, "createQueue(java.lang.String)", JSON.stringify(queue));
  }

  node(session: Session, kind: string, name: string): Promise<Node> {
    return kind === "address" ? find(session, ["addresses"], kind, name) : find(session, ["queues"], "queue", name);
  }

  async remove(kind: string, name: string): Promise<void> {
    if (kind === "address") await this.exec(artemis, "deleteAddress(java.lang.String,boolean)", name, true);
    else await this.exec(artemis, "destroyQueue(java.lang.String,boolean)", name, true);
  }

  async ready(_kind: string, name: string): Promise<number> {
    const mbean = `${artemis},component=addresses,address=*,subcomponent=queues,routing-type=*,queue="${name}"`;
    const answer = (await this.ask({
      type: "read",
      mbean,
      attribute: ["MessageCount", "DeliveringCount", "ScheduledCount"],
    })) as Record<string, Record<string, number>>;
    const [counts = {}] = Object.values(answer);
    return (counts["MessageCount"] ?? 0) - (counts["DeliveringCount"] ?? 0) - (counts["ScheduledCount"] ?? 0);
  }

  async names(): Promise<readonly string[]> {
    const answer = (await this.ask({
      type: "read",
      mbean: artemis,
      attribute: ["QueueNames", "AddressNames"],
    })) as Record<string, string[]>;
    return [...(answer["QueueNames"] ?? []), ...(answer["AddressNames"] ?? [])];
  }

  async drop(): Promise<void> {
    const connections = JSON.parse(String(await this.exec(artemis, "listConnectionsAsJSON()"))) as {
      connectionID: string;
    }[];
    for (const { connectionID } of connections)
      await this.exec(artemis, "closeConnectionWithID(java.lang.String)", connectionID);
  }
}
