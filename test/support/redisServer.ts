/** A private Redis for a suite: `const broker = await startRedis()`, and `await broker.stop()` after it. */
export { startRedis } from "../../scripts/redisNode.ts";
export type { RedisOptions, RedisServer } from "../../scripts/redisNode.ts";
