import type { Header } from "../../src/broker/values.ts";
import { createMemoryDriver } from "../../src/drivers/memory/index.ts";
import { conformance } from "./conformance.ts";
import type { Stage } from "./conformanceStage.ts";
import { find } from "./conformanceSupport.ts";
import { rabbitmqTraits } from "./rabbitmqTraits.ts";

conformance("memory", rabbitmqTraits, async (): Promise<Stage> => {
  const driver = createMemoryDriver();
  const broker = driver.broker("conformance");
  const full: readonly Header[] = [
    { name: "x-max-length", value: { type: "int32", value: "1" } },
    { name: "x-overflow", value: { type: "string", value: "reject-publish" } },
  ];
  return {
    driver,
    target: { uri: "memory://conformance", pins: [] },
    routing: {
      async makeExchange(name, type) {
        broker.declareExchange({ name, type, durable: true, args: [] });
      },
      async bind(exchange, queue, key) {
        broker.bind({ exchange, queue, key, args: [] });
      },
      exchange: (session, name) => find(session, ["exchanges"], "exchange", name),
    },
    async make(kind, name) {
      if (kind === "fanout") {
        broker.declareExchange({ name, type: kind, durable: true, args: [] });
        return;
      }
      const type = kind === "stream" || kind === "quorum" ? kind : "classic";
      broker.declareQueue(name, { type, durable: true, args: kind === "full" ? full : [] });
    },
    node: (session, kind, name) =>
      kind === "fanout" ? find(session, ["exchanges"], "exchange", name) : find(session, ["queues"], "queue", name),
    async remove(_kind, name) {
      broker.deleteQueue(name);
    },
    ready: async (_kind, queue) => broker.queue(queue).ready.length,
    names: async () => [...broker.queues.keys()],
    async drop() {
      broker.drop();
    },
    async stop() {
      // Nothing runs outside this process.
    },
  };
});
