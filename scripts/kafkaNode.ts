// A private single-node Kafka (KRaft) beside whatever else runs: own ports, own folder. Used by `npm start` and by the tests.
import { execFile, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { BrokerNode, brokerFolder } from "./brokerNode.ts";
import type { BrokerFolder } from "./brokerNode.ts";
import { freePorts } from "./freePorts.ts";
import { exited, killGroup } from "./guardian.ts";
import { kafkaFiles, kafkaLauncher } from "./kafkaLauncher.ts";
import type { KafkaLauncher, KafkaListener, KafkaSetUp } from "./kafkaLauncher.ts";
import { findKafka, howToGetKafka } from "./provideKafka.ts";
import type { FoundKafka } from "./provideKafka.ts";

/** How to start a node. Everything may be left out. */
export interface KafkaOptions {
  /** Beside `PLAIN`, the first one; each gets a free port. */
  readonly listeners?: readonly Omit<KafkaListener, "port">[];
  /** Further lines of server.properties; `{dir}` stands for the node's folder. */
  readonly conf?: readonly string[];
  /** Written beside server.properties, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Keeps the data in this folder, also after {@link KafkaServer.stop}. Without it a temporary folder that `stop` removes. */
  readonly dir?: string;
  /** The port of the plain listener; a free one when left out. */
  readonly port?: number;
  /** Megabytes; 320 unless said. */
  readonly heap?: number;
  /** false = compiled for throughput, not for a quick start. */
  readonly quick?: boolean;
}

/** Starts a node and resolves when it takes requests. It never outlives this process, however that ends. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const found = await findKafka();
  if (!found) throw new Error(howToGetKafka);
  const folder = await brokerFolder("Kafka", options.dir);
  const { dir } = folder;
  const others = options.listeners ?? [];
  const [plain = 0, controllerPort = 0, ...ports] = await freePorts(2 + others.length);
  const listeners: readonly KafkaListener[] = [
    { name: "PLAIN", protocol: "PLAINTEXT", port: options.port ?? plain },
    ...others.map((listener, index) => ({ ...listener, port: ports[index] ?? 0 })),
  ];
  const conf = (options.conf ?? []).map((line) => line.replaceAll("{dir}", dir));
  const setUp = { dir, listeners, controllerPort, conf, heap: options.heap ?? 320, quick: options.quick ?? true };
  const server = new KafkaServer(found, setUp, options.files ?? {}, folder);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** A running node. */
export class KafkaServer {
  /** `kafka://127.0.0.1:port` of the plain listener. */
  readonly uri: string;
  readonly port: number;
  /** Data and configuration. */
  readonly dir: string;
  readonly #setUp: KafkaSetUp;
  readonly #launcher: KafkaLauncher;
  readonly #node: BrokerNode;

  constructor(found: FoundKafka, setUp: KafkaSetUp, files: Readonly<Record<string, string>>, folder: BrokerFolder) {
    const launcher = kafkaLauncher(found, setUp);
    this.#setUp = setUp;
    this.#launcher = launcher;
    this.dir = setUp.dir;
    this.port = this.portOf("PLAIN");
    this.uri = `kafka://127.0.0.1:${this.port}`;
    const all = { ...kafkaFiles(setUp, found.kind === "docker"), ...files };
    this.#node = new BrokerNode({
      product: "Kafka",
      folder,
      prepare: async () => {
        for (const [name, text] of Object.entries(all)) {
          const file = join(this.dir, name);
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, text);
        }
        await runAll(launcher.prepare);
      },
      server: () => launcher.server,
      answers: () => takesRequests(this.port),
      kill: async (server) => {
        const gone = exited(server);
        await runAll(launcher.leftovers);
        killGroup(server);
        await gone;
      },
      leftovers: launcher.leftovers,
    });
  }

  /** Of a listener by its name. */
  portOf(name: string): number {
    const listener = this.#setUp.listeners.find((each) => each.name === name);
    if (!listener) throw new Error(`There is no listener ${name}.`);
    return listener.port;
  }

  /** Starts it (again, on the same ports with the same data) and resolves when it takes requests. */
  start(): Promise<void> {
    return this.#node.start();
  }

  /** Ends it as a power cut would; the data stays for {@link start}. */
  kill(): Promise<void> {
    return this.#node.kill();
  }

  /** Ends it in order, as an administrator would; the data stays for {@link start}. */
  shutDown(): Promise<void> {
    return this.#node.shutDown();
  }

  /** Ends it for good, and removes its folder if that was a temporary one. */
  stop(): Promise<void> {
    return this.#node.stop();
  }

  /**
   * Runs one of Kafka's command-line tools (`org.apache.kafka.tools.ConsoleProducer`) and resolves with what it printed;
   * rejects with its complaint.
   */
  async tool(className: string, args: readonly string[], input = ""): Promise<string> {
    const { command, args: all, cwd } = this.#launcher.tool(className, args);
    const child = spawn(command, all, { ...(cwd === undefined ? {} : { cwd }), stdio: ["pipe", "pipe", "pipe"] });
    let printed = "";
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => void (printed += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => void (complaint += chunk.toString()));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const code = await new Promise<number | null>((settle, fail) => {
      child.once("error", fail);
      child.once("close", settle);
    });
    if (code !== 0) throw new Error(`${className} ${args.join(" ")} failed: ${complaint || printed}`);
    return printed;
  }
}

async function runAll(commands: readonly (readonly string[])[]): Promise<void> {
  for (const [command = "", ...args] of commands) await promisify(execFile)(command, args).catch(() => undefined);
}

/** Rejects until its cluster has a broker: it listens before that. Asked by a Metadata request (version 0). */
async function takesRequests(port: number): Promise<void> {
  const request = Buffer.from("0000001400030001000000010006" + "737461727475" + "00000000", "hex");
  request.writeUInt32BE(request.length - 4, 0);
  const answer = await new Promise<Buffer>((settle) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let received = Buffer.alloc(0);
    const end = (): void => {
      socket.destroy();
      settle(received);
    };
    socket.setTimeout(5000, end);
    socket.once("error", end);
    socket.once("close", end);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) end();
    });
    socket.write(request);
  });
  // Its length, the number of the request, then how many brokers there are.
  if (answer.length < 12 || answer.readUInt32BE(8) === 0) throw new Error("No broker is in the cluster yet");
}
