// A private Redis server beside whatever else runs: own port, own folder. Used by `npm start` and by the tests.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { BrokerNode, brokerFolder } from "./brokerNode.ts";
import type { BrokerFolder } from "./brokerNode.ts";
import { freePorts } from "./freePorts.ts";
import { run } from "./run.ts";

/** Where Redis comes from on this machine: Redis itself, or Valkey, which is the same for all that is done here. */
export interface FoundRedis {
  readonly server: string;
  readonly cli: string;
}

/** What to tell a person whose machine has none. */
export const howToGetRedis =
  "No Redis was found. Install it: https://redis.io/docs/latest/operate/oss_and_stack/install/ " +
  "(Debian and Ubuntu: apt-get install redis-server; macOS: brew install redis), then run the command again.";

/** Finds redis-server or valkey-server. */
export function findRedis(): FoundRedis | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const all = [...folders, "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
  const find = (name: string): string | undefined =>
    all.map((folder) => join(folder, name)).find((file) => existsSync(file));
  for (const product of ["redis", "valkey"]) {
    const [server, cli] = [find(`${product}-server`), find(`${product}-cli`)];
    if (server !== undefined && cli !== undefined) return { server, cli };
  }
  return undefined;
}

/** How to start a server. Everything may be left out. */
export interface RedisOptions {
  /** Of the default user; none when left out. */
  readonly password?: string;
  /** Further lines of redis.conf. */
  readonly conf?: readonly string[];
  /** Started as a sentinel. */
  readonly sentinel?: boolean;
  /** Speaks TLS only: PEM files. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string; readonly clients: boolean };
  /** Keeps the data in this folder, also after {@link RedisServer.stop}. Without it a temporary folder that `stop` removes. */
  readonly dir?: string;
  /** A free one when left out. */
  readonly port?: number;
}

/** Starts a server and resolves when it answers. It never outlives this process, however that ends. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const found = findRedis();
  if (!found) throw new Error(howToGetRedis);
  const folder = await brokerFolder("Redis", options.dir);
  const [port = 0] = options.port === undefined ? await freePorts(1) : [options.port];
  const server = new RedisServer(found, folder, port, options);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** A running server. What it confirms is on its disk (appendonly, fsync always). */
export class RedisServer {
  readonly port: number;
  /** `redis://:password@127.0.0.1:port` */
  readonly uri: string;
  readonly dir: string;
  readonly #found: FoundRedis;
  readonly #options: RedisOptions;
  readonly #node: BrokerNode;

  constructor(found: FoundRedis, folder: BrokerFolder, port: number, options: RedisOptions) {
    const { password, tls, sentinel = false } = options;
    this.#found = found;
    this.#options = options;
    this.port = port;
    this.dir = folder.dir;
    this.uri = `${tls ? "rediss" : "redis"}://${password === undefined ? "" : `:${password}@`}127.0.0.1:${String(port)}`;
    const file = join(folder.dir, "redis.conf");
    this.#node = new BrokerNode({
      product: "Redis",
      folder,
      prepare: async () => {
        // A sentinel, and a node of a cluster, write into their configuration what they have learnt.
        if (sentinel && existsSync(file)) return;
        await writeFile(file, this.#conf().join("\n") + "\n");
      },
      server: () => ({
        command: found.server,
        args: [file, ...(sentinel ? ["--sentinel"] : [])],
        cwd: folder.dir,
      }),
      answers: () => (tls ? listens(port) : this.cli("PING").then(expectPong)),
      logTail: async () => (await readFile(join(folder.dir, "redis.log"), "utf8").catch(() => "")).slice(-3000),
      patience: 30_000,
    });
  }

  /** Starts it (again, on the same port with the same data) and resolves when it answers. */
  start(): Promise<void> {
    return this.#node.start();
  }

  /** Ends it as a power cut would; the data stays for {@link start}. */
  kill(): Promise<void> {
    return this.#node.kill();
  }

  /** Ends it in order; the data stays for {@link start}. */
  shutDown(): Promise<void> {
    return this.#node.shutDown();
  }

  /** Ends it for good, and removes its folder if that was a temporary one. */
  stop(): Promise<void> {
    return this.#node.stop();
  }

  /** Runs `redis-cli` with these arguments and resolves with what it printed; rejects with its complaint. */
  async cli(...args: readonly string[]): Promise<string> {
    const { password, tls } = this.#options;
    const login = password === undefined ? [] : ["-a", password, "--no-auth-warning"];
    const secured = tls ? ["--tls", "--cacert", tls.ca, "--cert", tls.cert, "--key", tls.key] : [];
    const { code, output } = await run(this.#found.cli, [
      ...["-h", "127.0.0.1", "-p", String(this.port), "-e"],
      ...login,
      ...secured,
      ...args,
    ]);
    if (code !== 0) throw new Error(`redis-cli ${args.join(" ")} ended with ${String(code)}: ${output}`);
    return output;
  }

  #conf(): readonly string[] {
    const { password, tls, sentinel = false, conf = [] } = this.#options;
    return [
      "bind 127.0.0.1",
      ...(tls
        ? [
            "port 0",
            `tls-port ${String(this.port)}`,
            `tls-ca-cert-file ${tls.ca}`,
            `tls-cert-file ${tls.cert}`,
            `tls-key-file ${tls.key}`,
            `tls-auth-clients ${tls.clients ? "yes" : "no"}`,
          ]
        : [`port ${String(this.port)}`]),
      `dir ${this.dir}`,
      `logfile ${join(this.dir, "redis.log")}`,
      "daemonize no",
      ...(sentinel ? [] : ["appendonly yes", "appendfsync always", 'save ""']),
      ...(password === undefined ? [] : [`requirepass ${password}`]),
      ...conf,
    ];
  }
}

function expectPong(output: string): void {
  if (!output.includes("PONG")) throw new Error(`It answered: ${output}`);
}

function listens(port: number): Promise<void> {
  return new Promise((settle, fail) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      settle();
    });
    socket.once("error", fail);
  });
}
