// A private RabbitMQ node beside whatever else runs: own ports, own name, own folder. Used by `npm start` and by the tests.
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BrokerNode, brokerFolder } from "./brokerNode.ts";
import type { BrokerFolder } from "./brokerNode.ts";
import { freePorts } from "./freePorts.ts";
import { dockerLauncher, findRabbitmq, howToGetRabbitmq, nativeLauncher } from "./rabbitmqLauncher.ts";
import type { RabbitmqLauncher } from "./rabbitmqLauncher.ts";

/** How to start a node. Everything may be left out. */
export interface RabbitmqOptions {
  /** Enabled beside `rabbitmq_management`. */
  readonly plugins?: readonly string[];
  /** Further lines of rabbitmq.conf; a key set again here wins. */
  readonly conf?: readonly string[];
  /** Keeps the data in this folder, also after {@link RabbitmqServer.stop}. Without it a temporary folder that `stop` removes. */
  readonly dir?: string;
  /** The port of AMQP; a free one when left out. */
  readonly amqpPort?: number;
  /** The port of the management API; a free one when left out. */
  readonly httpPort?: number;
}

/** Starts a node and resolves when its management API answers. It never outlives this process, however that ends. */
export async function startRabbitmq(options: RabbitmqOptions = {}): Promise<RabbitmqServer> {
  const found = await findRabbitmq();
  if (!found) throw new Error(howToGetRabbitmq);
  const [amqp = 0, http = 0, distribution = 0, epmd = 0] = await freePorts(4);
  const folder = await brokerFolder("RabbitMQ", options.dir);
  const ports = { amqp: options.amqpPort ?? amqp, http: options.httpPort ?? http, distribution, epmd };
  const plugins = ["rabbitmq_management", ...(options.plugins ?? [])];
  const setUp = { ...folder, ports, plugins, conf: options.conf ?? [] };
  const launcher = found.kind === "docker" ? dockerLauncher(found, setUp) : nativeLauncher(found, setUp);
  const server = new RabbitmqServer(launcher, folder, ports);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** A running node; user `guest`, password `guest`. */
export class RabbitmqServer {
  /** `amqp://guest:guest@127.0.0.1:port` (vhost `/`). */
  readonly uri: string;
  /** `http://127.0.0.1:port`, without user and password. */
  readonly adminUrl: string;
  readonly amqpPort: number;
  readonly httpPort: number;
  /** Data, logs and configuration. */
  readonly dir: string;
  readonly #launcher: RabbitmqLauncher;
  readonly #node: BrokerNode;

  constructor(
    launcher: RabbitmqLauncher,
    folder: BrokerFolder,
    ports: { readonly amqp: number; readonly http: number },
  ) {
    this.#launcher = launcher;
    this.dir = folder.dir;
    this.amqpPort = ports.amqp;
    this.httpPort = ports.http;
    this.uri = `amqp://guest:guest@127.0.0.1:${ports.amqp}`;
    this.adminUrl = `http://127.0.0.1:${ports.http}`;
    this.#node = new BrokerNode({
      product: "RabbitMQ",
      folder,
      prepare: async () => {
        const files = launcher.files();
        for (const [name, text] of Object.entries(files)) await writeFile(join(this.dir, name), text);
        await launcher.prepare();
      },
      server: () => launcher.server(),
      answers: () => this.api("GET", "/api/overview"),
      logTail: async () => {
        const log = await readFile(join(this.dir, "log", "rabbit.log"), "utf8").catch(() => "");
        return log.slice(-3000);
      },
      helpers: launcher.helpers,
      kill: (server) => launcher.kill(server),
      terminate: (server) => launcher.terminate(server),
      leftovers: launcher.leftovers,
    });
  }

  /** Starts it (again, on the same ports with the same data) and resolves when the management API answers. */
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

  /** Ends it for good with all its processes, and removes its folder if that was a temporary one. */
  stop(): Promise<void> {
    return this.#node.stop();
  }

  /** Runs `rabbitmqctl` with these arguments and resolves with what it printed; rejects with its complaint. */
  async ctl(...args: readonly string[]): Promise<string> {
    const { command, args: all, env } = this.#launcher.ctl(["--quiet", ...args]);
    const child = spawn(command, all, { ...(env ? { env } : {}), stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => void (printed += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => void (complaint += chunk.toString()));
    const end = await new Promise((settle, fail) => child.once("error", fail).once("close", settle));
    if (end !== 0) throw new Error(`rabbitmqctl ${args.join(" ")} ended with ${String(end)}: ${complaint || printed}`);
    return printed;
  }

  /** A call of the management API as `guest`: `path` starts with `/api/`. Resolves with the parsed answer, `undefined` when it is empty; rejects from status 400 on. */
  async api(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.adminUrl + path, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from("guest:guest").toString("base64")}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status >= 400) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}
