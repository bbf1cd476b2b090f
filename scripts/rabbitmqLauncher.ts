// How a RabbitMQ that was found on this machine is run: the installed programs, or the image in Docker.
import { execFile } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Helper } from "./brokerNode.ts";
import { exited, killGroup } from "./guardian.ts";
import type { Program } from "./guardian.ts";

/** Where RabbitMQ comes from on this machine. */
export type FoundRabbitmq =
  | { readonly kind: "native"; readonly server: string; readonly ctl: string; readonly epmd?: string }
  | { readonly kind: "docker"; readonly docker: string; readonly image: string };

/** What a node is to be. */
export interface RabbitmqSetUp {
  readonly dir: string;
  readonly ports: {
    readonly amqp: number;
    readonly http: number;
    readonly distribution: number;
    readonly epmd: number;
  };
  readonly plugins: readonly string[];
  readonly conf: readonly string[];
  /** The data goes with the node. */
  readonly temporary: boolean;
}

/** The programs that make up one node. */
export interface RabbitmqLauncher {
  /** Written into the node's folder before each start, by name. */
  files(): Readonly<Record<string, string>>;
  /** Run beside the server from the first start on, and there when their ports answer. */
  readonly helpers: readonly Helper[];
  /** Done before each start. */
  prepare(): Promise<void>;
  server(): Program;
  ctl(args: readonly string[]): Program;
  /** Ends the server at once and resolves when it is gone. */
  kill(server: ChildProcess): Promise<void>;
  /** Asks the server to end in order. */
  terminate(server: ChildProcess): Promise<void>;
  /** Commands that remove what is left at the end, also when this process ended without a word. */
  readonly leftovers: readonly (readonly string[])[];
}

/** The image for a machine that has Docker and no RabbitMQ. */
export const rabbitmqImage = "rabbitmq:4-management";

/** Finds RabbitMQ: installed, else by Docker. */
export async function findRabbitmq(): Promise<FoundRabbitmq | undefined> {
  const server = [...installedFolders(), ...pathFolders()]
    .map((folder) => join(folder, "rabbitmq-server"))
    .find((file) => existsSync(file));
  if (server !== undefined) {
    const epmd = pathFolders()
      .map((folder) => join(folder, "epmd"))
      .find((file) => existsSync(file));
    const ctl = join(dirname(server), "rabbitmqctl");
    return { kind: "native", server, ctl, ...(epmd === undefined ? {} : { epmd }) };
  }
  if (await dockerAnswers()) return { kind: "docker", docker: "docker", image: rabbitmqImage };
  return undefined;
}

/** What to tell a person whose machine has none. */
export const howToGetRabbitmq =
  "No RabbitMQ was found, and no Docker engine answers. Install one of them: https://www.rabbitmq.com/docs/download " +
  "(Debian and Ubuntu: apt-get install rabbitmq-server; macOS: brew install rabbitmq), then run the command again.";

