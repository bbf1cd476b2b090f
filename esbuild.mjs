// Builds dist/: the host (each driver is a chunk of its own, loaded when first used) and the pages.
// node esbuild.mjs [--production] [--watch] [--metafile]
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { context } from "esbuild";
import { commonJs, oneVscode } from "./scripts/hostBundle.mjs";

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
 * The client of Kafka says nothing of side effects, so that all of it would be bundled with its validators and registries;
 * its modules have none that matter here. Its WebAssembly comes in a file, or as text in a module: a chunk has no files.
 * @type {import("esbuild").Plugin}
 */
const kafkaClient = {
  name: "kafka-client",
  setup(build) {
    const inside = Symbol("inside");
    build.onResolve({ filter: /^(\.|@platformatic\/|ajv|avsc|debug|fastq|mnemonist|scule)/ }, async (args) => {
      if (args.pluginData === inside) return undefined;
      const path = args.path === "@platformatic/wasm-utils" ? "@platformatic/wasm-utils/bundled" : args.path;
      const { importer, resolveDir, kind } = args;
      const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: inside });
      if (found.errors.length > 0 || !/[\\/]node_modules[\\/](@platformatic|ajv|avsc)[\\/]/.test(found.path))
        return undefined;
      return { path: found.path, sideEffects: false };
    });
  },
};

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
  plugins: [oneVscode, kafkaClient, commonJs(production)],
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
