/**
 * Runs inside the extension host: an inspector over a broker, ordered about by HTTP. `/open?uri=…&admin=…&messages=…` opens one,
 * `/fill?count=…` lets that many arrive, `/stream?perSecond=…&seconds=…` a steady number, `/publish?id=…` one that is
 * answered with the time of its confirmation; `/end` ends it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { extensions, Uri, window } from "vscode";
import type { Draft, Node, Session } from "../../../src/broker/contract.ts";
import { DraftHistory } from "../../../src/commands/draftHistory.ts";
import type { FileDialogs } from "../../../src/commands/fileDialogs.ts";
import type { Prompts } from "../../../src/commands/prompts.ts";
import { Connections } from "../../../src/connections/connections.ts";
import { Profiles } from "../../../src/connections/profiles.ts";
import { SecretVault } from "../../../src/connections/secretVault.ts";
import { createMemoryDriver } from "../../../src/drivers/memory/index.ts";
import { driver as rabbitmq } from "../../../src/drivers/rabbitmq/index.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { Panels } from "../../../src/views/panels.ts";
import type { Settings } from "../../../src/views/settings.ts";
import { FakeMemento, FakeSecretStore, FakeSettings, savedProfile } from "../../support/connectionBench.ts";
import { jsonBody } from "../messages.ts";

const memory = createMemoryDriver();
const drivers = { memory: async () => memory, amqp: async () => rabbitmq };

/** Called by VS Code. */
export async function run(): Promise<void> {
  const scene = new Scene();
  await new Promise<void>((settle, fail) => {
    const server = createServer((request, response) => {
      scene.answer(request, response).then((ended) => {
        if (!ended) return;
        server.close();
        settle();
      }, fail);
    });
    server.listen(Number(process.env["MQ_BENCH_PORT"]), "127.0.0.1");
  });
}

class Scene {
  #panels: Panels | undefined;
  #session: Session | undefined;
  #exchange: Node | undefined;
  #sent = 0;

  /** @returns whether that was the end */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://bench");
    const number = (name: string): number => Number(searchParams.get(name));
    let body: unknown = {};
    try {
      if (pathname === "/open") {
        const uri = searchParams.get("uri") ?? "memory://bench";
        await this.#open(uri, searchParams.get("admin") ?? "", number("messages"));
      } else if (pathname === "/fill") await this.#fill(number("count"));
      else if (pathname === "/stream") await this.#stream(number("perSecond"), number("seconds"));
      else if (pathname === "/publish") body = await this.#publish(searchParams.get("id") ?? "");
      else if (pathname === "/end") await this.#panels?.dispose();
    } catch (error) {
      response.statusCode = 500;
      body = { error: String(error instanceof Error ? error.stack : error) };
    }
    response.end(JSON.stringify(body));
    return pathname === "/end";
  }

  async #open(uri: string, admin: string, messages: number): Promise<void> {
    const { uri: address, password } = (uri.startsWith("memory:") ? memory : rabbitmq).parse(uri);
    const profiles = new Profiles({ memento: new FakeMemento(), settings: new FakeSettings(), env: {} });
    const profile = savedProfile({ uri: address, admin, name: "Bench" });
    await profiles.save(profile);
    const connections = new Connections({
      profiles,
      vault: new SecretVault(new FakeSecretStore()),
      drivers,
      askPassword: async () => password,
      readFile: async () => "",
    });
    const extension = extensions.getExtension("mq-workbench.mq-workbench");
    const log = window.createOutputChannel("Bench", { log: true });
    const settings: Partial<Settings> = { inspector: () => ({ maxMessages: messages, maxBytes: 4 * 1024 ** 3 }) };
    this.#panels = new Panels({
      extensionUri: extension?.extensionUri ?? Uri.file("/"),
      connections,
      prompts: {} as Prompts,
      settings: settings as Settings,
      history: new DraftHistory(new FakeMemento()),
      journal: new Journal("", () => ({ enabled: false, maxBytes: 0, maxDays: 0 })),
      log,
      follow: () => undefined,
      workspaceState: new FakeMemento(),
      drivers,
      files: {} as FileDialogs,
      refreshCounts: () => undefined,
    });
    const connection = connections.get(profile.id);
    if (!connection) throw new Error("There is no connection");
    this.#session = await connection.connect();
    this.#exchange = await findNode(this.#session, ({ name }) => name === "amq.fanout");
    await this.#panels.openInspector(connection, {
      connectionId: connection.id,
      node: this.#exchange,
      options: { mode: "tap", window: 10_000, values: {} },
      effects: [],
    });
  }

  /** Straight into the broker in this process, some at a time. */
  async #fill(count: number): Promise<void> {
    const broker = memory.broker("bench");
    for (let at = 0; at < count; at++) {
      const number = this.#sent++;
      broker.publish("amq.fanout", `order.${String(number % 50)}`, draftOf(number));
      if (at % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #stream(perSecond: number, seconds: number): Promise<void> {
    const start = performance.now();
    const before = this.#sent;
    for (;;) {
      const passed = (performance.now() - start) / 1000;
      if (passed >= seconds) return;
      const due = Math.floor(passed * perSecond) - (this.#sent - before);
      if (due > 0) await this.#fill(due);
      await delay(5);
    }
  }

  /** `confirmed` in milliseconds since 1970. */
  async #publish(id: string): Promise<{ readonly confirmed: number }> {
    if (!this.#session || !this.#exchange) throw new Error("Not open");
    const body = Buffer.from(JSON.stringify({ id }));
    const draft: Draft = { ...draftOf(0), body, key: id, persistent: false };
    const receipt = await this.#session.publish(this.#exchange, draft);
    if (receipt.outcome !== "routed") throw new Error(receipt.outcome);
    return { confirmed: performance.timeOrigin + performance.now() };
  }
}

function draftOf(number: number): Draft {
  const text = number % 100 === 0 ? { mark: "needle", number } : { mark: "hay", number };
  const body = Buffer.concat([
    Buffer.from(JSON.stringify(text)),
    Buffer.from(" "),
    bodies[number % bodies.length] ?? Buffer.alloc(0),
  ]);
  return {
    body,
    contentType: "text/plain",
    persistent: true,
    headers: [],
    properties: { messageId: `m-${String(number)}` },
  };
}

const bodies = Array.from({ length: 1000 }, (_, number) => jsonBody(number, 900));

/** The first node that fits, looked for level by level. */
async function findNode(session: Session, fits: (node: Node) => boolean): Promise<Node> {
  let level: readonly Node[] = (await session.list(undefined)).items;
  for (let depth = 0; depth < 3; depth++) {
    const found = level.find(fits);
    if (found) return found;
    level = (await Promise.all(level.map(async (node) => (await session.list(node)).items))).flat();
  }
  throw new Error("There is no such node");
}
