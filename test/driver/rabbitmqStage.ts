import { connect, type Channel, type ChannelModel } from "amqplib";
import type { Node, Session, Target } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import type { ExchangeType, Stage } from "./conformanceStage.ts";
import { eventually, find } from "./conformanceSupport.ts";

export function targetOf(broker: RabbitmqServer, more: Partial<Target> = {}): Target {
  return {
    uri: `amqp://guest@127.0.0.1:${String(broker.amqpPort)}`,
    password: "guest",
    admin: broker.adminUrl,
    pins: [],
    ...more,
  };
}

/** A RabbitMQ as a test sees it: over its own connection, and by its management API. */
export class RabbitmqStage implements Stage {
  readonly driver = driver;
  readonly target: Target;
  readonly #broker: RabbitmqServer;
  #model: ChannelModel | undefined;

  constructor(broker: RabbitmqServer) {
    this.#broker = broker;
    this.target = targetOf(broker);
  }

  readonly routing = {
    makeExchange: (name: string, type: ExchangeType) => this.makeExchange(name, type),
    bind: (exchange: string, queue: string, key: string) => this.bind(exchange, queue, key),
    exchange: (session: Session, name: string) => find(session, ["vhost", "exchanges"], "exchange", name),
  };

  async make(kind: string, name: string): Promise<void> {
    if (kind === "fanout") return this.makeExchange(name, kind);
    const full = { "x-max-length": 1, "x-overflow": "reject-publish" };
    const args = kind === "full" ? full : { "x-queue-type": kind };
    await this.withChannel((channel) => channel.assertQueue(name, { durable: true, arguments: args }));
  }

  node(session: Session, kind: string, name: string): Promise<Node> {
    if (kind === "fanout") return this.routing.exchange(session, name);
    return find(session, ["vhost", "queues"], "queue", name);
  }

  async makeExchange(name: string, type: string): Promise<void> {
    await this.withChannel((channel) => channel.assertExchange(name, type));
  }

  async bind(exchange: string, queue: string, key: string): Promise<void> {
    await this.withChannel((channel) => channel.bindQueue(queue, exchange, key));
  }

  async remove(_kind: string, name: string): Promise<void> {
    await this.withChannel((channel) => channel.deleteQueue(name));
  }

  async ready(_kind: string, queue: string): Promise<number> {
    return this.withChannel(async (channel) => (await channel.checkQueue(queue)).messageCount);
  }

  async names(): Promise<readonly string[]> {
    const queues = (await this.#broker.api("GET", "/api/queues?disable_stats=true")) as { name: string }[];
    return queues.map(({ name }) => name);
  }

  /** The connections of the driver, as the broker lists them. */
  async connections(): Promise<readonly { readonly name: string; readonly role: string }[]> {
    const all = (await this.#broker.api("GET", "/api/connections")) as {
      name: string;
      client_properties?: { connection_name?: string };
    }[];
    return all.flatMap(({ name, client_properties: properties }) => {
      const role = /^MQ Workbench \((.*)\)$/.exec(properties?.connection_name ?? "")?.[1];
      return role === undefined ? [] : [{ name, role }];
    });
  }

  /** Closes the connections of this role from the management side. */
  async closeConnections(role: string): Promise<void> {
    // The list comes from the statistics, which lag.
    await eventually(
      async () => (await this.connections()).some((each) => each.role === role),
      true,
      `a connection for ${role}`,
    );
    for (const each of await this.connections()) {
      if (each.role === role) await this.#broker.api("DELETE", `/api/connections/${encodeURIComponent(each.name)}`);
    }
  }

  async drop(): Promise<void> {
    await this.#broker.ctl("close_all_connections", "conformance");
  }

  async stop(): Promise<void> {
    await this.#model?.close().catch(() => undefined);
    await this.#broker.stop();
  }

  async withChannel<T>(use: (channel: Channel) => Promise<T>): Promise<T> {
    this.#model ??= await this.#connect();
    const channel = await this.#model.createChannel();
    channel.on("error", () => undefined);
    const result = await use(channel);
    await channel.close();
    return result;
  }

  /** A channel that the test closes itself. */
  async keepChannel(): Promise<Channel> {
    this.#model ??= await this.#connect();
    return this.#model.createChannel();
  }

  async #connect(): Promise<ChannelModel> {
    const model = await connect(this.#broker.uri, { noDelay: true });
    model.on("error", () => undefined);
    model.on("close", () => (this.#model = undefined));
    return model;
  }
}
