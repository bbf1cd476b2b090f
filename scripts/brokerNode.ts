// What every private broker of a demo or a test has in common: a folder of its own, a process that never outlives this one,
// a start that waits until it answers, a kill as a power cut would do it, and an end that leaves nothing.
import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Guardian, exited, killGroup } from "./guardian.ts";
import type { Program } from "./guardian.ts";

/** The folder of one broker. */
export interface BrokerFolder {
  readonly dir: string;
  /** It goes when the broker is stopped. */
  readonly temporary: boolean;
}

/** Makes the folder: `dir`, which is kept, or a temporary one when there is none. */
export async function brokerFolder(product: string, dir: string | undefined): Promise<BrokerFolder> {
  if (dir === undefined) return { dir: await mkdtemp(join(tmpdir(), `mq-${product.toLowerCase()}-`)), temporary: true };
  await mkdir(dir, { recursive: true });
  return { dir: resolve(dir), temporary: false };
}

/** A program that a server needs before it starts. */
export interface Helper extends Program {
  /** Of 127.0.0.1: where it listens. */
  readonly port: number;
}

/** How one broker is run. */
export interface BrokerProgram {
  /** For sentences: "RabbitMQ". */
  readonly product: string;
  readonly folder: BrokerFolder;
  /** Done before each start: writes its configuration. */
  prepare(): Promise<void>;
  server(): Program;
  /** Resolves when it answers, rejects as long as it does not. Asked again and again. */
  answers(): Promise<unknown>;
  /** The end of its log, for the error when it does not start. */
  logTail?(): Promise<string>;
  /** Run beside the server from the first start on, and there when their ports answer. */
  readonly helpers?: readonly Helper[];
  /** Ends the server at once and resolves when it is gone. Without it, its process group is killed. */
  kill?(server: ChildProcess): Promise<void>;
  /** Asks the server to end in order. Without it, SIGTERM. */
  terminate?(server: ChildProcess): Promise<void>;
  /** Commands that remove what is left at the end, also when this process ended without a word. */
  readonly leftovers?: readonly (readonly string[])[];
  /** Milliseconds that a start may take. */
  readonly patience?: number;
}

/** Starts it and resolves with the running node; nothing is left when that fails. */
export async function startNode(program: BrokerProgram): Promise<BrokerNode> {
  const node = new BrokerNode(program);
  try {
    await node.start();
  } catch (error) {
    await node.stop();
    throw error;
  }
  return node;
}

/** One broker process that can be killed and started again over the same data. */
export class BrokerNode {
  readonly #program: BrokerProgram;
  readonly #guardian: Guardian;
  #server: ChildProcess | undefined;
  #helped = false;
  #stopped = false;

  constructor(program: BrokerProgram) {
    this.#program = program;
    const { dir, temporary } = program.folder;
    this.#guardian = new Guardian(temporary ? dir : undefined, program.leftovers ?? []);
  }

  /** Of the running server; undefined while there is none. */
  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** Starts it (again, on the same ports with the same data) and resolves when it answers. */
  async start(): Promise<void> {
    const { product, helpers = [] } = this.#program;
    if (this.#stopped) throw new Error(`This ${product} was stopped for good; start another.`);
    if (this.#server) return;
    await this.#program.prepare();
    if (!this.#helped) {
      for (const helper of helpers) this.#guardian.run(helper);
      // A RabbitMQ that does not find its name service starts one itself, which nobody ends.
      await Promise.all(helpers.map(({ port }) => answering(port)));
    }
    this.#helped = true;
    const server = this.#guardian.run(this.#program.server());
    this.#server = server;
    let output = "";
    const collect = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-4000));
    server.stdout?.on("data", collect);
    server.stderr?.on("data", collect);
    server.once("exit", () => {
      if (this.#server === server) this.#server = undefined;
    });
    await this.#untilReady(() => output);
  }

  /** Ends it as a power cut would; the data stays for {@link start}. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server) await this.#end(server);
    this.#server = undefined;
  }

  /** Ends it in order, as an administrator would; the data stays for {@link start}. */
  async shutDown(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    const gone = exited(server);
    if (this.#program.terminate) await this.#program.terminate(server);
    else server.kill("SIGTERM");
    const late = setTimeout(() => void this.#end(server), 20_000);
    await gone;
    clearTimeout(late);
    this.#server = undefined;
  }

  /** Ends it for good with all its processes, and removes its folder if that was a temporary one. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#program.folder.temporary) await this.kill();
    else await this.shutDown();
    await this.#guardian.finish();
  }

  async #end(server: ChildProcess): Promise<void> {
    if (this.#program.kill) return this.#program.kill(server);
    const gone = exited(server);
    killGroup(server);
    await gone;
  }

  async #untilReady(output: () => string): Promise<void> {
    const { product, patience = 120_000 } = this.#program;
    const deadline = Date.now() + patience;
    const said = async (): Promise<string> => `\n${output()}\n${(await this.#program.logTail?.()) ?? ""}`;
    for (;;) {
      if (!this.#server) throw new Error(`${product} ended while it started.${await said()}`);
      try {
        await this.#program.answers();
        return;
      } catch (error) {
        if (Date.now() > deadline)
          throw new Error(`${product} did not answer within ${String(patience / 1000)} s.${await said()}`, {
            cause: error,
          });
      }
      await delay(100);
    }
  }
}

/** Resolves when a server listens there. */
async function answering(port: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await listens(port))) {
    if (Date.now() > deadline) throw new Error(`Nothing listens at the port ${port}.`);
    await delay(50);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (there: boolean): void => {
      socket.destroy();
      settle(there);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}
