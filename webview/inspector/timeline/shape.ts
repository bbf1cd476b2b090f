/** From counts to what is drawn: bars as one path for each colour, and where the axis has its words. */
import { ackStates, type AckState } from "../../../src/protocol/rows.ts";
import { type Bucket, roundSpan, type Timeline } from "../../../src/protocol/timeline.ts";
import { spansDays, timeText, zoneOffset } from "./timeText.ts";

/** In the order of their stacking, from the bottom. */
export const stackedStates: readonly AckState[] = [
  "acked",
  "requeued",
  "rejected",
  "deleted",
  "lost",
  "settling",
  "pending",
  "none",
];

/** Of the paths: a bar is as wide as 1; the highest as high as this. */
export const plotHeight = 44;
/** A bar of few among many must still be seen. */
const leastHeight = 2;

export interface Shape {
  /** All that is kept, behind the rest. */
  readonly kept: string;
  readonly states: readonly { readonly state: AckState; readonly path: string }[];
  readonly highest: number;
}

export function shapeOf(buckets: readonly Bucket[]): Shape {
  const highest = Math.max(1, ...buckets.map(({ kept }) => kept));
  const scale = plotHeight / highest;
  const paths = new Map<AckState, string>();
  let kept = "";
  buckets.forEach((bucket, index) => {
    kept += bar(index, 0, heightOf(bucket.kept, scale));
    const shown = shownIn(bucket);
    const total = heightOf(shown, scale);
    let below = 0;
    for (const state of stackedStates) {
      const count = bucket.shown[state];
      if (count === 0) continue;
      const height = (total * count) / shown;
      paths.set(state, (paths.get(state) ?? "") + bar(index, below, height));
      below += height;
    }
  });
  const states = stackedStates.flatMap((state) => {
    const path = paths.get(state);
    return path === undefined ? [] : [{ state, path }];
  });
  return { kept, states, highest };
}

function heightOf(count: number, scale: number): number {
  return count === 0 ? 0 : Math.max(leastHeight, count * scale);
}

function bar(index: number, below: number, height: number): string {
  if (height === 0) return "";
  const top = plotHeight - below - height;
  return `M${index + 0.08} ${round(top)}h.84v${round(height)}h-.84z`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** How many of a bar the filter lets through. */
export function shownIn(bucket: Bucket): number {
  return ackStates.reduce((sum, state) => sum + bucket.shown[state], 0);
}

export interface Tick {
  /** Of the width, in per cent. */
  readonly at: number;
  readonly text: string;
}

/** Words at round times of the shown clock. @param room how many fit beside one another */
export function ticksOf({ from, to }: Timeline, utc: boolean, room: number): readonly Tick[] {
  const span = to - from;
  if (span <= 0 || room < 1) return [];
  const step = roundSpan(span / room);
  const offset = zoneOffset(from, utc);
  const withDay = spansDays(from, to - 1, utc);
  // The last word must not be cut off.
  const last = to - (span / room) * 0.75;
  const ticks: Tick[] = [];
  for (let time = Math.ceil((from + offset) / step) * step - offset; time < last; time += step)
    ticks.push({ at: ((time - from) / span) * 100, text: timeText(time, { utc, bucketMs: step, withDay }) });
  return ticks;
}
