import { Slices } from "./slices.ts";

const perLine = 16;

/** A dump of bytes: offset, sixteen in hex, and what of them is printable ASCII. @param first the offset of the first line */
export function hexDump(bytes: Buffer, first = 0): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    const part = bytes.subarray(at, at + perLine);
    let hex = "";
    let text = "";
    for (let index = 0; index < perLine; index++) {
      if (index === perLine / 2) hex += " ";
      const byte = part[index];
      hex += byte === undefined ? "   " : `${byte.toString(16).padStart(2, "0")} `;
      if (byte !== undefined) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
    }
    lines.push(`${(first + at).toString(16).padStart(8, "0")}  ${hex} ${text}`);
  }
  return lines.join("\n");
}

/** The same of many bytes, in slices. */
export async function longHexDump(bytes: Buffer): Promise<string> {
  const slices = new Slices();
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += perLine * 256) {
    pieces.push(hexDump(bytes.subarray(at, at + perLine * 256), at));
    const pause = slices.pause();
    if (pause) await pause;
  }
  return pieces.join("\n");
}
