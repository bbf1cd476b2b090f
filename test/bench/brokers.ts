import { startActivemq } from "../../scripts/activemqNode.ts";
import type { ActivemqServer } from "../../scripts/activemqServer.ts";
import { startArtemis } from "../../scripts/artemisNode.ts";
import { startKafka } from "../support/kafkaServer.ts";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import { startRedis } from "../support/redisServer.ts";

/** A broker that the runner started for figures. */
export interface StartedBroker {
  /** Given to the process of each side of a figure. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The brokers that a figure can ask for, by name. */
export const benchBrokers = {
  async rabbitmq(): Promise<StartedBroker> {
    const broker = await startRabbitmq();
    return {
      environment: { MQ_BENCH_URI: broker.uri, MQ_BENCH_ADMIN: broker.adminUrl },
      stop: () => broker.stop(),
    };
  },
  activemq: async () => startedActivemq("activemq", await startActivemq()),
  artemis: async () => startedActivemq("artemis", await startArtemis()),
  async kafka(): Promise<StartedBroker> {
    const broker = await startKafka({ heap: 1024, quick: false });
    return { environment: { MQ_BENCH_URI: broker.uri }, stop: () => broker.stop() };
  },
  async redis(): Promise<StartedBroker> {
    // In memory: the disk is the same for both sides, and hides what the client costs.
    const broker = await startRedis({ conf: ["appendonly no"] });
    return { environment: { MQ_BENCH_REDIS: broker.uri }, stop: () => broker.stop() };
  },
} as const satisfies Readonly<Record<string, () => Promise<StartedBroker>>>;

export type BenchBroker = keyof typeof benchBrokers;

function startedActivemq(scheme: string, broker: ActivemqServer): StartedBroker {
  const uri = `${scheme}://admin:admin@127.0.0.1:${String(broker.amqpPort)}`;
  return { environment: { MQ_BENCH_URI: uri, MQ_BENCH_ADMIN: broker.adminUrl }, stop: () => broker.stop() };
}
