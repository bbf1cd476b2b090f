import assert from "node:assert/strict";
import { encode as encodeMsgpack, ExtData } from "@msgpack/msgpack";
import { encode as encodeCbor } from "cbor-x/index-no-eval";
import { decodeBody } from "../../../../src/inspect/decode/decodeBody.ts";
import { seededRandom } from "../../logSupport.ts";
import { hex, lines, openWhole, stepsOf } from "./bodySupport.ts";

const everything = (body: Uint8Array) => decodeBody(Buffer.from(body), { size: body.length });

describe("MessagePack", () => {
  it("is recognised by reading without a fault, or by the content type", async () => {
    const body = encodeMsgpack({ id: 7, tags: ["a", "b"] });
    const found = await openWhole(body);
    assert.equal(found.view.format, "msgpack");
    assert.equal(found.view.language, "json");
    assert.equal(found.view.text, '{\n  "id": 7,\n  "tags": [\n    "a",\n    "b"\n  ]\n}');
    assert.equal(found.view.raw, undefined);
    assert.deepEqual(stepsOf(found.view), ["MessagePack (all of it reads as such)"]);
    for (const contentType of ["application/msgpack", "application/x-msgpack", "application/vnd.msgpack"])
      assert.deepEqual(stepsOf((await openWhole(body, { contentType })).view), ["MessagePack (content type)"]);
  });

  it("shows what JSON cannot hold exactly, with its type", async () => {
    const body = hex(
      "8b a169 cf ffffffffffffffff a16e d3 8000000000000000 a162 c403 00ff10 a174 d6ff 65000000 a165 d505 0102" +
        "a166 ca 3fc00000 a164 cb 7ff8000000000000 07 a178 c3 c0 91c0 01 a161 90",
    );
    const { view, tree } = await openWhole(body);
    assert.deepEqual(lines((await tree?.children([], 0, 100))?.nodes ?? []), [
      '"i": 18446744073709551615 (uint)',
      '"n": -9223372036854775808 (int)',
      "\"b\": h'00ff10' (bytes)",
      '"t": timestamp("2023-09-12T06:06:56Z") (timestamp)',
      "\"e\": ext(5, h'0102') (ext 5)",
      '"f": 1.5 (float 32)',
      '"d": NaN (float 64)',
      '7: "x" (string)',
      "true: null (nil)",
      "key: [1]",
      "value: 1 (int)",
      '"a": [0]',
    ]);
    assert.equal(view.language, "plaintext");
    assert.match(view.text ?? "", /"b": h'00ff10',\n {2}"t": timestamp\("2023-09-12T06:06:56Z"\),/);
  });

  it("reads whatever its library writes", async () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    console.log(`      seed ${seed}`);
    const random = seededRandom(seed);
    for (let round = 0; round < 300; round++) {
      const value = { v: anyValue(random, 0) };
      const { text } = await everything(encodeMsgpack(value, { maxDepth: 200 }));
      assert.deepEqual(JSON.parse(text ?? ""), JSON.parse(JSON.stringify(value)));
    }
    assert.match((await everything(encodeMsgpack([new ExtData(9, Uint8Array.of(1))]))).text ?? "", /ext\(9, h'01'\)/);
  });

  it("that is cut off says where, and shows what can be read when one insists", async () => {
    const body = encodeMsgpack({ first: "value", second: [1, 2, 3], third: "x".repeat(50) }).slice(0, -20);
    const claimed = (await openWhole(body, { contentType: "application/msgpack" })).view;
    assert.equal(claimed.format, "binary");
    assert.match(stepsOf(claimed)[0] ?? "", /^failed: Not MessagePack, although.*Byte 30: the data ends in the middle/);
    const forced = await openWhole(body, {}, { choice: { format: "msgpack" } });
    assert.equal(forced.view.format, "msgpack");
    assert.match(stepsOf(forced.view).at(-1) ?? "", /failed: Only what stands before this could be read. Byte 30/);
    const level = await forced.tree?.children([], 0, 10);
    assert.deepEqual(lines(level?.nodes ?? []), ['"first": "value" (string)', '"second": [3]']);
    assert.match(level?.problem ?? "", /Byte 30/);
    const kept = await decodeBody(Buffer.from(body), { size: body.length + 20, contentType: "application/msgpack" });
    assert.equal(kept.format, "msgpack");
    assert.equal(kept.cut, true);
  });

  it("that announces more than there is, or goes deeper than anything, is refused in time", async () => {
    for (const body of [hex("dd ffffffff"), hex("df ffffffff 00"), Buffer.alloc(2_000_000, 0x91)]) {
      const { view } = await openWhole(body, { contentType: "application/msgpack" });
      assert.equal(view.format, "binary");
      assert.match(stepsOf(view)[0] ?? "", /announced|deeper|ends in the middle/);
    }
  });
});

