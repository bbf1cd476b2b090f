import assert from "node:assert/strict";
import { text } from "../../../src/broker/values.ts";
import { Inspection } from "../../../src/inspect/inspection.ts";
import { completions } from "../../../src/inspect/query/completions.ts";
import { gatherKnown, type Known } from "../../../src/inspect/query/known.ts";
import { parseQuery } from "../../../src/inspect/query/parser.ts";
import { logOf } from "./querySupport.ts";

const known: Known = {
  headers: ["tenant", "x-death", "odd name"],
  properties: ["correlationId", "messageId"],
  contentTypes: ["application/json", "text/plain"],
  origins: ["shop", "my exchange"],
  keys: ["order.created", "order.paid", "stock"],
  paths: ["$.customer", "$.customer.name", "$.items[*].sku", '$["odd name"]'],
};

/** The caret is where the bar is. @returns the texts that taking one of the completions would make */
function offered(marked: string): string[] {
  const caret = marked.indexOf("|");
  const whole = marked.replace("|", "");
  return completions(whole, caret, known).map(
    ({ insert, from, to }) => whole.slice(0, from) + insert + whole.slice(to),
  );
}

describe("completion in the filter", () => {
  it("proposes what may stand at the caret", () => {
    const table: readonly (readonly [string, ...string[]])[] = [
      ["|", "key:", "size > ", "header.", "$.", "redelivered", "header.tenant", "not "],
      ["si|", "size > "],
      ["rede|", "redelivered"],
      ["abc (si|", "abc (size > "],
      ["-si|", "-size > "],
      ["not st|", "not state:"],
      ["abc |", "abc and ", "abc or ", "abc not ", "abc key:"],
      ["abc o|", "abc or "],
      ["state:|", "state:unacked", "state:acked"],
      ["state:un|", "state:unacked"],
      ["state:un|x and b", "state:unacked and b"],
      ["state = rej|", "state = rejected"],
      ["key:|", "key:order.*", "key:order.created"],
      ["key:order.p|", "key:order.paid"],
      ["key = |", "key = order.created"],
      ['key = "ord|"', "key = order.created"],
      ["type:j|", "type:json", "type:application/json"],
      ["exchange:m|", 'exchange:"my exchange"'],
      ["redelivered = |", "redelivered = true", "redelivered = false"],
      ["size > |", "size > 10kb"],
      ["age < |", "age < 5m"],
      ["header.|", "header.tenant", "header.x-death", 'header["odd name"]'],
      ["a header.ten|", "a header.tenant"],
      ["tena|", "header.tenant"],
      ["property.|", "property.correlationId"],
      ["messageI|", "property.messageId"],
      ["$.|", "$.customer", "$.customer.name"],
      ["$.customer.|", "$.customer.name"],
      ["$.cus| = 1", "$.customer = 1"],
      ["sku|", ...[]],
      ["size |", "size > ", "size <= "],
      ["$.customer.name |", "$.customer.name = ", "$.customer.name ~ ", "$.customer.name and "],
      ["header.tenant >|", "header.tenant >= "],
      ["state |", "state = "],
    ];
    for (const [marked, ...some] of table) {
      const all = offered(marked);
      for (const each of some) assert.ok(all.includes(each), `${marked} → ${each}: ${all.join(" · ")}`);
    }
    assert.deepEqual(
      offered("state |").filter((each) => /[<>~]/.test(each)),
      [],
    );
  });

  it("proposes nothing inside of a text or a pattern, nor what is there already", () => {
    for (const marked of ['"si|', '"a" "si|', "/si|", '"a\\" si|', "key ~ /or|", "12|", "nothing-like-it|"])
      assert.deepEqual(offered(marked), [], marked);
    assert.ok(!offered("state:acked|").includes("state:acked"));
    assert.ok(offered('"a" si|').includes('"a" size > '));
    assert.ok(offered("/a/i si|").includes("/a/i size > "));
  });

  it("proposes only what is understood when a value follows it", () => {
    for (const { insert } of completions("", 0, known)) {
      if (insert === "not " || insert === "$." || insert === "header." || insert === "property.") continue;
      const value = /[:<>=] ?$/.test(insert) ? completions(insert, insert.length, known)[0]?.insert : "";
      const whole = insert + (value ?? "1");
      const parsed = parseQuery(whole.startsWith("time") ? "time >= 14:03" : whole);
      assert.ok("query" in parsed, `${whole}: ${JSON.stringify(parsed)}`);
    }
  });

  it("knows what messages have", () => {
    const log = logOf([
      { key: "a.b", headers: [text("tenant", "1")], contentType: "application/json", origin: "shop" },
      { key: "c", properties: { messageId: "1" }, body: Buffer.from('{"a":{"b c":[{"d":1}]},"e":[1]}') },
      { body: Buffer.from("{not json") },
      { body: Buffer.from("[".repeat(60_000)) },
    ]);
    const gathered = gatherKnown(log, Infinity);
    assert.deepEqual(gathered, {
      headers: ["tenant"],
      properties: ["messageId"],
      contentTypes: ["application/json"],
      origins: ["shop"],
      keys: ["a.b", "c"],
      paths: ["$.a", '$.a["b c"][*]', '$.a["b c"][*].d', "$.e[*]"],
    });
  });

  it("is there for an empty inspector", () => {
    const inspection = new Inspection();
    assert.ok(inspection.complete({ text: "ke", caret: 2 }).some(({ insert }) => insert === "key:"));
    assert.deepEqual(inspection.complete({ text: '"', caret: 100 }), []);
  });
});
