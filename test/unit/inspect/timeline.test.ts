import assert from "node:assert/strict";
import { MessageLog } from "../../../src/inspect/log.ts";
import { type Positions, TimelineCounter } from "../../../src/inspect/timeline.ts";
import { bucketsOf, roundSpan, type Timeline } from "../../../src/protocol/timeline.ts";
import { delivery } from "../logSupport.ts";

const noon = Date.UTC(2026, 2, 4, 12);
const second = 1000;

describe("counts by time", () => {
  const filled = (count: number, spacing: number, limits = {}): MessageLog => {
    const log = new MessageLog(limits);
    for (let at = 0; at < count; at++) log.add(delivery({ tag: at }), noon + at * spacing, at % 4 ? "acked" : "none");
    return log;
  };
  const counter = (log: MessageLog, shown?: Positions, breathe?: () => Promise<void>): TimelineCounter =>
    new TimelineCounter({ log, shown: () => shown, version: () => log.nextSeq, ...(breathe && { breathe }) });
  const keptIn = (timeline: Timeline): readonly number[] => bucketsOf(timeline).map(({ kept }) => kept);

  it("puts each message into a bar of a round length that begins at a round time", async () => {
    const log = filled(600, second);
    const timeline = await counter(log).read(100);
    assert.equal(timeline.bucketMs, 10 * second);
    assert.equal(timeline.from, noon);
    assert.equal(timeline.to, noon + 600 * second);
    assert.deepEqual(new Set(keptIn(timeline)), new Set([10]));
    const [first, ...others] = bucketsOf(timeline);
    assert.equal(first?.shown.none, 3);
    assert.equal(first.shown.acked, 7);
    assert.equal(others.length, 59);
  });

  it("never has more bars than were asked for, and has none without messages", async () => {
    for (const most of [2, 20, 50, 200])
      for (const spacing of [1, 137, 6_661, 3_600_000]) {
        const timeline = await counter(filled(500, spacing)).read(most);
        const kept = keptIn(timeline);
        assert.ok(kept.length <= most, `${kept.length.toString()} bars`);
        assert.equal(
          kept.reduce((sum, each) => sum + each),
          500,
        );
      }
    assert.deepEqual(keptIn(await counter(new MessageLog()).read(100)), []);
    assert.deepEqual(keptIn(await counter(filled(1, 1)).read(4)), [1, 0, 0, 0]);
  });

  it("counts beside all that is kept what the filter lets through", async () => {
    const log = filled(100, second);
    const timeline = await counter(log, { count: 10, slotAt: (position) => log.slotAt(position * 10) }).read(100);
    const buckets = bucketsOf(timeline);
    assert.equal(buckets.length, 100);
    assert.deepEqual(
      buckets.flatMap(({ shown }, at) => (shown.acked + shown.none > 0 ? [at] : [])),
      [0, 10, 20, 30, 40, 50, 60, 70, 80, 90],
    );
    assert.ok(buckets.every(({ kept }) => kept === 1));
  });

  it("leaves gaps out, and puts what a clock that was set back gave into the nearest bar", async () => {
    const log = filled(10, second);
    log.addMarker("Nothing was seen for a while.", noon + 12 * second);
    log.add(delivery(), noon + 60 * second, "none");
    log.add(delivery(), noon + 20 * second, "none");
    const kept = keptIn(await counter(log).read(100));
    assert.equal(
      kept.reduce((sum, each) => sum + each),
      12,
    );
  });

  it("counts a million in slices of a few milliseconds", async function () {
    this.timeout(60_000);
    const log = filled(1_000_000, 3, { messages: 1_000_000 });
    const sliceLengths: number[] = [];
    let began = performance.now();
    const counting = counter(log, undefined, async () => {
      sliceLengths.push(performance.now() - began);
      await new Promise((resolve) => setImmediate(resolve));
      began = performance.now();
    });
    began = performance.now();
    const timeline = await counting.read(200);
    assert.equal(
      keptIn(timeline).reduce((sum, each) => sum + each),
      1_000_000,
    );
    assert.ok(sliceLengths.length > 1);
    const median = sliceLengths.toSorted((a, b) => a - b)[Math.trunc(sliceLengths.length / 2)] ?? 0;
    assert.ok(median <= 10, `${median.toFixed(1)} ms`);
  });

  it("counts each message once while old ones go and new ones come between the slices", async function () {
    this.timeout(60_000);
    const log = filled(300_000, 1, { messages: 300_000 });
    let turns = 0;
    const timeline = await counter(log, undefined, () => {
      turns++;
      for (let at = 0; at < 500; at++) log.add(delivery(), noon + 300_000, "none");
      return Promise.resolve();
    }).read(200);
    const kept = keptIn(timeline).reduce((sum, each) => sum + each);
    assert.ok(turns > 0);
    assert.ok(kept <= 300_000 && kept >= 300_000 - turns * 500, `${kept.toString()} after ${turns.toString()} turns`);
  });

  it("is not counted again while nothing changed, and at most four times a second else", async () => {
    const log = filled(1000, second);
    const counting = counter(log);
    const first = await counting.read(100);
    assert.equal(await counting.read(100), first);
    const began = performance.now();
    log.add(delivery(), noon + 2000 * second, "none");
    const [second2, third] = await Promise.all([counting.read(100), counting.read(100)]);
    assert.equal(second2, third);
    assert.notEqual(second2, first);
    assert.ok(performance.now() - began >= 200);
  });
});

describe("round lengths of time", () => {
  it("are those that people count in", () => {
    assert.deepEqual(
      [0, 100, 101, 700, 1000, 4000, 6000, 31_000, 61_000, 3_000_000, 3_700_000, 90_000_000].map(roundSpan),
      [100, 100, 200, 1000, 1000, 5000, 10_000, 60_000, 120_000, 3_600_000, 7_200_000, 172_800_000],
    );
    assert.equal(roundSpan(400 * 86_400_000) % (28 * 86_400_000), 0);
  });
});
