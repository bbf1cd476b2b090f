import { isUtf8 } from "node:buffer";
import { constants, gunzipSync } from "node:zlib";

/** Characters of a preview. */
export const previewChars = 200;

/** The beginning of a body as one line of at most 200 characters: what cannot be seen is made visible; binary is hex. */
export function preview(body: Buffer): string {
  if (isPlain(body)) return body.toString("latin1", 0, previewChars);
  const head = (gunzippedHead(body) ?? body).subarray(0, previewChars * 4);
  if (looksBinary(head)) return spacedHex(head.subarray(0, Math.floor(previewChars / 3)));
  return cutLine(visible(withoutHalf(head).toString("utf8").replaceAll(/\s+/g, " ").trim()));
}

/** The beginning of what a gzipped body holds; undefined when it is none or claims falsely to be one. */
function gunzippedHead(body: Buffer): Buffer | undefined {
  if (body[0] !== 0x1f || body[1] !== 0x8b || body[2] !== 8) return undefined;
  try {
    // Flushed, so that a beginning is enough; bounded, because a small body may claim to be endless.
    const head = gunzipSync(body.subarray(0, 2048), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 18 });
    return head.length > 0 ? head : undefined;
  } catch {
    return undefined;
  }
}

/** Any text as one line of at most 200 characters. */
export function previewText(text: string): string {
  return cutLine(
    visible(
      text
        .slice(0, previewChars * 4)
        .replaceAll(/\s+/g, " ")
        .trim(),
    ),
  );
}

/** What a body looks like when nothing says what it is: what the column "type" shows then. */
export function guessType(body: Buffer): string {
  if (body.length === 0) return "";
  const first = body.subarray(0, 64).toString("latin1").trimStart()[0];
  if (looksBinary(body.subarray(0, previewChars * 4))) return "binary";
  if (first === "{" || first === "[") return "json";
  return first === "<" ? "xml" : "text";
}

/** Whether these bytes, a body or its beginning, are not text in UTF-8. */
export function looksBinary(head: Buffer): boolean {
  return !isUtf8(withoutHalf(head)) || hasControls(head);
}

/** Whether there are more control characters than text has. */
export function hasControls(head: Buffer): boolean {
  let controls = 0;
  for (let index = 0; index < head.length; index++) {
    const byte = head[index] ?? 0;
    if (byte === 0) return true;
    if (byte < 0x20 && (byte < 9 || byte > 13) && byte !== 0x1b) controls++;
  }
  return controls * 10 > head.length;
}

/** Control characters, bidirectional and invisible marks as something that can be seen and does nothing. */
export function visible(text: string): string {
  return text.replaceAll(hidden, (char) => {
    const code = char.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

// Controls, bidirectional marks, zero-width space, line and paragraph separators, byte order mark, lone surrogates.
const hidden =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Without a character at the end that was cut in the middle. */
export function withoutHalf(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 3 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  const lead = bytes[end - 1] ?? 0;
  const needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return end > 0 && needed > bytes.length - end + 1 ? bytes.subarray(0, end - 1) : bytes;
}

function isPlain(body: Buffer): boolean {
  const length = Math.min(body.length, previewChars);
  for (let index = 0; index < length; index++) {
    const byte = body[index] ?? 0;
    if (byte < 0x20 || byte > 0x7e) return false;
    // A run of blanks is drawn as one: the slow way.
    if (byte === 0x20 && body[index + 1] === 0x20) return false;
  }
  return true;
}

function cutLine(text: string): string {
  if (text.length <= previewChars) return text;
  const last = text.charCodeAt(previewChars - 2);
  return `${text.slice(0, last >= 0xd800 && last < 0xdc00 ? previewChars - 2 : previewChars - 1)}…`;
}

function spacedHex(bytes: Buffer): string {
  return bytes.toString("hex").replaceAll(/..(?=.)/g, "$& ");
}
