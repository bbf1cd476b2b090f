// How the host's part of dist/ becomes what VS Code loads quickly: CommonJS, one file for the start, `vscode` asked for once.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { build, transform } from "esbuild";

/**
 * Every `import * as vscode` would be a `require` of its own, which VS Code answers with some file system calls, and a
 * copy of all that the module has. So all of them mean the one object that VS Code gives.
 * @type {import("esbuild").Plugin}
 */
export const oneVscode = {
  name: "one-vscode",
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text.replace('import * as vscode from "vscode"', 'import vscode from "the-vscode"');
      return contents === text ? undefined : { contents, loader: "ts" };
    });
    onResolve({ filter: /^the-vscode$/ }, () => ({ path: "vscode", namespace: "given" }));
    onLoad({ filter: /.*/, namespace: "given" }, () => ({ contents: 'export default require("vscode");' }));
  },
};

/**
 * Chunks are only made of ES modules; but VS Code loads those through a thread of loader hooks, which takes longer than
 * all of the activation. So each becomes CommonJS afterwards. What the entry cannot start without becomes one file with
 * it: VS Code looks at every `require` itself, which takes longer than to run what is loaded.
 * @param {boolean} production
 * @returns {import("esbuild").Plugin}
 */
export function commonJs(production) {
  return {
    name: "common-js",
    setup({ onEnd }) {
      onEnd(async ({ outputFiles, metafile }) => {
        if (!outputFiles || !metafile) return;
        const modules = outputFiles.filter(({ path }) => path.endsWith(".cjs"));
        const [entry, ...parts] = mergeStart(metafile).map((path) => resolve(path));
        if (entry === undefined) return;
        const later = modules.filter(({ path }) => path !== entry && !parts.includes(path));
        await mkdir(resolve(dirname(entry), "chunks"), { recursive: true });
        await Promise.all([
          writeStart(entry, parts, modules, production),
          ...later.map((module) => writeLater(module, parts, production)),
        ]);
      });
    },
  };
}

/**
 * @param {import("esbuild").Metafile} metafile tells afterwards what is written, with the parts of the entry in it
 * @returns the entry and what it cannot start without
 */
function mergeStart({ outputs }) {
  const [entry] = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === "src/extension.ts");
  if (entry === undefined) return [];
  const start = new Set([entry]);
  // What is added on the way is visited too.
  for (const path of start)
    for (const { path: next, kind, external } of outputs[path]?.imports ?? [])
      if (kind === "import-statement" && !external) start.add(next);
  const merged = [...start];
  outputs[entry] = {
    ...outputs[entry],
    inputs: Object.assign({}, ...merged.map((path) => outputs[path].inputs)),
    imports: merged.flatMap((path) => outputs[path].imports).filter(({ path }) => !start.has(path)),
  };
  for (const path of merged.slice(1)) delete outputs[path];
  for (const output of Object.values(outputs))
    output.imports = output.imports.map((each) => (start.has(each.path) ? { ...each, path: entry } : each));
  return merged;
}

/** The entry with its parts; each of these is an export of it too, for the chunks that come later. */
async function writeStart(entry, parts, modules, production) {
  const { outputFiles } = await build({
    stdin: {
      contents: [entry, ...parts]
        .map((path, at) => `export * ${at === 0 ? "" : `as ${partName(path)} `}from ${JSON.stringify(path)};`)
        .join("\n"),
      sourcefile: "start.js",
    },
    bundle: true,
    outfile: entry,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    supported: { "dynamic-import": false },
    external: ["vscode"],
    minify: production,
    legalComments: "none",
    logLevel: "warning",
    sourcemap: production ? false : "linked",
    plugins: [
      {
        name: "built",
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /\.cjs$/ }, ({ path, kind, importer }) =>
            kind === "dynamic-import"
              ? { path: `./chunks/${basename(path)}`, external: true }
              : { path: resolve(dirname(importer), path), namespace: "built" },
          );
          onLoad({ filter: /.*/, namespace: "built" }, ({ path }) => ({
            contents: modules.find((module) => module.path === path)?.text ?? "",
            resolveDir: dirname(path),
          }));
        },
      },
    ],
  });
  await Promise.all(outputFiles.map(({ path, contents }) => writeFile(path, contents)));
}

/** A chunk that is loaded when it is needed: the entry is there by then. */
async function writeLater({ path, text }, parts, production) {
  const { code, map } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: "node20",
    supported: { "dynamic-import": false },
    minify: production,
    legalComments: "none",
    ...(production ? {} : { sourcemap: "external", sourcefile: basename(path) }),
  });
  const names = new Map(parts.map((part) => [basename(part), partName(part)]));
  const linked = code.replaceAll(/\brequire\("\.\/(chunk-\w+\.cjs)"\)/g, (asIs, file) => {
    const name = names.get(file);
    return name === undefined ? asIs : `require("../extension.cjs").${name}`;
  });
  await writeFile(path, production ? linked : `${linked}//# sourceMappingURL=${basename(path)}.map\n`);
  if (!production) await writeFile(`${path}.map`, map);
}

/** `chunks/chunk-ABC.cjs` → `chunk_ABC` */
function partName(path) {
  return basename(path, ".cjs").replaceAll(/\W/g, "_");
}
