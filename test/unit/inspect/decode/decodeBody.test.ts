import assert from "node:assert/strict";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { viewBody, wholeText } from "../../../../src/inspect/decode/decodeBody.ts";
import { indentJson } from "../../../../src/inspect/decode/json.ts";
import { guessType, preview, previewText } from "../../../../src/inspect/preview.ts";
import { indentXml } from "../../../../src/inspect/decode/xml.ts";
import type { BodyView } from "../../../../src/protocol/body.ts";
import { seededRandom } from "../../logSupport.ts";

describe("a body", () => {
  const view = (
    body: string | Buffer,
    claims: { contentType?: string; contentEncoding?: string } = {},
  ): Promise<BodyView> => {
    const bytes = Buffer.from(body);
    return viewBody(bytes, { size: bytes.length, ...claims });
  };

  it("is indented when it is JSON, big integers and duplicate keys as they are", async () => {
    const body = await view('{"id":12345678901234567890,"a":1.10,"a":[],"b":{},"c":["x",{"d":null}]}');
    assert.equal(body.format, "json");
    assert.equal(
      body.text,
      [
        "{",
        '  "id": 12345678901234567890,',
        '  "a": 1.10,',
        '  "a": [],',
        '  "b": {},',
        '  "c": [',
        '    "x",',
        "    {",
        '      "d": null',
        "    }",
        "  ]",
        "}",
      ].join("\n"),
    );
    assert.match(body.raw ?? "", /^\{"id"/);
    assert.equal(body.cut, false);
    assert.deepEqual(
      body.steps.map(({ sentence }) => sentence),
      ["JSON (looks like it)", 'The key "a" stands twice in one object: both are shown.'],
    );
  });

  it("is unpacked by its content encoding, or gzip by its first bytes", async () => {
    const text = '{"packed":true}';
    for (const [contentEncoding, bytes] of [
      ["gzip", gzipSync(text)],
      ["GZIP", gzipSync(text)],
      ["deflate", deflateSync(text)],
      ["deflate", deflateRawSync(text)],
      ["br", brotliCompressSync(text)],
      ["deflate, gzip", gzipSync(deflateSync(text))],
      ["utf-8", Buffer.from(text)],
      ["", gzipSync(text)],
    ] as const) {
      const body = await view(bytes, { contentEncoding });
      assert.equal(body.format, "json", contentEncoding);
      assert.equal(body.raw, text);
      assert.equal(body.size, bytes.length);
    }
    const [step] = (await view(gzipSync(text), { contentEncoding: "gzip" })).steps;
    assert.match(step?.sentence ?? "", /^gzip: \d+ → 15 bytes$/);
  });

  it("that claims to be packed and is not is shown as it arrived, with the reason", async () => {
    for (const contentEncoding of ["gzip", "deflate", "br", "zstd", "nonsense"]) {
      const body = await view("plain text", { contentEncoding });
      assert.equal(body.text, "plain text");
      assert.match(body.steps[0]?.sentence ?? "", /as it arrived/);
    }
  });

  it("that would unpack to more than 64 MiB is left packed", async () => {
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
    const body = await view(bomb, { contentEncoding: "gzip" });
    assert.equal(body.format, "binary");
    assert.match(body.steps[0]?.sentence ?? "", /more than 64 MiB/);
  });

  it("with a lying content type is shown as what it is", async () => {
    const json = await view('{"a":', { contentType: "application/json" });
    assert.equal(json.format, "text");
    assert.match(json.steps[0]?.sentence ?? "", /Not JSON.*Line 1, column 6/);
    const xml = await view("<a><b></a>", { contentType: "text/xml; charset=utf-8" });
    assert.equal(xml.format, "text");
    const binary = await view(Buffer.of(0, 1, 2, 0xff), { contentType: "application/json" });
    assert.equal(binary.format, "binary");
    assert.equal(binary.text, undefined);
    assert.match(binary.hex, /^00000000 {2}00 01 02 ff .* \.\.\.\.$/);
  });

  it("in another charset is read with it", async () => {
    assert.equal(
      (await view(Buffer.of(0x5a, 0x6f, 0xeb), { contentType: "text/plain; charset=ISO-8859-1" })).text,
      "Zoë",
    );
    assert.equal((await view(Buffer.from("\ufeff{}", "utf16le"))).format, "json");
    assert.equal((await view(Buffer.of(0x5a, 0x6f, 0xeb), { contentType: "text/plain" })).text, "Zoë");
    assert.equal((await view(Buffer.of(0x5a, 0x6f, 0xeb))).format, "binary");
    assert.equal((await view("abc", { contentType: "text/plain; charset=nonsense" })).text, "abc");
  });

  it("that is empty is empty", async () => {
    const body = await view("");
    assert.equal(body.format, "empty");
    assert.equal(body.hex, "");
  });

  it("that is very large is cut for the page, and whole for the editor", async () => {
    const large = JSON.stringify(Array.from({ length: 100_000 }, (_, index) => ({ index })));
    const bytes = Buffer.from(large);
    const body = await view(bytes);
    assert.equal(body.cut, true);
    assert.equal(body.format, "json");
    assert.ok((body.text?.length ?? 0) <= 256 * 1024);
    assert.ok((body.raw?.length ?? 0) <= 256 * 1024);
    assert.ok(body.hex.length <= 256 * 1024);
    const document = await wholeText(bytes, { size: bytes.length });
    assert.equal(document.language, "json");
    assert.equal(document.text, JSON.stringify(JSON.parse(large), undefined, 2));
  });

  it("that was kept cut is read as far as it goes", async () => {
    const json = Buffer.from('{"a":[1,2,"unfinish');
    const body = await viewBody(json, { size: 1000 });
    assert.equal(body.format, "json");
    assert.equal(body.cut, true);
    assert.equal(body.kept, json.length);
    assert.equal(body.size, 1000);
    const packed = gzipSync(JSON.stringify({ a: "x".repeat(100), b: Array.from({ length: 1000 }, (_, i) => i * 7) }));
    const part = await viewBody(packed.subarray(0, packed.length / 2), {
      size: packed.length,
      contentEncoding: "gzip",
    });
    assert.equal(part.format, "json");
  });

  it("that ends amid a character of a text that was cut is still text", async () => {
    const body = await viewBody(Buffer.from("Grüße 😀").subarray(0, -2), { size: 100 });
    assert.equal(body.text, "Grüße ");
  });

  it("nested 100,000 deep does no harm", async () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const body = await view(deep);
    assert.equal(body.format, "json");
    assert.equal(body.cut, true);
    const document = await wholeText(Buffer.from(deep), { size: deep.length });
    assert.equal(document.text.replaceAll(/\s/g, ""), deep);
    const tags = "<a>".repeat(100_000) + "</a>".repeat(100_000);
    assert.equal((await wholeText(Buffer.from(tags), { size: tags.length })).language, "xml");
  });
});

