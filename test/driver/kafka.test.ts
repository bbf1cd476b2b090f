import { conformance } from "./conformance.ts";
import { KafkaStage } from "./kafkaStage.ts";
import { kafkaTraits } from "./kafkaTraits.ts";

conformance("Kafka", kafkaTraits, () => KafkaStage.start());
