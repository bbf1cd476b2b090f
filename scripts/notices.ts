import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What esbuild says of a build. */
export interface BuildReport {
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The licences of the npm packages that went into a build, as their authors ask for. */
export async function notices(root: string, builds: readonly BuildReport[]): Promise<string> {
  const folders = new Set(["node_modules/@vscode/codicons"]);
  for (const input of builds.flatMap(({ inputs }) => Object.keys(inputs))) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  const texts = await Promise.all([...folders].sort().map((folder) => notice(join(root, folder))));
  return `MQ Workbench contains software of others under these licences.\n\n${texts.join("\n")}`;
}

async function notice(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
  const files = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  const heading = `${String(manifest["name"])} ${String(manifest["version"])} (${String(manifest["license"])})`;
  return [heading, "-".repeat(heading.length), ...texts.map((text) => text.trim()), ""].join("\n");
}
