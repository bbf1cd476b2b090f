import assert from "node:assert/strict";
import { consumeUnderFire } from "../faults/consumeFault.ts";
import { startKillableRedis } from "../faults/killableRedis.ts";
import { publishUnderFire } from "../faults/publishFault.ts";

describe("Redis is killed and started again", function () {
  this.timeout(120_000);
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  before(() => console.log(`    seed ${String(seed)}`));

  for (const [name, run] of [
    ["nothing that was confirmed is missing", publishUnderFire],
    ["nothing that was not settled is lost", consumeUnderFire],
  ] as const)
    it(name, async () => {
      const { value, examples } = await run(startKillableRedis, { seed, quick: true });
      assert.equal(value, 0, `with the seed ${String(seed)}: ${examples.join("\n")}`);
    });
});
