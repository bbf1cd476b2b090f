import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { hasHalfPair } from "../../broker/values.ts";
import type { Clock } from "./clock.ts";

const backslash = 0x5c;
const stepsAtOnce = 4096;
const copiedAtOnce = 1024 * 1024;

const plain: ReadonlyMap<number, number> = new Map(
  Object.entries({ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }).map(
    ([letter, meant]) => [letter.charCodeAt(0), meant.charCodeAt(0)],
  ),
);

/**
 * What the inside of a JSON text means, as UTF-8: as JSON.parse would read it, but in slices.
 * @throws BrokerError `invalid` for what is no JSON, and for half of a surrogate pair: that cannot be written as UTF-8
 */
export async function unescapeJson(text: Buffer, clock: Clock): Promise<Buffer> {
  const result = Buffer.allocUnsafe(text.length);
  let length = 0;
  let at = 0;
  for (let steps = 1; ; steps++) {
    if (steps % stepsAtOnce === 0) await clock.tick();
    const found = text.indexOf(backslash, at);
    const end = found < 0 ? text.length : found;
    for (; at < end; at = Math.min(at + copiedAtOnce, end)) {
      length += text.copy(result, length, at, Math.min(at + copiedAtOnce, end));
      if (end - at > copiedAtOnce) await clock.tick();
    }
    if (found < 0) break;
    const letter = text[found + 1] ?? 0;
    const meant = plain.get(letter);
    if (meant !== undefined) {
      result[length++] = meant;
      at = found + 2;
    } else if (letter === 0x75) {
      const unit = hexAt(text, found + 2);
      const isPair = isHigh(unit) && text[found + 6] === backslash && text[found + 7] === 0x75;
      const units = isPair ? String.fromCharCode(unit, hexAt(text, found + 8)) : String.fromCharCode(unit);
      if (hasHalfPair(units)) throw halfPair();
      length += result.write(units, length, "utf8");
      at = found + (isPair ? 12 : 6);
    } else throw noEscape();
  }
  return result.subarray(0, length);
}

/** A body as text that has no bytes: its sentence says what to do. */
export function halfPair(): BrokerError {
  return new BrokerError(
    "invalid",
    t("Its “body” holds half of a surrogate pair, which is no text. Give the bytes as “bodyBase64”."),
  );
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function hexAt(text: Buffer, at: number): number {
  const digits = text.toString("latin1", at, at + 4);
  if (!/^[0-9a-f]{4}$/i.test(digits)) throw noEscape();
  return Number.parseInt(digits, 16);
}

function noEscape(): BrokerError {
  return new BrokerError("invalid", t("It is not JSON: is it cut off, or no file of JSON Lines?"));
}
