import assert from "node:assert/strict";
import { Matches } from "../../webview/inspector/filter/matches.ts";

describe("marked places in a text", () => {
  it("are those of every pattern, in capital letters too where it says so", () => {
    const matches = new Matches([
      { source: "ann", flags: "i" },
      { source: "\\d+", flags: "" },
    ]);
    assert.deepEqual(matches.in("Ann 12, ann 3", 100), [
      [0, 3],
      [8, 11],
      [4, 6],
      [12, 13],
    ]);
  });

  it("are no more than wanted, never empty, and only in the first part of a long text", () => {
    assert.equal(new Matches([{ source: "a", flags: "" }]).in("a".repeat(5000), 1000).length, 1000);
    assert.deepEqual(new Matches([{ source: "x*", flags: "" }]).in("abxx", 100), [[2, 4]]);
    assert.deepEqual(new Matches([{ source: "end", flags: "" }]).in(`${" ".repeat(300_000)}end`, 10), []);
  });

  it("are none for a pattern that this browser does not know", () => {
    const matches = new Matches([{ source: "(", flags: "" }]);
    assert.ok(matches.isEmpty);
    assert.deepEqual(matches.in("(", 10), []);
  });

  it("are not looked for again with a pattern that takes too long", () => {
    const matches = new Matches([{ source: "(a+)+$", flags: "" }]);
    assert.deepEqual(matches.in(`${"a".repeat(24)}!`, 10), []);
    const began = performance.now();
    for (let times = 0; times < 100; times++) matches.in(`${"a".repeat(24)}!`, 10);
    assert.ok(performance.now() - began < 2000);
  });
});
