import { isUtf8 } from "node:buffer";
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { Clock } from "./clock.ts";
import { unescapeJson } from "./unescapeJson.ts";
import { utf8Pieces } from "./writeJsonLine.ts";

/** Steps between two looks at the clock. */
const stepsAtOnce = 16 * 1024;
const passedAtOnce = 256 * 1024;
const checkedAtOnce = 1024 * 1024;

/** A line whose body was taken out: in its place stands an empty text. */
export interface CutLine {
  readonly rest: Buffer;
  /** Without it the line had no body that is text. */
  readonly body?: Buffer;
}

/**
 * Takes the body out of a long line, because parsing it as a whole would hold the event loop; the rest is short.
 * @throws BrokerError `invalid`
 */
export async function cutBodyOut(line: Buffer): Promise<CutLine> {
  const clock = new Clock();
  for (const piece of utf8Pieces(line, checkedAtOnce)) {
    if (!isUtf8(piece)) throw new BrokerError("invalid", t("It is not UTF-8."));
    await clock.tick();
  }
  const place = await findBody(line, clock);
  if (!place) return { rest: line };
  const text = await unescapeJson(line.subarray(place.start, place.end), clock);
  const rest = Buffer.concat([line.subarray(0, place.start), line.subarray(place.end)]);
  return { rest, body: place.base64 ? await fromBase64(text, clock) : text };
}

/** Where the text of a body lies, without its quotes. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly base64: boolean;
}

const code = { quote: 0x22, backslash: 0x5c, colon: 0x3a, open: 0x7b, close: 0x7d, openList: 0x5b, closeList: 0x5d };

/** The last one where there are several, as JSON.parse takes it. */
async function findBody(line: Buffer, clock: Clock): Promise<Place | undefined> {
  let found: Place | undefined;
  let name = "";
  let depth = 0;
  let afterColon = false;
  let steps = 0;
  for (let at = 0; at < line.length; at++) {
    if (++steps % stepsAtOnce === 0) await clock.tick();
    const byte = line[at];
    if (byte === code.open || byte === code.openList) depth++;
    else if (byte === code.close || byte === code.closeList) depth--;
    else if (byte === code.colon) afterColon = true;
    else if (byte === code.quote) {
      const start = at + 1;
      const end = await endOfText(line, start, clock);
      if (end < 0) throw new BrokerError("invalid", t("It is not JSON: is it cut off, or no file of JSON Lines?"));
      at = end;
      if (depth === 1 && !afterColon) name = end - start < 32 ? line.toString("utf8", start, end) : "";
      else if (depth === 1 && (name === "body" || name === "bodyBase64"))
        found = { start, end, base64: name === "bodyBase64" };
      afterColon = false;
      await clock.tick();
    } else if (byte !== 0x20 && byte !== 0x09) afterColon = false;
  }
  return found;
}

/** The place of the quote that ends a text, -1 without one. */
async function endOfText(line: Buffer, start: number, clock: Clock): Promise<number> {
  let at = start;
  while (at < line.length) {
    at = passText(line, at, Math.min(at + passedAtOnce, line.length));
    if (line[at] === code.quote) return at;
    await clock.tick();
  }
  return -1;
}

/** @returns the place of the quote that ends the text, or where to go on when there is none before `until` */
function passText(line: Buffer, at: number, until: number): number {
  for (; at < until; at++) {
    const byte = line[at];
    if (byte === code.quote) return at;
    // The next one belongs to it, a quote too.
    if (byte === code.backslash) at++;
  }
  // What stands there was not looked at.
  return at;
}

async function fromBase64(text: Buffer, clock: Clock): Promise<Buffer> {
  const body = Buffer.allocUnsafe(Math.ceil((text.length / 4) * 3));
  let length = 0;
  const size = 256 * 1024;
  for (let at = 0; at < text.length; at += size) {
    const piece = text.toString("latin1", at, at + size);
    const isLast = at + size >= text.length;
    if (!isBase64(piece) || (!isLast && piece.endsWith("="))) throw notBase64();
    length += body.write(piece, length, "base64");
    await clock.tick();
  }
  return body.subarray(0, length);
}

/** Whether a text is base64 as this product writes it: with padding and without line breaks. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

export function notBase64(): BrokerError {
  return new BrokerError("invalid", t("Its “bodyBase64” is not base64."));
}
