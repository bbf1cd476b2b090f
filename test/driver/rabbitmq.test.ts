import { startRabbitmq } from "../support/rabbitmqServer.ts";
import { conformance } from "./conformance.ts";
import { RabbitmqStage } from "./rabbitmqStage.ts";

conformance("RabbitMQ", async () => new RabbitmqStage(await startRabbitmq()));