describe("indenting JSON", () => {
  it("does what the engine's own does, for anything", () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    console.log(`      seed ${seed}`);
    const random = seededRandom(seed);
    const value = (depth: number): unknown => {
      const dice = Math.floor(random() * (depth > 5 ? 6 : 8));
      switch (dice) {
        case 0:
          return null;
        case 1:
          return random() < 0.5;
        case 2:
          return Math.floor(random() * 1e6) - 5e5;
        case 3:
          return random() * 10 ** Math.floor(random() * 60 - 30);
        case 4:
          return 'quote " backslash \\ \u0001 é 😀 \u2028';
        case 5:
          return "";
        case 6:
          return Array.from({ length: Math.floor(random() * 5) }, () => value(depth + 1));
        default:
          return Object.fromEntries(
            Array.from({ length: Math.floor(random() * 5) }, (_, index) => [`k"${index}`, value(depth + 1)]),
          );
      }
    };
    for (let round = 0; round < 500; round++) {
      const some = value(0);
      const pretty = JSON.stringify(some, undefined, 2);
      assert.equal(indentJson(JSON.stringify(some)), pretty);
      assert.equal(indentJson(JSON.stringify(some, undefined, "\t\r\n ")), pretty);
    }
  });

  it("refuses exactly what the engine refuses", () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    console.log(`      seed ${seed}`);
    const random = seededRandom(seed);
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"',
      "1",
      "-",
      "0",
      ".5",
      "e3",
      "true",
      "nul",
      " ",
      "\n",
      "\\u00",
      "'",
    ];
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from(
        { length: 1 + Math.floor(random() * 7) },
        () => pieces[Math.floor(random() * pieces.length)],
      ).join("");
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      if (valid) assert.doesNotThrow(() => indentJson(text), text);
      else assert.throws(() => indentJson(text), { kind: "invalid", field: "body" }, text);
    }
  });

  for (const [text, sentence] of [
    ['{"a": 1,}', "Line 1, column 9: a comma needs another value after it."],
    ['{\n  "a": 1\n  "b": 2\n}', "Line 3, column 3: a comma or } is expected here."],
    ["{'a': 1}", "Line 1, column 2: a name in double quotes is expected here."],
    ['["a', "Line 1, column 2: this string has no end."],
    ['["\\x"]', "Line 1, column 3: this is not an escape that JSON knows."],
    ["[1", "Line 1, column 3: the text ends, but ] is missing."],
    ["[01]", "Line 1, column 2: a value is expected here."],
    ["{} x", "Line 1, column 4: nothing may follow the end of the value."],
    ["", "Line 1, column 1: the text ends where a value should be."],
  ] as const) {
    it(`says where and why for ${JSON.stringify(text)}`, () => {
      assert.throws(() => indentJson(text), { message: sentence });
    });
  }
});

