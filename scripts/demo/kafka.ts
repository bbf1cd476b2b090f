import { freePorts, isFree } from "../freePorts.ts";
import { startKafka } from "../kafkaNode.ts";
import { provideKafka } from "../provideKafka.ts";
import { seedKafkaShop } from "../shop/seedKafka.ts";
import type { DemoBroker } from "./brokers.ts";

/** A single Kafka node. */
export const kafkaDemo: DemoBroker = {
  word: "kafka",
  product: "Apache Kafka",
  provide: provideKafka,
  async start(dir) {
    const [port = 0] = await freePorts(1);
    const broker = await startKafka({ dir, port: (await isFree(9094)) ? 9094 : port });
    return {
      seed: () => seedKafkaShop(broker.port),
      says: `Kafka: ${broker.uri}`,
      connection: { name: "Shop (Kafka)", uri: broker.uri, environment: "development" },
      env: {},
      stop: () => broker.stop(),
    };
  },
};
