import { aptInstall, hasApt } from "./apt.ts";
import { findRabbitmq, howToGetRabbitmq } from "./rabbitmqLauncher.ts";
import type { FoundRabbitmq } from "./rabbitmqLauncher.ts";
import { run } from "./run.ts";

/** Sees to it that a RabbitMQ can be started: installed, else by Docker, else by apt. Rejects with what to do. */
export async function provideRabbitmq(): Promise<FoundRabbitmq> {
  const found = await findRabbitmq();
  if (found?.kind === "native" || (found && (await hasImage(found)))) return found;
  if (!hasApt()) throw new Error(howToGetRabbitmq);
  await aptInstall(["rabbitmq-server"]);
  const installed = await findRabbitmq();
  if (!installed) throw new Error(howToGetRabbitmq);
  return installed;
}

async function hasImage({ docker, image }: FoundRabbitmq & { kind: "docker" }): Promise<boolean> {
  if ((await run(docker, ["image", "inspect", image])).code === 0) return true;
  console.log(`Fetching the image ${image} …`);
  return (await run(docker, ["pull", "--quiet", image], { timeout: 600_000 })).code === 0;
}
