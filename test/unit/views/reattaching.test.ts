import assert from "node:assert/strict";
import type { Node, Session, Subscription } from "../../../src/broker/contract.ts";
import { BrokerError, type BrokerErrorKind } from "../../../src/broker/errors.ts";
import { Inbox } from "../../../src/broker/inbox.ts";
import { Inspection } from "../../../src/inspect/inspection.ts";
import type { Connection } from "../../../src/connections/connection.ts";
import { Reattaching } from "../../../src/views/inspector/reattaching.ts";
import { FakeClock, settled } from "../../support/connectionBench.ts";
import { FakeSession } from "../../support/fakeDriver.ts";

const node: Node = { id: "q", kind: "queue", name: "q", verbs: ["consume"], expandable: false };

/** A session whose consumers are ended by the test. */
class Scene extends FakeSession {
  inboxes: Inbox<never>[] = [];
  /** What the next attempts to attach throw. */
  readonly refusals: BrokerError[] = [];

  override async watch(): Promise<Subscription> {
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    const inbox = new Inbox<never>();
    this.inboxes.push(inbox);
    const plain = await super.watch(node, { mode: "consume", window: 5 });
    return { ...plain, [Symbol.asyncIterator]: () => inbox[Symbol.asyncIterator]() };
  }
}

describe("attaching again by itself", () => {
  let session: Scene;
  let connection: { session: Session | undefined; connect(): Promise<Session> };
  let inspection: Inspection;
  let clock: FakeClock;
  let reattaching: Reattaching;

  beforeEach(async () => {
    session = new Scene();
    connection = { session, connect: async () => session };
    inspection = new Inspection();
    clock = new FakeClock();
    const options = { mode: "consume", window: 5 } as const;
    reattaching = new Reattaching({
      request: { connection: connection as unknown as Connection, node, options },
      inspection,
      session,
      log: { error: () => undefined },
      agrees: async () => ({}),
      changed: () => undefined,
      setTimer: clock.setTimer,
      now: () => clock.now,
    });
    inspection.onDidChange(() => {
      reattaching.resume();
    });
    inspection.attach(await session.watch());
  });
  afterEach(async () => {
    reattaching.close();
    await inspection.close();
  });

  const end = async (kind: BrokerErrorKind): Promise<void> => {
    session.inboxes.at(-1)?.fail(new BrokerError(kind, "It ended."));
    await settled();
  };
  const isEnded = (): boolean => inspection.ended?.failed ?? false;
  const wait = (): number => clock.timers[0]!.at - clock.now;

  it("waits a moment when its connection alone was lost", async () => {
    await end("closed");
    assert.ok(isEnded() && reattaching.waiting);
    assert.ok(wait() >= 500 && wait() <= 1000, String(wait()));
    clock.pass(1000);
    await settled();
    assert.equal(inspection.ended, undefined);
    assert.equal(session.inboxes.length, 2);
    assert.equal(reattaching.waiting, false);
  });

  it("waits longer each time that it fails, and says why", async () => {
    session.refusals.push(new BrokerError("unreachable", "Nobody answers."));
    await end("closed");
    clock.pass(1000);
    await settled();
    assert.equal(reattaching.problem, "Nobody answers.");
    assert.ok(wait() >= 1000 && wait() <= 2000, String(wait()));
    clock.pass(2000);
    await settled();
    assert.equal(inspection.ended, undefined);
    assert.equal(reattaching.problem, undefined);
  });

  it("leaves to the user what the broker ended for a reason of its own", async () => {
    for (const kind of ["missing", "expired", "denied"] as const) {
      await end(kind);
      assert.deepEqual(clock.timers, [], kind);
      await reattaching.attach();
      assert.equal(inspection.ended, undefined);
    }
  });

  it("attaches at once in a new session, but takes no messages again that it had held for too long", async () => {
    await end("closed");
    connection.session = session = new Scene();
    reattaching.resume();
    await settled();
    assert.equal(inspection.ended, undefined);
    assert.deepEqual(clock.timers, []);
    await end("expired");
    connection.session = session = new Scene();
    reattaching.resume();
    await settled();
    assert.ok(isEnded());
  });

  it("waits no longer than its panel lives", async () => {
    await end("closed");
    reattaching.close();
    assert.deepEqual(clock.timers, []);
  });
});
