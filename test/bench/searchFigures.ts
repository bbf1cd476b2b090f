/** Searching a million messages of 1 KiB: whole scans beside the bare thing. */
import type { Delivery } from "../../src/broker/contract.ts";
import { MessageLog } from "../../src/inspect/log.ts";
import { largestLimits } from "../../src/inspect/logLimits.ts";
import { View } from "../../src/inspect/view.ts";
import type { Figure } from "./figure.ts";
import { deliveries, jsonBody, million } from "./messages.ts";

const rare = 245;

export const searchText: Figure = {
  name: "search.text",
  unit: "ms",
  versus: "Buffer.indexOf over the same bodies, message by message, case-sensitive",
  rounds: 5,
  ours: () => scan("rAreWord", rare),
  other: () => timed(bodiesOf(filled()), (body) => body.indexOf(word) >= 0),
};

export const searchRegex: Figure = {
  name: "search.regex",
  unit: "ms",
  versus: "the bare regular expression over the same slabs, as Latin-1 text",
  rounds: 5,
  ours: () => scan(String.raw`/rare\w+d/i`, rare),
  other() {
    const slabs = new Set(bodiesOf(filled()).map(({ buffer }) => buffer));
    const pattern = /rare\w+d/gi;
    let found = 0;
    const start = performance.now();
    for (const slab of slabs) {
      const text = Buffer.from(slab).toString("latin1");
      while (pattern.exec(text)) found++;
    }
    const took = performance.now() - start;
    if (found !== rare) throw new Error(`Found ${found}`);
    return took;
  },
};

export const searchPath: Figure = {
  name: "search.path",
  unit: "ms",
  versus: "JSON.parse of every body and a look at the value",
  rounds: 3,
  ours: () => scan('$.customer.name = "Dai Enghraifft"', million / 4),
  other: () =>
    timed(
      bodiesOf(filled()),
      (body) => (JSON.parse(body.toString()) as { customer: { name: string } }).customer.name === "Dai Enghraifft",
      million / 4,
    ),
};

const word = Buffer.from("RareWord");

/** Some of a million hold a rare word. */
function* messages(): Generator<Delivery> {
  const some = deliveries(1000);
  const holder = Buffer.from(jsonBody(1).toString().replace("lorem ipsum ", "lo RareWord "));
  const every = Math.floor(million / rare);
  for (let index = 0; index < million; index++) {
    const message = some[index % 1000]!;
    yield index % every === 0 && index / every < rare ? { ...message, body: holder } : message;
  }
}

function filled(): MessageLog {
  const log = new MessageLog(largestLimits);
  let time = 0;
  for (const message of messages()) log.add(message, time++, "none");
  return log;
}

function bodiesOf(log: MessageLog): readonly Buffer[] {
  return Array.from({ length: log.count }, (_, position) => log.body(log.slotAt(position)));
}

function timed(bodies: readonly Buffer[], matches: (body: Buffer) => boolean, expected = rare): number {
  // As the searches of ours, it has run before.
  for (const body of bodies.slice(0, 20_000)) matches(body);
  let found = 0;
  const start = performance.now();
  for (const body of bodies) if (matches(body)) found++;
  const took = performance.now() - start;
  if (Math.abs(found - expected) > rare) throw new Error(`Found ${found}`);
  return took;
}

/** The whole of what is kept, in all its slices. */
async function scan(text: string, expected: number): Promise<number> {
  const view = new View(filled(), () => undefined);
  // The key press before the last one.
  view.setFilter(text.replace(word.toString().slice(-2), ""));
  await searched(view);
  const start = performance.now();
  view.setFilter(text);
  const longest = Math.max(performance.now() - start, await searched(view));
  const took = performance.now() - start;
  if (view.mistake) throw new Error(view.mistake.sentence);
  if (Math.abs(view.count - expected) > rare) throw new Error(`Found ${view.count}`);
  if (process.env["MQ_BENCH_SLICES"]) console.error(`longest slice: ${longest.toFixed(1)} ms`);
  return took;
}

/** @returns the longest slice, in milliseconds */
async function searched(view: View): Promise<number> {
  let longest = 0;
  while (view.searching) {
    const last = performance.now();
    await new Promise((resolve) => setImmediate(resolve));
    longest = Math.max(longest, performance.now() - last);
  }
  return longest;
}
