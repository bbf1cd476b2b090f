import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { run } from "./run.ts";

/** A library as Maven names it. */
export interface MavenArtifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
  readonly classifier?: string;
  /** `jar` when left out. */
  readonly type?: string;
}

/**
 * Brings these libraries, by default with all that they need, into `folder`; does nothing when the folder is there.
 * Rejects with what Maven said.
 */
export async function mavenFetch(
  folder: string,
  artifacts: readonly MavenArtifact[],
  { transitive = true }: { readonly transitive?: boolean } = {},
): Promise<void> {
  if (existsSync(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(join(dirname(folder), "maven-"));
  try {
    await writeFile(join(work, "pom.xml"), pom(artifacts));
    const { code, output } = await run(
      "mvn",
      [
        ...["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime"],
        ...[`-DoutputDirectory=${join(work, "files")}`, ...(transitive ? [] : ["-DexcludeTransitive=true"])],
      ],
      { cwd: work, timeout: 600_000 },
    );
    if (code !== 0)
      throw new Error(`Maven could not fetch ${artifacts[0]?.name ?? "anything"}:\n${output.slice(-3000)}`);
    // As a whole, so that what was broken off is not taken for complete.
    await rename(join(work, "files"), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Whether there is a Java that can run today's brokers (17 or newer). */
export async function hasJava(): Promise<boolean> {
  const { code, output } = await run("java", ["-version"], { timeout: 30_000 });
  const major = Number(/version "(\d+)/.exec(output)?.[1] ?? 0);
  return code === 0 && major >= 17;
}

/** Whether Maven is on the PATH. */
export function hasMaven(): boolean {
  const names = process.platform === "win32" ? ["mvn.cmd"] : ["mvn"];
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((each) => names.some((name) => existsSync(join(each, name))));
}

function pom(artifacts: readonly MavenArtifact[]): string {
  const dependencies = artifacts.map(({ group, name, version, classifier, type }) =>
    [
      `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>`,
      classifier === undefined ? "" : `<classifier>${classifier}</classifier>`,
      type === undefined ? "" : `<type>${type}</type>`,
      "</dependency>",
    ].join(""),
  );
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    "<groupId>mq</groupId><artifactId>broker</artifactId><version>1</version>",
    `<dependencies>${dependencies.join("\n")}</dependencies></project>`,
  ].join("\n");
}
