import assert from "node:assert/strict";
import { ackStates, packRows, type Row, unpackRows } from "../../src/protocol/rows.ts";

const row: Row = {
  seq: 1,
  received: 1_700_000_000_123,
  state: "none",
  redelivered: false,
  deliveryCount: -1,
  size: 0,
  key: "",
  type: "",
  preview: "",
  marker: false,
};

describe("packed rows", () => {
  it("come back as they were, with every kind of text, state and number", () => {
    const rows: Row[] = [
      row,
      { ...row, seq: Number.MAX_SAFE_INTEGER, size: 0xffff_ffff, deliveryCount: 2 ** 31 - 1, redelivered: true },
      { ...row, key: "plain", type: "application/json", preview: '{"a":1}' },
      { ...row, key: "Zoë", type: "日本語", preview: "😀 \u202e\u0000\n tail" },
      { ...row, key: "", type: "x".repeat(1000), preview: "ü".repeat(10_000) },
      { ...row, marker: true, preview: "Nothing was seen." },
      ...ackStates.map((state) => ({ ...row, state })),
    ];
    assert.deepEqual(unpackRows(packRows(rows)), rows);
  });

  it("hold a replacement for half a character, and the rest is unharmed", () => {
    const [first, second] = unpackRows(
      packRows([
        { ...row, key: "a\ud800b", preview: "\udc00" },
        { ...row, key: "next" },
      ]),
    );
    assert.equal(first?.key, "a\ufffdb");
    assert.equal(first.preview, "\ufffd");
    assert.equal(second?.key, "next");
  });

  it("may be none, and take no more room than they need", () => {
    assert.deepEqual(unpackRows(packRows([])), []);
    const one = packRows([{ ...row, key: "abc" }]).byteLength;
    assert.equal(packRows([{ ...row, key: "abcd" }]).byteLength, one + 1);
  });

  it("keep a byte order mark that is part of the text", () => {
    assert.equal(unpackRows(packRows([{ ...row, preview: "\ufefftext" }]))[0]?.preview, "\ufefftext");
  });
});
