import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Draft, Node, Session } from "../../../src/broker/contract.ts";
import { deleteNode } from "../../../src/commands/deleteNode.ts";
import type { NodeRef } from "../../../src/commands/deps.ts";
import { moveMessagesOf } from "../../../src/commands/moveMessagesOf.ts";
import { purge } from "../../../src/commands/purge.ts";
import { restore, type RestoreDeps } from "../../../src/commands/restore.ts";
import { takeOut } from "../../../src/commands/takeOut.ts";
import type { Connection, Connections } from "../../../src/connections/connections.ts";
import { createMemoryDriver, type MemoryBroker } from "../../../src/drivers/memory/index.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { confirm, form, pick, ScriptedPrompts } from "../../support/scriptedPrompts.ts";

describe("taking away and bringing back", () => {
  let root: string;
  let broker: MemoryBroker;
  let session: Session;
  let prompts: ScriptedPrompts;
  let deps: RestoreDeps;
  let limits = { enabled: true, maxBytes: 1024 * 1024, maxDays: 1 };
  let environment: "production" | undefined;
  let elsewhere: NodeRef | undefined;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "mq-undo-"));
    limits = { enabled: true, maxBytes: 1024 * 1024, maxDays: 1 };
    environment = undefined;
    const driver = createMemoryDriver();
    broker = driver.broker("shop");
    for (const name of ["orders", "other"]) broker.declareQueue(name, { type: "classic", durable: true, args: [] });
    session = await driver.connect({ uri: "memory://shop", pins: [] }, AbortSignal.timeout(10_000));
    const connection = {
      id: "shop",
      profile: { id: "shop", name: "Shop", source: "saved", uri: "memory://shop", pins: [] },
      get rules() {
        return { connection: "Shop", readOnly: false, ...(environment ? { environment } : {}) };
      },
      connect: () => Promise.resolve(session),
    } as unknown as Connection;
    prompts = new ScriptedPrompts();
    deps = {
      prompts,
      connections: {
        get: (id: string) => (id === "shop" ? connection : undefined),
        all: () => [connection],
      } as unknown as Connections,
      journal: new Journal(root, () => limits),
      pickTarget: () => Promise.resolve(elsewhere),
      showFile: () => undefined,
      restored: () => undefined,
    };
  });
  afterEach(async () => {
    prompts.finish();
    assert.deepEqual(prompts.told("fail"), []);
    await session.close();
    await rm(root, { recursive: true, force: true });
  });

  const draft = (body: string): Draft => ({ body: Buffer.from(body), persistent: true, headers: [], properties: {} });
  const fill = (count: number): void => {
    for (let at = 1; at <= count; at++) broker.publish("", "orders", draft(String(at)));
  };
  const left = (name: string): string[] =>
    broker.queue(name).ready.map((message) => Buffer.from(message.draft.body).toString());
  const ref = async (name = "orders"): Promise<NodeRef> => {
    const { items } = await session.list({ id: "queues", kind: "queues", name: "", verbs: [], expandable: true });
    const node = items.find((each) => each.name === name);
    assert.ok(node);
    return { connectionId: "shop", node };
  };

  it("purges into the journal and restores to where they were", async () => {
    fill(3);
    prompts.then(confirm(true));
    await purge(deps, await ref());
    assert.deepEqual(left("orders"), []);
    assert.match(prompts.told("confirm")[0] ?? "", /written to the undo journal first/);
    assert.match(prompts.told("inform")[0] ?? "", /Purged from .*: 3\..*Restore/);
    prompts.then(pick("Purged “orders”"), pick("Restore to “orders”"), confirm(true));
    await restore(deps);
    assert.deepEqual(left("orders"), ["1", "2", "3"]);
    assert.match(prompts.told("inform")[1] ?? "", /All 3 messages were confirmed and routed/);
    prompts.then(pick("Purged “orders”"), pick("Restore All Again to “orders”"), confirm(false));
    await restore(deps);
    assert.match(prompts.told("confirm").at(-1) ?? "", /there twice/);
    prompts.then(pick("Purged “orders”"), pick("Delete from Journal"), confirm(true));
    await restore(deps);
    await restore(deps);
    assert.match(prompts.told("inform").at(-1) ?? "", /journal is empty/);
  });

  it("asks before it does without the journal, and leaves all as it is on a no", async () => {
    fill(3);
    limits = { ...limits, maxBytes: 100 };
    prompts.then(confirm(true), confirm(false));
    assert.equal(await purge(deps, await ref()), undefined);
    assert.match(prompts.told("confirm")[1] ?? "", /more than the undo journal takes/);
    assert.deepEqual(left("orders"), ["1", "2", "3"]);
    prompts.then(confirm(true), confirm(true));
    assert.ok(await purge(deps, await ref()));
    assert.deepEqual(left("orders"), []);
    assert.deepEqual(await deps.journal.list(), []);
  });

  it("purges without a journal when that is off", async () => {
    fill(1);
    limits = { ...limits, enabled: false };
    prompts.then(confirm(true));
    assert.ok(await purge(deps, await ref()));
    assert.doesNotMatch(prompts.told("confirm")[0] ?? "", /journal/);
    assert.deepEqual(await deps.journal.list(), []);
  });

  it("deletes a queue with its messages in the journal, and those that arrive in between too", async () => {
    fill(4);
    const act = session.act.bind(session);
    let tries = 0;
    session.act = (...what) => {
      if (++tries === 1) fill(1);
      return act(...what);
    };
    prompts.then(form((question) => question.submit({})));
    assert.ok(await deleteNode(deps, await ref()));
    assert.ok(!broker.queues.has("orders"));
    const entries = await deps.journal.list();
    assert.equal(
      entries.reduce((sum, { count }) => sum + count, 0),
      5,
    );
    assert.match(prompts.told("inform").at(-1) ?? "", /Messages in the undo journal: 5\./);
    elsewhere = await ref("other");
    prompts.then(pick("Deleted “orders”"), pick("Restore to “orders”"), confirm(true));
    await restore(deps);
    assert.ok(left("other").length > 0, "the queue is gone, so it goes elsewhere");
  });

  it("asks before a queue is deleted that does not get empty", async () => {
    fill(2);
    const other = await session.watch((await ref()).node, { mode: "consume", window: 1 });
    prompts.then(
      form((question) => question.submit({})),
      confirm(false),
    );
    assert.equal(await deleteNode(deps, await ref()), undefined);
    assert.ok(broker.queues.has("orders"));
    assert.match(prompts.told("confirm")[0] ?? "", /although it is not empty/);
    assert.match(prompts.told("warn")[0] ?? "", /was not deleted/);
    await other.close();
  });

  it("moves with a dry run first, and says what became of them", async () => {
    fill(5);
    prompts.then(
      form(async (question) => {
        const { form: asked, effects } = question;
        assert.match(asked.note ?? "", /Ready now: 5 /);
        assert.ok(effects?.some(({ sentence }) => sentence.includes("key of a message")));
        await assert.rejects(question.submit({ count: "0" }), { field: "count" });
        await assert.rejects(question.submit({ filter: "(" }), { field: "filter" });
        await question.submit({ count: "2" });
      }),
    );
    await moveMessagesOf(deps, await ref(), await ref("other"), "move");
    assert.deepEqual(
      [left("orders"), left("other")],
      [
        ["3", "4", "5"],
        ["1", "2"],
      ],
    );
    assert.match(prompts.told("inform")[0] ?? "", /^Moved from “orders” to “other”: 2\./);
    prompts.then(form((question) => question.submit({ filter: "4" })));
    await moveMessagesOf(deps, await ref(), await ref("other"), "copy");
    assert.deepEqual(
      [left("orders"), left("other")],
      [
        ["3", "4", "5"],
        ["1", "2", "4"],
      ],
    );
    const [entry] = await deps.journal.list();
    assert.equal(entry?.head?.what, "move");
  });

  it("takes exactly the message that is the same in everything out of a queue", async () => {
    const headers = [{ name: "n", value: { type: "int32", value: "1" } }] as const;
    const all: Draft[] = [draft("a"), { ...draft("b"), headers }, draft("b"), draft("b"), draft("c")];
    for (const each of all) broker.publish("", "orders", each);
    const { node } = await ref();
    const found: number[] = [];
    const wanted = { draft: { ...draft("b"), key: "orders" } };
    const take = (which: readonly (typeof wanted)[], from: Node) =>
      takeOut({
        session,
        node: from,
        wanted: which,
        found: (at) => found.push(at),
        report: () => undefined,
        signal: new AbortController().signal,
      });
    assert.equal((await take([wanted], node)).taken, 1);
    assert.deepEqual(left("orders"), ["a", "b", "b", "c"]);
    assert.deepEqual(broker.queue("orders").ready[1]?.draft.headers, headers, "the other one stays");
    const none = await take([{ draft: { ...draft("x"), key: "orders" } }], (await ref()).node);
    assert.deepEqual([none.taken, none.back, none.stopped], [0, 4, undefined]);
    assert.deepEqual(left("orders"), ["a", "b", "b", "c"]);
    assert.deepEqual(found, [0]);
  });
});
