import type { Receipt, Session } from "../../src/broker/contract.ts";
import { draft } from "../driver/conformanceSupport.ts";
import { Findings, randomOf, type Fault, type Found, type Size } from "./fault.ts";
import type { KillableBroker } from "./killableBroker.ts";
import { Killing } from "./killing.ts";
import { liveConnection, reconnected } from "./liveConnection.ts";

export const publishFault: Fault = {
  name: "fault.publish",
  unit: "confirmed messages missing",
  limit: 420,
  run: (run) => publishUnderFire(() => run.startRabbitmq(), run),
};

/** How many are on their way at once. */
const window = 1000;

/**
 * Publishes confirmed messages while the broker is killed and started again. Missing is what was said to be routed and is
 * not there; what was said to be lost is there or not, but once; what was said not to have been sent is not there.
 */
export async function publishUnderFire(start: () => Promise<KillableBroker>, run: Size): Promise<Found> {
  const { count, kills } = run.quick ? { count: 4_000, kills: 1 } : { count: 100_000, kills: 5 };
  const broker = await start();
  const connection = liveConnection(broker.driver, broker.target);
  try {
    const name = "fault.publish";
    await broker.make(name);
    const killing = new Killing(broker, kills, count, randomOf(run));
    const told: Told = { routed: new Set(), lost: new Set(), unsent: new Set(), other: new Map() };
    const node = await broker.find(await connection.connect(), name);
    let next = 0;
    const one = async (session: Session): Promise<void> => {
      const id = `m-${String(next++)}`;
      note(told, id, await session.publish(node, draft(id)).catch((error: unknown) => error));
      killing.progress(told.routed.size);
    };
    const inFlight = new Set<Promise<void>>();
    while (told.routed.size < count || killing.left > 0) {
      const session = await reconnected(connection);
      for (let sent = 0; sent < window / 2; sent++) {
        const sending: Promise<void> = one(session).finally(() => inFlight.delete(sending));
        inFlight.add(sending);
      }
      while (inFlight.size > window / 2) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
    await killing.up();
    return judge(told, await broker.bodies(name));
  } finally {
    await connection.dispose();
    await broker.stop();
  }
}

/** What became of each message, as the product said. */
interface Told {
  readonly routed: Set<string>;
  readonly lost: Set<string>;
  readonly unsent: Set<string>;
  readonly other: Map<string, string>;
}

function note(told: Told, id: string, answer: unknown): void {
  const receipt = answer as Receipt | Error;
  if (receipt instanceof Error) told.unsent.add(id);
  else if (receipt.outcome === "routed") told.routed.add(id);
  else if (receipt.outcome === "lost") told.lost.add(id);
  else told.other.set(id, `${receipt.outcome}: ${receipt.reason}`);
}

function judge({ routed, lost, unsent, other }: Told, bodies: readonly string[]): Found {
  const there = new Set(bodies);
  const findings = new Findings();
  findings.addAll(
    "said to be routed, and missing",
    [...routed].filter((id) => !there.has(id)),
  );
  findings.addAll(
    "said not to be sent, and there",
    [...unsent].filter((id) => there.has(id)),
  );
  findings.addAll(
    "said to be refused, and there",
    [...other].filter(([id]) => there.has(id)),
  );
  findings.add(`there more than once: ${String(bodies.length - there.size)}`, bodies.length - there.size);
  return findings.found({
    confirmed: routed.size,
    lost: lost.size,
    lostAndThere: [...lost].filter((id) => there.has(id)).length,
    unsent: unsent.size,
    other: other.size,
  });
}
