import { startRabbitmq } from "../support/rabbitmqServer.ts";

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
} as const satisfies Readonly<Record<string, () => Promise<StartedBroker>>>;

export type BenchBroker = keyof typeof benchBrokers;
