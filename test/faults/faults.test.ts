import assert from "node:assert/strict";
import { faults } from "./faults.ts";
import { startKillableRabbitmq, type KillableRabbitmq } from "./killableRabbitmq.ts";

/** `npm run faults` in small: the same code, smaller numbers, one broker for all. */
describe("the product holds", function () {
  this.timeout(240_000);
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  let rabbitmq: KillableRabbitmq;

  before(async () => {
    console.log(`    seed ${String(seed)}`);
    rabbitmq = await startKillableRabbitmq();
  });
  after(() => rabbitmq.stop());

  for (const fault of faults) {
    it(`${fault.name}: ${fault.unit}`, async () => {
      const { value, examples } = await fault.run({ seed, quick: true, startRabbitmq: async () => rabbitmq.lent() });
      assert.equal(value, 0, `with the seed ${String(seed)}: ${examples.join("\n")}`);
    });
  }
});
