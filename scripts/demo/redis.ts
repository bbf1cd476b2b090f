import { freePorts, isFree } from "../freePorts.ts";
import { provideRedis } from "../provideRedis.ts";
import { startRedis } from "../redisNode.ts";
import { seedRedisShop } from "../shop/seedRedis.ts";
import type { DemoBroker } from "./brokers.ts";

const password = "shop";

/** One Redis server. */
export const redisDemo: DemoBroker = {
  word: "redis",
  product: "Redis",
  provide: provideRedis,
  async start(dir) {
    const [free = 0] = await freePorts(1);
    const broker = await startRedis({ dir, password, port: (await isFree(6380)) ? 6380 : free });
    return {
      seed: () => seedRedisShop(broker.uri),
      says: `Redis: ${broker.uri}`,
      connection: {
        name: "Shop (Redis)",
        uri: `redis://:\${env:MQ_DEMO_REDIS_PASSWORD}@127.0.0.1:${broker.port}`,
        environment: "development",
      },
      env: { MQ_DEMO_REDIS_PASSWORD: password },
      stop: () => broker.stop(),
    };
  },
};
