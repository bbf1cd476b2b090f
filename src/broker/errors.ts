/**
 * What went wrong, by what the user can do about it:
 * `unreachable` nothing answers · `refused` the broker answered and will not let us in (login, vhost, certificate)
 * · `denied` logged in, but this is not permitted, by the broker or by the guard of the connection · `missing` the thing
 * is not there · `unsupported` this broker or node cannot do that · `closed` the session or channel went away
 * · `expired` the broker took back what was held unsettled for too long · `invalid` what was asked for is malformed or contradicts what exists.
 */
export type BrokerErrorKind =
  "unreachable" | "refused" | "denied" | "missing" | "unsupported" | "closed" | "expired" | "invalid";

/**
 * A failure with a sentence for the user: what happened and what to do. Drivers translate their client's errors into
 * this at their own edge; the client's own error is the `cause`, for the log only. It never holds a secret.
 */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly kind: BrokerErrorKind;
  /** The field of a form or draft that is at fault, by its name. */
  readonly field: string | undefined;

  constructor(kind: BrokerErrorKind, sentence: string, options: { cause?: unknown; field?: string } = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.field = options.field;
  }
}

/** The sentence to show for anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
