import assert from "node:assert/strict";
import type { Delivery } from "../../src/broker/contract.ts";
import { text } from "../../src/broker/values.ts";
import { compileFilter } from "../../src/inspect/filter.ts";
import { MessageLog } from "../../src/inspect/log.ts";
import { delivery } from "./logSupport.ts";

describe("the filter", () => {
  const matches = (needle: string, parts: Partial<Delivery>): boolean => {
    const log = new MessageLog();
    const seq = log.add(delivery(parts), 0, "none");
    const compiled = compileFilter(needle);
    assert.ok("filter" in compiled && compiled.filter);
    return compiled.filter.matches(log, log.slot(seq));
  };

  it("shows everything when it is empty", () => {
    assert.deepEqual(compileFilter("  "), { filter: undefined });
  });

  it("finds text in every part of a message, without regard to case", () => {
    const parts: Partial<Delivery>[] = [
      { body: Buffer.from("some NeeDle here") },
      { key: "order.needle.eu" },
      { origin: "needles" },
      { contentType: "text/needle" },
      { headers: [text("x-needle", "")] },
      { headers: [text("a", "the Needle")] },
      { headers: [{ name: "t", value: { type: "table", entries: [text("inner", "NEEDLE")] } }] },
      { properties: { messageId: "needle-1" } },
    ];
    for (const part of parts) assert.equal(matches("nEEdle", part), true, JSON.stringify(part));
    assert.equal(matches("needle", { key: "n", body: Buffer.from("eedle") }), false, "not across parts");
  });

  it("takes special characters as they are", () => {
    assert.equal(matches("a.b", { body: Buffer.from("axb") }), false);
    assert.equal(matches("[a|b]+(c)?/", { body: Buffer.from("say [A|B]+(c)?/ now") }), true);
  });

  it("finds text beyond ASCII, without regard to case", () => {
    assert.equal(matches("GRÜSSE", { body: Buffer.from("viele grüsse") }), true);
    assert.equal(matches("zoë", { key: "ZOË" }), true);
    assert.equal(matches("😀", { body: Buffer.from("a 😀") }), true);
    assert.equal(matches("ü", { body: Buffer.from("Ã¼") }), false);
  });

  it("is not fooled by how lengths are kept", () => {
    // A text of 97 bytes is kept with a length byte that reads "a".
    assert.equal(matches("ab", { key: "b".repeat(97) }), false);
    assert.equal(matches("ab", { key: "b".repeat(97), body: Buffer.from("xab") }), true);
  });
});
