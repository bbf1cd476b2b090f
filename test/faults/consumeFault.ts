import type { Driver } from "../../src/broker/contract.ts";
import { Inspection } from "../../src/inspect/inspection.ts";
import { Reattaching } from "../../src/views/inspector/reattaching.ts";
import { draft } from "../driver/conformanceSupport.ts";
import { Findings, randomOf, type Fault, type Found, type Size } from "./fault.ts";
import type { KillableBroker } from "./killableBroker.ts";
import { Killing } from "./killing.ts";
import { liveConnection } from "./liveConnection.ts";
import { SettleRecord } from "./settleRecord.ts";

export const consumeFault: Fault = {
  name: "fault.consume",
  unit: "messages lost",
  limit: 420,
  run: (run) => consumeUnderFire(() => run.startRabbitmq(), run),
};

const window = 500;

/**
 * Consumes and settles by hand, as an inspector does, while the broker is killed and started again: the consumer resumes by
 * itself. Lost is what was neither acked nor is on the queue when the consumer is closed with a window full of unsettled
 * messages.
 */
export async function consumeUnderFire(start: () => Promise<KillableBroker>, run: Size): Promise<Found> {
  const { count, kills } = run.quick ? { count: 3_000, kills: 1 } : { count: 20_000, kills: 5 };
  const random = randomOf(run);
  const broker = await start();
  const record = new SettleRecord();
  const driver: Pick<Driver, "connect"> = {
    connect: async (target, signal) => record.watching(await broker.driver.connect(target, signal)),
  };
  const connection = liveConnection(driver, broker.target);
  // Enough for what comes again and again: markers that are evicted would not be counted.
  const inspection = new Inspection({ limits: { messages: 20 * count } });
  try {
    const name = "fault.consume";
    await broker.make(name);
    const session = await connection.connect();
    const node = await broker.find(session, name);
    const ids = Array.from({ length: count }, (_, index) => `m-${String(index)}`);
    for (let sent = 0; sent < count; sent += 1000)
      await Promise.all(ids.slice(sent, sent + 1000).map((id) => session.publish(node, draft(id))));
    const killing = new Killing(broker, kills, count, random);
    const options = { mode: "consume", window } as const;
    const problems: string[] = [];
    const reattaching = new Reattaching({
      request: { connection, node, options },
      inspection,
      session,
      log: { error: (sentence: string) => void problems.push(sentence) },
      agrees: async () => ({}),
      changed: () => undefined,
    });
    connection.onDidChange(() => reattaching.resume());
    inspection.onDidChange(() => reattaching.resume());
    inspection.attach(await session.watch(node, options));

    // The last ones stay unsettled.
    while (record.acked.size + record.unknown.size < count - window || killing.left > 0) {
      await settleSome(inspection, random);
      killing.progress(record.acked.size);
    }
    await killing.up();
    const { kept, evicted, received } = inspection.summary;
    reattaching.close();
    await inspection.close();
    const there = new Set(await broker.bodies(name));
    const unsettled = ids.filter((id) => !record.acked.has(id) && !record.unknown.has(id));
    const findings = new Findings();
    findings.addAll(
      "neither acked nor on the queue",
      unsettled.filter((id) => !there.has(id)),
    );
    return findings.found({
      acked: record.acked.size,
      backOnTheQueue: there.size,
      // A broker that is killed may forget acks that it had taken and not written yet: they come again, nothing is lost.
      ackedAndBack: [...record.acked].filter((id) => there.has(id)).length,
      unknown: [...record.unknown].filter((id) => !there.has(id)).length,
      resumed: record.watches - 1,
      gaps: kept + evicted - received,
      failedToResume: problems.length,
    });
  } finally {
    await inspection.close();
    await connection.dispose();
    await broker.stop();
  }
}

/** Waits for messages, and settles some of what is unsettled: acks most and gives some back. */
async function settleSome(inspection: Inspection, random: () => number): Promise<void> {
  const pending = inspection.unsettled(window).map(({ seq }) => seq);
  if (pending.length === 0) {
    await changed(inspection);
    return;
  }
  const outcome = random() < 0.9 ? "ack" : "requeue";
  const some = pending.filter(() => random() < 0.7);
  // Too late for those whose channel has gone meanwhile.
  await inspection.settle({ what: "these", seqs: some, outcome }).catch(() => undefined);
}

async function changed(inspection: Inspection): Promise<void> {
  await new Promise<void>((resolve) => {
    const listening = inspection.onDidChange(() => {
      listening.dispose();
      resolve();
    });
  });
}