/** Runs the installed programs as the current user. */
export function nativeLauncher(found: FoundRabbitmq & { kind: "native" }, setUp: RabbitmqSetUp): RabbitmqLauncher {
  const { dir, ports } = setUp;
  const env = {
    ...withoutRabbitmq(process.env),
    HOME: dir,
    RABBITMQ_NODENAME: `mq-${nameOf(dir)}@localhost`,
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_MNESIA_BASE: join(dir, "data"),
    RABBITMQ_LOG_BASE: join(dir, "log"),
    RABBITMQ_LOGS: join(dir, "log", "rabbit.log"),
    RABBITMQ_PID_FILE: join(dir, "pid"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, "enabled_plugins"),
    RABBITMQ_CONFIG_FILE: join(dir, "rabbitmq.conf"),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(dir, "advanced.config"),
    RABBITMQ_CONF_ENV_FILE: join(dir, "rabbitmq-env.conf"),
    // The name service of Erlang, one per node: shared ones stay behind, and a foreign one may belong to another version.
    ...(found.epmd === undefined ? {} : { ERL_EPMD_PORT: String(ports.epmd), ERL_EPMD_ADDRESS: "127.0.0.1" }),
  };
  return {
    files: () => ({
      "rabbitmq.conf": lines([
        `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
        `management.tcp.ip = 127.0.0.1`,
        `management.tcp.port = ${ports.http}`,
        ...setUp.conf,
      ]),
      enabled_plugins: enabledPlugins(setUp.plugins),
      // Present, so that the system's own file is not read.
      "rabbitmq-env.conf": "",
    }),
    helpers:
      found.epmd === undefined
        ? []
        : [
            {
              command: found.epmd,
              args: ["-port", String(ports.epmd), "-address", "127.0.0.1"],
              env,
              port: ports.epmd,
            },
          ],
    prepare: async () => undefined,
    server: () => ({ command: found.server, args: [], env, cwd: dir }),
    ctl: (args) => ({ command: found.ctl, args, env }),
    kill: async (server) => {
      const gone = exited(server);
      killGroup(server);
      await gone;
    },
    terminate: async (server) => {
      server.kill("SIGTERM");
    },
    leftovers: [],
  };
}

/** Runs the image; only the ports of 127.0.0.1 are published. */
export function dockerLauncher(found: FoundRabbitmq & { kind: "docker" }, setUp: RabbitmqSetUp): RabbitmqLauncher {
  const { dir, ports } = setUp;
  const name = `mq-workbench-${nameOf(dir)}`;
  const docker = async (...args: readonly string[]): Promise<void> => {
    await promisify(execFile)(found.docker, args).catch(() => undefined);
  };
  return {
    files: () => ({
      // The connections come from the engine's bridge, which is not loopback for the broker.
      "rabbitmq.conf": lines(["loopback_users = none", ...setUp.conf]),
      enabled_plugins: enabledPlugins(setUp.plugins),
    }),
    helpers: [],
    // One of the same data that a crash of the machine left behind.
    prepare: () => docker("rm", "--force", name),
    server: () => ({
      command: found.docker,
      args: [
        ...["run", "--name", name, "--hostname", "localhost", "--env", "RABBITMQ_NODENAME=mq@localhost"],
        ...["--publish", `127.0.0.1:${ports.amqp}:5672`, "--publish", `127.0.0.1:${ports.http}:15672`],
        ...["--volume", `${join(dir, "rabbitmq.conf")}:/etc/rabbitmq/conf.d/90-mq.conf:ro`],
        ...["--volume", `${join(dir, "enabled_plugins")}:/etc/rabbitmq/enabled_plugins:ro`],
        ...["--volume", `${name}:/var/lib/rabbitmq`],
        found.image,
      ],
    }),
    ctl: (args) => ({ command: found.docker, args: ["exec", name, "rabbitmqctl", ...args] }),
    kill: async (server) => {
      const gone = exited(server);
      await docker("rm", "--force", name);
      await gone;
    },
    terminate: () => docker("stop", name),
    leftovers: [
      [found.docker, "rm", "--force", name],
      ...(setUp.temporary ? [[found.docker, "volume", "rm", "--force", name]] : []),
    ],
  };
}

// The data belongs to a name, so it must not change with the ports.
function nameOf(dir: string): string {
  return createHash("sha256").update(dir).digest("hex").slice(0, 12);
}

function installedFolders(): readonly string[] {
  // Debian's wrappers on the PATH insist on the user rabbitmq; the programs themselves do not.
  return ["/usr/lib/rabbitmq/bin"];
}

function pathFolders(): readonly string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...folders, "/opt/homebrew/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/usr/local/bin", "/usr/sbin"];
}

async function dockerAnswers(): Promise<boolean> {
  try {
    await promisify(execFile)("docker", ["version", "--format", "{{.Server.Version}}"], { timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

function withoutRabbitmq(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("RABBITMQ_")));
}

function enabledPlugins(plugins: readonly string[]): string {
  return `[${[...new Set(plugins)].join(",")}].\n`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => line + "\n").join("");
}
