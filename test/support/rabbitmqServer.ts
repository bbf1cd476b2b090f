/** A private RabbitMQ for a suite: `const broker = await startRabbitmq()`, and `await broker.stop()` after it. */
export { startRabbitmq } from "../../scripts/rabbitmqNode.ts";
export type { RabbitmqOptions, RabbitmqServer } from "../../scripts/rabbitmqNode.ts";
