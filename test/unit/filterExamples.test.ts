import assert from "node:assert/strict";
import { parseQuery } from "../../src/inspect/query/parser.ts";
import { examples } from "../../webview/inspector/filter/examples.ts";

describe("examples of filters", () => {
  for (const { filter } of examples())
    it(`“${filter}” can be written`, () => {
      const parsed = parseQuery(filter);
      assert.ok(!("mistake" in parsed), JSON.stringify(parsed));
    });

  it("can be put together with another filter", () => {
    for (const { filter } of examples()) assert.ok(!("mistake" in parseQuery(`size > 1 and ${filter}`)));
  });
});
