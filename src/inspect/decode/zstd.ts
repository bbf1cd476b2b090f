import * as zlib from "node:zlib";
import { t } from "@vscode/l10n";
import { Slices } from "./slices.ts";

/** The window that a frame may ask for: what the format tells every decoder to support. */
const largestWindow = 8 * 1024 * 1024;
/** Bytes that are given to the decoder at once: a few of them may ask for much work. */
const piece = 64;

/** Thrown when what is packed is larger than it may be. */
export class TooLarge extends Error {}

type Native = (
  bytes: Buffer,
  options: { maxOutputLength: number; finishFlush?: number },
  done: (error: Error | null, result: Buffer) => void,
) => void;

/** Undoes Zstandard: by Node's own decoder where it has one, beside the event loop; else in slices. */
export async function unzstd(bytes: Buffer, whole: boolean, most: number, native = nativeZstd()): Promise<Buffer> {
  if (!native) return slicedUnzstd(bytes, whole, most);
  return new Promise((resolve, reject) => {
    // 1 = flush: what was cut is unpacked as far as it goes.
    native(bytes, { maxOutputLength: most, ...(whole ? {} : { finishFlush: 1 }) }, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
}

/** The same without Node's help. */
export async function slicedUnzstd(bytes: Buffer, whole: boolean, most: number): Promise<Buffer> {
  const { Decompress } = await import("fzstd");
  if (windowOf(bytes) > largestWindow) throw new Error(t("it asks for a window of more than 8 MiB"));
  const pieces: Uint8Array[] = [];
  let length = 0;
  const decoder = new Decompress((data) => {
    length += data.length;
    if (length > most) throw new TooLarge();
    pieces.push(data.slice());
  });
  const slices = new Slices();
  for (let at = 0; at < bytes.length; at += piece) {
    decoder.push(bytes.subarray(at, at + piece), whole && at + piece >= bytes.length);
    const pause = slices.pause();
    if (pause) await pause;
  }
  return Buffer.concat(pieces, length);
}

function nativeZstd(): Native | undefined {
  return "zstdDecompress" in zlib ? (zlib.zstdDecompress as Native) : undefined;
}

/** What the first frame's header asks for (RFC 8878, 3.1.1.1). */
function windowOf(bytes: Buffer): number {
  const descriptor = bytes[4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  if (!single) {
    const window = bytes[5] ?? 0;
    const base = 2 ** (10 + (window >> 3));
    return base + (base / 8) * (window & 7);
  }
  // The window is the content, whose size stands behind the dictionary's id.
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const width = [1, 2, 4, 8][descriptor >> 6] ?? 1;
  if (bytes.length < at + width) return 0;
  return width === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, width) + (width === 2 ? 256 : 0);
}
