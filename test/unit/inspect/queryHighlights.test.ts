import assert from "node:assert/strict";
import { boundedPattern } from "../../../src/inspect/query/boundedPattern.ts";
import { highlightsOf } from "../../../src/inspect/query/highlights.ts";
import { parseQuery } from "../../../src/inspect/query/parser.ts";

function marked(filter: string, text: string): string {
  const parsed = parseQuery(filter);
  assert.ok("query" in parsed && parsed.query, filter);
  return highlightsOf(parsed.query).reduce(
    (sum, { source, flags }) => sum.replace(new RegExp(source, flags), (found) => `[${found}]`),
    text,
  );
}

describe("what a filter marks", () => {
  it("is the texts and patterns that it finds by", () => {
    assert.equal(marked("ann order", "Ann has an ORDER"), "[Ann] has an [ORDER]");
    assert.equal(marked('"a.b(c)"', "a.b(c) axb(c)"), "[a.b(c)] axb(c)");
    assert.equal(marked("/SKU-\\d+/i or nothing", "sku-12 SKU-x"), "[sku-12] SKU-x");
    assert.equal(marked("(a or -b) not (c)", "a b c"), "[a] b c");
    assert.equal(marked("key:a size > 1", "a 1"), "a 1");
    assert.equal(marked("ÜBER", "über"), "[über]");
  });

  it("is never a pattern that may take long", () => {
    const hostile = [
      String.raw`(a+)+$`,
      String.raw`(a|a)*b`,
      String.raw`(a?)*b`,
      String.raw`(?:a{1,3}){2,}b`,
      String.raw`.*.*.*.*.*=.*`,
      String.raw`(a)\1`,
      String.raw`(?=a*)*b`,
      String.raw`a{1,5000}`,
    ];
    for (const source of hostile) assert.equal(boundedPattern(source, ""), undefined, source);
    const text = "a".repeat(200_000);
    for (const source of ["a+b", "a*a*b", "\\w+\\s*=", "(?:ab|a)c?b", "[a-z]+\\d"]) {
      const bounded = boundedPattern(source, "");
      assert.ok(bounded, source);
      const before = performance.now();
      assert.equal(new RegExp(bounded).test(text), false);
      assert.ok(performance.now() - before < 5000, source);
    }
  });

  it("keeps what a pattern means", () => {
    const table: readonly (readonly [string, string, string])[] = [
      ["a+b?", "xaaab", "aaab"],
      ["(?<n>ab){2}c", "ababc", "ababc"],
      ["[)(|*]+", "a(|)*b", "(|)*"],
      ["\\(\\d{2,}\\)", "(123)", "(123)"],
      ["^a|b$", "ab", "a"],
      [".+?b", "aab", "aab"],
      ["a{2}{", "aa{", "aa{"],
    ];
    for (const [source, text, expected] of table) {
      const bounded = boundedPattern(source, "");
      assert.ok(bounded !== undefined, source);
      assert.equal(new RegExp(bounded).exec(text)?.[0], expected, `${source} → ${bounded}`);
    }
  });
});
