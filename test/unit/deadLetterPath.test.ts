import assert from "node:assert/strict";
import { type Header, text, type Value } from "../../src/broker/values.ts";
import { deadLetterPath } from "../../src/inspect/deadLetterPath.ts";

describe("the path of dead-lettering", () => {
  const death = (...entries: Header[]): Value => ({ type: "table", entries });
  const xDeath = (...items: Value[]): Header[] => [{ name: "x-death", value: { type: "array", items } }];

  it("is told oldest first, with everything that is known", () => {
    const keys: Header = { name: "routing-keys", value: { type: "array", items: [{ type: "string", value: "k" }] } };
    const path = deadLetterPath(
      xDeath(
        death(text("queue", "second"), text("reason", "expired"), text("exchange", "dlx")),
        death(
          text("queue", "first"),
          text("reason", "rejected"),
          text("exchange", "shop"),
          keys,
          { name: "count", value: { type: "int64", value: "3" } },
          { name: "time", value: { type: "timestamp", value: "1700000000" } },
        ),
      ),
    );
    assert.deepEqual(path, [
      { queue: "first", reason: "rejected", exchange: "shop", keys: ["k"], count: 3, time: 1_700_000_000 },
      { queue: "second", reason: "expired", exchange: "dlx", keys: [], count: 1 },
    ]);
  });

  it("is empty for a message that never died, and leaves out rubbish", () => {
    assert.deepEqual(deadLetterPath([]), []);
    assert.deepEqual(deadLetterPath([text("x-death", "no")]), []);
    const rubbish = death(text("count", "many"), text("reason", "x"));
    const odd = death(text("queue", "q"), text("count", "many"), text("time", "then"), text("routing-keys", "none"));
    assert.deepEqual(deadLetterPath(xDeath({ type: "int8", value: "1" }, rubbish, odd)), [
      { queue: "q", reason: "", exchange: "", keys: [], count: 1 },
    ]);
  });
});
