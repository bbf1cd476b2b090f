/** What the inspector page and its host say to each other. Rows travel packed: see rows.ts. */
import type { Effect, Fact, HeldOutcome, Outcome, SettleTerms, WatchMode } from "../broker/contract.ts";
import type { Header } from "../broker/values.ts";
import type { BodyHostCalls, BodyView } from "./body.ts";
import type { ColumnCalls, ColumnLayout } from "./columns.ts";
import type { ConnectionBadge } from "./common.ts";
import type { FilterCalls, FilterMistake, Highlight, TimeRange } from "./filter.ts";
import type { AckState } from "./rows.ts";
import type { TimelineCalls } from "./timeline.ts";
import type { SettleCalls, SettleCount } from "./settling.ts";

/** Page → host. */
export interface InspectorHostCalls extends FilterCalls, SettleCalls, TimelineCalls, ColumnCalls, BodyHostCalls {
  /** Everything that the page shows besides rows. Asked once, when the page starts or starts again. */
  hello(): InspectorState;
  /**
   * The rows `from` … `from + count - 1` of the current view (what the filter lets through), packed by `packRows`.
   * Fewer where the view ends.
   */
  rows(range: RowRange): ArrayBuffer;
  detail(of: { readonly seq: number }): Detail;
  /** Where a message stands in the current view, -1 when the filter hides it or it was evicted. */
  locate(of: { readonly seq: number }): number;
  /** What is selected and current now: what the commands of the editor act on. Told after it changed. */
  selected(what: SelectedMessages): void;
  settle(what: SettleRequest): { readonly settled: number; readonly lost: number };
  setPaused(to: { readonly paused: boolean }): void;
  setWindow(to: { readonly window: number }): void;
  /** Forgets what is settled or cannot be settled; what is pending stays. */
  clear(): void;
  openBody(of: { readonly seq: number }): void;
  copy(what: { readonly seq: number; readonly part: "body" | "headers" | "message" }): void;
  /** Opens the publish panel with this message as a new draft. */
  resend(of: { readonly seq: number }): void;
  /** Attaches again after the subscription ended. */
  reattach(): void;
}

/** Host → page. */
export interface InspectorViewCalls {
  /** Something changed. Never more than one unanswered, at most 10 a second, none while hidden. */
  changed(summary: Summary): void;
  /** The state as a whole is another one: ended, attached again, window changed elsewhere. */
  state(state: InspectorState): void;
  /** Brings the user to a message. */
  goTo(message: { readonly seq: number }): void;
}

export interface RowRange {
  readonly from: number;
  readonly count: number;
  /** Fields whose texts come with each row. */
  readonly fields?: readonly string[];
  /** A message and the place where it stood: the range is meant to be moved as far as this message has moved. */
  readonly anchor?: { readonly seq: number; readonly index: number };
}

export type SettleRequest =
  | { readonly what: "these"; readonly seqs: readonly number[]; readonly outcome: HeldOutcome }
  | { readonly what: "all"; readonly outcome: HeldOutcome };

/** `all` = everything that the filter lets through, now and later. */
export interface SelectedMessages {
  readonly all: boolean;
  /** Empty with `all`. */
  readonly seqs: readonly number[];
  /** The message whose detail is shown. */
  readonly current?: number;
}

export interface InspectorState {
  /** "orders.created" */
  readonly title: string;
  /** "queue", "exchange": the broker's word. */
  readonly kind: string;
  readonly connection: ConnectionBadge;
  readonly mode: WatchMode;
  /** What this way of looking does to others, said first. */
  readonly effects: readonly Effect[];
  readonly facts: readonly Fact[];
  readonly outcomes: readonly Outcome[];
  readonly terms?: SettleTerms;
  readonly window: number;
  readonly paused: boolean;
  readonly filter: string;
  /** Only what arrived in it is shown. */
  readonly range?: TimeRange;
  /** Absent while attached; else why it ended, and whether it can be attached again. */
  readonly ended?: { readonly sentence: string; readonly failed: boolean };
  /** The columns as they were left. */
  readonly layout: ColumnLayout;
  /** What this broker calls the key: "Routing key". */
  readonly keyLabel?: string;
  /** A message to bring the user to, once: the page was shown for it. */
  readonly goTo?: number;
  readonly summary: Summary;
}

export interface Summary {
  /** Rises with every change; what is shown is as of this version. */
  readonly version: number;
  /** Rows in the current view, and how many are kept in all. */
  readonly shown: number;
  readonly kept: number;
  readonly received: number;
  readonly pending: number;
  readonly evicted: number;
  /** Thrown away by the source, not by us. */
  readonly dropped: number;
  readonly bytes: number;
  /** Absent where there is nothing to settle. */
  readonly settling?: SettleCount;
  /** Why nothing arrives although nothing ended: paused, full of unsettled messages. */
  readonly stalled?: "paused" | "full";
  /** The list is still being sorted: until then it stands as it did, or in the order of arrival. */
  readonly sorting?: boolean;
  /** A filter is still being applied to what is kept. */
  readonly searching: boolean;
  /** A mistake in the filter: what was shown before stays. Or why its search was given up. */
  readonly filterMistake?: FilterMistake;
  /** What a search could not look into, as a sentence. */
  readonly filterNote?: string;
  /** What is to be marked in list and body. */
  readonly highlights: readonly Highlight[];
  /**
   * How far the rows of this view moved in all since it was opened: up by one (+1) with each row that was put in front
   * of them, back by one with each that left the front. The difference of two summaries is how far the same rows are
   * from where they were; the order of the list stays oldest to newest.
   */
  readonly shift: number;
}

/** One message, whole but for a very large body. */
export interface Detail {
  readonly seq: number;
  /** Milliseconds since 1970, when it arrived here. */
  readonly received: number;
  readonly state: AckState;
  readonly key?: string;
  readonly origin?: string;
  readonly position?: string;
  readonly redelivered: boolean;
  readonly deliveryCount?: number;
  readonly persistent?: boolean;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly headers: readonly Header[];
  readonly properties: Readonly<Record<string, string>>;
  /** The path of dead-lettering, oldest first; empty when it never died. */
  readonly deaths: readonly Death[];
  readonly body: BodyView;
}

export interface Death {
  readonly queue: string;
  readonly reason: string;
  readonly exchange: string;
  readonly keys: readonly string[];
  readonly count: number;
  /** Seconds since 1970. */
  readonly time?: number;
}
