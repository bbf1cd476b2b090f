import { moveQueue } from "../../src/commands/moveQueue.ts";
import { Findings, randomOf, type Fault, type FaultRun, type Found } from "./fault.ts";
import { filled } from "./filling.ts";
import { Killing } from "./killing.ts";
import { liveConnection, reconnected } from "./liveConnection.ts";

export const moveFault: Fault = {
  name: "fault.move",
  unit: "messages in neither queue",
  limit: 900,
  run: moveUnderFire,
};

/** Moves a queue to another broker while both ends are killed and started again, until all has come through. */
async function moveUnderFire(run: FaultRun): Promise<Found> {
  const { count, kills } = run.quick ? { count: 4_000, kills: 1 } : { count: 50_000, kills: 20 };
  const random = randomOf(run);
  const [one, other] = [await run.startRabbitmq(), await run.startRabbitmq()];
  const [source, target] = [one, other].map((each) => liveConnection(each.driver, each.target));
  if (!source || !target) throw new Error("There are two.");
  try {
    const [from, to] = ["fault.move.from", "fault.move.to"];
    const ids = await filled(one, from, count);
    await other.make(to);
    let victim = one;
    const killing = new Killing(
      {
        kill: () => (victim = random() < 0.5 ? one : other).kill(),
        restart: () => victim.restart(),
      },
      kills,
      count,
      random,
    );
    await Promise.all([source.connect(), target.connect()]);
    let taken = 0;
    let inBoth = 0;
    let runs = 0;
    const ends: string[] = [];
    do {
      runs++;
      try {
        const [sourceSession, targetSession] = [await reconnected(source), await reconnected(target)];
        const result = await moveQueue({
          from: { session: sourceSession, node: await one.find(sourceSession, from) },
          to: { session: targetSession, node: await other.find(targetSession, to) },
          window: 1000,
          report: (done) => killing.progress(taken + done),
          signal: new AbortController().signal,
        });
        taken += result.taken;
        inBoth += result.inBoth;
        if (result.stopped !== undefined) ends.push(result.stopped);
      } catch (error) {
        ends.push(String(error));
      }
      await killing.up();
    } while (killing.left > 0 || (await one.count(from)) > 0);
    const [left, there] = [await one.bodies(from), await other.bodies(to)];
    const anywhere = new Set([...left, ...there]);
    const findings = new Findings();
    findings.addAll(
      "in neither queue",
      ids.filter((id) => !anywhere.has(id)),
    );
    return findings.found({
      moved: taken,
      toldInBoth: inBoth,
      twice: there.length - count,
      runs,
      interrupted: ends.length,
    });
  } finally {
    await Promise.all([source.dispose(), target.dispose()]);
    await Promise.all([one.stop(), other.stop()]);
  }
}
