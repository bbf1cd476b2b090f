import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "./child.ts";
import { Findings, randomOf, type Fault, type FaultRun, type Found } from "./fault.ts";
import { filled } from "./filling.ts";

export const purgeRestoreFault: Fault = {
  name: "fault.purge-restore",
  unit: "messages missing",
  limit: 600,
  run: purgeAndRestore,
};

/**
 * Purges a queue into the undo journal, in a process that is killed at random and begun again until the queue is empty; then
 * restores all journals, killed at random as well.
 */
async function purgeAndRestore(run: FaultRun): Promise<Found> {
  const { count, kills } = run.quick ? { count: 4_000, kills: 1 } : { count: 100_000, kills: 5 };
  const random = randomOf(run);
  const broker = await run.startRabbitmq();
  const folder = await mkdtemp(join(tmpdir(), "mq-purge-restore-"));
  try {
    const name = "fault.purge-restore";
    const ids = await filled(broker, name, count);
    const findings = new Findings();
    let runs = 0;
    /** Runs it until it ends by itself. */
    const work = async (what: "purge" | "restore"): Promise<void> => {
      for (let left = kills; ; left--) {
        runs++;
        const killAt = left > 0 ? Math.floor(random() * (count / (kills + 1))) : Infinity;
        const child = new Child(broker.target, [what, name, folder], (done) => {
          if (done >= killAt) void child.kill();
        });
        const code = await child.ended;
        if (code === 0) return;
        if (code !== null) throw new Error(`${what} ended with ${String(code)}.`);
      }
    };
    await work("purge");
    while ((await broker.count(name)) > 0) await work("purge");
    await work("restore");
    const bodies = await broker.bodies(name);
    const there = new Set(bodies);
    findings.addAll(
      "missing",
      ids.filter((id) => !there.has(id)),
    );
    return findings.found({ restored: there.size, twice: bodies.length - there.size, runs });
  } finally {
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
