import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commands, extensions, Uri, window, workspace } from "vscode";
import type { Draft, Node, Session, WatchMode } from "../../src/broker/contract.ts";
import type { FileDialogs } from "../../src/commands/fileDialogs.ts";
import type { Prompts } from "../../src/commands/prompts.ts";
import { Connection } from "../../src/connections/connections.ts";
import { AllLooks, Looks } from "../../src/connections/looks.ts";
import { createMemoryDriver, type MemoryBroker } from "../../src/drivers/memory/index.ts";
import { Journal } from "../../src/journal/journal.ts";
import { MessageDocuments, messageScheme } from "../../src/views/documents.ts";
import { InspectorPanels } from "../../src/views/inspector/inspectorPanels.ts";
import { BodyChoices } from "../../src/views/inspector/bodyChoices.ts";
import { ColumnsMemory } from "../../src/views/inspector/columnsMemory.ts";
import { SavedFilters } from "../../src/views/inspector/savedFilters.ts";
import { Schemas } from "../../src/inspect/decode/schemas.ts";
import { FakeMemento, makeBench } from "../support/connectionBench.ts";
import { until } from "../support/until.ts";

const extensionUri = extensions.getExtension("mq-workbench.mq-workbench")?.extensionUri ?? Uri.file("/");

describe("inspector panels", () => {
  let broker: MemoryBroker;
  let connection: Connection;
  let panels: InspectorPanels;
  let documents: MessageDocuments;
  let queue: Node;

  beforeEach(async () => {
    const driver = createMemoryDriver();
    broker = driver.broker("shop");
    broker.declareQueue("orders", { type: "classic", durable: true, args: [] });
    for (let at = 0; at < 20; at++) broker.publish("", "orders", draft(`{"order":${at}}`));
    connection = new Connection(
      { id: "shop", name: "shop", source: "saved", uri: "memory://shop", environment: "staging", pins: [] },
      {
        open: (profile, _ask, signal) => driver.connect({ uri: profile.uri, pins: [] }, signal),
        isLoopback: () => true,
        readOnlyByDefault: () => true,
        backoff: () => 1,
        random: Math.random,
        setTimer: (run, milliseconds) => {
          const timer = setTimeout(run, milliseconds);
          return {
            dispose: () => {
              clearTimeout(timer);
            },
          };
        },
        now: Date.now,
      },
      new Looks(new AllLooks(new FakeMemento()), () => "shop"),
    );
    documents = new MessageDocuments();
    panels = new InspectorPanels({
      extensionUri,
      documents,
      prompts: {} as Prompts,
      files: {} as FileDialogs,
      connections: makeBench().connections,
      drivers: {},
      journal: new Journal(join(tmpdir(), "mq-journal-off"), () => ({ enabled: false, maxBytes: 0, maxDays: 0 })),
      savedFilters: new SavedFilters({ get: () => undefined, update: () => Promise.resolve() }),
      columns: new ColumnsMemory({ get: () => undefined, update: () => Promise.resolve() }),
      bodyChoices: new BodyChoices({ get: () => undefined, update: () => Promise.resolve() }),
      schemas: { schemas: () => Schemas.read([]) },
      follow: () => undefined,
      log: { error: () => undefined },
      limits: () => ({ messages: 1000, bytes: 1024 * 1024 }),
      publish: () => undefined,
      settled: () => undefined,
    });
    queue = await findQueue(await connection.connect(), "orders");
  });

  afterEach(async () => {
    await panels.dispose();
    await connection.dispose();
    documents.dispose();
    await until("no tab is left", () => !tabs().some(({ label }) => label.startsWith("orders — ")));
  });

  const open = (mode: WatchMode, node = queue) =>
    panels.open({ connection, node, options: { mode, window: 5 }, effects: [] });
  const counts = async (): Promise<Node["counts"]> => (await connection.session?.refresh([queue]))?.[0]?.counts;

  it("consumes up to its window in a tab of its own, and gives everything back when the tab is closed", async () => {
    const panel = await open("consume");
    await until("five are pending", () => panel.summary.pending === 5);
    const tab = await found(() => tabs().find(({ label }) => label === "orders — Consume"), "the tab");
    assert.deepEqual(
      panels.attached().map(({ title, mode, connection: name, environment }) => [title, mode, name, environment]),
      [["orders", "Consume", "shop", "staging"]],
    );
    await window.tabGroups.close(tab);
    await until("no panel is left", () => panels.all().length === 0);
    await panels.dispose();
    const after = await counts();
    assert.deepEqual([after?.ready, after?.unacked, after?.consumers], [20, 0, 0]);
  });

  it("opens several side by side, and closes them with their connection", async () => {
    await open("consume");
    await open("browse");
    assert.equal(panels.attached().length, 2);
    await panels.closeOf("another");
    assert.equal(panels.all().length, 2);
    await panels.closeOf("shop");
    assert.equal(panels.all().length, 0);
    await until("no tab is left", () => !tabs().some(({ label }) => label.startsWith("orders — ")));
  });

  it("attaches again by itself after the connection was lost", async () => {
    const panel = await open("consume");
    await until("five are pending", () => panel.summary.pending === 5);
    broker.drop();
    await until("it is attached again", () => panel.isAttached && panel.summary.received > 5);
    await until("five are pending again", () => panel.summary.pending === 5);
  });

  it("does not browse again by itself", async () => {
    const panel = await open("browse");
    await until("something was read", () => panel.summary.received > 0);
    const { received } = panel.summary;
    broker.drop();
    await until("it is connected again", () => connection.session !== undefined && !panel.isAttached);
    assert.equal(panel.summary.received, received);
  });

  it("shows no panel when it cannot attach", async () => {
    broker.deleteQueue("orders");
    await assert.rejects(open("consume"));
    assert.equal(panels.all().length, 0);
    assert.ok(!tabs().some(({ label }) => label.startsWith("orders — ")));
  });
});

