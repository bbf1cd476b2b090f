import { startRedis } from "../support/redisServer.ts";
import { conformance } from "./conformance.ts";
import { RedisStage, redisTraits } from "./redisStage.ts";

conformance("Redis", redisTraits, async () => new RedisStage(await startRedis({ password: "secret" }), "secret"));