describe("indenting XML", () => {
  it("puts each element on its line and leaves text alone", () => {
    const xml = `<?xml version="1.0"?><!DOCTYPE a [<!ELEMENT a (b)>]><a x="1>2"><b>text &amp; more</b><c/><!-- note --><d><![CDATA[<raw>]]></d></a>`;
    assert.equal(
      indentXml(xml)?.text,
      [
        '<?xml version="1.0"?>',
        "<!DOCTYPE a [<!ELEMENT a (b)>]>",
        '<a x="1>2">',
        "  <b>text &amp; more</b>",
        "  <c/>",
        "  <!-- note -->",
        "  <d><![CDATA[<raw>]]></d>",
        "</a>",
      ].join("\n"),
    );
  });

  it("leaves alone what is not well-formed", () => {
    for (const text of ["<a>", "<a></b>", "</a>", "< a", "text <a/>", "<>", "<a", "<!-- x"])
      assert.equal(indentXml(text), undefined, text);
  });
});

describe("a preview", () => {
  it("is one line of at most 200 characters in which nothing hides", () => {
    assert.equal(preview(Buffer.from("one\n\n\ttwo   three")), "one two three");
    assert.equal(preview(Buffer.from("a\u202eb\u001b[31m")), "a\\u202eb\u241b[31m");
    assert.equal(preview(Buffer.from("x".repeat(500))), "x".repeat(200));
    const long = preview(Buffer.from("ü😀".repeat(300)));
    assert.ok(long.length <= 200 && long.endsWith("…") && !/\ud83d(?!\ude00)/.test(long));
    assert.equal(preview(Buffer.from([0, 1, 0xff])), "00 01 ff");
    assert.equal(preview(Buffer.alloc(0)), "");
    assert.equal(preview(gzipSync('{"id": 1}')), '{"id": 1}');
    assert.equal(preview(gzipSync("long ".repeat(5000))).slice(0, 9), "long long");
    assert.equal(preview(Buffer.from([0x1f, 0x8b, 8, 1, 2])), "1f 8b 08 01 02", "what only claims to be gzip");
    assert.equal(previewText("key\u0000with\ud800half"), "key\u2400with\\ud800half");
  });

  it("guesses the type", () => {
    assert.equal(guessType(Buffer.from(' {"a":1}')), "json");
    assert.equal(guessType(Buffer.from("<a/>")), "xml");
    assert.equal(guessType(Buffer.from("hello")), "text");
    assert.equal(guessType(Buffer.of(0, 1)), "binary");
    assert.equal(guessType(Buffer.of()), "");
  });
});
