/** What the first bytes of an image say. Nothing of it is decoded here. */
export interface ImageHead {
  readonly type: "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/bmp";
  /** In pixels; 0 when it could not be found. */
  readonly width: number;
  readonly height: number;
}

/** @returns undefined when these bytes do not begin like an image of a kind that is shown */
export function imageHead(bytes: Buffer): ImageHead | undefined {
  if (bytes.length < 16) return undefined;
  const begins = bytes.toString("latin1", 0, 16);
  if (begins.startsWith("\x89PNG\r\n\x1a\n") && bytes.length >= 24)
    return { type: "image/png", width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (/^GIF8[79]a/.test(begins))
    return { type: "image/gif", width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  if (begins.startsWith("\xff\xd8\xff")) return { type: "image/jpeg", ...jpegSize(bytes) };
  if (begins.startsWith("RIFF") && begins.startsWith("WEBP", 8)) return { type: "image/webp", ...webpSize(bytes) };
  // Two letters are little: the header's size and planes must fit.
  if (
    begins.startsWith("BM") &&
    bytes.length >= 30 &&
    [40, 52, 56, 108, 124].includes(bytes.readUInt32LE(14)) &&
    bytes.readUInt16LE(26) === 1
  )
    return { type: "image/bmp", width: Math.abs(bytes.readInt32LE(18)), height: Math.abs(bytes.readInt32LE(22)) };
  return undefined;
}

const unknown = { width: 0, height: 0 };

function jpegSize(bytes: Buffer): { width: number; height: number } {
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) at++;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    else at += 2 + Math.max(2, bytes.readUInt16BE(at + 2));
  }
  return unknown;
}

function webpSize(bytes: Buffer): { width: number; height: number } {
  if (bytes.length < 30) return unknown;
  switch (bytes.toString("latin1", 12, 16)) {
    case "VP8X":
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    case "VP8L": {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case "VP8 ":
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    default:
      return unknown;
  }
}
