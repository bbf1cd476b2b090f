/** A private Kafka for a suite: `const broker = await startKafka()`, and `await broker.stop()` after it. */
export { startKafka } from "../../scripts/kafkaNode.ts";
export type { KafkaOptions, KafkaServer } from "../../scripts/kafkaNode.ts";
