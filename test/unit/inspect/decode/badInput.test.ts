import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import * as zlib from "node:zlib";
import { openBody, wholeText } from "../../../../src/inspect/decode/decodeBody.ts";
import { slicedUnzstd, unzstd } from "../../../../src/inspect/decode/zstd.ts";
import { hex, lines, openWhole, stepsOf } from "./bodySupport.ts";

/** Milliseconds of work for which nobody else had a turn, at most. What other processes take meanwhile is not counted. */
async function longestStop(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = workTime();
  let running = true;
  const turn = (): void => {
    const now = workTime();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  await new Promise((resolve) => setImmediate(resolve));
  running = false;
  return longest;
}

/** Of this thread, where Node tells it. */
function workTime(): number {
  if (!("threadCpuUsage" in process)) return performance.now();
  const { user, system } = (process.threadCpuUsage as () => NodeJS.CpuUsage)();
  return (user + system) / 1000;
}

// A slice is 8 ms; the engine's own collecting comes on top.
const longest = 600;

describe("a bad or very large body", () => {
  it("of 16 MiB of JSON opens in slices, and its tree is read level by level", async () => {
    const rows = Array.from({ length: 170_000 }, (_, id) => ({
      id,
      name: `näme ${String(id)}`,
      nested: { list: [1, 2, null], text: "some text here" },
    }));
    const body = Buffer.from(JSON.stringify(rows));
    assert.ok(body.length > 14 * 1024 * 1024);
    let open: Awaited<ReturnType<typeof openBody>> | undefined;
    assert.ok((await longestStop(async () => (open = await openBody(body, { size: body.length })))) < longest);
    assert.equal(open?.view.format, "json");
    assert.equal(open.view.cut, true);
    assert.ok((open.view.text?.length ?? 0) <= 256 * 1024);
    const { tree } = open;
    const stop = await longestStop(async () => {
      const root = await tree?.root();
      assert.deepEqual(lines(root?.nodes ?? []), ["[170000]"]);
      const far = await tree?.children([], 169_999, 200);
      assert.equal(far?.total, 170_000);
      assert.deepEqual(lines(far.nodes), ["{3}"]);
      assert.deepEqual(lines((await tree?.children([169_999], 0, 10))?.nodes ?? []), [
        '"id": 169999 (number)',
        '"name": "näme 169999" (string)',
        '"nested": {2}',
      ]);
    });
    assert.ok(stop < longest, String(stop));
  });

  it("of one line of JSON of 64 MiB holds up nobody", async () => {
    const body = Buffer.from(`{"a":"${"x".repeat(64 * 1024 * 1024 - 100)}","b":1}`);
    let open: Awaited<ReturnType<typeof openBody>> | undefined;
    assert.ok((await longestStop(async () => (open = await openBody(body, { size: body.length })))) < longest);
    assert.equal(open?.view.format, "json");
    const { nodes } = (await open.tree?.children([], 0, 10)) ?? { nodes: [] };
    assert.equal(nodes[0]?.text.length, 1000);
    assert.ok((nodes[0].more ?? 0) > 60_000_000);
    assert.deepEqual(lines(nodes.slice(1)), ['"b": 1 (number)']);
  });

  it("of JSON nested 100,000 deep opens, level by level too", async () => {
    const { view, tree } = await openWhole('{"a":'.repeat(100_000) + "1" + "}".repeat(100_000));
    assert.equal(view.format, "json");
    const path = Array.from({ length: 50 }, () => 0);
    assert.deepEqual(lines((await tree?.children(path, 0, 10))?.nodes ?? []), ['"a": {1}']);
    const deeper = (await openWhole("[".repeat(1_100_000))).view;
    assert.match(stepsOf(deeper)[0] ?? "", /skipped: It looks like JSON, but is not.*deeper than 1,000,000 levels/);
  });

  it("with duplicate keys shows both, and says so", async () => {
    const { view, tree } = await openWhole('{"id":1,"b":{"x":1},"id":2,"id":3}');
    assert.match(stepsOf(view)[1] ?? "", /failed: 2 keys stand in their object again, the first is "id"/);
    assert.deepEqual(lines((await tree?.children([], 0, 9))?.nodes ?? []), [
      '"id": 1 (number)',
      '"b": {1}',
      '"id": 2 (number)',
      '"id": 3 (number)',
    ]);
    const many = Array.from({ length: 40 }, (_, at) => `"k${String(at % 39)}":0`).join();
    assert.match(stepsOf((await openWhole(`[{${many}}]`)).view)[1] ?? "", /The key "k0" stands twice/);
    assert.equal(stepsOf((await openWhole('[{"a":1},{"a":2}]')).view).length, 1);
  });

  it("with integers beyond 2^53 shows every digit", async () => {
    const { view, tree } = await openWhole('{"n":9007199254740993,"d":0.10000000000000000000000001}');
    assert.match(view.text ?? "", /9007199254740993/);
    assert.deepEqual(lines((await tree?.children([], 0, 9))?.nodes ?? []), [
      '"n": 9007199254740993 (number)',
      '"d": 0.10000000000000000000000001 (number)',
    ]);
    assert.equal(await tree?.valueText([0]), "9007199254740993");
  });

  it("of invalid UTF-8 says at which byte", async () => {
    const body = Buffer.concat([Buffer.from(`{"ok":"${"é".repeat(1000)}`), Buffer.of(0xe9), Buffer.from('"}')]);
    const { view } = await openWhole(body, { contentType: "application/json" });
    assert.match(stepsOf(view).join("\n"), /failed: Not UTF-8: the byte 0xe9 at 2,007 does not fit/);
    assert.equal(view.format, "json");
    const forced = (await openWhole(body, {}, { choice: { charset: "utf-8" } })).view;
    assert.match(forced.text ?? "", /\ufffd"/);
  });

  it("in a charset that nobody names is guessed", async () => {
    const russian =
      "Заказ был принят и отправлен на склад, но оплата по нему ещё не поступила. Он будет доставлен после того, как она поступит, и не раньше.";
    const bytes = Buffer.from(Array.from(russian, (char) => cp1251(char)));
    const { view } = await openWhole(bytes);
    assert.equal(view.text, russian);
    assert.match(stepsOf(view).join(), /Text in windows-1251 \(guessed/);
    assert.equal((await openWhole(bytes, {}, { choice: { format: "text", charset: "koi8-r" } })).view.format, "text");
  });

  it("with marks that turn text around says so, and its tree shows them", async () => {
    const { view, tree } = await openWhole('{"a\u202e":"x\u202ey\u200b"}');
    assert.match(stepsOf(view).join(), /failed: 3 characters cannot be seen or change the direction/);
    assert.deepEqual(lines((await tree?.children([], 0, 9))?.nodes ?? []), ['"a\\u202e": "x\\u202ey\\u200b" (string)']);
    assert.equal(await tree?.valueText([0]), "x\u202ey\u200b");
  });

  it("that lies about its type or its packing says so in a step that failed", async () => {
    const lie = (await openWhole("<a/>", { contentType: "application/json", contentEncoding: "gzip" })).view;
    assert.equal(lie.format, "xml");
    assert.match(
      stepsOf(lie).join("\n"),
      /^failed: gzip: the body is not that .*as it arrived\.\nfailed: Not JSON, although/,
    );
    const choice = { encoding: "none", format: "json" } as const;
    const packed = gzipSync("{}");
    assert.equal((await openWhole(packed, {}, { choice })).view.format, "binary");
    assert.match(
      stepsOf((await openWhole(packed, {}, { choice })).view).join(),
      /Not unpacked.*failed: You chose JSON, but it is not that/,
    );
  });

  it("can be forced to be anything, and to be bytes", async () => {
    const as = async (body: string, choice: Parameters<typeof openWhole>[2]) =>
      (await openWhole(body, {}, choice)).view;
    assert.equal((await as('{"a":1}', { choice: { format: "text" } })).text, '{"a":1}');
    assert.equal((await as('{"a":1}', { choice: { format: "hex" } })).format, "binary");
    assert.equal((await as("  [1]", { choice: { format: "json" } })).text, "[\n  1\n]");
    assert.equal((await as("7", { choice: { format: "cbor" } })).text, "-24");
    assert.equal((await as("plain", { choice: { format: "json" } })).format, "text");
  });
});

describe("Zstandard", () => {
  const packed = hex("28b52ffd 24 05 ff ffff 00");
  const compress = "zstdCompressSync" in zlib ? (zlib.zstdCompressSync as (bytes: Buffer) => Buffer) : undefined;
  const most = 64 * 1024 * 1024;

  it("is undone by Node and without it alike", async () => {
    const text = Buffer.from("hello ".repeat(200_000));
    const bytes = compress?.(text);
    if (!bytes) return;
    assert.deepEqual(await slicedUnzstd(bytes, true, most), text);
    assert.deepEqual(await unzstd(bytes, true, most), text);
    for (const contentEncoding of ["zstd", ""])
      assert.match((await openWhole(bytes, { contentEncoding })).view.raw ?? "", /^hello hello/);
    const half = bytes.subarray(0, bytes.length - 10);
    assert.ok(text.subarray(0, 100).equals((await slicedUnzstd(half, false, most)).subarray(0, 100)));
  });

  it("that is broken, a bomb or too greedy is refused", async () => {
    await assert.rejects(slicedUnzstd(packed, true, most));
    await assert.rejects(slicedUnzstd(Buffer.from("no zstd at all, only text"), true, most));
    await assert.rejects(slicedUnzstd(hex("28b52ffd 00 a8 0000000000000000"), true, most), /more than 8 MiB/);
    const bomb = compress?.(Buffer.alloc(most + 1000));
    if (!bomb) return;
    await assert.rejects(slicedUnzstd(bomb, true, most));
    const { view } = await openWhole(bomb, { contentEncoding: "zstd" });
    assert.match(stepsOf(view)[0] ?? "", /failed: zstd: more than 64 MiB when unpacked/);
  });
});

describe("the tree of a body", () => {
  it("tells the way to a value, and the value, exactly", async () => {
    const { tree } = await openWhole('{"customer":{"first name":["Ann","O\\u0027Neil"],"__proto__":{"x":[1]}}}');
    assert.equal(await tree?.pathText([]), "$");
    assert.equal(await tree?.pathText([0, 0, 1]), '$.customer["first name"][1]');
    assert.equal(await tree?.valueText([0, 0, 1]), "O'Neil");
    assert.equal(await tree?.pathText([0, 1, 0]), "$.customer.__proto__.x");
    assert.equal(await tree?.valueText([0, 1]), '{\n  "x": [\n    1\n  ]\n}');
    await assert.rejects(async () => tree?.valueText([5]), { kind: "missing" });
    await assert.rejects(async () => tree?.children([0, 9], 0, 10), { kind: "missing" });
  });

  it("of a single value is that value", async () => {
    const { tree } = await openWhole("12345678901234567890", { contentType: "application/json" });
    assert.deepEqual(lines((await tree?.root())?.nodes ?? []), ["12345678901234567890 (number)"]);
  });

  it("gives pages of a long list", async () => {
    const { tree } = await openWhole(JSON.stringify(Array.from({ length: 1000 }, (_, at) => at)));
    const page = await tree?.children([], 400, 3);
    assert.deepEqual(
      { total: page?.total, from: page?.from, nodes: lines(page?.nodes ?? []) },
      { total: 1000, from: 400, nodes: ["400 (number)", "401 (number)", "402 (number)"] },
    );
  });
});

describe("a document of a body", () => {
  it("is all of it, whatever the size, in the way that the user chose", async () => {
    const body = Buffer.from(JSON.stringify({ text: "x".repeat(1_000_000) }));
    assert.equal((await wholeText(body, { size: body.length })).text.length, body.length + 5);
    const raw = await wholeText(body, { size: body.length }, { choice: { format: "text" } });
    assert.deepEqual(raw, { text: body.toString(), language: "plaintext" });
    const binary = Buffer.alloc(5 * 1024 * 1024);
    assert.match((await wholeText(binary, { size: binary.length })).text, /… and 1,048,576 bytes more$/);
  });
});

function cp1251(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 128) return code;
  return char === "ё" ? 0xb8 : code - 0x410 + 0xc0;
}
