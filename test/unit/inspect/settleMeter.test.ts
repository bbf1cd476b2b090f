import assert from "node:assert/strict";
import { createMemoryDriver } from "../../../src/drivers/memory/index.ts";
import type { Draft, Node, Session } from "../../../src/broker/contract.ts";
import { Inspection } from "../../../src/inspect/inspection.ts";
import { MessageLog } from "../../../src/inspect/log.ts";
import { SettleMeter } from "../../../src/inspect/settleMeter.ts";
import { delivery, until } from "../logSupport.ts";

describe("the settle meter", () => {
  const filled = (count: number, limit = 1000): MessageLog => {
    const log = new MessageLog({ messages: limit });
    for (let at = 0; at < count; at++) log.add(delivery({ tag: at + 1, key: `k${String(at)}` }), 1000 + at, "pending");
    return log;
  };
  const settle = (log: MessageLog, meter: SettleMeter, seq: number): void => {
    log.setState(log.slot(seq), "acked");
    meter.became("acked");
  };

  it("knows what has waited longest, whatever order is settled in", () => {
    const log = filled(10);
    const meter = new SettleMeter(log, () => 5000);
    assert.deepEqual(meter.count.oldest, { seq: 1, since: 1000 });
    for (const seq of [3, 1, 2]) settle(log, meter, seq);
    assert.deepEqual(meter.count.oldest, { seq: 4, since: 1003 });
    assert.deepEqual(
      meter.unsettled(3).map(({ seq, key }) => [seq, key]),
      [
        [4, "k3"],
        [5, "k4"],
        [6, "k5"],
      ],
    );
    for (let seq = 4; seq <= 10; seq++) settle(log, meter, seq);
    assert.deepEqual(meter.count, { now: 5000, acked: 10, requeued: 0, rejected: 0, lost: 0 });
    assert.deepEqual(meter.unsettled(10), []);
    log.add(delivery({ key: "late" }), 6000, "pending");
    assert.deepEqual(meter.count.oldest, { seq: 11, since: 6000 });
  });

  it("goes on with one whose settling failed, and with those that are kept beyond their turn", () => {
    const log = filled(3, 4);
    const meter = new SettleMeter(log, () => 5000);
    log.setState(log.slot(1), "settling");
    assert.equal(meter.count.oldest?.seq, 1);
    log.setState(log.slot(1), "pending");
    settle(log, meter, 2);
    for (let at = 0; at < 6; at++) log.add(delivery(), 9000, "none");
    assert.deepEqual(
      meter.unsettled(9).map(({ seq }) => seq),
      [1, 3],
    );
  });

  describe("of an inspection", () => {
    let session: Session;
    let queue: Node;
    let inspection: Inspection;

    beforeEach(async () => {
      const driver = createMemoryDriver();
      driver.broker("shop").declareQueue("work", { type: "classic", durable: true, args: [] });
      session = await driver.connect({ uri: "memory://shop", pins: [] }, new AbortController().signal);
      queue = await workQueue(session);
      inspection = new Inspection({ limits: { messages: 100 } });
      for (let at = 0; at < 6; at++) await session.publish(queue, draft);
      inspection.attach(await session.watch(queue, { mode: "consume", window: 50 }));
      await until(() => inspection.summary.pending === 6);
    });
    afterEach(async () => {
      await inspection.close();
      await session.close();
    });

    it("counts what became of the messages, the lost ones too", async () => {
      assert.match(inspection.terms?.says.reject ?? "", /no dead-letter exchange/);
      await inspection.settle({ what: "these", seqs: [1], outcome: "ack" });
      await inspection.settle({ what: "these", seqs: [2], outcome: "reject" });
      await session.close();
      await until(() => inspection.ended !== undefined && inspection.summary.settling?.lost === 4);
      const { acked, rejected, requeued, oldest } = inspection.summary.settling ?? {};
      assert.deepEqual([acked, rejected, requeued, oldest], [1, 1, 0, undefined]);
    });
  });
});

const draft: Draft = { body: Buffer.from("x"), persistent: true, headers: [], properties: {} };

async function workQueue(session: Session): Promise<Node> {
  const find = async (parent?: Node): Promise<Node | undefined> => {
    for (const node of (await session.list(parent)).items) {
      if (node.kind === "queue" && node.name === "work") return node;
      const inside = node.expandable && node.kind !== "queue" ? await find(node) : undefined;
      if (inside) return inside;
    }
    return undefined;
  };
  const found = await find();
  assert.ok(found);
  return found;
}
