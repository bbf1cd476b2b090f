/** What the conversation page and its host say to each other. */
import type { ConnectionBadge } from "./common.ts";
import type { AckState } from "./rows.ts";

/** Page → host. */
export interface ConversationHostCalls {
  hello(): ConversationState;
  /** Brings the user to a message in its inspector. Rejects with a sentence when that is gone. */
  open(message: { readonly lane: string; readonly seq: number }): void;
  /** Copies the conversation as a Mermaid sequence diagram. */
  copyMermaid(): void;
}

/** Host → page. */
export interface ConversationViewCalls {
  /** Never more than one unanswered, at most 10 a second, none while hidden. */
  state(state: ConversationState): void;
}

export interface ConversationState {
  readonly title: string;
  /** What holds it together, as the message that it was opened from carries it. */
  readonly ids: readonly ConversationId[];
  /** The inspectors that have a part in it. */
  readonly lanes: readonly Lane[];
  /** By the time at which they were received. */
  readonly messages: readonly ConversationMessage[];
  /** How many inspectors are looked through. */
  readonly inspectors: number;
  /** What is kept has not all been looked through yet. */
  readonly searching: boolean;
  /** More belong to it than are shown: at most this many are. */
  readonly cutAt?: number;
}

export interface ConversationId {
  readonly kind: "message" | "correlation" | "trace" | "reply";
  readonly value: string;
}

export interface Lane {
  readonly id: string;
  /** "orders.created" */
  readonly title: string;
  /** "queue", "exchange": the broker's word. */
  readonly kind: string;
  /** How it is looked at, as a word: "Consume". */
  readonly mode: string;
  readonly connection: ConnectionBadge;
  /** Its inspector was closed: its messages can no longer be opened. */
  readonly closed: boolean;
}

/**
 * How a message hangs together with an earlier one. `reply` = it answers it · `copy` = the same message, seen again or
 * elsewhere · `correlation` = it carries the same id · `trace` = it was sent in the same trace.
 */
export type RelationKind = "reply" | "copy" | "correlation" | "trace";

export interface ConversationMessage {
  /** The index of its lane. */
  readonly lane: number;
  readonly seq: number;
  /** When it arrived here, and when the broker or the sender says that it was sent: milliseconds since 1970. */
  readonly received: number;
  readonly sent?: number;
  readonly key: string;
  readonly type: string;
  readonly size: number;
  readonly preview: string;
  readonly state: AckState;
  /** Whether its inspector still keeps it. */
  readonly kept: boolean;
  /** `to` = the index of the earlier message; `after` in milliseconds. */
  readonly relation?: { readonly kind: RelationKind; readonly to: number; readonly after: number };
}
