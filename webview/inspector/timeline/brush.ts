/** The range of time that the user draws over the bars. */
import type { TimeRange } from "../../../src/protocol/filter.ts";
import type { Timeline } from "../../../src/protocol/timeline.ts";

/** What of the range is moved: an edge, or all of it. */
export type BrushPart = "from" | "to" | "all";

type Axis = Pick<Timeline, "from" | "to" | "bucketMs">;

/** Everything from the bar under one time to the bar under the other. */
export function rangeBetween(one: number, other: number, { from, to, bucketMs }: Axis): TimeRange {
  const start = from + Math.floor((Math.min(one, other) - from) / bucketMs) * bucketMs;
  const end = from + (Math.floor((Math.max(one, other) - from) / bucketMs) + 1) * bucketMs;
  return { from: clamp(start, from, to - bucketMs), to: clamp(end, from + bucketMs, to) };
}

/** Moved by so many milliseconds; it stays on the axis and at least one bar wide. */
export function moved(range: TimeRange, part: BrushPart, by: number, axis: Axis): TimeRange {
  const { from, to } = range;
  switch (part) {
    case "from":
      return { from: clamp(from + by, Math.min(axis.from, from), to - axis.bucketMs), to };
    case "to":
      return { from, to: clamp(to + by, from + axis.bucketMs, Math.max(axis.to, to)) };
    case "all": {
      const shift = by < 0 ? Math.max(by, Math.min(0, axis.from - from)) : Math.min(by, Math.max(0, axis.to - to));
      return { from: from + shift, to: to + shift };
    }
    default:
      return part satisfies never;
  }
}

/**
 * What a key on the handle of an edge makes of the range: arrows move all of it, with Shift the edge alone; Home and End
 * bring the edge to the end of the axis. undefined = the key does nothing here.
 */
export function pressed(
  key: string,
  shift: boolean,
  edge: "from" | "to",
  range: TimeRange | undefined,
  axis: Axis,
): TimeRange | undefined {
  const whole = { from: axis.from, to: axis.to };
  const now = range ?? whole;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -10,
    PageUp: 10,
  };
  const step = steps[key];
  // Where no range is chosen there is nothing to move as a whole.
  if (step !== undefined) return moved(now, shift || !range ? edge : "all", step * axis.bucketMs, axis);
  if (key === "Home")
    return edge === "from"
      ? { ...now, from: Math.min(axis.from, now.to - axis.bucketMs) }
      : { ...now, to: now.from + axis.bucketMs };
  if (key === "End")
    return edge === "to"
      ? { ...now, to: Math.max(axis.to, now.from + axis.bucketMs) }
      : { ...now, from: now.to - axis.bucketMs };
  return undefined;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
