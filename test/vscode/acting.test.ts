import assert from "node:assert/strict";
import { commands, env, TabInputTextDiff, TabInputText, window, workspace, type Tab, type Uri } from "vscode";
import type { Draft, Node, Session } from "../../src/broker/contract.ts";
import { type Connection, type Connections } from "../../src/connections/connections.ts";
import { createMemoryDriver, type MemoryBroker, type MemoryDriver } from "../../src/drivers/memory/index.ts";
import { drivers } from "../../src/drivers/index.ts";
import { Inspection } from "../../src/inspect/inspection.ts";
import { MessageDocuments, messageScheme } from "../../src/views/documents.ts";
import type { ActionDeps } from "../../src/views/inspector/actionDeps.ts";
import {
  comparePrevious,
  compareSelected,
  compareWith,
  selectForCompare,
} from "../../src/views/inspector/compareMessages.ts";
import { copyAs, copyJson } from "../../src/views/inspector/copyAs.ts";
import { carryOut, type MovableSource } from "../../src/views/inspector/moveMessages.ts";
import { openMany } from "../../src/views/inspector/openMany.ts";
import type { MessageSource } from "../../src/views/inspector/selectedSeqs.ts";
import { sendAgain } from "../../src/views/inspector/sendAgain.ts";
import { confirm, pick, ScriptedPrompts } from "../support/scriptedPrompts.ts";
import { until } from "../support/until.ts";