describe("documents of messages", () => {
  it("are read-only, have the right language, and live as long as they are open", async () => {
    const documents = new MessageDocuments();
    try {
      await documents.open({ owner: "1", name: "a/b: c-17", text: '{\n  "order": 17\n}', language: "json" });
      await documents.open({ owner: "2", name: "a/b: c-17", text: "other", language: "plaintext" });
      const [first] = workspace.textDocuments.filter(
        ({ languageId, uri }) => uri.scheme === messageScheme && uri.path.includes("a-b-c-17") && languageId === "json",
      );
      assert.equal(first?.getText(), '{\n  "order": 17\n}');
      assert.match(first.uri.path, /\/a-b-c-17\.json$/);
      await window.showTextDocument(first);
      await commands.executeCommand("type", { text: "changed" });
      assert.equal(first.getText(), '{\n  "order": 17\n}');
      for (const tab of tabs().filter(({ label }) => label.startsWith("a-b-c-17"))) await window.tabGroups.close(tab);
    } finally {
      documents.dispose();
    }
  });
});

function tabs() {
  return window.tabGroups.all.flatMap((group) => group.tabs);
}

function draft(body: string): Draft {
  return { body: Buffer.from(body), persistent: true, contentType: "application/json", headers: [], properties: {} };
}

async function findQueue(session: Session, name: string, parent?: Node): Promise<Node> {
  const { items } = await session.list(parent);
  for (const node of items) {
    if (node.kind === "queue" && node.name === name) return node;
    if (node.expandable && node.kind !== "queue" && node.kind !== "exchange") {
      const inside = await findQueue(session, name, node).catch(() => undefined);
      if (inside) return inside;
    }
  }
  throw new Error(`There is no queue ${name}.`);
}

async function found<T>(find: () => T | undefined, what: string): Promise<T> {
  await until(what, () => find() !== undefined);
  const thing = find();
  assert.ok(thing);
  return thing;
}
