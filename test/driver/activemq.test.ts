import { startActivemq } from "../../scripts/activemqNode.ts";
import { startArtemis } from "../../scripts/artemisNode.ts";
import { ArtemisStage, ClassicStage } from "./activemqStage.ts";
import { artemisTraits, classicTraits } from "./activemqTraits.ts";
import { conformance } from "./conformance.ts";

conformance("ActiveMQ Classic", classicTraits, async () => new ClassicStage(await startActivemq()));

conformance("ActiveMQ Artemis", artemisTraits, async () => new ArtemisStage(await startArtemis()));
