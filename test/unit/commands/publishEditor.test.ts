import assert from "node:assert/strict";
import type { Node } from "../../../src/broker/contract.ts";
import { DraftHistory } from "../../../src/commands/draftHistory.ts";
import { PublishEditor } from "../../../src/commands/publishEditor.ts";
import { Connection } from "../../../src/connections/connections.ts";
import { AllLooks, Looks } from "../../../src/connections/looks.ts";
import type { Connections } from "../../../src/connections/connections.ts";
import { createMemoryDriver, type MemoryBroker } from "../../../src/drivers/memory/index.ts";
import type { DraftText } from "../../../src/protocol/publish.ts";
import { FakeMemento } from "../../support/connectionBench.ts";
import { type Answer, ScriptedPrompts, pick } from "../../support/scriptedPrompts.ts";

const order = { text: '{ "order": 1 }\n', languageId: "json", document: "file:///order.json" };

describe("publish what is in an editor", () => {
  let broker: MemoryBroker;
  let connection: Connection;
  let prompts: ScriptedPrompts;
  let history: DraftHistory;
  let opened: DraftText[];
  let targets: (Node | undefined)[];
  let command: PublishEditor;

  beforeEach(async () => {
    const driver = createMemoryDriver();
    broker = driver.broker("shop");
    broker.declareQueue("orders", { type: "classic", durable: true, args: [] });
    connection = new Connection(
      { id: "shop", name: "Shop", source: "saved", uri: "memory://shop", pins: [] },
      {
        open: (profile, _ask, signal) => driver.connect({ uri: profile.uri, pins: [] }, signal),
        isLoopback: () => true,
        readOnlyByDefault: () => true,
        backoff: () => 1,
        random: () => 0.5,
        setTimer: () => ({ dispose: () => undefined }),
        now: Date.now,
      },
      new Looks(new AllLooks(new FakeMemento()), () => "shop"),
    );
    history = new DraftHistory(new FakeMemento());
    opened = [];
    targets = [await nodeNamed("orders")];
    use();
  });

  afterEach(async () => {
    prompts.finish();
    await connection.dispose();
  });

  function use(...answers: readonly Answer[]): void {
    prompts = new ScriptedPrompts(...answers);
    const all = [connection];
    const connections = { all: () => all, get: (id: string) => all.find((each) => each.id === id) };
    command = new PublishEditor({
      prompts,
      connections: connections as unknown as Connections,
      history,
      pickTarget: () => Promise.resolve(targets.shift()),
      openDraft: (_connection, _node, draft) => {
        opened.push(draft);
        return Promise.resolve();
      },
    });
  }

  async function nodeNamed(name: string): Promise<Node> {
    const session = await connection.connect();
    const rest: Node[] = [...(await session.list(undefined)).items];
    for (let node = rest.shift(); node; node = rest.shift()) {
      if (node.name === name && node.verbs.includes("publish")) return node;
      if (node.expandable) rest.push(...(await session.list(node)).items);
    }
    throw new Error(`no node ${name}`);
  }

  it("sends the text as it stands, and tells what became of it", async () => {
    await command.run(order);
    const [sentence] = prompts.told("inform");
    assert.match(sentence ?? "", /^Published to orders: confirmed and routed/);
    const [entry] = history.entries("shop");
    assert.ok(entry);
    assert.deepEqual([entry.target, entry.outcome, entry.preview], ["orders", "routed", '{ "order": 1 }']);
    const draft = history.recall("shop", entry.id);
    assert.deepEqual([draft.body, draft.contentType, draft.persistent], [order.text, "application/json", true]);
  });

  it("offers to edit what was sent", async () => {
    await command.run(order);
    await prompts.press("Open as Draft");
    assert.deepEqual(
      opened.map(({ body }) => body),
      [order.text],
    );
  });

  it("offers the last target of the same document first", async () => {
    await command.run(order);
    prompts.then(pick("orders on Shop"));
    await command.run(order);
    assert.equal(history.entries("shop")[0]?.count, 2);
    prompts.then(pick("Another target…"));
    targets = [undefined];
    await command.run(order);
    await command.run({ ...order, document: "file:///other.json" });
    assert.equal(history.entries("shop")[0]?.count, 2);
  });

  it("does nothing when the user changes their mind", async () => {
    targets = [undefined];
    await command.run(order);
    assert.deepEqual(prompts.asked, []);
    assert.deepEqual(history.entries("shop"), []);
  });

  it("tells a failure and keeps the draft at hand", async () => {
    const node = await nodeNamed("orders");
    targets = [{ ...node, verbs: [] }];
    await command.run(order);
    assert.equal(prompts.told("fail").length, 1);
    await prompts.press("Open as Draft");
    assert.equal(opened.length, 1);
  });

  it("knows the content types of common languages", async () => {
    const found: string[] = [];
    for (const languageId of ["xml", "yaml", "plaintext", "brainfuck"]) {
      targets = [await nodeNamed("orders")];
      await command.run({ ...order, languageId, document: languageId });
      found.push(history.recall("shop", history.entries("shop")[0]?.id ?? "").contentType);
    }
    assert.deepEqual(found, ["application/xml", "application/yaml", "text/plain", "text/plain"]);
  });
});
