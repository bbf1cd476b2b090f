// What a private ActiveMQ is to those who start one, be it Classic or Artemis: started, killed, started again, ended.
import { connect } from "node:net";
import { basename } from "node:path";
import { brokerFolder, startNode, type BrokerNode } from "./brokerNode.ts";
import { freePorts } from "./freePorts.ts";
import type { Program } from "./guardian.ts";
import { run } from "./run.ts";

/** How to start one. Everything may be left out. */
export interface ActivemqOptions {
  /** Keeps the data in this folder, also after {@link ActivemqServer.stop}. Without it a temporary folder that `stop` removes. */
  readonly dir?: string;
  /** The port of AMQP; a free one when left out. */
  readonly amqpPort?: number;
  /** The port of Jolokia; a free one when left out. */
  readonly httpPort?: number;
  /** AMQP over TLS instead of plain. PEM files; with an authority only clients that show a certificate of it are let in. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientAuthority?: string };
  /** Further XML of the configuration: Classic `destinationPolicy` entries, Artemis `address-setting`s. */
  readonly policies?: readonly string[];
}

/** The ports of one broker; `native` is that of its own protocol, for its own command line. */
export interface ActivemqPorts {
  readonly amqp: number;
  readonly http: number;
  readonly native: number;
}

/** How a broker of one kind is run. */
export interface ActivemqLauncher {
  readonly name: string;
  /** Writes the configuration; before each start. */
  prepare(): Promise<void>;
  server(): Program;
  /** Where Jolokia is. */
  readonly jolokia: string;
  /** The name of the broker's own MBean, to see that it answers. */
  readonly mbean: string;
  /** The broker's own command line. */
  cli(args: readonly string[]): Program;
  /** Commands that remove what is left at the end, also when this process ended without a word. */
  readonly leftovers: readonly (readonly string[])[];
}

/** The user of every broker that is started here. */
export const activemqUser = "admin";
export const activemqPassword = "admin";

/** Starts a broker and resolves when its Jolokia answers. It never outlives this process, however that ends. */
export async function startServer(
  options: ActivemqOptions,
  launcherOf: (dir: string, ports: ActivemqPorts) => ActivemqLauncher,
): Promise<ActivemqServer> {
  const folder = await brokerFolder("activemq", options.dir);
  const [amqp = 0, http = 0, native = 0] = await freePorts(3);
  const ports = { amqp: options.amqpPort ?? amqp, http: options.httpPort ?? http, native };
  const launcher = launcherOf(folder.dir, ports);
  const node = await startNode({
    product: launcher.name,
    folder,
    prepare: () => launcher.prepare(),
    server: () => launcher.server(),
    answers: async () => {
      const answer = (await askJolokia(launcher.jolokia, { type: "search", mbean: launcher.mbean })) as {
        value?: unknown;
      };
      if (!Array.isArray(answer.value) || answer.value.length === 0) throw new Error("The broker is not there yet.");
      // Its port of AMQP is opened last.
      await opened(ports.amqp);
    },
    leftovers: launcher.leftovers,
  });
  return new ActivemqServer(launcher, node, folder.dir, ports);
}

/** A running broker; user `admin`, password `admin`. */
export class ActivemqServer {
  /** "ActiveMQ Classic", "ActiveMQ Artemis" */
  readonly name: string;
  readonly amqpPort: number;
  readonly nativePort: number;
  /** The URL of Jolokia, without user and password. */
  readonly adminUrl: string;
  /** Data, logs and configuration. */
  readonly dir: string;
  /** Starts it again after a {@link kill}, on the same ports with the same data. */
  readonly start: () => Promise<void>;
  /** Ends it as a power cut would; the data stays. */
  readonly kill: () => Promise<void>;
  /** Ends it in order, as an administrator would; the data stays. */
  readonly shutDown: () => Promise<void>;
  /** Ends it for good with all its processes, and removes its folder if that was a temporary one. */
  readonly stop: () => Promise<void>;
  readonly #launcher: ActivemqLauncher;

  constructor(launcher: ActivemqLauncher, node: BrokerNode, dir: string, ports: ActivemqPorts) {
    this.name = launcher.name;
    this.#launcher = launcher;
    this.dir = dir;
    this.amqpPort = ports.amqp;
    this.nativePort = ports.native;
    this.adminUrl = launcher.jolokia;
    this.start = () => node.start();
    this.kill = () => node.kill();
    this.shutDown = () => node.shutDown();
    this.stop = () => node.stop();
  }

  /** Runs the broker's own command line and resolves with what it printed; rejects with its complaint. */
  async cli(...args: readonly string[]): Promise<string> {
    const { command, args: all, env, cwd } = this.#launcher.cli(args);
    const { code, output } = await run(command, all, {
      timeout: 60_000,
      ...(env ? { env } : {}),
      ...(cwd === undefined ? {} : { cwd }),
    });
    if (code !== 0) throw new Error(`${this.name}: ${args.join(" ")} ended with ${String(code)}: ${output}`);
    return output;
  }

  /** One request to Jolokia, or several; resolves with the parsed answer whatever its own status says. */
  jolokia(request: unknown): Promise<unknown> {
    return askJolokia(this.adminUrl, request);
  }
}

async function askJolokia(url: string, request: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${activemqUser}:${activemqPassword}`).toString("base64")}`,
      "content-type": "application/json",
      origin: new URL(url).origin,
    },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (response.status >= 400) throw new Error(`Jolokia answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

function opened(port: number): Promise<void> {
  return new Promise((settle, fail) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      settle();
    });
    socket.once("error", fail);
  });
}

/** Names what belongs to this folder: a container, a broker. */
export function nameOf(dir: string): string {
  return basename(dir).replaceAll(/[^A-Za-z0-9-]/g, "-");
}
