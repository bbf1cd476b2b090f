import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Node } from "../../src/broker/contract.ts";
import { connectionUri, LiveRows, liveUri } from "../../src/views/decorations.ts";
import { treeItemOf } from "../../src/views/treeItems.ts";
import type { LookContext } from "../../src/views/treeLook.ts";
import type { NodeRow } from "../../src/views/treeRows.ts";
import { makeTree } from "../support/treeBench.ts";
import type { TreeBench } from "../support/treeBench.ts";
import { until } from "../support/until.ts";

const plain: LookContext = { filtered: false, wasOpen: () => false, alarm: () => undefined };

describe("rows of the tree in VS Code", () => {
  let tree: TreeBench;
  beforeEach(async () => {
    tree = await makeTree(["orders"], { environment: "production" });
    await tree.connection.connect();
  });
  afterEach(() => tree.dispose());

  const rowOf = async (part: Partial<Node> = {}): Promise<NodeRow> => {
    const [row] = await tree.open("Shop", "/", "Queues");
    assert.ok(row?.type === "node");
    return { ...row, node: { ...row.node, ...part } };
  };

  it("keep their id, say what they are to a screen reader, and can be asked for counts", async () => {
    const row = await rowOf();
    const item = treeItemOf(row, plain);
    assert.equal(item.id, row.id);
    assert.equal(item.label, "orders");
    assert.equal(item.accessibilityInformation?.label, "orders, classic queue");
    assert.equal(item.resourceUri?.toString(), liveUri(row.id).toString());
    assert.equal(item.collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
    assert.equal(item.contextValue, "queue:,publish,tap,browse,consume,purge,delete,");
    assert.ok(item.iconPath instanceof vscode.ThemeIcon);
  });

  it("show names as they are: no Markdown, no link, no HTML", async () => {
    const name = "**a** [x](command:mq.delete) <img src=x> $(trash)";
    const { tooltip } = treeItemOf(await rowOf({ name, facts: [{ label: "Type", value: "`b`\n# c" }] }), plain);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.ok(!tooltip.isTrusted && !tooltip.supportHtml && !tooltip.supportThemeIcons);
    assert.ok(!tooltip.value.includes("[x](command"), tooltip.value);
    assert.ok(!tooltip.value.includes("\n# c"), tooltip.value);
  });

  it("connect on Enter when they are not connected, and not again when they are", async () => {
    const [row] = await tree.open();
    assert.ok(row);
    assert.equal(treeItemOf(row, plain).command, undefined);
    await tree.connection.disconnect();
    assert.equal(treeItemOf(row, plain).command?.command, "mq.connect");
    const [sentence] = await tree.open("Shop");
    assert.ok(sentence);
    assert.equal(treeItemOf(sentence, plain).command?.command, "mq.retry");
  });

  it("are expanded under an id of their own while a filter is set", async () => {
    const [row] = await tree.open("Shop", "/");
    assert.ok(row);
    const item = treeItemOf(row, { ...plain, filtered: true });
    assert.equal(item.collapsibleState, vscode.TreeItemCollapsibleState.Expanded);
    assert.notEqual(item.id, row.id);
  });
});

describe("rows in view", () => {
  let tree: TreeBench;
  let live: LiveRows;
  let asked: (readonly string[])[];
  let interval: number;
  const ask = (uri: vscode.Uri): vscode.FileDecoration | undefined => live.provideFileDecoration(uri);

  beforeEach(async () => {
    tree = await makeTree([], { environment: "production" });
    asked = [];
    interval = 0;
    live = new LiveRows({
      connections: tree.connections,
      update: async (ids) => void asked.push(ids),
      interval: () => interval,
      visible: () => true,
    });
  });
  afterEach(async () => {
    live.dispose();
    await tree.dispose();
  });

  it("are asked for together, each once", async () => {
    for (const id of ["a/1", "a/ü %2F", "a/1"]) assert.equal(ask(liveUri(id)), undefined);
    ask(vscode.Uri.file("/some/file"));
    await until("it happened", () => asked.length > 0);
    assert.deepEqual(asked, [["a/1", "a/ü %2F"]]);
  });

  it("are asked for anew when told to, and in rounds, without drawing anything", async () => {
    let drawn = 0;
    const listening = live.onDidChangeFileDecorations(() => (drawn += 1));
    ask(liveUri("a"));
    await until("it happened", () => asked.length === 1);
    live.refresh();
    await until("it happened", () => asked.length === 2);
    interval = 1;
    live.schedule();
    await until("it happened", () => asked.length > 4);
    listening.dispose();
    assert.ok(asked.every((ids) => ids.length === 1 && ids[0] === "a"));
    assert.equal(drawn, 0);
  });

  it("are all that is asked for after a long scroll", async () => {
    // As VS Code does: what was decorated is asked for again after everything was taken back, if it is drawn still.
    let drawn: readonly string[] = [];
    const listening = live.onDidChangeFileDecorations(() => {
      for (const id of drawn) ask(liveUri(id));
    });
    for (let at = 0; at < 200; at += 1) ask(liveUri(String(at)));
    drawn = Array.from({ length: 40 }, (_, index) => String(160 + index));
    await until("it happened", () => asked.length === 1);
    const before = asked.length;
    let redrawn = false;
    const once = live.onDidChangeFileDecorations(() => (redrawn = true));
    await until("it happened", () => redrawn);
    interval = 1;
    live.schedule();
    await until("it happened", () => asked.length > before && (asked.at(-1)?.length ?? 0) === 40);
    assert.deepEqual(asked.at(-1), drawn);
    once.dispose();
    listening.dispose();
  });

  it("colour a connection by what it is for", () => {
    const decoration = ask(connectionUri("p1"));
    assert.equal((decoration?.color as { id?: string } | undefined)?.id, "mq.productionForeground");
    assert.equal(ask(connectionUri("unknown")), undefined);
  });
});
