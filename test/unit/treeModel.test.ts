import assert from "node:assert/strict";
import { BrokerError } from "../../src/broker/errors.ts";
import { makeTree, nameOf } from "../support/treeBench.ts";
import type { TreeBench } from "../support/treeBench.ts";

const many = Array.from({ length: 250 }, (_, index) => `q${String(index).padStart(3, "0")}`);

describe("tree model", () => {
  let tree: TreeBench;
  const start = async (names: readonly string[]): Promise<void> => {
    tree = await makeTree(names);
    await tree.connection.connect();
    tree.changes.length = 0;
  };
  afterEach(() => tree.dispose());

  it("shows connections, vhosts, folders and queues, each asked for once", async () => {
    await start(["a", "b"]);
    assert.deepEqual((await tree.open()).map(nameOf), ["Shop"]);
    assert.deepEqual((await tree.open("Shop")).map(nameOf), ["/", "empty"]);
    assert.deepEqual((await tree.open("Shop", "/")).map(nameOf), ["Queues"]);
    assert.deepEqual((await tree.open("Shop", "/", "Queues")).map(nameOf), ["a", "b"]);
    await tree.open("Shop", "/", "Queues");
    assert.equal(tree.broker.listed.length, 3);
  });

  it("says nothing about a connection that is not connected, and why one failed", async () => {
    tree = await makeTree(["a"]);
    assert.deepEqual((await tree.open("Shop")).map(nameOf), ["Not connected."]);
    assert.equal(tree.broker.listed.length, 0);
    tree.broker.failure = "The login was refused.";
    await assert.rejects(tree.connection.connect());
    const [row] = await tree.open("Shop");
    assert.ok(row?.type === "sentence" && row.retry);
    assert.equal(row.sentence, "The login was refused.");
  });

  it("adds pages below the loaded ones, and says how many there are", async () => {
    await start(many);
    const rows = await tree.open("Shop", "/", "Queues");
    const last = rows.at(-1);
    assert.equal(rows.length, 101);
    assert.ok(last?.type === "more");
    assert.deepEqual([last.shown, last.total], [100, 250]);
    await tree.model.loadMore(last);
    assert.equal((await tree.open("Shop", "/", "Queues")).length, 201);
    assert.deepEqual(tree.changes, [[last.parent.id]]);
  });

  it("keeps rows, their identity and the loaded pages over a refresh", async () => {
    await start(many);
    const rows = await tree.open("Shop", "/", "Queues");
    const more = rows.at(-1);
    assert.ok(more?.type === "more");
    await tree.model.loadMore(more);
    const before = await tree.open("Shop", "/", "Queues");
    tree.broker.queues.splice(3, 1);
    tree.model.refresh();
    const after = await tree.open("Shop", "/", "Queues");
    assert.equal(after.filter(({ type }) => type === "node").length, 200);
    assert.equal(after[0], before[0]);
    assert.ok(!after.map(nameOf).includes("q003"));
    assert.equal(tree.broker.listed.filter(({ options }) => options.fresh === true).length, 3);
  });

  it("gives every row an id of its own", async () => {
    await start(["a", "b"]);
    const rows = [
      ...(await tree.open("Shop", "/", "Queues", "a")),
      ...(await tree.open("Shop", "/", "Queues", "b")),
      ...(await tree.open("Shop", "/", "Queues")),
    ];
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
  });

  it("turns a list that fails into a row, and shows the list again when it works", async () => {
    await start(["a"]);
    tree.broker.failure = "The management API did not answer.";
    const rows = await tree.open("Shop");
    assert.ok(rows[0]?.type === "sentence" && rows[0].retry);
    assert.equal(rows[0].sentence, "The management API did not answer.");
    tree.broker.failure = undefined;
    tree.model.refresh();
    assert.deepEqual((await tree.open("Shop")).map(nameOf), ["/", "empty"]);
  });

  it("keeps what was shown below a failed refresh and a lost connection", async () => {
    await start(["a", "b"]);
    await tree.open("Shop", "/", "Queues");
    tree.broker.failure = "No answer.";
    tree.model.refresh();
    assert.deepEqual((await tree.open("Shop")).map(nameOf), ["No answer.", "/", "empty"]);
    tree.broker.closed.fire(new BrokerError("closed", "The broker closed the connection."));
    assert.equal(tree.connection.state.status, "reconnecting");
    assert.deepEqual((await tree.open("Shop")).map(nameOf), ["The broker closed the connection.", "/", "empty"]);
  });

  it("says that there is nothing", async () => {
    await start([]);
    const [row] = await tree.open("Shop", "empty", "Queues");
    assert.ok(row?.type === "sentence" && !row.retry && row.severity === "info");
  });

  describe("counts", () => {
    it("are asked only for the given rows, and only changed rows are told", async () => {
      await start(many);
      const rows = (await tree.open("Shop", "/", "Queues")).slice(0, 3);
      const ids = rows.map(({ id }) => id);
      await tree.model.updateLive(ids);
      assert.deepEqual(tree.broker.refreshed, [["q000", "q001", "q002"]]);
      assert.deepEqual(tree.changes, [ids]);
      tree.changes.length = 0;
      await tree.model.updateLive(ids);
      assert.deepEqual(tree.changes, []);
      const [, second] = tree.broker.queues;
      assert.ok(second);
      second.ready = 7;
      await tree.model.updateLive(ids);
      assert.deepEqual(tree.changes, [[ids[1]]]);
      assert.ok(rows[1]?.type === "node");
      assert.equal(rows[1].node.detail, "7 ready");
    });

    it("survive a list that does not know them", async () => {
      await start(["a"]);
      const [row] = await tree.open("Shop", "/", "Queues");
      assert.ok(row?.type === "node");
      await tree.model.updateLive([row.id]);
      tree.model.refresh();
      await tree.open("Shop", "/", "Queues");
      assert.equal(row.node.detail, "0 ready");
    });

    it("of a queue that is gone make its list be asked again", async () => {
      await start(["a", "b"]);
      const [row] = await tree.open("Shop", "/", "Queues");
      assert.ok(row);
      tree.broker.queues.shift();
      await tree.model.updateLive([row.id]);
      assert.deepEqual(tree.changes, [[row.parent?.id]]);
      assert.deepEqual((await tree.open("Shop", "/", "Queues")).map(nameOf), ["b"]);
    });

    it("that fail leave the rows as they are", async () => {
      await start(["a"]);
      const [row] = await tree.open("Shop", "/", "Queues");
      assert.ok(row);
      tree.broker.refresh = async () => Promise.reject(new BrokerError("closed", "gone"));
      await tree.model.updateLive([row.id, "no such row"]);
      assert.deepEqual(tree.changes, []);
    });
  });

  describe("filter", () => {
    it("shows matching names with the rows on the way to them, and hides the rest", async () => {
      await start(["orders", "Orders.dead", "payments"]);
      await tree.open("Shop", "/", "Queues");
      tree.model.setFilter("ord");
      assert.deepEqual((await tree.open("Shop")).map(nameOf), ["/"]);
      assert.deepEqual((await tree.open("Shop", "/", "Queues")).map(nameOf), ["orders", "Orders.dead"]);
      assert.deepEqual(tree.model.filterResult(), { text: "ord", found: 2, of: 3 });
      tree.model.setFilter("");
      assert.deepEqual((await tree.open("Shop", "/", "Queues")).map(nameOf), ["orders", "Orders.dead", "payments"]);
      assert.equal(tree.model.filterResult(), undefined);
    });

    it("says of how many where that was seen", async () => {
      await start(many);
      await tree.open("Shop", "/", "Queues");
      tree.model.setFilter("q00");
      await tree.open("Shop", "/", "Queues");
      assert.deepEqual(tree.model.filterResult(), { text: "q00", found: 10, of: 250 });
    });

    it("without result leaves the tree empty", async () => {
      await start(["a"]);
      tree.model.setFilter("nothing like it");
      assert.deepEqual(await tree.open(), []);
    });

    it("does not search what is below a queue", async () => {
      await start(["a"]);
      tree.model.setFilter("a");
      assert.deepEqual((await tree.open("Shop", "/", "Queues", "a")).map(nameOf), ["amq.topic"]);
    });

    it("that changes while it is searched gives what the last one finds", async () => {
      await start(["orders", "payments"]);
      tree.model.setFilter("ord");
      const first = tree.open();
      tree.model.setFilter("pay");
      await first;
      assert.deepEqual((await tree.open("Shop", "/", "Queues")).map(nameOf), ["payments"]);
    });
  });

  it("sorts by depth when told to, asking the broker only then", async () => {
    await start(["a", "b", "c"]);
    await tree.open("Shop", "/", "Queues");
    for (const [index, queue] of tree.broker.queues.entries()) queue.ready = index;
    tree.model.setSort("depth");
    assert.deepEqual((await tree.open("Shop", "/", "Queues")).map(nameOf), ["c", "b", "a"]);
    const asked = tree.broker.listed.length;
    const rows = await tree.open("Shop", "/", "Queues");
    await tree.model.updateLive(rows.map(({ id }) => id));
    assert.equal(tree.broker.listed.length, asked);
    tree.model.setSort("name");
    assert.deepEqual((await tree.open("Shop", "/", "Queues")).map(nameOf), ["a", "b", "c"]);
  });

  it("tells an alarm on the row of its connection, until it is over", async () => {
    await start([]);
    await tree.open();
    tree.broker.blocked.fire("memory");
    assert.equal(tree.model.alarmOf(tree.connection), "memory");
    tree.broker.blocked.fire(undefined);
    assert.equal(tree.model.alarmOf(tree.connection), undefined);
    assert.deepEqual(tree.changes, [["p1"], ["p1"]]);
  });
});
