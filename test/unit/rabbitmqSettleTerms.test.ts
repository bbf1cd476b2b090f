import assert from "node:assert/strict";
import type { KnownQueue } from "../../src/drivers/rabbitmq/effectParts.ts";
import { settleTerms } from "../../src/drivers/rabbitmq/settleTerms.ts";

const minutes = 60_000;

describe("what settling does on RabbitMQ", () => {
  const classic: KnownQueue = { name: "orders", type: "classic", arguments: {}, policyDefinition: {} };
  const server = (version?: string, product = "RabbitMQ") => ({ product, version });
  const withArguments = (args: Record<string, unknown>): KnownQueue => ({ ...classic, arguments: args });

  it("names where a rejected message goes, or that it is dropped for good", () => {
    const cases: readonly (readonly [queue: KnownQueue, rejected: string, says: RegExp])[] = [
      [classic, "dropped", /dropped for good\. “orders” has no dead-letter exchange/],
      [withArguments({ "x-dead-letter-exchange": "dlx" }), "kept", /exchange “dlx” with the message's own key/],
      [
        withArguments({ "x-dead-letter-exchange": "dlx", "x-dead-letter-routing-key": "dead" }),
        "kept",
        /exchange “dlx” with the key “dead”/,
      ],
      [
        withArguments({ "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "orders.dead" }),
        "kept",
        /queue “orders\.dead”/,
      ],
      [{ ...classic, policyDefinition: { "dead-letter-exchange": "byPolicy" } }, "kept", /“byPolicy”/],
      [{ name: "orders" }, "unknown", /cannot be known without the management API/],
    ];
    for (const [queue, rejected, says] of cases) {
      const terms = settleTerms(queue, server("3.10.8"));
      assert.equal(terms.rejected, rejected);
      assert.match(terms.says.reject ?? "", says);
    }
  });

  it("says what requeueing leads to where the queue counts or delays it", () => {
    const quorum: KnownQueue = { ...classic, type: "quorum" };
    const requeue = (queue: KnownQueue, version: string): string =>
      settleTerms(queue, server(version)).says.requeue ?? "";
    assert.match(requeue(classic, "4.1.0"), /you or another consumer gets it again/);
    assert.match(requeue(quorum, "4.1.0"), /After 20 returns it is dropped/);
    assert.match(
      requeue({ ...quorum, arguments: { "x-delivery-limit": 3, "x-dead-letter-exchange": "d" } }, "3.10.8"),
      /After 3 returns it is dead-lettered/,
    );
    assert.match(requeue(quorum, "4.3.0"), /gets it again/);
    assert.match(requeue({ ...quorum, arguments: { "x-delayed-retry-type": "all" } }, "4.3.0"), /delayed retry/);
  });

  it("knows how long a message may wait, by queue and by version", () => {
    const cases: readonly (readonly [queue: KnownQueue, version: string | undefined, within: number | undefined])[] = [
      [classic, "3.10.8", 30 * minutes],
      [classic, "3.8.17", 30 * minutes],
      [classic, "3.8.15", 15 * minutes],
      [classic, "3.8.9", undefined],
      [classic, undefined, 30 * minutes],
      [withArguments({ "x-consumer-timeout": 60_000 }), "3.13.0", minutes],
      [withArguments({ "x-consumer-timeout": 60_000 }), "3.11.15", minutes],
      // Older ones take the argument and do not heed it.
      [withArguments({ "x-consumer-timeout": 60_000 }), "3.10.8", 30 * minutes],
      [{ ...classic, policyDefinition: { "consumer-timeout": 120_000 } }, "4.1.0", 2 * minutes],
      [classic, "4.3.0", undefined],
      [{ ...classic, type: "quorum" }, "4.3.0", 30 * minutes],
    ];
    for (const [queue, version, within] of cases) {
      const terms = settleTerms(queue, server(version));
      assert.equal(terms.within, within, `${String(version)} ${JSON.stringify(queue)}`);
      assert.match(terms.withinSays, /\.$/);
    }
    assert.match(settleTerms(classic, server("3.10.8")).withinSays, /may be configured otherwise/);
    assert.equal(settleTerms(classic, server("2.1.0", "LavinMQ")).within, undefined);
  });
});
