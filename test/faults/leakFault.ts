import type { Session } from "../../src/broker/contract.ts";
import { draft, Reader } from "../driver/conformanceSupport.ts";
import { Findings, type Fault, type FaultRun, type Found } from "./fault.ts";
import { liveConnection } from "./liveConnection.ts";
import { until } from "../support/until.ts";

export const leakFault: Fault = {
  name: "leak.cycles",
  unit: "things left behind",
  limit: 300,
  run: leaks,
};

/** Connects, publishes, consumes and closes again and again: nothing may be left, neither here nor at the broker. */
async function leaks(run: FaultRun): Promise<Found> {
  const cycles = run.quick ? 30 : 1_000;
  const broker = await run.startRabbitmq();
  const findings = new Findings();
  const onRejection = (reason: unknown): void => findings.add(`unhandled rejection: ${String(reason)}`);
  const onWarning = (warning: Error): void => findings.add(`warning: ${warning.message}`);
  process.on("unhandledRejection", onRejection);
  process.on("warning", onWarning);
  try {
    const name = "leak.cycles";
    await broker.make(name);
    // What is made once and kept, such as modules, is there after the first.
    await cycle(0);
    await untilGone({});
    const before = resources();
    const listeners = listenersOfProcess();
    for (let at = 1; at <= cycles; at++) await cycle(at);
    await untilGone(before);
    for (const [what, count] of Object.entries(resources()))
      findings.add(
        `${what}: ${String(count - (before[what] ?? 0))} more than before`,
        Math.max(0, count - (before[what] ?? 0)),
      );
    findings.add("listeners of the process", Math.max(0, listenersOfProcess() - listeners));
    for (const what of ["list_connections", "list_channels", "list_consumers"]) {
      const column = what === "list_consumers" ? "channel_pid" : "pid";
      const lines = (await broker.server.ctl(what, column)).split("\n").filter((line) => line.includes("<"));
      findings.add(`${what} of the broker: ${String(lines.length)}`, lines.length);
    }
    const left = await broker.count(name);
    findings.add(`messages that were acked and are there: ${String(left)}`, left);
    return findings.found({ cycles });

    async function cycle(at: number): Promise<void> {
      const connection = liveConnection(broker.driver, broker.target);
      const session: Session = await connection.connect();
      const node = await broker.find(session, name);
      await session.publish(node, draft(String(at)));
      const subscription = await session.watch(node, { mode: "consume", window: 10 });
      const [first] = await new Reader(subscription).take(1);
      await subscription.settle([first?.tag ?? 0], "ack");
      // In turn: the consumer first, the session first, the connection at once.
      if (at % 3 === 0) await subscription.close();
      if (at % 3 === 1) await session.close();
      await connection.dispose();
    }
  } finally {
    process.off("unhandledRejection", onRejection);
    process.off("warning", onWarning);
    await broker.stop();
  }
}

type Resources = Readonly<Record<string, number>>;

/** What keeps a process alive, by kind. */
function resources(): Resources {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Sockets close a moment after they were told to. */
async function untilGone(before: Resources): Promise<void> {
  const sockets = (of: Resources): number => of["TCPSocketWrap"] ?? 0;
  await until("the sockets are closed", () => sockets(resources()) <= sockets(before)).catch(() => undefined);
}

function listenersOfProcess(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}
