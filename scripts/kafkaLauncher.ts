// How a Kafka that was found on this machine is run: its jars by Java, or the image in Docker.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Program } from "./guardian.ts";
import type { FoundKafka } from "./provideKafka.ts";

/** Where clients come in. */
export interface KafkaListener {
  /** "PLAIN", "SASL", "TLS": letters only. */
  readonly name: string;
  readonly protocol: "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";
  readonly port: number;
  /** What it tells clients; the same as where it listens unless said. */
  readonly advertised?: { readonly host: string; readonly port: number };
}

/** What a node is to be. */
export interface KafkaSetUp {
  readonly dir: string;
  readonly listeners: readonly KafkaListener[];
  readonly controllerPort: number;
  /** Further lines of server.properties. */
  readonly conf: readonly string[];
  /** Megabytes */
  readonly heap: number;
  /** Compiled for a quick start, not for throughput. */
  readonly quick: boolean;
}

/** The programs that make up one node. */
export interface KafkaLauncher {
  readonly server: Program;
  /** Done before each start. */
  readonly prepare: readonly (readonly string[])[];
  /** One of Kafka's command-line tools. */
  tool(className: string, args: readonly string[]): Program;
  /** Ends the server where killing the program would not. */
  readonly leftovers: readonly (readonly string[])[];
}

const clusterId = "mq-workbench-for-tests";

/** Written into the node's folder before each start, by name. */
export function kafkaFiles(setUp: KafkaSetUp, inDocker: boolean): Readonly<Record<string, string>> {
  const { dir, listeners, controllerPort, conf } = setUp;
  const bound = inDocker ? "0.0.0.0" : "127.0.0.1";
  const lines = [
    "process.roles=broker,controller",
    "node.id=1",
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    "controller.listener.names=CONTROLLER",
    `listeners=${[...listeners.map(({ name, port }) => `${name}://${bound}:${port}`), `CONTROLLER://127.0.0.1:${controllerPort}`].join(",")}`,
    `advertised.listeners=${listeners.map(({ name, protocol, port, advertised }) => `${name}://${advertised?.host ?? (protocol.endsWith("SSL") ? "localhost" : "127.0.0.1")}:${advertised?.port ?? port}`).join(",")}`,
    `listener.security.protocol.map=${[...listeners.map(({ name, protocol }) => `${name}:${protocol}`), "CONTROLLER:PLAINTEXT"].join(",")}`,
    `inter.broker.listener.name=${listeners[0]?.name ?? ""}`,
    `log.dirs=${join(dir, "data")}`,
    // What takes time or threads on a cluster and nothing here needs.
    "offsets.topic.replication.factor=1",
    "offsets.topic.num.partitions=4",
    "transaction.state.log.replication.factor=1",
    "transaction.state.log.min.isr=1",
    "transaction.state.log.num.partitions=4",
    "share.coordinator.state.topic.replication.factor=1",
    "share.coordinator.state.topic.min.isr=1",
    "group.initial.rebalance.delay.ms=0",
    "group.min.session.timeout.ms=1000",
    "num.network.threads=2",
    "num.io.threads=4",
    "log.cleaner.dedupe.buffer.size=2097152",
    "log.segment.delete.delay.ms=100",
    "controlled.shutdown.enable=false",
    ...conf,
  ];
  return {
    "server.properties": lines.map((line) => line + "\n").join(""),
    "log4j2.properties": log4j,
    // What formatting the storage would write; that takes a Java of its own.
    "data/meta.properties": `version=1\ncluster.id=${clusterId}\nnode.id=1\ndirectory.id=${directoryId(dir)}\n`,
  };
}

export function kafkaLauncher(found: FoundKafka, setUp: KafkaSetUp): KafkaLauncher {
  return found.kind === "docker" ? docker(found, setUp) : jars(found, setUp);
}

function jars({ java, jars }: FoundKafka & { kind: "jars" }, { dir, heap, quick }: KafkaSetUp): KafkaLauncher {
  const common = [
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    `-Dlog4j2.configurationFile=${join(dir, "log4j2.properties")}`,
    "-cp",
    join(jars, "*"),
  ];
  return {
    server: {
      command: java,
      args: [
        `-Xmx${heap}m`,
        ...(quick ? ["-XX:TieredStopAtLevel=1"] : []),
        ...common,
        "kafka.Kafka",
        join(dir, "server.properties"),
      ],
      cwd: dir,
    },
    prepare: [],
    tool: (className, args) => ({
      command: java,
      args: ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-Xshare:auto", ...common, className, ...args],
      cwd: dir,
    }),
    leftovers: [],
  };
}

/** The folder is at the same place inside; only the ports of 127.0.0.1 are published. */
function docker({ docker: command, image }: FoundKafka & { kind: "docker" }, setUp: KafkaSetUp): KafkaLauncher {
  const { dir, listeners, heap } = setUp;
  const name = `mq-workbench-kafka-${createHash("sha256").update(dir).digest("hex").slice(0, 12)}`;
  const remove = [command, "rm", "--force", name];
  const user = process.getuid ? ["--user", `${process.getuid()}:${process.getgid?.() ?? 0}`] : [];
  return {
    server: {
      command,
      args: [
        ...["run", "--name", name, ...user, "--volume", `${dir}:${dir}`],
        ...listeners.flatMap(({ port }) => ["--publish", `127.0.0.1:${port}:${port}`]),
        ...["--env", `KAFKA_HEAP_OPTS=-Xmx${heap}m`, "--env", "LOG_DIR=/tmp"],
        ...["--entrypoint", "/opt/kafka/bin/kafka-server-start.sh", image, join(dir, "server.properties")],
      ],
    },
    prepare: [remove],
    tool: (className, args) => ({
      command,
      args: ["exec", "--interactive", name, "/opt/kafka/bin/kafka-run-class.sh", className, ...args],
    }),
    leftovers: [remove],
  };
}

/** Of the form that Kafka wants: 16 bytes in base64url. */
function directoryId(dir: string): string {
  return createHash("sha256").update(dir).digest().subarray(0, 16).toString("base64url");
}

const log4j = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`;
