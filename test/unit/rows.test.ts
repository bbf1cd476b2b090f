import assert from "node:assert/strict";
import { MessageLog } from "../../src/inspect/log.ts";
import { preview, previewChars } from "../../src/inspect/preview.ts";
import { RowPacker } from "../../src/inspect/rowPacker.ts";
import { ackStates, packRows, type Row, unpackRows } from "../../src/protocol/rows.ts";
import { delivery, seededRandom } from "./logSupport.ts";

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

  it("show the beginning of a body as its preview does, whichever characters are in it", () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    console.log(`      seed ${seed}`);
    const random = seededRandom(seed);
    const tricky = ["\u0085", "\u00a0", "\u061c", "\u1680", "\u200b", "\u2028", "\u202e", "\u2066", "\u3000", "\ufeff"];
    const letters = [
      "a",
      "b",
      "c",
      "!",
      "~",
      "four at once, ",
      " ",
      "{",
      "}",
      "é",
      "ß",
      "ж",
      "ש",
      "€",
      "“",
      "…",
      "語",
      "ひ",
      "한",
      "😀",
      "\u007f",
      "\n",
      ...tricky,
    ];
    const log = new MessageLog();
    const packer = new RowPacker(log);
    for (let round = 0; round < 5000; round++) {
      // From a few, so that most have nothing tricky in them.
      const some = Array.from({ length: 4 }, () => letters[Math.floor(random() * letters.length)] ?? "");
      const length = Math.floor(random() * (round % 2 === 0 ? 30 : 260));
      const body = Buffer.from(Array.from({ length }, () => some[Math.floor(random() * 4)]).join(""));
      // Some are cut in the middle, or harmed.
      const cut = random() < 0.1 ? body.subarray(0, Math.floor(random() * body.length)) : body;
      if (random() < 0.1 && cut.length > 0 && cut.length < 190) cut[Math.floor(random() * cut.length)] = random() * 256;
      const slot = log.slot(log.add(delivery({ body: cut }), 0, "none"));
      const shown = unpackRows(packer.pack([slot]))[0]?.preview ?? "";
      const expected = preview(cut);
      // Where it is cut, one of the two ways says so.
      const end = expected.endsWith("…") && expected.length >= 199 ? expected.length - 1 : undefined;
      assert.equal(shown.trim().slice(0, end).trim(), expected.slice(0, end).trim(), JSON.stringify(cut.toString()));
      assert.ok(shown.length <= previewChars);
    }
  });

  it("keep a byte order mark that is part of the text", () => {
    assert.equal(unpackRows(packRows([{ ...row, preview: "\ufefftext" }]))[0]?.preview, "\ufefftext");
  });
});
