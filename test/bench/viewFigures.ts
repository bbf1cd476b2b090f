/** What the page asks for: rows. */
import { Inspection } from "../../src/inspect/inspection.ts";
import { largestLimits } from "../../src/inspect/logLimits.ts";
import { unpackRows } from "../../src/protocol/rows.ts";
import { Batches } from "./batches.ts";
import { type Figure, median } from "./figure.ts";
import { deliveries } from "./messages.ts";

const rowsAtOnce = 500;

/**
 * From the page's request to where VS Code takes over: the rows are found and packed, the answer is turned into text as VS
 * Code does it, its buffer copied once. VS Code's own pipe to the window is not in it. Each time other rows are asked for.
 */
export const viewBatch: Figure = {
  name: "view.batch",
  unit: "ms",
  versus: "the same rows as plain objects, which are there already",
  rounds: 5,
  async ours() {
    const inspection = await filled(100_000);
    return timeOf((from) => {
      asVsCodeSends({ type: "result", id: 1, value: inspection.rows({ from, count: rowsAtOnce }) });
    });
  },
  async other() {
    const inspection = await filled(100_000);
    const pages = Array.from({ length: 20 }, (_, page) =>
      unpackRows(inspection.rows({ from: page * rowsAtOnce, count: rowsAtOnce })),
    );
    return timeOf((from) => {
      asVsCodeSends({ type: "result", id: 1, value: pages[from % pages.length] });
    });
  },
};

/** An inspection of that many messages. */
async function filled(count: number): Promise<Inspection> {
  const inspection = new Inspection({ limits: largestLimits });
  await new Batches(count, deliveries(1000)).readBy(inspection);
  return inspection;
}

function timeOf(page: (from: number) => void): number {
  const times: number[] = [];
  for (let round = 0; round < 500; round++) {
    const start = performance.now();
    page((round * 331) % 99_000);
    times.push(performance.now() - start);
  }
  return median(times.slice(100));
}

/** VS Code turns a message into text, with whole ArrayBuffers pulled out and copied. */
function asVsCodeSends(message: unknown): void {
  const buffers: ArrayBuffer[] = [];
  JSON.stringify(message, (_, value: unknown) => {
    if (!(value instanceof ArrayBuffer)) return value;
    buffers.push(value);
    return { $$vscode_array_buffer_reference$$: true, index: buffers.length - 1 };
  });
  for (const buffer of buffers) Buffer.from(buffer.slice(0));
}
