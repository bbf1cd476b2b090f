import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** One program of the test run. */
export interface Suite {
  readonly name: string;
  /** For the project's Node. */
  readonly args: readonly string[];
  /** It counts its tests itself; else it counts as one test. */
  readonly counts: boolean;
}

/** The suites of these names, or all of them. Rejects with the names that there are. */
export async function chosenSuites(root: string, names: readonly string[]): Promise<readonly Suite[]> {
  const all = [...checks, ...(await foundSuites(root))];
  const unknown = names.filter((name) => !all.some((suite) => suite.name === name));
  if (unknown.length > 0)
    throw new Error(`There is no suite ${unknown.join(", ")}; there are: ${all.map(({ name }) => name).join(", ")}.`);
  if (names.length === 0) return all;
  // What runs in VS Code and in pages is the build.
  return all.filter(({ name }) => name === "needs" || name === "build" || names.includes(name));
}

const checks: readonly Suite[] = [
  check("needs", "scripts/testNeeds.ts"),
  check("types of the host", "node_modules/typescript/bin/tsc", "-p", "."),
  check("types of the pages", "node_modules/typescript/bin/tsc", "-p", "webview"),
  check("eslint", "node_modules/eslint/bin/eslint.js", "."),
  check("prettier", "node_modules/prettier/bin/prettier.cjs", "--check", "."),
  check("imports", "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs", "src", "webview"),
  check("build", "esbuild.mjs"),
];

function check(name: string, ...args: readonly string[]): Suite {
  return { name, args, counts: false };
}

/** Every folder of test/ with suites in it, quick ones first. */
async function foundSuites(root: string): Promise<readonly Suite[]> {
  const files = await readdir(join(root, "test"), { recursive: true });
  const folders = new Set<string>();
  for (const file of files) {
    const [folder, ...inside] = file.split(/[\\/]/);
    if (folder !== undefined && inside.length > 0 && file.endsWith(".test.ts")) folders.add(folder);
  }
  const order = ["unit", "driver", "webview", "vscode", "e2e", "package"];
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...folders].sort((one, other) => rank(one) - rank(other) || one.localeCompare(other)).map(suiteOf);
}

function suiteOf(name: string): Suite {
  if (name === "vscode") return { name, args: ["scripts/vscodeSuite.ts"], counts: true };
  const args = [
    "node_modules/mocha/bin/mocha.js",
    ...["--reporter", "test/support/countingReporter.cjs"],
    // On a busy machine a page may draw later than a test clicks; a second try is printed.
    ...(name === "webview" || name === "e2e" ? ["--retries", "1"] : []),
    `test/${name}/**/*.test.ts`,
  ];
  return { name, args, counts: true };
}
