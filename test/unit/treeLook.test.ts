import assert from "node:assert/strict";
import type { Node } from "../../src/broker/contract.ts";
import { BrokerError } from "../../src/broker/errors.ts";
import { countsText, lookOf } from "../../src/views/treeLook.ts";
import type { Look } from "../../src/views/treeLook.ts";
import { roleOf } from "../../src/views/treeRows.ts";
import { makeTree } from "../support/treeBench.ts";
import type { TreeBench } from "../support/treeBench.ts";

const plain = { filtered: false, wasOpen: () => false, alarm: () => undefined };
const queue: Node = {
  id: "q",
  kind: "queue",
  variant: "quorum",
  name: "orders",
  verbs: ["publish", "consume"],
  expandable: true,
  live: true,
};

describe("how rows look", () => {
  let tree: TreeBench | undefined;
  afterEach(async () => {
    await tree?.dispose();
    tree = undefined;
  });

  const connectionLook = async (): Promise<Look> => {
    const [row] = (await tree?.open()) ?? [];
    assert.ok(row);
    return lookOf(row, plain);
  };
  const nodeLook = async (node: Node, filtered = false): Promise<Look> => {
    tree ??= await makeTree([]);
    const [parent] = await tree.open();
    assert.ok(parent?.type === "connection");
    const row = { type: "node", id: `p1/${node.id}`, parent, connection: parent.connection, node } as const;
    return lookOf(row, { ...plain, filtered });
  };

  it("names environment, state and source of a connection in words", async () => {
    tree = await makeTree([], { environment: "production" });
    const before = await connectionLook();
    assert.equal(before.description, "Production");
    assert.equal(before.below, "collapsed");
    assert.equal(before.spoken, "Shop, connection, Production, not connected");
    assert.equal(before.color, "mq.productionForeground");
    assert.equal(before.contextValue, "connection:,disconnected,saved,manage,changeable,");
    await tree.connection.connect();
    const after = await connectionLook();
    assert.equal(after.below, "expanded");
    assert.match(after.spoken, /, connected/);
    tree.broker.closed.fire(new BrokerError("closed", "The broker closed the connection."));
    const lost = await connectionLook();
    assert.equal(lost.description, "Production · reconnecting…");
    assert.ok(lost.tooltip.sentences.includes("The broker closed the connection."));
  });

  it("never shows a password", async () => {
    tree = await makeTree([], { uri: "plain://me:secret@here" });
    assert.ok(!JSON.stringify(await connectionLook()).includes("secret"));
  });

  it("puts kind and verbs into what menus look at", async () => {
    assert.equal((await nodeLook(queue)).contextValue, "queue:,publish,consume,");
  });

  it("says that a count is not known yet, and tells zero from unknown", async () => {
    assert.equal((await nodeLook(queue)).description, "…");
    assert.equal((await nodeLook({ ...queue, counts: { ready: 0 } })).description, "0 ready");
    assert.equal(countsText({}), "");
    assert.equal(countsText({ ready: 12_345, unacked: 0, consumers: 1 }), "12,345 ready · 0 unacked · 1 consumer");
  });

  it("warns by icon, colour and word", async () => {
    const look = await nodeLook({ ...queue, detail: "3 ready", warning: "down" });
    assert.deepEqual(
      [look.icon, look.color, look.description],
      ["warning", "list.warningForeground", "down · 3 ready"],
    );
    assert.equal(look.spoken, "orders, quorum queue, down, 3 ready");
  });

  it("opens folders when a filter is set, but not what was found", async () => {
    const folder: Node = { id: "f", kind: "queues", name: "Queues", verbs: ["create"], expandable: true };
    assert.equal((await nodeLook(folder, true)).below, "expanded");
    assert.equal((await nodeLook(folder, false)).below, "collapsed");
    assert.equal((await nodeLook(queue, true)).below, "collapsed");
  });

  it("tells folders, containers and things apart", () => {
    const role = (kind: string, verbs: Node["verbs"], expandable = true): string =>
      roleOf({ id: "", kind, name: "", verbs, expandable });
    assert.equal(role("queues", ["create"]), "folder");
    assert.equal(role("vhost", ["create"]), "container");
    assert.equal(role("queue", ["publish"]), "thing");
    assert.equal(role("exchange", ["delete"]), "thing");
    assert.equal(role("binding", [], false), "thing");
    assert.equal(role("address", []), "container");
  });
});
