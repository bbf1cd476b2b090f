// Brings what the tests need and is not an npm package of the project, and says what it found.
import { provideChromium } from "./provideChromium.ts";
import { provideCodeServer } from "./provideCodeServer.ts";
import { provideRabbitmq } from "./provideRabbitmq.ts";
import { provideVscode, vscodeCache } from "./provideVscode.ts";

try {
  const rabbitmq = await provideRabbitmq();
  console.log(`RabbitMQ: ${rabbitmq.kind === "native" ? rabbitmq.server : `${rabbitmq.image} in Docker`}`);
  console.log(`Chromium: ${await provideChromium()}`);
  console.log(`VS Code: ${await provideVscode()}`);
  console.log(`VS Code workbench: ${await provideCodeServer(vscodeCache)}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
