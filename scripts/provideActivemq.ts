import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasJava, hasMaven, mavenFetch, type MavenArtifact } from "./maven.ts";
import { run } from "./run.ts";

/** Where an ActiveMQ comes from on this machine. */
export type FoundActivemq =
  /** `home`: of Classic a folder of libraries, of Artemis its distribution. */
  { readonly kind: "java"; readonly home: string } | { readonly kind: "docker"; readonly image: string };

const classicVersion = "6.1.6";
const artemisVersion = "2.40.0";
const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), ".cache");

/**
 * Sees to it that an ActiveMQ Classic can be started: the official image where a Docker engine answers, else its libraries by
 * Maven, on Java 17 or newer. Rejects with what to install.
 */
export async function provideActivemq(): Promise<FoundActivemq> {
  const home = join(cache, `activemq-${classicVersion}`);
  if (existsSync(home) && (await hasJava())) return { kind: "java", home };
  if (hasMaven() && (await hasJava())) {
    console.log(`Fetching ActiveMQ Classic ${classicVersion} …`);
    await mavenFetch(home, classicLibraries);
    return { kind: "java", home };
  }
  return byDocker(`apache/activemq-classic:${classicVersion}`, "ActiveMQ Classic");
}

/** The same for ActiveMQ Artemis, whose whole distribution is there to fetch. */
export async function provideArtemis(): Promise<FoundActivemq> {
  const home = join(cache, `artemis-${artemisVersion}`);
  if (existsSync(home) && (await hasJava())) return { kind: "java", home };
  if (hasMaven() && (await hasJava())) {
    console.log(`Fetching ActiveMQ Artemis ${artemisVersion} …`);
    await fetchArtemis(home);
    return { kind: "java", home };
  }
  return byDocker(`apache/activemq-artemis:${artemisVersion}`, "ActiveMQ Artemis");
}

async function fetchArtemis(home: string): Promise<void> {
  const archives = `${home}.archive`;
  const artifact = { group: "org.apache.activemq", name: "apache-artemis", version: artemisVersion };
  await mavenFetch(archives, [{ ...artifact, classifier: "bin", type: "tar.gz" }], { transitive: false });
  const archive = join(archives, `apache-artemis-${artemisVersion}-bin.tar.gz`);
  const { code, output } = await run("tar", ["-xzf", archive, "-C", archives]);
  if (code !== 0) throw new Error(`${archive} could not be unpacked: ${output}`);
  await rename(join(archives, `apache-artemis-${artemisVersion}`), home);
  await rm(archives, { recursive: true, force: true });
}

async function byDocker(image: string, name: string): Promise<FoundActivemq> {
  if ((await run("docker", ["version", "--format", "{{.Server.Version}}"], { timeout: 10_000 })).code !== 0)
    throw new Error(
      `${name} cannot be started here: install Java 17 or newer and Maven (Debian and Ubuntu: apt-get install default-jre-headless maven), ` +
        "or a Docker engine, then run the command again.",
    );
  if ((await run("docker", ["image", "inspect", image])).code !== 0) {
    console.log(`Fetching the image ${image} …`);
    const { code, output } = await run("docker", ["pull", "--quiet", image], { timeout: 600_000 });
    if (code !== 0) throw new Error(`The image ${image} could not be fetched: ${output}`);
  }
  return { kind: "docker", image };
}

/** What the distribution of Classic has of it that is needed here; the archive itself is not in every repository. */
const classicLibraries: readonly MavenArtifact[] = [
  ...["activemq-amqp", "activemq-kahadb-store", "activemq-spring", "activemq-jaas", "activemq-console"].map((name) => ({
    group: "org.apache.activemq",
    name,
    version: classicVersion,
  })),
  { group: "org.springframework", name: "spring-context", version: "6.1.18" },
  { group: "org.slf4j", name: "slf4j-simple", version: "2.0.16" },
  { group: "org.jolokia", name: "jolokia-agent-jvm", version: "2.1.2", classifier: "javaagent" },
];
