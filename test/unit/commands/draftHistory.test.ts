import assert from "node:assert/strict";
import { emptyDraft } from "../../../src/commands/draft.ts";
import { DraftHistory, type Memento } from "../../../src/commands/draftHistory.ts";
import type { DraftText } from "../../../src/protocol/publish.ts";

/** As VS Code's: what is kept went through JSON. */
class FakeMemento implements Memento {
  readonly kept = new Map<string, string>();

  get(key: string): unknown {
    const text = this.kept.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  update(key: string, value: unknown): Promise<void> {
    if (value === undefined) this.kept.delete(key);
    else this.kept.set(key, JSON.stringify(value));
    return Promise.resolve();
  }
}

const orders = { id: "q:/orders", name: "orders" };

function draft(body: string, over: Partial<DraftText> = {}): DraftText {
  return { ...emptyDraft, body, ...over };
}

describe("the history of drafts", () => {
  let memento: FakeMemento;
  let now: number;
  let history: DraftHistory;
  const send = (body: string, target = orders): void => {
    history.add("c1", { target, draft: draft(body), outcome: "routed", count: 1 });
  };

  beforeEach(() => {
    memento = new FakeMemento();
    now = 1000;
    history = new DraftHistory(memento, () => now);
  });

  it("gives back what was sent, newest first, for each connection", () => {
    send("one");
    send("two");
    assert.deepEqual(
      history.entries("c1").map((entry) => entry.preview),
      ["two", "one"],
    );
    assert.deepEqual(history.entries("c2"), []);
    const [first] = history.entries("c1");
    assert.deepEqual(history.recall("c1", first?.id ?? ""), draft("two"));
  });

  it("outlives VS Code", () => {
    send("one");
    assert.equal(new DraftHistory(memento).entries("c1").length, 1);
  });

  it("counts the same draft to the same target once", () => {
    send("one");
    now = 2000;
    history.add("c1", { target: orders, draft: draft("one"), outcome: "returned", count: 5 });
    const entries = history.entries("c1");
    assert.deepEqual(
      entries.map(({ count, outcome, sent }) => ({ count, outcome, sent })),
      [{ count: 6, outcome: "returned", sent: 2000 }],
    );
    send("one", { id: "q:/other", name: "other" });
    assert.equal(history.entries("c1").length, 2);
  });

  it("marks what went elsewhere", () => {
    send("one");
    send("two", { id: "e:/orders", name: "orders" });
    assert.deepEqual(
      history.entries("c1", "q:/orders").map((entry) => entry.elsewhere ?? false),
      [true, false],
    );
  });

  it("keeps 100 entries", () => {
    for (let at = 0; at < 120; at++) send(`body ${at}`);
    const entries = history.entries("c1");
    assert.equal(entries.length, 100);
    assert.equal(entries[0]?.preview, "body 119");
    assert.equal(new Set(entries.map((entry) => entry.id)).size, 100);
  });

  it("keeps a large body out and says so", () => {
    send("x".repeat(300_000));
    const [entry] = history.entries("c1");
    assert.equal(entry?.bodyLeftOut, true);
    assert.match(entry.preview, /300000 characters, not kept/);
    assert.equal(history.recall("c1", entry.id).body, "");
  });

  it("bounds the bodies of a connection together", () => {
    for (let at = 0; at < 40; at++) send(`${at}${"x".repeat(200_000)}`);
    const size = [...memento.kept.values()].join("").length;
    assert.ok(size < 4.5 * 1024 * 1024, String(size));
    assert.match(history.entries("c1")[0]?.preview ?? "", /^39x/);
  });

  it("forgets one, or all of a connection", () => {
    send("one");
    send("two");
    history.keep("c1", orders.id, draft("three"));
    const heard: string[] = [];
    history.onDidChange((connection) => heard.push(connection));
    history.forget("c1", history.entries("c1")[0]?.id ?? "");
    assert.deepEqual(
      history.entries("c1").map((entry) => entry.preview),
      ["one"],
    );
    history.clear("c1");
    assert.deepEqual(heard, ["c1", "c1"]);
    assert.equal(history.kept("c1", orders.id), undefined);
    assert.equal(memento.kept.size, 0);
    assert.throws(() => history.recall("c1", "1000"), /forgotten/);
  });

  it("keeps what is being written, for each target, large ones while it runs", () => {
    history.keep("c1", "a", draft("one"));
    history.keep("c1", "b", draft("two"));
    history.keep("c1", "a", draft("three"));
    const large = draft("x".repeat(300_000));
    history.keep("c1", "b", large);
    assert.deepEqual([history.kept("c1", "a"), history.kept("c1", "b")], [draft("three"), large]);
    const later = new DraftHistory(memento);
    assert.deepEqual([later.kept("c1", "a"), later.kept("c1", "b")], [draft("three"), undefined]);
  });

  it("shows one line of the body", () => {
    send('{\n  "a": 1,\n  "b": 2\n}');
    assert.equal(history.entries("c1")[0]?.preview, '{ "a": 1, "b": 2 }');
  });
});
