/** What a log keeps at most. All three hold at once. */
export interface LogLimits {
  readonly messages: number;
  /** Of bodies, headers and properties together. */
  readonly bytes: number;
  /** Of one body: a larger one is kept cut. */
  readonly body: number;
}

const mebibyte = 1024 * 1024;
export const defaultLimits: LogLimits = { messages: 100_000, bytes: 256 * mebibyte, body: 16 * mebibyte };
export const largestLimits: LogLimits = { messages: 1_000_000, bytes: 4096 * mebibyte, body: 16 * mebibyte };
