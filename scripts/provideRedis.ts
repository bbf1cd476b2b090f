import { aptInstall, hasApt } from "./apt.ts";
import { findRedis, howToGetRedis } from "./redisNode.ts";
import type { FoundRedis } from "./redisNode.ts";

/** Sees to it that a Redis can be started: installed, else by apt. Rejects with what to do. */
export async function provideRedis(): Promise<FoundRedis> {
  const found = findRedis();
  if (found) return found;
  if (!hasApt()) throw new Error(howToGetRedis);
  await aptInstall(["redis-server", "redis-tools"]);
  const installed = findRedis();
  if (!installed) throw new Error(howToGetRedis);
  return installed;
}