describe("CBOR", () => {
  it("is read with tags, bytes, big integers, indefinite lengths and floats of all sizes", async () => {
    // Examples of RFC 8949, appendix A.
    for (const [bytes, text] of [
      ["82 1bffffffffffffffff 3bffffffffffffffff", "[\n  18446744073709551615,\n  -18446744073709551616\n]"],
      ["81 c249010000000000000000", "[\n  18446744073709551616\n]"],
      ["81 c349010000000000000000", "[\n  -18446744073709551617\n]"],
      ["84 f93c00 fa47c35000 fb3ff199999999999a f90001", "[\n  1.0,\n  100000.0,\n  1.1,\n  5.960464477539063e-8\n]"],
      ["84 f97e00 f97c00 fbfff0000000000000 f98000", "[\n  NaN,\n  Infinity,\n  -Infinity,\n  -0.0\n]"],
      ["85 f4 f5 f6 f7 f8ff", "[\n  false,\n  true,\n  null,\n  undefined,\n  simple(255)\n]"],
      [
        "83 c074323031332d30332d32315432303a30343a30305a c11a514b67b0 d74401020304",
        `[\n  0("2013-03-21T20:04:00Z"),\n  1(1363896240),\n  23(h'01020304')\n]`,
      ],
      ["9f 01 82 02 03 9f 04 05 ff ff", "[\n  1,\n  [\n    2,\n    3\n  ],\n  [\n    4,\n    5\n  ]\n]"],
      ["81 5f42010243030405ff", "[\n  h'0102030405'\n]"],
      ["81 7f657374726561646d696e67ff", '[\n  "streaming"\n]'],
      ["bf 6346756e f5 63416d74 21 ff", '{\n  "Fun": true,\n  "Amt": -2\n}'],
      ["a2 01 02 03 04", "{\n  1: 2,\n  3: 4\n}"],
      ["d9d9f7 a1 6161 d820 6161", '55799({\n  "a": 32("a")\n})'],
      ["80", "[]"],
    ] as const) {
      const { view } = await openWhole(hex(bytes), { contentType: "application/cbor" });
      assert.equal(view.text, text, bytes);
      assert.equal(view.format, "cbor");
    }
    const { tree } = await openWhole(hex("d9d9f7 a2 6161 c11a514b67b0 6162 d820 6161"));
    assert.deepEqual(lines((await tree?.root())?.nodes ?? []), ["{2} (tag 55799)"]);
    assert.deepEqual(lines((await tree?.children([], 0, 9))?.nodes ?? []), [
      '"a": 1(1363896240) (timestamp 2013-03-21T20:04:00Z)',
      '"b": 32("a") (URI)',
    ]);
  });

  it("reads whatever its library writes", async () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    console.log(`      seed ${seed}`);
    const random = seededRandom(seed);
    for (let round = 0; round < 300; round++) {
      const value = { v: anyValue(random, 0) };
      const bytes = encodeCbor(value);
      const { text } = await decodeBody(bytes, { size: bytes.length, contentType: "application/cbor" });
      assert.deepEqual(JSON.parse(text ?? ""), JSON.parse(JSON.stringify(value)));
    }
  });

  it("that is cut off, or not CBOR, says where and why", async () => {
    for (const [bytes, reason] of [
      ["82 01", /announced|ends in the middle/],
      ["a1 6161", /announced|ends in the middle/],
      ["81 1c", /0x1c means nothing/],
      ["bf 6161 ff", /break stands|key without a value/],
      ["81 5f 6161 ff", /piece of a string/],
      ["80 80", /1 bytes follow/],
      ["c1".repeat(80) + "01", /more than 64 tags/],
    ] as const) {
      const { view } = await openWhole(hex(bytes), { contentType: "application/cbor" });
      assert.equal(view.format, "binary", bytes);
      assert.match(stepsOf(view)[0] ?? "", reason);
    }
  });
});

describe("an image", () => {
  const png = hex("89504e470d0a1a0a 0000000d 49484452 00000020 00000010 0806000000");

  it("is known by its first bytes, whatever the content type says", async () => {
    const { view, image } = await openWhole(png, { contentType: "application/octet-stream" });
    assert.equal(view.format, "image");
    assert.deepEqual(
      { ...image, bytes: Buffer.from(image?.bytes ?? new ArrayBuffer(0)) },
      { type: "image/png", width: 32, height: 16, bytes: png },
    );
    const jpeg = hex("ffd8 ffe0 0004 0000 ffc0 0011 08 0040 0080 03 01 22 00");
    assert.equal((await openWhole(jpeg)).image?.width, 128);
    assert.equal((await openWhole(Buffer.from("GIF89a\x02\x00\x03\x00" + "\0".repeat(10), "latin1"))).image?.height, 3);
  });

  it("is not drawn when it is none, is SVG, or has too many pixels", async () => {
    const lie = (await openWhole(Buffer.of(0, 1, 2, 3), { contentType: "image/png" })).view;
    assert.equal(lie.format, "binary");
    assert.match(stepsOf(lie)[0] ?? "", /^failed: Not Image.*does not begin like an image/);
    const svg = await openWhole('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', {
      contentType: "image/svg+xml",
    });
    assert.equal(svg.view.format, "xml");
    assert.equal(svg.image, undefined);
    const bomb = Buffer.from(png);
    bomb.writeUInt32BE(100_000, 16);
    bomb.writeUInt32BE(100_000, 20);
    const { view } = await openWhole(bomb);
    assert.equal(view.format, "binary");
    assert.match(stepsOf(view).join(), /100,000 × 100,000 pixels: too many/);
  });
});

/** Values that JSON holds. */
function anyValue(random: () => number, depth: number): unknown {
  switch (Math.floor(random() * (depth > 4 ? 6 : 8))) {
    case 0:
      return null;
    case 1:
      return random() < 0.5;
    case 2:
      return Math.floor((random() - 0.5) * 2 ** Math.floor(random() * 53));
    case 3:
      return (random() - 0.5) * 10 ** Math.floor(random() * 60 - 30);
    case 4:
      return "é😀x".repeat(Math.floor(random() * 100));
    case 5:
      return 'quote " \u0001 \u2028';
    case 6:
      return Array.from({ length: Math.floor(random() * 20) }, () => anyValue(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: Math.floor(random() * 20) }, (_, index) => [
          `k${String(index)}`,
          anyValue(random, depth + 1),
        ]),
      );
  }
}
