import { Child } from "./child.ts";
import { Findings, type Fault, type FaultRun, type Found } from "./fault.ts";
import { filled } from "./filling.ts";
import { until } from "../support/until.ts";

export const hostKilledFault: Fault = {
  name: "fault.host-killed",
  unit: "messages not back on the queue",
  limit: 180,
  run: hostKilled,
};

/** A process that holds unsettled messages, as the extension host does, is killed: the broker has to have all of them again. */
async function hostKilled(run: FaultRun): Promise<Found> {
  const count = run.quick ? 2_000 : 10_000;
  const broker = await run.startRabbitmq();
  try {
    const name = "fault.host-killed";
    const ids = await filled(broker, name, count);
    await new Promise<void>((resolve, reject) => {
      const child = new Child(broker.target, ["hold", name, "", String(count)], (held) => {
        if (held === count) void child.kill().then(resolve);
      });
      void child.ended.then((code) => {
        if (code !== null) reject(new Error(`It ended with ${String(code)}.`));
      });
    });
    const started = performance.now();
    await until("all are back", async () => (await broker.count(name)) >= count).catch(() => undefined);
    const milliseconds = Math.round(performance.now() - started);
    const there = new Set(await broker.bodies(name));
    const findings = new Findings();
    findings.addAll(
      "not back",
      ids.filter((id) => !there.has(id)),
    );
    return findings.found({ held: count, milliseconds });
  } finally {
    await broker.stop();
  }
}
