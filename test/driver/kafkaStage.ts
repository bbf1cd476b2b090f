import { Admin } from "@platformatic/kafka";
import type { Node, Session, Target } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/kafka/index.ts";
import { freePorts } from "../../scripts/freePorts.ts";
import { startKafka, type KafkaOptions, type KafkaServer } from "../support/kafkaServer.ts";
import { TcpProxy } from "../support/tcpProxy.ts";
import type { Stage } from "./conformanceStage.ts";
import { eventually, find } from "./conformanceSupport.ts";

/** A Kafka as a test sees it: over the connections of an administrator of its own. */
export class KafkaStage implements Stage {
  readonly driver = driver;
  readonly target: Target;
  readonly broker: KafkaServer;
  readonly #proxy: TcpProxy;
  #admin: Admin | undefined;

  private constructor(broker: KafkaServer, proxy: TcpProxy) {
    this.broker = broker;
    this.#proxy = proxy;
    this.target = { uri: `kafka://127.0.0.1:${String(proxy.port)}`, pins: [] };
  }

  /** The driver comes in by a listener of its own, whose connections can be broken. */
  static async start(options: KafkaOptions = {}): Promise<KafkaStage> {
    const [port = 0] = await freePorts(1);
    const advertised = { host: "127.0.0.1", port };
    const driven = { name: "DRIVEN", protocol: "PLAINTEXT", advertised } as const;
    const broker = await startKafka({ ...options, listeners: [driven, ...(options.listeners ?? [])] });
    return new KafkaStage(broker, await TcpProxy.start(port, broker.portOf("DRIVEN")));
  }

  get admin(): Admin {
    this.#admin ??= new Admin({
      clientId: "tests",
      bootstrapBrokers: [`127.0.0.1:${this.broker.port}`],
      metadataMaxAge: 0,
    });
    return this.#admin;
  }

  make(_kind: string, name: string): Promise<void> {
    return this.topic(name, 1);
  }

  async topic(name: string, partitions: number, configs: { name: string; value: string }[] = []): Promise<void> {
    await this.admin.createTopics({ topics: [name], partitions, replicas: 1, configs });
    // The controller has it, the broker hears of it.
    await eventually(async () => (await this.admin.listTopics()).includes(name), true, `the topic ${name}`);
  }

  node(session: Session, _kind: string, name: string): Promise<Node> {
    return find(session, ["topics"], "topic", name);
  }

  async remove(_kind: string, name: string): Promise<void> {
    await this.admin.deleteTopics({ topics: [name] });
  }

  async ready(_kind: string, name: string): Promise<number> {
    return Number((await this.offset(name, -1n)) - (await this.offset(name, -2n)));
  }

  /** Of partition 0, by the protocol's words: -1 = the end, -2 = the beginning. */
  async offset(topic: string, timestamp: bigint, partition = 0): Promise<bigint> {
    const [told] = await this.admin.listOffsets({
      topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
    });
    return told?.partitions[0]?.offset ?? -1n;
  }

  /** Of topics and groups. */
  async names(): Promise<readonly string[]> {
    const [topics, groups] = await Promise.all([this.admin.listTopics(), this.groups()]);
    return [...topics, ...groups];
  }

  async groups(): Promise<readonly string[]> {
    return [...(await this.admin.listGroups()).keys()];
  }

  async drop(): Promise<void> {
    await this.#proxy.drop();
  }

  async stop(): Promise<void> {
    await this.#admin?.close().catch(() => undefined);
    await this.#proxy.stop();
    await this.broker.stop();
  }
}
