import * as zlib from "node:zlib";

const { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } = zlib;

/** What is unpacked at most: more would take too long at once. */
const mostBytes = 2 * 1024 * 1024;
const mostPacked = 1024 * 1024;
/** Of what is larger, so much as it arrived is unpacked: the first of these that is not too much again. */
const beginnings = [16 * 1024, 2 * 1024, 256];

export interface UnpackedNow {
  readonly bytes: Buffer;
  /** Whether that is all of it. */
  readonly whole: boolean;
}

// Numbers of its interface, which Node names only where it has it: a window of 2^23 bytes, as the format asks of every decoder.
const zstdLargestWindow = 100;
const zstdFlush = 1;

type Method = (bytes: Buffer, flush: boolean) => Buffer;

const options = (flush: boolean) => ({
  maxOutputLength: mostBytes,
  ...(flush ? { finishFlush: constants.Z_SYNC_FLUSH } : {}),
});

const gzip: Method = (bytes, flush) => gunzipSync(bytes, options(flush));

const zstd = zstdMethod();

const methods: Readonly<Record<string, Method>> = {
  gzip,
  "x-gzip": gzip,
  // Meant is zlib's format, sent is often the bare one.
  deflate: (bytes, flush) =>
    ((bytes[0] ?? 0) & 0x0f) === 8 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) % 31 === 0
      ? inflateSync(bytes, options(flush))
      : inflateRawSync(bytes, options(flush)),
  br: (bytes, flush) =>
    brotliDecompressSync(bytes, {
      maxOutputLength: mostBytes,
      ...(flush ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {}),
    }),
  ...(zstd ? { zstd, zst: zstd } : {}),
};

/** By Node's own decoder, where it has one: undone without it, a small body might take too long at once. */
function zstdMethod(): Method | undefined {
  if (!("zstdDecompressSync" in zlib)) return undefined;
  const native = zlib.zstdDecompressSync as (bytes: Buffer, options: object) => Buffer;
  return (bytes, flush) =>
    native(bytes, {
      maxOutputLength: mostBytes,
      params: { [zstdLargestWindow]: 23 },
      ...(flush ? { finishFlush: zstdFlush } : {}),
    });
}

/** Whether the bytes `[start … end)` begin like gzip or, where it can be undone, Zstandard. */
export function beginsPacked(buffer: Buffer, start: number, end: number): boolean {
  return methodByMagic(buffer, start, end) !== undefined;
}

function methodByMagic(buffer: Buffer, start: number, end: number): Method | undefined {
  switch (buffer[start]) {
    case 0x1f:
      return end - start > 10 && buffer[start + 1] === 0x8b && buffer[start + 2] === 8 ? gzip : undefined;
    case 0x28:
      return end - start > 4 && buffer.readUInt32LE(start) === 0xfd2fb528 ? zstd : undefined;
    default:
      return undefined;
  }
}

/** Whether a body of that content encoding is packed in a way that is known here. */
export function isPacking(contentEncoding: string | undefined): boolean {
  return contentEncoding !== undefined && Object.hasOwn(methods, contentEncoding.trim().toLowerCase());
}

/** Unpacks a body, or its beginning, within a few milliseconds. What is not packed, or not as it claims, stays as it is. */
export function unpackNow(body: Buffer, contentEncoding: string | undefined): UnpackedNow {
  const claimed = contentEncoding?.trim().toLowerCase() ?? "";
  const method = Object.hasOwn(methods, claimed) ? methods[claimed] : methodByMagic(body, 0, body.length);
  if (!method) return { bytes: body, whole: true };
  for (const some of [mostPacked, ...beginnings]) {
    const isWhole = body.length <= some;
    if (some === mostPacked && !isWhole) continue;
    try {
      return { bytes: method(isWhole ? body : body.subarray(0, some), !isWhole), whole: isWhole };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE"))
        return { bytes: body, whole: true };
    }
  }
  return { bytes: Buffer.alloc(0), whole: false };
}
