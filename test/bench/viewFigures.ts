/** What the page asks for: rows, and a search. */
import { compileFilter } from "../../src/inspect/filter.ts";
import { largestLimits, MessageLog } from "../../src/inspect/log.ts";
import { Search } from "../../src/inspect/matchView.ts";
import { RowPacker } from "../../src/inspect/rowPacker.ts";
import { unpackRows } from "../../src/protocol/rows.ts";
import { type Figure, median } from "./figure.ts";
import { deliveries, jsonBody, million } from "./messages.ts";

const rowsAtOnce = 500;

export const viewBatch: Figure = {
  name: "view.batch",
  unit: "ms",
  versus: "the same rows as plain objects",
  rounds: 5,
  ours() {
    const log = filled(100_000);
    const packer = new RowPacker(log);
    return timeOf((from) => {
      const slots = Array.from({ length: rowsAtOnce }, (_, index) => log.slotAt(from + index));
      asVsCodeSends({ type: "result", id: 1, value: packer.pack(slots) });
    });
  },
  other() {
    const log = filled(100_000);
    const packer = new RowPacker(log);
    const pages = Array.from({ length: 20 }, (_, page) =>
      unpackRows(packer.pack(Array.from({ length: rowsAtOnce }, (_, index) => log.slotAt(page * rowsAtOnce + index)))),
    );
    return timeOf((from) => asVsCodeSends({ type: "result", id: 1, value: pages[from % pages.length] }));
  },
};

export const searchText: Figure = {
  name: "search.text",
  unit: "ms",
  versus: "Buffer.indexOf over the same bodies, message by message, case-sensitive",
  rounds: 5,
  async ours() {
    const log = filled(million);
    const compiled = compileFilter("rAreWord");
    if (!("filter" in compiled) || !compiled.filter) throw new Error("No filter");
    const { filter } = compiled;
    let found = 0;
    const start = performance.now();
    const search = new Search(
      log,
      (slot) => filter.matches(log, slot),
      () => found++,
    );
    while (!search.run(6)) await new Promise((resolve) => setImmediate(resolve));
    const took = performance.now() - start;
    if (found !== rare) throw new Error(`Found ${found}`);
    return took;
  },
  other() {
    const log = filled(million);
    const bodies: Buffer[] = [];
    for (let position = 0; position < log.count; position++) bodies.push(log.body(log.slotAt(position)));
    const needle = Buffer.from("RareWord");
    let found = 0;
    const start = performance.now();
    for (const body of bodies) if (body.indexOf(needle) >= 0) found++;
    const took = performance.now() - start;
    if (found !== rare) throw new Error(`Found ${found}`);
    return took;
  },
};

const rare = 245;

/** A log of that many messages; some of a million hold a rare word. */
function filled(count: number): MessageLog {
  const log = new MessageLog(largestLimits);
  const messages = deliveries(1000);
  const holder = Buffer.from(jsonBody(1).toString().replace("lorem ipsum ", "lo RareWord "));
  const every = Math.floor(million / rare);
  for (let index = 0; index < count; index++) {
    const message = messages[index % 1000]!;
    const isHolder = index % every === 0 && index / every < rare;
    log.add(isHolder ? { ...message, body: holder } : message, index, "none");
  }
  return log;
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
