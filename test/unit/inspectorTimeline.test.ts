import assert from "node:assert/strict";
import { ackStates, type AckState } from "../../src/protocol/rows.ts";
import type { Bucket } from "../../src/protocol/timeline.ts";
import { moved, pressed, rangeBetween } from "../../webview/inspector/timeline/brush.ts";
import { plotHeight, shapeOf, ticksOf } from "../../webview/inspector/timeline/shape.ts";
import { timeText } from "../../webview/inspector/timeline/timeText.ts";

const axis = { from: 1000, to: 11_000, bucketMs: 1000 };

describe("range of time over the bars", () => {
  it("goes from bar to bar, however it was drawn, and stays on the axis", () => {
    assert.deepEqual(rangeBetween(2500, 4100, axis), { from: 2000, to: 5000 });
    assert.deepEqual(rangeBetween(4100, 2500, axis), { from: 2000, to: 5000 });
    assert.deepEqual(rangeBetween(2500, 2500, axis), { from: 2000, to: 3000 });
    assert.deepEqual(rangeBetween(-500, 99_000, axis), { from: 1000, to: 11_000 });
  });

  it("is moved as a whole no further than the ends, and keeps its length", () => {
    const range = { from: 2000, to: 5000 };
    assert.deepEqual(moved(range, "all", 2000, axis), { from: 4000, to: 7000 });
    assert.deepEqual(moved(range, "all", 90_000, axis), { from: 8000, to: 11_000 });
    assert.deepEqual(moved(range, "all", -90_000, axis), { from: 1000, to: 4000 });
  });

  it("is never less than a bar wide", () => {
    const range = { from: 2000, to: 5000 };
    assert.deepEqual(moved(range, "from", 90_000, axis), { from: 4000, to: 5000 });
    assert.deepEqual(moved(range, "to", -90_000, axis), { from: 2000, to: 3000 });
  });

  it("is moved by arrows, widened with Shift, and begun from either end", () => {
    const range = { from: 2000, to: 5000 };
    assert.deepEqual(pressed("ArrowRight", false, "from", range, axis), { from: 3000, to: 6000 });
    assert.deepEqual(pressed("ArrowLeft", true, "from", range, axis), { from: 1000, to: 5000 });
    assert.deepEqual(pressed("ArrowRight", true, "to", range, axis), { from: 2000, to: 6000 });
    assert.deepEqual(pressed("ArrowRight", false, "from", undefined, axis), { from: 2000, to: 11_000 });
    assert.deepEqual(pressed("End", false, "to", range, axis), { from: 2000, to: 11_000 });
    assert.deepEqual(pressed("Home", false, "from", range, axis), { from: 1000, to: 5000 });
    assert.equal(pressed("a", false, "from", range, axis), undefined);
  });
});

describe("bars of messages by time", () => {
  const bucket = (kept: number, shown: Partial<Record<AckState, number>>): Bucket => ({
    from: 0,
    kept,
    shown: { ...(Object.fromEntries(ackStates.map((state) => [state, 0])) as Record<AckState, number>), ...shown },
  });

  it("are stacked by state; a few among many are still seen", () => {
    const { kept, states } = shapeOf([
      bucket(100_000, { pending: 1 }),
      bucket(0, {}),
      bucket(50_000, { acked: 50_000 }),
    ]);
    assert.deepEqual(
      states.map(({ state }) => state),
      ["acked", "pending"],
    );
    assert.equal(states[1]?.path, `M0.08 ${(plotHeight - 2).toString()}h.84v2h-.84z`);
    assert.equal(kept.split("M").length - 1, 2);
  });

  it("have words at round times of the clock that is shown", () => {
    const from = Date.UTC(2026, 2, 4, 9, 30, 7);
    const ticks = ticksOf({ from, to: from + 60_000, bucketMs: 1000, counts: new ArrayBuffer(0) }, true, 7);
    assert.deepEqual(
      ticks.map(({ text }) => text),
      ["09:30:10", "09:30:20", "09:30:30", "09:30:40", "09:30:50", "09:31:00"],
    );
    assert.equal(ticks[0]?.at, 5);
  });

  it("have times that are as fine as they are", () => {
    const time = Date.UTC(2026, 2, 4, 9, 30, 7, 250);
    const style = { utc: true, withDay: false };
    assert.equal(timeText(time, { ...style, bucketMs: 60_000 }), "09:30");
    assert.equal(timeText(time, { ...style, bucketMs: 1000 }), "09:30:07");
    assert.equal(timeText(time, { ...style, bucketMs: 100 }), "09:30:07.250");
    assert.match(timeText(time, { ...style, bucketMs: 1000, withDay: true }), /4.*09:30:07/);
  });
});
