import { startActivemq } from "../activemqNode.ts";
import { activemqPassword, activemqUser, type ActivemqServer } from "../activemqServer.ts";
import { startArtemis } from "../artemisNode.ts";
import { freePorts, isFree } from "../freePorts.ts";
import { provideActivemq, provideArtemis } from "../provideActivemq.ts";
import { seedActivemq } from "../shop/seedActivemq.ts";
import type { DemoBroker, DemoServer } from "./brokers.ts";

/** ActiveMQ Classic with Jolokia. */
export const activemqDemo: DemoBroker = {
  word: "activemq",
  product: "ActiveMQ Classic",
  provide: provideActivemq,
  start: async (dir) => demoServer("activemq", "Shop (ActiveMQ)", await startActivemq(await ports(dir, 5682, 8261))),
};

/** ActiveMQ Artemis with its console. */
export const artemisDemo: DemoBroker = {
  word: "artemis",
  product: "ActiveMQ Artemis",
  provide: provideArtemis,
  start: async (dir) => demoServer("artemis", "Shop (Artemis)", await startArtemis(await ports(dir, 5692, 8262))),
};

async function ports(
  dir: string,
  amqp: number,
  http: number,
): Promise<{ dir: string; amqpPort: number; httpPort: number }> {
  const [one = 0, other = 0] = await freePorts(2);
  return { dir, amqpPort: (await isFree(amqp)) ? amqp : one, httpPort: (await isFree(http)) ? http : other };
}

function demoServer(scheme: "activemq" | "artemis", name: string, broker: ActivemqServer): DemoServer {
  const address = `127.0.0.1:${String(broker.amqpPort)}`;
  return {
    seed: () => seedActivemq(broker),
    says: `${broker.name}: ${scheme}://${address}, Jolokia ${broker.adminUrl} (${activemqUser}, ${activemqPassword})`,
    connection: {
      name,
      // The password of the demo is in no file: it comes from the environment that VS Code is started with.
      uri: `${scheme}://${activemqUser}:\${env:MQ_DEMO_ACTIVEMQ_PASSWORD}@${address}`,
      management: broker.adminUrl,
      environment: "development",
    },
    env: { MQ_DEMO_ACTIVEMQ_PASSWORD: activemqPassword },
    stop: () => broker.stop(),
  };
}
