// Where an Apache Kafka comes from on this machine: its jars by Maven, run by Java, or the image in Docker.
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { aptInstall, hasApt } from "./apt.ts";
import { run } from "./run.ts";

/** How a Kafka can be run here. */
export type FoundKafka =
  | { readonly kind: "jars"; readonly java: string; readonly jars: string }
  | { readonly kind: "docker"; readonly docker: string; readonly image: string };

/** The version that tests and the demo run. */
export const kafkaVersion = "4.3.1";

const image = `apache/kafka:${kafkaVersion}`;
const oldestJava = 17;

/** What to tell a person whose machine has none. */
export const howToGetKafka =
  "Apache Kafka cannot be started here. Install Java 17 or newer and Maven, which fetches Kafka " +
  "(Debian and Ubuntu: apt-get install openjdk-17-jre-headless maven; macOS: brew install openjdk maven), " +
  "or start a Docker engine, then run the command again.";

/** What was fetched before, or can be run without fetching. */
export async function findKafka(): Promise<FoundKafka | undefined> {
  const jars = jarsFolder();
  if (existsSync(jars) && (await hasJava())) return { kind: "jars", java: "java", jars };
  if ((await run("docker", ["image", "inspect", image], { timeout: 10_000 })).code === 0)
    return { kind: "docker", docker: "docker", image };
  return undefined;
}

/** Sees to it that a Kafka can be started: its jars by Maven, else the image, else both by apt. Rejects with what to do. */
export async function provideKafka(): Promise<FoundKafka> {
  const found = await findKafka();
  if (found) return found;
  if ((await hasJava()) && (await hasMaven())) return fetchJars();
  if ((await run("docker", ["version"], { timeout: 10_000 })).code === 0) {
    console.log(`Fetching the image ${image} …`);
    if ((await run("docker", ["pull", "--quiet", image], { timeout: 600_000 })).code === 0)
      return { kind: "docker", docker: "docker", image };
  }
  if (!hasApt()) throw new Error(howToGetKafka);
  await aptInstall(["openjdk-17-jre-headless", "maven"]);
  if (!(await hasJava()) || !(await hasMaven())) throw new Error(howToGetKafka);
  return fetchJars();
}

async function fetchJars(): Promise<FoundKafka> {
  console.log(`Fetching Apache Kafka ${kafkaVersion} by Maven …`);
  const jars = jarsFolder();
  const folder = dirname(jars);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "pom.xml"), pom);
  // Moved into place when it is whole.
  const partial = `${jars}.${process.pid}`;
  const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";
  const { code, output } = await run("mvn", ["-q", "-B", goal, `-DoutputDirectory=${partial}`], {
    cwd: folder,
    timeout: 900_000,
  });
  if (code !== 0) throw new Error(`Maven could not fetch Apache Kafka ${kafkaVersion}:\n${output.slice(-2000)}`);
  await rename(partial, jars).catch(async (error: unknown) => {
    await rm(partial, { recursive: true, force: true });
    // Another process was faster.
    if (!existsSync(jars)) throw error;
  });
  return { kind: "jars", java: "java", jars };
}

function jarsFolder(): string {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  return join(process.env["MQ_KAFKA_JARS"] ?? join(root, ".cache", "kafka-jars"), kafkaVersion);
}

async function hasJava(): Promise<boolean> {
  const { code, output } = await run("java", ["-version"], { timeout: 20_000 });
  return code === 0 && Number(/version "(\d+)/.exec(output)?.[1]) >= oldestJava;
}

async function hasMaven(): Promise<boolean> {
  return (await run("mvn", ["-version"], { timeout: 20_000 })).code === 0;
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>mq-workbench</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${kafkaVersion}</version></dependency>
  </dependencies>
</project>
`;
