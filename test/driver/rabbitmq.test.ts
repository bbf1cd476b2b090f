import { startRabbitmq } from "../support/rabbitmqServer.ts";
import { conformance } from "./conformance.ts";
import { RabbitmqStage } from "./rabbitmqStage.ts";
import { rabbitmqTraits } from "./rabbitmqTraits.ts";

conformance("RabbitMQ", rabbitmqTraits, async () => new RabbitmqStage(await startRabbitmq()));
