/**
 * Work in a process of its own, so that it can be killed at any moment: `node childWork.ts WORK QUEUE FOLDER COUNT`, its broker
 * in MQ_FAULT_TARGET as JSON. Tells how far it is, a number on each line; ends when it is done.
 * `hold` = consumes and settles nothing · `purge` = empties the queue into a journal in the folder · `restore` = publishes
 * all that is in the journal again.
 */
import type { Target } from "../../src/broker/contract.ts";
import { journaledPurge } from "../../src/commands/journaledPurge.ts";
import { restoreEntry } from "../../src/commands/restoreEntry.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { Inspection } from "../../src/inspect/inspection.ts";
import { Journal } from "../../src/journal/journal.ts";
import { find } from "../driver/conformanceSupport.ts";
import { liveConnection } from "./liveConnection.ts";

const [work, queue = "", folder = "", count = "0"] = process.argv.slice(2);
const target = JSON.parse(process.env["MQ_FAULT_TARGET"] ?? "{}") as Target;
const report = (done: number): void => console.log(String(done));
const { signal } = new AbortController();

const connection = liveConnection(driver, target);
const session = await connection.connect();
const node = await find(session, ["vhost", "queues"], "queue", queue);
const journal = new Journal(folder, () => ({ enabled: true, maxBytes: 2 ** 32, maxDays: 30 }));

if (work === "hold") {
  const inspection = new Inspection();
  inspection.onDidChange(() => report(inspection.summary.pending));
  inspection.attach(await session.watch(node, { mode: "consume", window: Number(count) }));
  await new Promise(() => undefined);
} else if (work === "purge") {
  const { stopped } = await journaledPurge({
    session,
    node,
    connection: { id: "fault", name: "Fault" },
    journal,
    report,
    signal,
  });
  if (stopped !== undefined) console.error(stopped);
} else if (work === "restore") {
  for (const entry of await journal.list()) {
    // One that was cut off in its first line had taken nothing away.
    if (entry.problem !== undefined) continue;
    const { broken } = await restoreEntry({ session, node, journal, entry, report, signal });
    // The last line of a journal may be cut off: its message was not acked.
    for (const { line, problem } of broken) console.error(`Line ${String(line)}: ${problem}`);
  }
}
await connection.dispose();
