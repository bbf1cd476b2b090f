// Builds dist/: the host (each driver is a chunk of its own, loaded when first used) and the pages.
// node esbuild.mjs [--production] [--watch] [--metafile]
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { context, transform } from "esbuild";

const flags = new Set(process.argv.slice(2));
const production = flags.has("--production");

const common = {
  bundle: true,
  format: "esm",
  splitting: true,
  minify: production,
  sourcemap: production ? false : "linked",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
};

/**
 * Chunks are only made of ES modules; but VS Code loads those through a thread of loader hooks, which takes longer than
 * all of the activation. So each becomes CommonJS afterwards.
 * @type {import("esbuild").Plugin}
 */
const commonJs = {
  name: "common-js",
  setup(build) {
    build.onEnd(async ({ outputFiles = [] }) => {
      await Promise.all(outputFiles.filter(({ path }) => path.endsWith(".cjs")).map(writeAsCommonJs));
    });
  },
};

/** @param {import("esbuild").OutputFile} file */
async function writeAsCommonJs({ path, text }) {
  const { code, map } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: "node20",
    supported: { "dynamic-import": false },
    minify: production,
    legalComments: "none",
    ...(production ? {} : { sourcemap: "external", sourcefile: basename(path) }),
  });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, production ? code : `${code}//# sourceMappingURL=${basename(path)}.map\n`);
  if (!production) await writeFile(`${path}.map`, map);
}

const host = {
  ...common,
  sourcemap: production ? false : "inline",
  write: false,
  outExtension: { ".js": ".cjs" },
  entryPoints: { extension: "src/extension.ts" },
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  platform: "node",
  target: "node20",
  external: ["vscode"],
  plugins: [commonJs],
};

const pages = {
  ...common,
  entryPoints: {
    inspector: "webview/inspector/main.ts",
    publish: "webview/publish/main.ts",
    form: "webview/form/main.ts",
    conversation: "webview/conversation/main.ts",
  },
  outdir: "dist/webview",
  chunkNames: "chunks/[name]-[hash]",
  platform: "browser",
  target: "es2022",
  loader: { ".ttf": "file" },
  assetNames: "[name]",
};

await rm("dist", { recursive: true, force: true });
await mkdir("dist/webview", { recursive: true });
// The icon font of the pages; VS Code's own is not reachable from a webview.
for (const file of ["codicon.css", "codicon.ttf"])
  await cp(`node_modules/@vscode/codicons/dist/${file}`, `dist/webview/${file}`);

const contexts = await Promise.all([context(host), context(pages)]);
if (flags.has("--watch")) {
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  const results = await Promise.all(contexts.map((each) => each.rebuild()));
  if (flags.has("--metafile")) await writeFile("dist/meta.json", JSON.stringify(results.map((each) => each.metafile)));
  await Promise.all(contexts.map((each) => each.dispose()));
}
