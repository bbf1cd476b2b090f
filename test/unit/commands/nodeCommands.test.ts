import assert from "node:assert/strict";
import type { Node } from "../../../src/broker/contract.ts";
import { BrokerError } from "../../../src/broker/errors.ts";
import type { Form } from "../../../src/broker/form.ts";
import { bind } from "../../../src/commands/bind.ts";
import { create } from "../../../src/commands/create.ts";
import { deleteNode } from "../../../src/commands/deleteNode.ts";
import { pin } from "../../../src/commands/pin.ts";
import { purge } from "../../../src/commands/purge.ts";
import { unpin } from "../../../src/commands/unpin.ts";
import { watchNode } from "../../../src/commands/watchNode.ts";
import type { Profile } from "../../../src/connections/profile.ts";
import { makeBench, savedProfile } from "../../support/connectionBench.ts";
import type { Bench } from "../../support/connectionBench.ts";
import type { FakeSession } from "../../support/fakeDriver.ts";
import { choose, confirm, form, pick } from "../../support/scriptedPrompts.ts";
import type { Answer } from "../../support/scriptedPrompts.ts";

const queue: Node = { id: "q:orders", kind: "queue", name: "orders", verbs: ["purge", "delete"], expandable: true };
const folder: Node = { id: "f", kind: "queues", name: "Queues", verbs: ["create", "pin"], expandable: true };
const ref = { connectionId: "p1", node: queue };
const deleteForm: Form = {
  id: "delete",
  title: "Delete queue",
  submit: "Delete",
  fields: [{ name: "ifEmpty", label: "Only if empty", type: "boolean" }],
};
const nameForm: Form = {
  id: "name",
  title: "Name",
  submit: "OK",
  fields: [{ name: "name", label: "Name", type: "text" }],
};
const danger = { severity: "danger" as const, sentence: "12 messages are removed and cannot be brought back." };
const notice = { severity: "notice" as const, sentence: "Other consumers do not get these messages." };
const info = { severity: "info" as const, sentence: "Nobody else notices." };

async function connected(
  profile: Partial<Profile>,
  ...answers: Answer[]
): Promise<{ bench: Bench; session: FakeSession }> {
  const bench = makeBench({ answers });
  await bench.profiles.save(savedProfile(profile));
  await bench.connections.get("p1")?.connect();
  return { bench, session: bench.driver.sessions[0]! };
}

async function end(bench: Bench): Promise<void> {
  bench.prompts.finish();
  await bench.dispose();
}

describe("create and bind", () => {
  it("let the user pick among several kinds, ask the form, act, and say what was done", async () => {
    const { bench, session } = await connected(
      {},
      pick("Name"),
      form(async (question) => {
        assert.deepEqual(question.effects, [notice]);
        assert.equal(question.connection, "p1");
        await question.submit({ name: "fresh" });
      }),
    );
    session.formsOf.create = [deleteForm, nameForm];
    session.effectsOf.create = [notice];
    const done = await create(bench, { connectionId: "p1", node: { ...folder, verbs: ["create"] } });
    assert.deepEqual(bench.profiles.get("p1")?.pins, []);
    assert.equal(done?.node?.name, "fresh");
    assert.deepEqual(session.acted, [{ node: "f", verb: "create", form: "name", values: { name: "fresh" } }]);
    assert.deepEqual(bench.prompts.told("done"), ["create fresh: done."]);
    await end(bench);
  });

  it("leave a failure to the form, which stays open", async () => {
    const { bench, session } = await connected(
      {},
      form(async (question) => {
        session.failure = new BrokerError("invalid", "It exists with other arguments.", { field: "name" });
        await assert.rejects(question.submit({ name: "x" }), { field: "name" });
        await question.submit({ name: "y" });
      }),
    );
    session.formsOf.bind = [nameForm];
    assert.equal((await bind(bench, ref))?.node?.name, "y");
    assert.deepEqual(bench.prompts.told("fail"), []);
    await end(bench);
  });

  it("do nothing when nothing is picked or the form is closed", async () => {
    const { bench, session } = await connected(
      {},
      pick(undefined),
      form(async () => undefined),
    );
    session.formsOf.create = [deleteForm, nameForm];
    assert.equal(await create(bench, ref), undefined);
    session.formsOf.create = [nameForm];
    assert.equal(await create(bench, ref), undefined);
    assert.deepEqual(session.acted, []);
    await end(bench);
  });
});

describe("purge and delete", () => {
  it("ask first, in the broker's sentences, how many messages it touches", async () => {
    const { bench, session } = await connected({}, confirm(false), confirm(true));
    session.effectsOf.purge = [info, danger];
    assert.equal(await purge(bench, ref), undefined);
    assert.deepEqual(session.acted, []);
    assert.match(bench.prompts.told("confirm")[0] ?? "", /queue “orders”\?\n12 messages.*\nNobody/);
    await purge(bench, ref);
    assert.deepEqual(session.acted, [{ node: "q:orders", verb: "purge", form: "", values: {} }]);
    await end(bench);
  });

  it("want the name typed in production", async () => {
    const { bench, session } = await connected(
      { environment: "production" },
      confirm("order"),
      confirm("orders"),
      form(async (question) => {
        await assert.rejects(question.submit({ ifEmpty: true }), { field: "confirmName" });
        assert.deepEqual(session.acted, []);
        await question.submit({ ifEmpty: true, confirmName: "orders" });
      }),
    );
    session.effectsOf.delete = [danger];
    assert.equal(await deleteNode(bench, ref), undefined);
    assert.ok(await deleteNode(bench, ref));
    session.acted.length = 0;
    session.formsOf.delete = [deleteForm];
    await deleteNode(bench, ref);
    assert.deepEqual(session.acted, [{ node: "q:orders", verb: "delete", form: "delete", values: { ifEmpty: true } }]);
    await end(bench);
  });

  it("show the dangers in the delete form elsewhere", async () => {
    const { bench, session } = await connected(
      { environment: "staging" },
      form(async (question) => {
        assert.deepEqual(question.effects, [danger]);
        assert.deepEqual(
          question.form.fields.map(({ name }) => name),
          ["ifEmpty"],
        );
        await question.submit({});
      }),
    );
    session.formsOf.delete = [deleteForm];
    session.effectsOf.delete = [danger];
    assert.ok(await deleteNode(bench, ref));
    await end(bench);
  });

  it("show why it failed", async () => {
    const { bench, session } = await connected({}, confirm(true));
    session.failure = new BrokerError("denied", "You may not purge orders.");
    assert.equal(await purge(bench, ref), undefined);
    assert.deepEqual(bench.prompts.told("fail"), ["You may not purge orders."]);
    assert.equal(await purge(bench, { ...ref, connectionId: "gone" }), undefined);
    assert.match(bench.prompts.told("fail")[1] ?? "", /removed/);
    await end(bench);
  });
});

