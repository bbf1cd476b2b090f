/** Names of keys and channels: any bytes for Redis, texts for everyone else. */
import { isUtf8 } from "node:buffer";

/** A name as it is shown: UTF-8 as it stands; where bytes are none, as redis-cli writes them: `\xff`. */
export function shownName(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
}

/** A name as text of which the bytes can be had again: `=` and the text, or `#` and hexadecimal digits. */
export function encodeName(bytes: Buffer): string {
  return isUtf8(bytes) ? `=${bytes.toString("utf8")}` : `#${bytes.toString("hex")}`;
}

/** The bytes of what {@link encodeName} made. */
export function decodeName(text: string): Buffer {
  return text.startsWith("#") ? Buffer.from(text.slice(1), "hex") : Buffer.from(text.slice(1), "utf8");
}

/** {@link shownName} of what {@link encodeName} made. */
export function shownEncoded(text: string): string {
  return text.startsWith("#") ? shownName(decodeName(text)) : text.slice(1);
}

/** The slot of a cluster that this key belongs to: by what stands between the first `{` and the next `}`, if anything does. */
export function slotOf(key: Buffer): number {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  return crc16(close > open + 1 ? key.subarray(open + 1, close) : key) % 16_384;
}

/** These bytes as a part of another key, so that both belong to one slot; undefined where that cannot be done. */
export function withSlotOf(key: Buffer): Buffer | undefined {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  // It has a tag of its own, which stays one when something without braces stands before it.
  if (close > open + 1) return key;
  return key.includes("}") || open >= 0 ? undefined : Buffer.concat([Buffer.from("{"), key, Buffer.from("}")]);
}

/** A glob of MATCH for names that contain this text, in any case as far as ASCII goes. */
export function globOf(filter: string): string {
  const escaped = Array.from(filter, (letter) => {
    const [lower, upper] = [letter.toLowerCase(), letter.toUpperCase()];
    if (/[*?[\]\\^-]/.test(letter)) return `\\${letter}`;
    // Globs match byte by byte: a letter of several bytes cannot stand in a class.
    if (Buffer.byteLength(letter) > 1 || Buffer.byteLength(upper) > 1) return "*";
    return lower === upper ? letter : `[${lower}${upper}]`;
  });
  return `*${escaped.join("")}*`;
}

/** CRC16-XMODEM, as the cluster specification has it. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) !== 0 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}