describe("acting on messages", () => {
  let driver: MemoryDriver;
  let broker: MemoryBroker;
  let session: Session;
  let inspection: Inspection;
  let documents: MessageDocuments;
  let prompts: ScriptedPrompts;
  let deps: ActionDeps;
  let source: MovableSource;
  /** What went into the journal, and whether the user goes on. */
  let journaled: (readonly number[])[];
  let goesOn: boolean;
  let environment: MessageSource["environment"];
  let selected: MessageSource["selected"];

  beforeEach(async () => {
    driver = createMemoryDriver();
    broker = driver.broker("shop");
    for (const name of ["orders", "other"]) broker.declareQueue(name, { type: "classic", durable: true, args: [] });
    for (let at = 1; at <= 5; at++) broker.publish("", "orders", draft(`{"order":${String(at)}}`));
    session = await driver.connect({ uri: "memory://shop", pins: [] }, AbortSignal.timeout(10_000));
    const orders = await queue("orders");
    inspection = new Inspection();
    inspection.attach(await session.watch(orders, { mode: "consume", window: 100 }));
    await until("all are there", () => inspection.summary.pending === 5);
    documents = new MessageDocuments();
    prompts = new ScriptedPrompts();
    environment = "staging";
    selected = { all: false, seqs: [] };
    const connection = {
      id: "shop",
      profile: { id: "shop", name: "Shop", source: "saved", uri: "amqp://ann@localhost", pins: [] },
      connect: () => Promise.resolve(session),
    } as unknown as Connection;
    deps = {
      prompts,
      documents,
      connections: { get: () => connection } as unknown as Connections,
      drivers,
      settled: () => undefined,
    };
    journaled = [];
    goesOn = true;
    source = {
      keep: async (_what, seqs) => {
        if (goesOn) journaled.push(seqs);
        return goesOn;
      },
      id: "7",
      title: "orders",
      node: orders,
      connection: "Shop",
      connectionId: "shop",
      get environment() {
        return environment;
      },
      get selected() {
        return selected;
      },
      inspection,
      decodeOptions: {},
      connect: () => Promise.resolve(session),
    };
  });

  afterEach(async () => {
    prompts.finish();
    for (const tab of messageTabs()) await window.tabGroups.close(tab);
    await inspection.close();
    await session.close();
    documents.dispose();
  });

  it("compares two messages side by side in the diff editor", async () => {
    selected = { all: false, seqs: [4, 2], current: 4 };
    await compareSelected(deps, source);
    const tab = await diffTab();
    assert.equal(tab.label, "orders-2 ↔ orders-4");
    const [left, right] = await sides(tab);
    assert.match(left, /"order": 2/);
    assert.match(right, /"order": 4/);
    selected = { all: false, seqs: [1, 2, 3] };
    await assert.rejects(compareSelected(deps, source), /exactly two/);
  });

  it("compares with the previous of the same key, and with one that was selected before", async () => {
    selected = { all: false, seqs: [5], current: 5 };
    await comparePrevious(deps, source);
    assert.equal((await diffTab()).label, "orders-4 ↔ orders-5");
    selected = { all: false, seqs: [1], current: 1 };
    await comparePrevious(deps, source);
    assert.match(prompts.told("inform")[0] ?? "", /No older message with the key “orders”/);
    await assert.rejects(compareWith(deps, source, undefined), /Select for Compare/);
    const chosen = await selectForCompare(deps, source);
    await assert.rejects(compareWith(deps, source, chosen), /Choose another one/);
    selected = { all: false, seqs: [3], current: 3 };
    await compareWith(deps, source, chosen);
    await until("the other two are shown", () => messageTabs().some(({ label }) => label === "orders-1 ↔ orders-3"));
  });

  it("opens what the filter shows as one JSON document, again with what came since", async () => {
    selected = { all: true, seqs: [] };
    await openMany(deps, source);
    const document = window.activeTextEditor?.document;
    assert.equal(document?.languageId, "json");
    assert.equal((JSON.parse(document.getText()) as unknown[]).length, 5);
    broker.publish("", "orders", draft('{"order":6}'));
    await until("the sixth is there", () => inspection.summary.pending === 6);
    await openMany(deps, source);
    await until("the document shows six", () => (JSON.parse(document.getText()) as unknown[]).length === 6);
  });

  it("opens ten thousand messages in one document, and says that there are more", async () => {
    for (let at = 0; at < 10_050; at++) broker.publish("", "orders", draft('{"more":true}'));
    await inspection.setWindow(20_000);
    await until("all are there", () => inspection.summary.pending === 10_055);
    selected = { all: true, seqs: [] };
    await openMany(deps, source);
    const shown = (): string => window.activeTextEditor?.document.getText() ?? "";
    await until("the document shows them", () => shown().length > 1_000_000);
    assert.equal((JSON.parse(shown()) as unknown[]).length, 10_000);
    assert.match(prompts.told("warn")[0] ?? "", /the first 10,000 messages/);
  });

  it("copies one as an object, several as an array", async () => {
    selected = { all: false, seqs: [], current: 1 };
    await copyJson(deps, source);
    assert.deepEqual((JSON.parse(await env.clipboard.readText()) as { body: unknown }).body, { order: 1 });
    selected = { all: false, seqs: [3, 1] };
    await copyJson(deps, source);
    const bodies = (JSON.parse(await env.clipboard.readText()) as { body: unknown }[]).map(({ body }) => body);
    assert.deepEqual(bodies, [{ order: 1 }, { order: 3 }]);
  });

  it("copies as code in the language that is picked, without a password", async () => {
    selected = { all: false, seqs: [], current: 1 };
    prompts.then(pick("Python (pika)"), pick("curl"), pick(undefined));
    await copyAs(deps, source, "code");
    const program = await env.clipboard.readText();
    assert.match(program, /routing_key="orders"/);
    assert.match(program, /PlainCredentials\("ann", os\.environ\["RABBITMQ_PASSWORD"\]\)/);
    await copyAs(deps, source, "command");
    const command = await env.clipboard.readText();
    assert.match(command, /^curl /);
    await copyAs(deps, source, "command");
    assert.equal(await env.clipboard.readText(), command);
  });

  it("sends one again at once, to where it came from; asks first for several, and for production", async () => {
    selected = { all: false, seqs: [2], current: 2 };
    await sendAgain(deps, source);
    await until("it came again", () => inspection.summary.received === 6);
    assert.match(prompts.told("inform")[0] ?? "", /confirmed and routed/);
    environment = "production";
    prompts.then(confirm(false));
    await sendAgain(deps, source);
    assert.match(prompts.screen, /“Shop” is production/);
    environment = undefined;
    selected = { all: false, seqs: [1, 2, 3] };
    prompts.then(confirm(true));
    await sendAgain(deps, source);
    await until("they came again", () => inspection.summary.received === 9);
    assert.match(prompts.told("inform")[1] ?? "", /^Sent to where they came from: 3, all confirmed and routed/);
  });

  it("moves to another queue, acknowledging here what is safe there", async () => {
    const other = await queue("other");
    prompts.then(confirm(true));
    await carryOut(deps, source, [1, 2, 3], { connectionId: "shop", node: other }, "move");
    assert.match(prompts.told("confirm")[0] ?? "", /Move 3 messages from “orders” to “other”\?/);
    assert.match(prompts.told("inform")[0] ?? "", /^Moved to “other”: 3\./);
    assert.deepEqual(await ready(), { orders: 0, other: 3 });
    assert.equal(inspection.summary.pending, 2);
    prompts.then(confirm(false));
    await carryOut(deps, source, [4], { connectionId: "shop", node: other }, "move");
    assert.equal(inspection.summary.pending, 2);
    assert.deepEqual(journaled, [[1, 2, 3]], "what is not moved is not in the journal");
    prompts.then(confirm(true));
    goesOn = false;
    await carryOut(deps, source, [4], { connectionId: "shop", node: other }, "move");
    assert.equal(inspection.summary.pending, 2, "nothing is moved without the journal that the user wants");
    await assert.rejects(
      carryOut(deps, source, [4], { connectionId: "shop", node: source.node }, "move"),
      /They are in “orders” already/,
    );
  });

  it("leaves everything where it is while the broker blocks", async () => {
    broker.block("low on memory");
    prompts.then(confirm(true));
    await carryOut(deps, source, [1, 2, 3], { connectionId: "shop", node: await queue("other") }, "move");
    assert.match(prompts.told("warn")[0] ?? "", /^Moved to “other”: 0 of 3\..*low on memory/);
    assert.equal(inspection.summary.pending, 5);
  });

  it("says what to do when nothing is selected, or nothing of it is kept any more", async () => {
    await assert.rejects(openMany(deps, source), /Select a message in the inspector first/);
    await assert.rejects(copyAs(deps, source, "code"), /Select a message in the inspector first/);
    await inspection.settle({ what: "these", seqs: [1], outcome: "ack" });
    inspection.clear();
    selected = { all: false, seqs: [1], current: 1 };
    for (const act of [openMany, sendAgain, comparePrevious, copyJson])
      await assert.rejects(async () => act(deps, source), /no longer kept/);
  });

  async function queue(name: string, parent?: Node): Promise<Node> {
    for (const node of (await session.list(parent)).items) {
      if (node.kind === "queue" && node.name === name) return node;
      if (node.kind === "queues") return queue(name, node);
    }
    throw new Error(`There is no queue ${name}.`);
  }

  async function ready(): Promise<Record<string, number | undefined>> {
    const nodes = await session.refresh([await queue("orders"), await queue("other")]);
    return Object.fromEntries(nodes.map(({ name, counts }) => [name, counts?.ready]));
  }
});

function draft(body: string): Draft {
  return { body: Buffer.from(body), persistent: true, contentType: "application/json", headers: [], properties: {} };
}

function messageTabs(): readonly Tab[] {
  const ours = (uri: Uri): boolean => uri.scheme === messageScheme;
  return window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        (input instanceof TabInputTextDiff && ours(input.original)) ||
        (input instanceof TabInputText && ours(input.uri)),
    );
}

async function diffTab(): Promise<Tab> {
  await until("a diff editor is open", () => messageTabs().some(({ input }) => input instanceof TabInputTextDiff));
  const tab = messageTabs().find(({ input }) => input instanceof TabInputTextDiff);
  assert.ok(tab);
  return tab;
}

async function sides({ input }: Tab): Promise<readonly [string, string]> {
  assert.ok(input instanceof TabInputTextDiff);
  const [left, right] = [
    await workspace.openTextDocument(input.original),
    await workspace.openTextDocument(input.modified),
  ];
  await commands.executeCommand("workbench.action.compareEditor.nextChange");
  return [left.getText(), right.getText()];
}
