import { Clock } from "./clock.ts";

/** A line of a file without its end; without bytes when it is longer than allowed. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer | undefined;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
/** Bytes of a line that are not joined in one go. */
const longJoin = 1024 * 1024;

/** Takes bytes apart into lines. Of a line that is too long no more than `longest` bytes are held at any time. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<Line, void> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const finish = async (last: Buffer): Promise<Line> => {
    const whole = length + last.length;
    const bytes = whole > longest ? undefined : parts.length === 0 ? last : await joined([...parts, last], whole);
    parts = [];
    length = 0;
    return { number: number++, bytes: bytes && withoutReturn(bytes) };
  };
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      yield await finish(bytes.subarray(start, end));
      start = end + 1;
    }
    const rest = bytes.subarray(start);
    length += rest.length;
    // What is too long already is only counted on.
    if (length > longest) parts = [nothing];
    else if (rest.length > 0) parts.push(rest);
  }
  if (length > 0) yield await finish(nothing);
}

/** Parts are no larger than what was read at once. */
async function joined(parts: readonly Buffer[], length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  const clock = new Clock();
  let at = 0;
  for (const part of parts) {
    at += part.copy(bytes, at);
    if (length > longJoin) await clock.tick();
  }
  return bytes;
}

const nothing = Buffer.alloc(0);

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
}
