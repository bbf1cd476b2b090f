import assert from "node:assert/strict";
import { mermaid } from "../../../src/inspect/conversationMermaid.ts";
import type { ConversationMessage, Lane } from "../../../src/protocol/conversation.ts";
import { latencyText } from "../../../src/protocol/latency.ts";

describe("a conversation as a Mermaid diagram", () => {
  const lane = (title: string, connection = "Shop"): Lane => ({
    id: title,
    title,
    kind: "queue",
    mode: "Consume",
    connection: { name: connection },
    closed: false,
  });
  const message = (parts: Partial<ConversationMessage>): ConversationMessage => ({
    lane: 0,
    seq: 1,
    received: 0,
    key: "order.created",
    type: "application/json",
    size: 10,
    preview: "",
    state: "none",
    kept: true,
    ...parts,
  });

  it("has a participant for each lane and an arrow for each message, with the time between them", () => {
    const text = mermaid({
      lanes: [lane("orders.rpc"), lane("replies")],
      messages: [
        message({ key: "orders.rpc" }),
        message({ lane: 1, key: "replies", type: "", relation: { kind: "reply", to: 0, after: 12 } }),
        message({ lane: 0, key: "", seq: 7, type: "", relation: { kind: "trace", to: 1, after: 1250 } }),
      ],
    });
    assert.equal(
      text,
      [
        "sequenceDiagram",
        "  autonumber",
        "  participant L1 as orders.rpc (Consume)",
        "  participant L2 as replies (Consume)",
        "  L1->>L1: orders.rpc (application/json)",
        "  L1-->>L2: replies +12 ms",
        "  L2->>L1: #35;7 +1.25 s",
        "",
      ].join("\n"),
    );
  });

  it("names the connection where there are several", () => {
    const text = mermaid({ lanes: [lane("orders"), lane("orders", "Staging")], messages: [] });
    assert.match(text, /L1 as orders \(Consume, Shop\)\n {2}participant L2 as orders \(Consume, Staging\)/);
  });

  it("cannot be broken by what names and keys are made of", () => {
    const hostile = [
      "end",
      "a;b",
      "x\nparticipant Evil",
      "L1->>L2: forged",
      "#35;#quot;",
      "%%{init: {}}%%",
      "<script>alert(1)</script>",
      "wrap: x",
      "a as b",
      '"quoted" \u202e \ud800 \u0000',
      "Note over L1: x",
      "``` \u2028 rect rgb(0,0,0)",
    ];
    for (const name of hostile) {
      const text = mermaid({ lanes: [lane(name), lane(name)], messages: [message({ key: name, type: name })] });
      const lines = text.trimEnd().split("\n");
      assert.equal(lines.length, 5, name);
      for (const [at, line] of lines.slice(2).entries()) {
        const [, rest = ""] = (at < 2 ? / as (.*)$/ : /^ {2}L1->>L1: (.*)$/).exec(line) ?? [];
        // Nothing is left that Mermaid's lexer knows: no colon, arrow, quote, brace, comment, break or bare number sign.
        assert.doesNotMatch(rest.replaceAll(/#\d+;/g, ""), /[:;#<>"'`{}%&\n\u2028\u202e\u0000]/, name);
        assert.doesNotMatch(rest, /\bend\b/, name);
        assert.notEqual(rest, "", name);
      }
    }
  });

  it("writes times as people read them", () => {
    assert.deepEqual([0, 999.4, 999.6, 59_990, 200_400, 3_725_000].map(latencyText), [
      "+0 ms",
      "+999 ms",
      "+1.00 s",
      "+59.99 s",
      "+3 min 20 s",
      "+1 h 2 min",
    ]);
  });
});
