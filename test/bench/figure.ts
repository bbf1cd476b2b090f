import type { BenchBroker } from "./brokers.ts";

/** One thing that is measured, and the bare thing beside it. Each side runs in a process of its own. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** What `other` is. */
  readonly versus: string;
  readonly rounds: number;
  /** The runner starts this broker for it. */
  readonly broker?: BenchBroker;
  ours(): number | Promise<number>;
  other(): number | Promise<number>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
