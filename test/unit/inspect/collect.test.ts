import assert from "node:assert/strict";
import { previousOfKey, shownSeqs } from "../../../src/inspect/collect.ts";
import { MessageLog } from "../../../src/inspect/log.ts";
import { delivery } from "../logSupport.ts";

describe("finding messages", () => {
  it("collects all that are kept but the markers, while others come and go", async () => {
    const log = new MessageLog({ messages: 50_000 });
    for (let tag = 1; tag <= 50_000; tag++)
      if (tag === 25_000) log.addMarker("a gap", 0);
      else log.add(delivery({ tag, key: "k" }), 0, "none");
    const collecting = shownSeqs(log, log);
    for (let tag = 1; tag <= 10_000; tag++) log.add(delivery({ tag, key: "later" }), 0, "none");
    const seqs = await collecting;
    assert.ok(seqs.length >= 39_999 && seqs.length < 50_000);
    assert.ok(!seqs.includes(25_000));
    assert.ok(seqs.every((seq, at) => at === 0 || seq > (seqs[at - 1] ?? 0)));
    assert.ok((seqs.at(-1) ?? 0) <= 50_000);
    assert.equal((await shownSeqs(log, log, 10)).length, 10);
  });

  it("finds the previous message of the same key, or that there is none", async () => {
    const log = new MessageLog();
    const seq = (parts: { readonly key?: string }): number => log.add(delivery(parts), 0, "none");
    const first = seq({ key: "order.ü" });
    seq({ key: "order.uu" });
    seq({});
    const empty = seq({ key: "" });
    log.addMarker("order.ü", 0);
    for (let more = 0; more < 5000; more++) seq({ key: `other.${String(more)}` });
    const last = seq({ key: "order.ü" });
    assert.equal(await previousOfKey(log, last), first);
    assert.equal(await previousOfKey(log, first), undefined);
    assert.equal(await previousOfKey(log, seq({ key: "" })), empty);
    assert.equal(await previousOfKey(log, 99_999), undefined);
  });

  it("tells a missing key from an empty one, also of messages that are kept as JSON", async () => {
    const log = new MessageLog();
    const large = Buffer.alloc(3 * 1024 * 1024);
    const without = log.add(delivery({ body: large }), 0, "none");
    log.add(delivery({ key: "", body: large }), 0, "none");
    log.add(delivery({ key: "k", body: large }), 0, "none");
    assert.equal(await previousOfKey(log, log.add(delivery({}), 0, "none")), without);
    assert.equal(await previousOfKey(log, log.add(delivery({ key: "k" }), 0, "none")), 3);
  });
});
