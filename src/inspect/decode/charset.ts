/** Finds out how text was written as bytes, and reads it. */
import { isUtf8 } from "node:buffer";
import { t } from "@vscode/l10n";
import type { BodyStep } from "../../protocol/body.ts";
import { hasControls, withoutHalf } from "../preview.ts";
import { Slices } from "./slices.ts";

/** Bytes that are decoded in one go. */
const sliceBytes = 512 * 1024;
/** Bytes that are enough to guess. */
/** Bytes that are checked in one go. */
const checkBytes = 4 * 1024 * 1024;
const sampleBytes = 8 * 1024;
const shortestGuess = 16;

export interface CharsetClaims {
  /** What the content type names. */
  readonly named?: string | undefined;
  readonly forced?: string | undefined;
  /** Whether somebody says that it is text: then a bad guess is better than none. */
  readonly isText: boolean;
  /** Whether, when nobody says so, bytes that are not UTF-8 may be text all the same. */
  readonly mayGuess?: boolean;
  readonly whole: boolean;
}

export interface Charset {
  /** A label that TextDecoder knows; undefined when the bytes are not text. */
  readonly charset: string | undefined;
  readonly steps: readonly BodyStep[];
}

/** Decides by the user, the byte order mark, the content type, validity, and then by what is usual. */
export async function findCharset(bytes: Buffer, claims: CharsetClaims): Promise<Charset> {
  const { forced, isText, whole } = claims;
  const steps: BodyStep[] = [];
  const found = (charset: string, sentence?: string): Charset => ({
    charset,
    steps: sentence === undefined ? steps : [...steps, { stage: "charset", outcome: "ok", sentence }],
  });
  if (forced !== undefined && isKnown(forced))
    return found(forced, t("Text in {charset} (you chose so)", { charset: forced }));
  const mark = byteOrder(bytes);
  if (mark !== undefined) return found(mark, t("Text in {charset} (byte order mark)", { charset: mark }));
  const named = aliases[claims.named?.toLowerCase() ?? ""] ?? claims.named?.toLowerCase();
  if (named !== undefined && named !== "utf-8") {
    if (isKnown(named)) return found(named, t("Text in {charset} (content type)", { charset: named }));
    const sentence = t("The charset “{charset}” is not known here.", { charset: named });
    steps.push({ stage: "charset", outcome: "failed", sentence });
  }
  const head = bytes.subarray(0, 800);
  const controls = hasControls(head);
  if (controls && !isText) return { charset: undefined, steps };
  const bad = await invalidUtf8(bytes, !whole);
  if (bad === undefined) return controls ? { charset: undefined, steps } : found("utf-8");
  if (controls) return { charset: undefined, steps };
  if (!isText && claims.mayGuess === false) return { charset: undefined, steps };
  const guess = await guessCharset(bytes);
  if (!isText && (guess === undefined || guess.confidence < 30)) return { charset: undefined, steps };
  const byte = `0x${(bytes[bad] ?? 0).toString(16).padStart(2, "0")}`;
  const offset = bad.toLocaleString("en");
  steps.push({
    stage: "charset",
    outcome: "failed",
    sentence: t("Not UTF-8: the byte {byte} at {offset} does not fit.", { byte, offset }),
  });
  if (guess && guess.confidence >= 20)
    return found(
      guess.name,
      t("Text in {charset} (guessed, {confidence} % sure)", { charset: guess.name, confidence: guess.confidence }),
    );
  return found("windows-1252", t("Text in {charset} (the most usual)", { charset: "windows-1252" }));
}

/** Text of at most about `limit` characters, in slices. What is not of that charset becomes U+FFFD. */
export async function readText(
  bytes: Buffer,
  charset: string,
  limit: number,
): Promise<{ readonly text: string; readonly cut: boolean }> {
  const decoder = new TextDecoder(charset);
  const slices = new Slices();
  const pieces: string[] = [];
  let length = 0;
  let at = 0;
  for (; at < bytes.length && length < limit; at += sliceBytes) {
    const end = Math.min(bytes.length, at + sliceBytes);
    const piece = decoder.decode(bytes.subarray(at, end), { stream: end < bytes.length });
    pieces.push(piece);
    length += piece.length;
    const pause = slices.pause();
    if (pause) await pause;
  }
  const text = pieces.join("");
  return text.length <= limit ? { text, cut: at < bytes.length } : { text: whole(text.slice(0, limit)), cut: true };
}

/** The same text in UTF-8, without a byte order mark. */
export async function toUtf8(bytes: Buffer, charset: string): Promise<Buffer> {
  if (charset === "utf-8" && (await invalidUtf8(bytes, true)) === undefined)
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  const decoder = new TextDecoder(charset);
  const slices = new Slices();
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    const end = Math.min(bytes.length, at + sliceBytes);
    pieces.push(Buffer.from(decoder.decode(bytes.subarray(at, end), { stream: end < bytes.length })));
    const pause = slices.pause();
    if (pause) await pause;
  }
  return Buffer.concat(pieces);
}

/** Where the first byte stands that does not fit UTF-8; undefined when all do. @param cut whether the end may be missing */
export async function invalidUtf8(bytes: Buffer, cut: boolean): Promise<number | undefined> {
  const all = cut ? withoutHalf(bytes) : bytes;
  const slices = new Slices();
  let from = 0;
  for (let step = checkBytes; from < all.length;) {
    // Whole characters up to a border; where they fail, the border comes nearer.
    const end = Math.min(from + step, all.length);
    const border = end < all.length ? from + withoutHalf(all.subarray(from, end)).length : end;
    if (border > from && isUtf8(all.subarray(from, border))) from = border;
    else if (step === 1) return from;
    else step = step > 8 ? step >> 1 : step - 1;
    const pause = slices.pause();
    if (pause) await pause;
  }
  return undefined;
}

function byteOrder(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf && isUtf8(bytes) ? "utf-8" : undefined;
}

async function guessCharset(
  bytes: Buffer,
): Promise<{ readonly name: string; readonly confidence: number } | undefined> {
  if (bytes.length < shortestGuess) return undefined;
  // CommonJS: once bundled it has no names but this.
  const { default: chardet } = await import("chardet");
  const match = chardet
    .analyse(bytes.subarray(0, sampleBytes))
    .find(({ name }) => !/^(UTF|ASCII|mbcs|sbcs)/.test(name) && isKnown(name));
  return match && { name: match.name.toLowerCase(), confidence: match.confidence };
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== "";
  } catch {
    return false;
  }
}

const aliases: Readonly<Record<string, string>> = { utf8: "utf-8", "us-ascii": "utf-8", ascii: "utf-8" };

/** Without half a character at its end. */
function whole(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last < 0xdc00 ? text.slice(0, -1) : text;
}
