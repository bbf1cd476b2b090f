import { connect } from "amqplib";
import type { Node, Session } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { find } from "../driver/conformanceSupport.ts";
import { targetOf } from "../driver/rabbitmqStage.ts";
import { startRabbitmq, type RabbitmqServer } from "../support/rabbitmqServer.ts";
import type { KillableBroker } from "./killableBroker.ts";

/** A private RabbitMQ whose queues are durable. */
export async function startKillableRabbitmq(kind: "classic" | "quorum" = "classic"): Promise<KillableRabbitmq> {
  return new KillableRabbitmq(await startRabbitmq(), kind);
}

/** Seen from outside by a bare amqplib. */
export class KillableRabbitmq implements KillableBroker {
  readonly driver = driver;
  readonly target;
  readonly server: RabbitmqServer;
  readonly #kind: string;

  constructor(server: RabbitmqServer, kind: string) {
    this.server = server;
    this.#kind = kind;
    this.target = targetOf(server);
  }

  async make(name: string): Promise<void> {
    await this.#withChannel((channel) =>
      channel.assertQueue(name, { durable: true, arguments: { "x-queue-type": this.#kind } }),
    );
  }

  find(session: Session, name: string): Promise<Node> {
    return find(session, ["vhost", "queues"], "queue", name);
  }

  kill(): Promise<void> {
    return this.server.kill();
  }

  restart(): Promise<void> {
    return this.server.start();
  }

  count(name: string): Promise<number> {
    return this.#withChannel(async (channel) => (await channel.checkQueue(name)).messageCount);
  }

  async bodies(name: string): Promise<readonly string[]> {
    return this.#withChannel(async (channel) => {
      const { messageCount } = await channel.checkQueue(name);
      const bodies: string[] = [];
      if (messageCount === 0) return bodies;
      // What is read goes back when the channel closes.
      await new Promise<void>((resolve, reject) => {
        channel
          .consume(name, (message) => {
            if (!message) return;
            bodies.push(message.content.toString());
            if (bodies.length === messageCount) resolve();
          })
          .catch(reject);
      });
      return bodies;
    });
  }

  /** So that more than one fault can have it, one after the other: stopping it is left to who started it. */
  lent(): KillableRabbitmq {
    const lent = new KillableRabbitmq(this.server, this.#kind);
    lent.stop = async () => this.server.start();
    return lent;
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  async #withChannel<T>(use: (channel: Awaited<ReturnType<typeof openChannel>>["channel"]) => Promise<T>): Promise<T> {
    const { model, channel } = await openChannel(this.server.uri);
    try {
      return await use(channel);
    } finally {
      await model.close();
    }
  }
}

async function openChannel(uri: string) {
  const model = await connect(uri, { noDelay: true });
  model.on("error", () => undefined);
  const channel = await model.createChannel();
  channel.on("error", () => undefined);
  return { model, channel };
}
