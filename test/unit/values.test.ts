import assert from "node:assert/strict";
import { scalarProblem, type ScalarType } from "../../src/broker/values.ts";

describe("the text of a value", () => {
  for (const [type, good, bad] of [
    ["int8", ["-128", "127", "0", "-0"], ["128", "-129", "1.0", "", " 1", "0x1"]],
    ["uint8", ["0", "255"], ["-1", "256"]],
    ["int16", ["-32768", "32767"], ["32768"]],
    ["uint16", ["65535"], ["65536", "-1"]],
    ["int32", ["-2147483648", "2147483647"], ["2147483648"]],
    ["uint32", ["4294967295"], ["4294967296"]],
    ["int64", ["-9223372036854775808", "9223372036854775807"], ["9223372036854775808"]],
    ["uint64", ["18446744073709551615"], ["18446744073709551616", "-1"]],
    ["timestamp", ["0", "1700000000"], ["-1", "now"]],
    ["boolean", ["true", "false"], ["yes", "", "TRUE"]],
    ["double", ["1", "-1.5e300", "NaN", "Infinity", "-Infinity", ".5"], ["1,5", "", "e5", "one"]],
    ["float", ["0.1"], ["--1"]],
    ["decimal", ["12.34", "-1"], ["1.", "1e5", ""]],
    ["bytes", ["", "AAEC", "AA==", "AAE="], ["A", "AA=A", "AA E", "====", "AAE"]],
    ["null", [""], ["null"]],
    ["string", ["", "anything \u0000"], []],
  ] as const satisfies readonly (readonly [ScalarType, readonly string[], readonly string[]])[]) {
    it(`of type ${type} is told from what is not`, () => {
      for (const text of good) assert.equal(scalarProblem(type, text), undefined, text);
      for (const text of bad) assert.notEqual(scalarProblem(type, text), undefined, text);
    });
  }

  it("out of range says the range", () => {
    assert.deepEqual(scalarProblem("uint8", "256"), { min: 0n, max: 255n });
    assert.equal(scalarProblem("uint8", "abc"), "form");
  });
});
