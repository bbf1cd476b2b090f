/** What the publish page and its host say to each other. */
import type { Receipt } from "../broker/contract.ts";
import type { Form } from "../broker/form.ts";
import type { Header } from "../broker/values.ts";
import type { ConnectionBadge } from "./common.ts";

/** Page → host. */
export interface PublishHostCalls {
  hello(): PublishState;
  /** Confirmed and mandatory. Rejects with a sentence, and the field, for a draft that cannot be sent. */
  send(draft: DraftText): SendResult;
  /** Runs under a progress notification that can be cancelled; answered at the end. */
  sendMany(what: { readonly draft: DraftText; readonly count: number; readonly perSecond: number }): ManyResult;
  /** Asks for a file; undefined when the user changed their mind. */
  pickFile(): { readonly path: string; readonly size: number } | undefined;
  /** Another queue or exchange: asks with a quick pick; the answer comes as `state`. */
  pickTarget(): void;
  /** The draft of a history entry, to edit. */
  recall(of: { readonly id: string }): DraftText;
  forget(of: { readonly id: string }): void;
  /** JSON indented by two spaces, big integers exact. Rejects with line, column and reason. */
  indent(of: { readonly text: string }): string;
  /** Keeps what is being written, so that a closed panel loses nothing. */
  keep(draft: DraftText): void;
}

/** Host → page. */
export interface PublishViewCalls {
  state(state: PublishState): void;
  history(entries: readonly HistoryEntry[]): void;
  /** The connection is called otherwise, for something else, or changes are allowed or refused now. */
  connection(badge: ConnectionBadge): void;
  /** An alarm of the broker blocks publishing; an empty text = it is over. */
  blocked(reason: { readonly sentence: string }): void;
}

export interface PublishState {
  /** "orders.created" */
  readonly target: string;
  /** "queue", "exchange" */
  readonly kind: string;
  readonly connection: ConnectionBadge;
  /** The broker's own properties; key, persistence, content type and encoding, headers and body are the page's. */
  readonly form: Form;
  /** What the key is called here: "Routing key". Absent when this target takes none. */
  readonly keyLabel?: string;
  readonly draft: DraftText;
  readonly history: readonly HistoryEntry[];
  readonly blocked?: string;
}

export const bodyFormats = ["json", "text", "hex", "file"] as const;
export type BodyFormat = (typeof bodyFormats)[number];

/** A draft as the page edits it and the history keeps it: plain JSON. */
export interface DraftText {
  readonly format: BodyFormat;
  /** The text, the hex digits, or the path of the file. */
  readonly body: string;
  readonly key: string;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly persistent: boolean;
  readonly headers: readonly Header[];
  /** By the names of the form's fields; an empty text = not set. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface HistoryEntry {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly sent: number;
  readonly target: string;
  readonly key: string;
  readonly outcome: Receipt["outcome"];
  readonly count: number;
  /** The beginning of the body, one line. */
  readonly preview: string;
  /** Went to another target than the one that the page is for. */
  readonly elsewhere?: boolean;
  /** The body was too large to be kept: it can be edited, but not sent again as it was. */
  readonly bodyLeftOut?: boolean;
}

export interface SendResult {
  readonly receipt: Receipt;
  /** The receipt as a sentence. */
  readonly sentence: string;
  /** Milliseconds from sending to the broker's answer. */
  readonly took?: number;
}

export interface ManyResult {
  readonly asked: number;
  readonly routed: number;
  readonly returned: number;
  readonly refused: number;
  readonly blocked: number;
  readonly lost: number;
  readonly cancelled: boolean;
  readonly sentence: string;
}
