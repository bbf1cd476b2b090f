import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { zipEntries } from "../support/zipEntries.ts";

describe("the packed extension", function () {
  this.timeout(180_000);
  let folder: string;
  let packed: Buffer;
  let names: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mq-package-"));
    const file = join(folder, "mq-workbench.vsix");
    await promisify(execFile)(process.execPath, ["scripts/vsix.ts", "--out", file]);
    packed = await readFile(file);
    names = zipEntries(packed).map(({ name }) => name);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("holds what the allow-list says and nothing else", () => {
    const allowed = [
      /^(extension\.vsixmanifest|\[Content_Types\]\.xml)$/,
      /^extension\/(package\.json|package\.nls(\.[\w-]+)?\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
      /^extension\/l10n\/[\w.-]+\.json$/,
      /^extension\/media\/(mq\.svg|icon\.png|(light|dark)\/[\w-]+\.svg|walkthrough\/[\w-]+\.(md|svg|png))$/,
      /^extension\/dist\/(extension\.cjs|NOTICES\.txt|chunks\/[\w-]+\.cjs)$/,
      /^extension\/dist\/webview\/((inspector|publish|form|conversation)\.(js|css)|codicon\.(css|ttf)|chunks\/[\w-]+\.js)$/,
    ];
    assert.deepEqual(
      names.filter((name) => !allowed.some((pattern) => pattern.test(name))),
      [],
    );
  });

  it("holds all that it needs to run", () => {
    const needed = [
      ...["package.json", "package.nls.json", "readme.md", "changelog.md", "LICENSE.txt"],
      ...["dist/extension.cjs", "dist/webview/inspector.js", "dist/webview/publish.js", "dist/webview/form.js"],
      ...["dist/webview/codicon.css", "dist/webview/codicon.ttf", "media/icon.png", "media/mq.svg"],
      "dist/NOTICES.txt",
    ];
    assert.deepEqual(
      needed.filter((name) => !names.includes(`extension/${name}`)),
      [],
    );
  });

  it("holds no source, test, package of npm, or source map", () => {
    const foreign = /(^|\/)(src|webview\/.*\.ts|test|scripts|node_modules)\/|\.(ts|map)$/;
    assert.deepEqual(
      names.filter((name) => foreign.test(name)),
      [],
    );
  });

  it("starts with one small file, and asks VS Code once for its API", async () => {
    // What was packed is in dist/ too.
    const file = resolve("dist/extension.cjs");
    const { length } = await readFile(file);
    assert.equal(zipEntries(packed).find(({ name }) => name === "extension/dist/extension.cjs")?.size, length);
    assert.ok(length <= 80_000, `It has ${length} bytes.`);
    const { stdout } = await promisify(execFile)(process.execPath, ["--eval", loading, file]);
    const asked = JSON.parse(stdout) as readonly string[];
    assert.deepEqual(
      asked.filter((name) => !isBuiltin(name)),
      [file, "vscode"],
    );
  });

  it("is smaller than 1 MB", () => {
    assert.ok(packed.length < 1_000_000, `It has ${packed.length} bytes.`);
  });
});

/** Loads a file as VS Code would, and prints what was asked for by that. */
const loading = `
const Module = require("node:module");
const load = Module._load;
const asked = [];
const api = new Proxy({}, { get: () => class {} });
Module._load = (name, ...rest) => (asked.push(name), name === "vscode" ? api : load(name, ...rest));
require(process.argv[1]);
console.log(JSON.stringify(asked));
`;
