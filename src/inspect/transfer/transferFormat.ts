/** How messages stand in files of JSON Lines: one message a line, each a line that can be read without the others. */
import type { Draft } from "../../broker/contract.ts";

/** The value of `format` in every line. Its number rises with a change that older readers would misunderstand. */
export const messageFormat = "mq-message/1";

/** Bytes of one line at most: a longer one is a mistake. */
export const longestLine = 64 * 1024 * 1024;

/** What a line says about a message that can be sent again. */
export interface FiledMessage {
  readonly draft: Draft;
  /** Where it had been published to. */
  readonly origin?: string;
}

/** One line as it was read. Lines are counted from 1; blank ones are passed over. */
export type ReadLine = {
  readonly line: number;
} & (
  { readonly message: FiledMessage; readonly problem?: never } | { readonly problem: string; readonly message?: never }
);
