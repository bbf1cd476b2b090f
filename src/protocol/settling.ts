/** What the settle console of the inspector page is told, and which outcomes are its matter. */
import type { HeldOutcome, Outcome } from "../broker/contract.ts";

/** Where settling stands. Times are milliseconds since 1970 by the host's clock; `now` is that clock's present. */
export interface SettleCount {
  readonly now: number;
  /** What has waited longest. Absent when nothing is unsettled. */
  readonly oldest?: { readonly seq: number; readonly since: number };
  readonly acked: number;
  readonly requeued: number;
  readonly rejected: number;
  /** Those that went back before they were settled. */
  readonly lost: number;
}

export interface Unsettled {
  readonly seq: number;
  /** When it arrived here, milliseconds since 1970. */
  readonly since: number;
  readonly key: string;
}

/** Page → host. */
export interface SettleCalls {
  /** The unsettled messages that have waited longest, oldest first, whatever the filter shows. */
  unsettled(first: { readonly count: number }): readonly Unsettled[];
}

/** Those that settle what is held. Without any, its messages are only looked at. */
export function heldOutcomes(outcomes: readonly Outcome[]): readonly HeldOutcome[] {
  return outcomes.filter((outcome) => outcome !== "delete");
}
