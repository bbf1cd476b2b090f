// Brings what the tests need and is not an npm package of the project, and says what it found.
import { provideActivemq, provideArtemis, type FoundActivemq } from "./provideActivemq.ts";
import { provideChromium } from "./provideChromium.ts";
import { provideCodeServer } from "./provideCodeServer.ts";
import { provideKafka } from "./provideKafka.ts";
import { provideRabbitmq } from "./provideRabbitmq.ts";
import { provideRedis } from "./provideRedis.ts";
import { provideVscode, vscodeCache } from "./provideVscode.ts";

/** What it is called, and what brings it: resolves with where it is. */
const needs: readonly (readonly [name: string, provide: () => Promise<string>])[] = [
  [
    "RabbitMQ",
    async () => {
      const found = await provideRabbitmq();
      return found.kind === "native" ? found.server : `${found.image} in Docker`;
    },
  ],
  ["ActiveMQ Classic", async () => placeOf(await provideActivemq())],
  ["ActiveMQ Artemis", async () => placeOf(await provideArtemis())],
  ["Redis", async () => (await provideRedis()).server],
  [
    "Kafka",
    async () => {
      const found = await provideKafka();
      return found.kind === "jars" ? found.jars : `${found.image} in Docker`;
    },
  ],
  ["Chromium", provideChromium],
  ["VS Code", provideVscode],
  ["VS Code workbench", () => provideCodeServer(vscodeCache)],
];

function placeOf(found: FoundActivemq): string {
  return found.kind === "java" ? found.home : `${found.image} in Docker`;
}

for (const [name, provide] of needs) {
  try {
    console.log(`${name}: ${await provide()}`);
  } catch (error) {
    // The others are brought all the same: a run tells everything that is missing.
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
