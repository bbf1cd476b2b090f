import { freePorts, isFree } from "../freePorts.ts";
import { provideRabbitmq } from "../provideRabbitmq.ts";
import { startRabbitmq } from "../rabbitmqNode.ts";
import { seedShop } from "../shop/seed.ts";
import type { DemoBroker } from "./brokers.ts";

/** RabbitMQ with its management plugin. */
export const rabbitmqDemo: DemoBroker = {
  word: "rabbitmq",
  product: "RabbitMQ",
  provide: provideRabbitmq,
  async start(dir) {
    const [amqp = 0, http = 0] = await freePorts(2);
    const broker = await startRabbitmq({
      dir,
      amqpPort: (await isFree(5673)) ? 5673 : amqp,
      httpPort: (await isFree(15673)) ? 15673 : http,
    });
    return {
      seed: () => seedShop(broker.uri),
      says: `RabbitMQ: ${broker.uri}, management ${broker.adminUrl} (guest, guest)`,
      connection: {
        name: "Shop",
        // The password of the demo is in no file: it comes from the environment that VS Code is started with.
        uri: `amqp://guest:\${env:MQ_DEMO_PASSWORD}@127.0.0.1:${broker.amqpPort}`,
        management: broker.adminUrl,
        environment: "development",
      },
      env: { MQ_DEMO_PASSWORD: "guest" },
      stop: () => broker.stop(),
    };
  },
};