describe("pin and unpin", () => {
  it("remember a name that the broker knows, and forget it", async () => {
    const { bench, session } = await connected(
      {},
      form(async (question) => {
        session.failure = new BrokerError("missing", "There is no queue orders.");
        await assert.rejects(question.submit({ name: "orders" }), { kind: "missing" });
        assert.deepEqual(bench.profiles.get("p1")?.pins, []);
        await question.submit({ name: "orders" });
      }),
    );
    session.formsOf.pin = [nameForm];
    const before = bench.connections.get("p1")?.session;
    await pin(bench, { connectionId: "p1", node: folder });
    assert.deepEqual(bench.profiles.get("p1")?.pins, [{ parent: "f", name: "orders" }]);
    assert.equal(bench.connections.get("p1")?.session, before);
    await unpin(bench, ref);
    assert.deepEqual(bench.profiles.get("p1")?.pins, []);
    assert.deepEqual(
      session.acted.map(({ verb }) => verb),
      ["pin", "unpin"],
    );
    await end(bench);
  });

  it("happen by themselves for what is created and deleted where nothing can be listed", async () => {
    const { bench, session } = await connected(
      {},
      form(async (question) => question.submit({ name: "orders" })),
      confirm(true),
    );
    session.formsOf.create = [nameForm];
    await create(bench, { connectionId: "p1", node: folder });
    assert.deepEqual(bench.profiles.get("p1")?.pins, [{ parent: "f", name: "orders" }]);
    await deleteNode(bench, { ...ref, node: { ...queue, verbs: ["delete", "unpin"] }, parent: folder });
    assert.deepEqual(bench.profiles.get("p1")?.pins, []);
    await end(bench);
  });

  it("ask which one when a name is pinned twice and the place is not known", async () => {
    const pins = [
      { parent: "f", name: "orders" },
      { parent: "g", name: "orders" },
      { parent: "h", name: "orders" },
    ];
    const { bench } = await connected({ pins }, pick(undefined));
    await unpin(bench, ref);
    assert.equal(bench.profiles.get("p1")?.pins.length, 3);
    await unpin(bench, { ...ref, parent: folder });
    assert.deepEqual(
      bench.profiles.get("p1")?.pins.map(({ parent }) => parent),
      ["g", "h"],
    );
    await end(bench);
  });
});

describe("watching", () => {
  const watching = (bench: Bench) => ({ ...bench, window: () => 50, unasked: new Set<string>() });

  it("begins at once when nobody notices", async () => {
    const { bench, session } = await connected({});
    session.effectsOf.tap = [info];
    const request = await watchNode(watching(bench), ref, "tap");
    assert.deepEqual(request, { ...ref, options: { mode: "tap", window: 50, consent: {} }, effects: [info] });
    await end(bench);
  });

  it("says first what it does to others, once for a queue when the user wants it so", async () => {
    const { bench, session } = await connected(
      {},
      choose(undefined),
      choose("Consume"),
      choose("Consume, and Don't Ask Again Here"),
      choose(undefined),
      choose(undefined),
    );
    session.effectsOf.consume = [notice];
    session.effectsOf.browse = [notice];
    const deps = watching(bench);
    assert.equal(await watchNode(deps, ref, "consume"), undefined);
    assert.match(bench.prompts.told("choose")[0] ?? "", /Consume from the queue “orders”\?\nOther consumers/);
    assert.ok(await watchNode(deps, ref, "consume"));
    assert.ok(await watchNode(deps, ref, "consume"));
    assert.ok(await watchNode(deps, ref, "consume"), "not asked again");
    assert.equal(await watchNode(deps, ref, "browse"), undefined, "another way of looking is another question");
    assert.equal(await watchNode(deps, { ...ref, node: { ...queue, id: "q:other" } }, "consume"), undefined);
    await end(bench);
  });

  it("asks the form where there is one, and tells the effects of its values", async () => {
    const { bench, session } = await connected(
      {},
      form(async (question) => {
        assert.deepEqual(question.effects, [notice]);
        await question.submit({ name: "#" });
      }),
      form(async () => undefined),
    );
    session.formsOf.tap = [nameForm];
    session.effectsOf.tap = [notice];
    const request = await watchNode(watching(bench), ref, "tap");
    assert.deepEqual(request?.options, { mode: "tap", window: 50, consent: {}, values: { name: "#" } });
    assert.match(request.effects[1]?.sentence ?? "", /With/);
    assert.equal(await watchNode(watching(bench), ref, "tap"), undefined);
    await end(bench);
  });
});
