import type { JournalHead } from "../inspect/transfer/journalFormat.ts";

/** The settings of the journal, as they are now. */
export interface JournalLimits {
  readonly enabled: boolean;
  /** Of all files together, and so of one. */
  readonly maxBytes: number;
  readonly maxDays: number;
}

/** One act whose messages are kept. */
export interface JournalEntry {
  readonly path: string;
  readonly bytes: number;
  /** Absent when the file cannot be read; then `problem` says why. */
  readonly head?: JournalHead;
  readonly problem?: string;
  /** Lines of messages that are whole. */
  readonly count: number;
  /** Of those, published again and confirmed. */
  readonly restored: number;
  readonly restoredAt?: number;
}
