import type { Header } from "../../src/broker/values.ts";
import { createMemoryDriver } from "../../src/drivers/memory/index.ts";
import { conformance } from "./conformance.ts";

conformance("memory", async () => {
  const driver = createMemoryDriver();
  const broker = driver.broker("conformance");
  const full: readonly Header[] = [
    { name: "x-max-length", value: { type: "int32", value: "1" } },
    { name: "x-overflow", value: { type: "string", value: "reject-publish" } },
  ];
  return {
    driver,
    target: { uri: "memory://conformance", pins: [] },
    async makeQueue(name, kind) {
      const type = kind === "full" ? "classic" : kind;
      broker.declareQueue(name, { type, durable: true, args: kind === "full" ? full : [] });
    },
    async makeExchange(name, type) {
      broker.declareExchange({ name, type, durable: true, args: [] });
    },
    async bind(exchange, queue, key) {
      broker.bind({ exchange, queue, key, args: [] });
    },
    async deleteQueue(name) {
      broker.deleteQueue(name);
    },
    ready: async (queue) => broker.queue(queue).ready.length,
    queueNames: async () => [...broker.queues.keys()],
    async drop() {
      broker.drop();
    },
    async stop() {
      // Nothing runs outside this process.
    },
  };
});
