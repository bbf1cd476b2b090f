import type { Driver } from "../broker/contract.ts";

/** URI scheme → its driver, loaded when first used. The whole registry. */
export const drivers: Readonly<Record<string, () => Promise<Driver>>> = {
  amqp: async () => (await import("./rabbitmq/index.ts")).driver,
  amqps: async () => (await import("./rabbitmq/index.ts")).driver,
  activemq: async () => (await import("./activemq/index.ts")).driver,
  "activemq+ssl": async () => (await import("./activemq/index.ts")).driver,
  artemis: async () => (await import("./activemq/index.ts")).driver,
  "artemis+ssl": async () => (await import("./activemq/index.ts")).driver,
  redis: async () => (await import("./redis/index.ts")).driver,
  rediss: async () => (await import("./redis/index.ts")).driver,
  "redis+sentinel": async () => (await import("./redis/index.ts")).driver,
  "rediss+sentinel": async () => (await import("./redis/index.ts")).driver,
  "redis+cluster": async () => (await import("./redis/index.ts")).driver,
  "rediss+cluster": async () => (await import("./redis/index.ts")).driver,
  kafka: async () => (await import("./kafka/index.ts")).driver,
  kafkas: async () => (await import("./kafka/index.ts")).driver,
  "kafka+ssl": async () => (await import("./kafka/index.ts")).driver,
};

export type Drivers = typeof drivers;
