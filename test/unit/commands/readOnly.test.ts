import assert from "node:assert/strict";
import type { Node } from "../../../src/broker/contract.ts";
import { editConnection } from "../../../src/commands/editConnection.ts";
import { purge } from "../../../src/commands/purge.ts";
import { allowChanges, makeReadOnly } from "../../../src/commands/readOnly.ts";
import { watchNode } from "../../../src/commands/watchNode.ts";
import { createApi } from "../../../src/connections/api.ts";
import type { GuardRules } from "../../../src/connections/readOnly.ts";
import { makeBench, savedProfile } from "../../support/connectionBench.ts";
import type { Bench } from "../../support/connectionBench.ts";
import { confirm, form, pick } from "../../support/scriptedPrompts.ts";
import type { Answer } from "../../support/scriptedPrompts.ts";

const queue: Node = { id: "q:orders", kind: "queue", name: "orders", verbs: ["purge", "consume"], expandable: true };

describe("read-only connections", () => {
  const benchWith = async (profile: Parameters<typeof savedProfile>[0], ...answers: Answer[]): Promise<Bench> => {
    const bench = makeBench({ answers });
    await bench.profiles.save(savedProfile(profile));
    return bench;
  };
  const reason = (bench: Bench, id = "p1"): GuardRules["readOnly"] => bench.connections.get(id)?.rules.readOnly;

  it("are those to another computer until changes are allowed, also such that were saved before there was a choice", async () => {
    const bench = await benchWith({ uri: "fake://far.example" });
    await bench.profiles.save(
      savedProfile({ id: "p2", name: "Near", uri: "fake://bob@localhost:5672,127.0.0.1,[::1]:1/v" }),
    );
    assert.deepEqual([reason(bench), reason(bench, "p2")], ["host", undefined]);
    bench.settings.change({ readOnlyByDefault: false });
    assert.equal(reason(bench), undefined);
    await bench.dispose();
  });

  it("are told apart by their driver once it was asked", async () => {
    const bench = await benchWith({ uri: "fake://127.0.0.1" });
    assert.equal(reason(bench), undefined);
    // The driver of this bench calls only localhost this computer.
    await bench.connections.get("p1")?.connect();
    assert.equal(reason(bench), "host");
    await bench.dispose();
  });

  it("tell everybody when the setting changes", async () => {
    const bench = await benchWith({ uri: "fake://far.example" });
    const changed: unknown[] = [];
    bench.connections.onDidChange((connection) => changed.push(connection?.id));
    bench.settings.change({ readOnlyByDefault: false });
    assert.deepEqual(changed, ["p1"]);
    await bench.dispose();
  });

  it("refuse a command with a sentence before anything is asked, and the same call by the API", async () => {
    const bench = await benchWith({ readOnly: true });
    await bench.connections.get("p1")?.connect();
    const [session] = bench.driver.sessions;
    const ref = { connectionId: "p1", node: queue };
    await purge(bench, ref);
    await watchNode({ ...bench, window: () => 1, unasked: new Set() }, ref, "consume");
    const told = bench.prompts.told("fail");
    assert.equal(told.length, 2);
    for (const sentence of told) assert.match(sentence, /“Shop” is read-only.*MQ: Allow Changes/);
    const api = createApi(bench.connections);
    await assert.rejects(api.watch("p1", queue, { mode: "consume", window: 1 }), { kind: "denied" });
    const draft = { body: new Uint8Array(), persistent: false, headers: [], properties: {} };
    await assert.rejects(api.publish("p1", queue, draft), { kind: "denied" });
    assert.deepEqual([session?.acted, session?.published], [[], []]);
    bench.prompts.finish();
    await bench.dispose();
  });

  it("allow changes once the user says so, and refuse them again", async () => {
    const bench = await benchWith({ uri: "fake://far" }, confirm(false), confirm(true));
    await allowChanges(bench, "p1");
    assert.equal(reason(bench), "host");
    await allowChanges(bench, "p1");
    assert.equal(reason(bench), undefined);
    assert.match(bench.prompts.told("done")[0] ?? "", /“Shop” allows changes/);
    await makeReadOnly(bench, "p1");
    assert.equal(reason(bench), "kept");
    bench.prompts.finish();
    await bench.dispose();
  });

  it("detach their consumers when they are made so, whoever does it", async () => {
    const bench = await benchWith({});
    const guarded = await bench.connections.get("p1")?.connect();
    const closed: string[] = [];
    const [session] = bench.driver.sessions;
    assert.ok(guarded && session);
    const watch = session.watch.bind(session);
    session.watch = async (node, options) => ({
      ...(await watch(node, options)),
      close: async () => void closed.push(options.mode),
    });
    for (const mode of ["tap", "consume"] as const) await guarded.watch(queue, { mode, window: 1 });
    await makeReadOnly(bench, "p1");
    assert.deepEqual(closed, ["consume"]);
    await bench.dispose();
  });

  it("want the name typed to be allowed changes in production, in the form too", async () => {
    const bench = await benchWith(
      { uri: "fake://far", environment: "production" },
      confirm("shop"),
      confirm("Shop"),
      form(async (question) => {
        const values = { ...question.values, profileChanges: "allowed" };
        bench.prompts.then(confirm("wrong"), confirm("Shop"));
        await assert.rejects(question.submit(values), { field: "profileChanges" });
        await question.submit(values);
      }),
    );
    await allowChanges(bench, "p1");
    assert.equal(reason(bench), "host");
    await allowChanges(bench, "p1");
    assert.equal(reason(bench), undefined);
    await makeReadOnly(bench, "p1");
    await editConnection(bench, "p1");
    assert.equal(reason(bench), undefined);
    bench.prompts.then(
      form(async (question) => {
        assert.equal(question.values?.["profileChanges"], "allowed");
        await question.submit({ ...question.values, profileChanges: "host" });
      }),
    );
    await editConnection(bench, "p1");
    assert.equal(reason(bench), "host");
    assert.equal(bench.profiles.get("p1")?.readOnly, undefined);
    bench.prompts.finish();
    await bench.dispose();
  });

  it("are picked from the palette among those that it makes sense for", async () => {
    const bench = await benchWith({ readOnly: true }, pick("Shop"), confirm(true));
    await makeReadOnly(bench);
    assert.deepEqual(bench.prompts.told("inform"), ["Every connection is read-only already."]);
    await allowChanges(bench);
    assert.equal(reason(bench), undefined);
    bench.prompts.finish();
    await bench.dispose();
  });

  describe("that settings define", () => {
    const settled = (entry: object, source: "user" | "workspace"): Bench =>
      makeBench({ settings: { [source]: [{ name: "A", ...entry }] } });

    it("may be so by the workspace, which cannot lift it", async () => {
      const asked = settled({ uri: "fake://localhost", readOnly: true }, "workspace");
      assert.equal(reason(asked, "workspace:A"), "kept");
      const lifting = settled({ uri: "fake://far", readOnly: false }, "workspace");
      assert.equal(reason(lifting, "workspace:A"), "host");
      assert.match(lifting.profiles.problems()[0] ?? "", /a workspace cannot allow changes/);
      const user = settled({ uri: "fake://far", readOnly: false }, "user");
      assert.equal(reason(user, "user:A"), undefined);
      const odd = settled({ uri: "fake://localhost", readOnly: "no" }, "user");
      assert.equal(reason(odd, "user:A"), "kept");
      assert.match(odd.profiles.problems()[0] ?? "", /true \| false/);
    });

    it("are allowed changes by the user, for these servers only", async () => {
      const bench = settled({ uri: "fake://far", readOnly: true }, "workspace");
      await bench.connections.setReadOnly("workspace:A", false);
      assert.equal(reason(bench, "workspace:A"), undefined);
      bench.settings.change({ workspace: [{ name: "A", uri: "fake://other" }] });
      assert.equal(reason(bench, "workspace:A"), "host");
      bench.settings.change({ workspace: [{ name: "A", uri: "fake://far", readOnly: true }] });
      assert.equal(reason(bench, "workspace:A"), undefined);
      await bench.connections.setReadOnly("workspace:A", true);
      assert.equal(reason(bench, "workspace:A"), "kept");
    });
  });
});
