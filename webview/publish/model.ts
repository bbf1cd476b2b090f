/** What the page shows at a moment, and what can be done with it. */
import type { BodyFormat, DraftText, PublishState } from "../../src/protocol/publish.ts";
import type { Many } from "./keeper.ts";
import type { Outcome } from "./outcome.ts";

/** What is going on right now. */
export type Busy = "send" | "many" | "indent" | "pick" | "recall";

export interface Problem {
  readonly sentence: string;
  /** "body", "headers.2", or the name of a property; undefined when it is about the whole. */
  readonly field: string | undefined;
}

export interface Result {
  /** Undefined when nothing was sent. */
  readonly outcome: Outcome | undefined;
  readonly sentence: string;
  /** Milliseconds. */
  readonly took: number | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface PublishModel {
  readonly state: PublishState;
  readonly problem: Problem | undefined;
  readonly bodyNote: string | undefined;
  readonly result: Result | undefined;
  readonly busy: Busy | undefined;
  readonly many: Many;
  readonly fileSize: number | undefined;
  readonly canGoBack: boolean;
  readonly edit: (change: Partial<DraftText>) => void;
  readonly setFormat: (format: BodyFormat) => void;
  readonly setMany: (many: Partial<Many>) => void;
  readonly indent: () => void;
  readonly pickFile: () => void;
  readonly pickTarget: () => void;
  readonly send: () => void;
  readonly sendMany: () => void;
  readonly recall: (id: string) => void;
  readonly sendAgain: (id: string) => void;
  readonly forget: (id: string) => void;
  readonly goBack: () => void;
}
