// npm run package: a production build, packed into one .vsix for all platforms. [--out FILE]
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { notices } from "./notices.ts";
import type { BuildReport } from "./notices.ts";
import { runScript } from "./run.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { out: { type: "string" } } });
const { name, version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Record<string, string>;
const file = resolve(values.out ?? join(root, `${name}-${version}.vsix`));

try {
  await runScript(root, "esbuild.mjs", "--production", "--metafile");
  const builds = JSON.parse(await readFile(join(root, "dist", "meta.json"), "utf8")) as BuildReport[];
  await writeFile(join(root, "dist", "NOTICES.txt"), await notices(root, builds));
  await runScript(
    root,
    "node_modules/@vscode/vsce/vsce",
    "package",
    "--no-dependencies",
    "--allow-missing-repository",
    // The pictures of the README are for those who read it in the repository.
    "--no-rewrite-relative-links",
    "--out",
    file,
  );
  console.log(file);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
