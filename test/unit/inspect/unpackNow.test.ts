import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as zlib from "node:zlib";
import { beginsPacked, isPacking, unpackNow } from "../../../src/inspect/query/unpackNow.ts";
import { found, logOf } from "./querySupport.ts";

const { zstdCompressSync: packed } = zlib as unknown as { readonly zstdCompressSync: (bytes: Buffer) => Buffer };
const body = Buffer.from(JSON.stringify({ customer: { name: "Chloé" }, text: "needle in a haystack" }));

describe("bodies packed with Zstandard", function () {
  it("are unpacked by what they claim, and by their first bytes", () => {
    const bytes = packed(body);
    for (const claim of ["zstd", " ZSTD", "zst", undefined, "utf-8"])
      assert.deepEqual(unpackNow(bytes, claim), { bytes: body, whole: true }, claim);
    assert.ok(isPacking("zstd"));
    assert.ok(beginsPacked(Buffer.concat([Buffer.from("x"), bytes]), 1, 1 + bytes.length));
    assert.ok(!beginsPacked(bytes, 0, 4));
  });

  it("stay as they are where they are not that, whole or cut", () => {
    for (const broken of [body, packed(body).subarray(0, 20), Buffer.from("28b52ffd", "hex"), Buffer.alloc(0)]) {
      const { bytes } = unpackNow(broken, "zstd");
      assert.ok(bytes === broken || body.subarray(0, bytes.length).equals(bytes));
    }
  });

  it("are unpacked to 2 MiB and no further", () => {
    const { bytes, whole } = unpackNow(packed(Buffer.alloc(64 * 1024 * 1024)), "zstd");
    assert.equal(whole, false);
    assert.ok(bytes.length <= 2 * 1024 * 1024);
    const large = unpackNow(packed(randomBytes(1536 * 1024)), undefined);
    assert.equal(large.whole, false);
  });

  it("are searched", async () => {
    const log = logOf([
      { body: packed(body), contentEncoding: "zstd" },
      { body: packed(body) },
      { body: packed(Buffer.from("nothing")), contentEncoding: "zstd" },
      { body },
    ]);
    for (const filter of ["needle", "NEEDLE in", '$.customer.name ~ "chlo"', "/needle.*stack/"])
      assert.deepEqual(await found(log, filter), [1, 2, 4], filter);
  });
});
