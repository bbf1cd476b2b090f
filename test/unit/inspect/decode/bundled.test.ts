import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

// A library that is CommonJS has other names once it is a chunk of its own.
describe("decoding as it is shipped", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mq-decode-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("loads each library when it is needed, and uses it", async () => {
    const contents = `
      import { decodeBody } from "./decodeBody.ts";
      import { Schemas } from "./schemas.ts";
      import { slicedUnzstd } from "./zstd.ts";
      const body = Buffer.from("0a03412d31", "hex");
      const text = 'syntax = "proto3"; message A { string sku = 1; }';
      const schemas = Schemas.read([{ path: "a.proto", text }]);
      const read = await decodeBody(body, { size: body.length }, { schemas: { schemas: () => schemas } });
      const latin = Buffer.from("señores y señoras, ¿dónde está el niño pequeño?", "latin1");
      const guessed = await decodeBody(latin, { size: latin.length, contentType: "text/plain" });
      const problem = await slicedUnzstd(Buffer.from("28b52ffd2405ffffff00", "hex"), true, 100).catch((error) => error.constructor.name);
      console.log(JSON.stringify([read.text, guessed.text, problem]));`;
    const result = await build({
      stdin: { contents, resolveDir: join(import.meta.dirname, "../../../../src/inspect/decode"), loader: "ts" },
      bundle: true,
      format: "esm",
      splitting: true,
      platform: "node",
      target: "node20",
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      metafile: true,
      logLevel: "error",
      banner: {
        js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
      },
    });
    const first = Object.keys(
      result.metafile.outputs[Object.keys(result.metafile.outputs).find((name) => name.endsWith("stdin.mjs")) ?? ""]
        ?.inputs ?? {},
    );
    assert.ok(first.some((name) => name.endsWith("decodeBody.ts")));
    assert.deepEqual(
      first.filter((name) => /protobufjs|chardet|fzstd|msgpack\/|cbor-x|avsc/.test(name)),
      [],
    );
    assert.ok((await readdir(folder)).length > 3);
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "stdin.mjs")]);
    assert.deepEqual(JSON.parse(stdout), [
      '{\n  "sku": "A-1"\n}',
      "señores y señoras, ¿dónde está el niño pequeño?",
      "Error",
    ]);
  });
});
