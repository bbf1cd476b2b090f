import type { MessageLog } from "./log.ts";
import { newRecordBytes } from "./record.ts";

/** Decides which messages are shown. Compiled once from what the user typed. */
export interface Filter {
  /** @param slot as {@link MessageLog.slotAt} names it */
  matches(log: MessageLog, slot: number): boolean;
}

export type Compiled = { readonly filter: Filter | undefined } | { readonly problem: string };

/**
 * What the user typed as a filter: bare text, found without regard to case in key, body, headers and properties.
 * @returns no filter for an empty text, which shows everything; or a sentence about a mistake
 */
export function compileFilter(text: string): Compiled {
  const trimmed = text.trim();
  return { filter: trimmed === "" ? undefined : new TextFilter(trimmed) };
}

/** Bytes are searched as Latin-1 text, which is exact for ASCII and about twice as fast as decoding UTF-8. */
class TextFilter implements Filter {
  readonly #needle: string;
  readonly #pattern: RegExp;
  readonly #ascii: boolean;
  readonly #record = newRecordBytes();
  readonly #shapes = new Map<number, boolean>();

  constructor(text: string) {
    this.#needle = text.toLowerCase();
    // The Kelvin sign and the long s are the two letters outside ASCII whose other case is in it: left aside.
    this.#ascii = /^[\u0020-\u007e]*$/.test(text);
    this.#pattern = new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"), "i");
  }

  matches(log: MessageLog, slot: number): boolean {
    const record = this.#record;
    log.locate(slot, record);
    const { buffer, start, bodyStart, end } = record;
    if (this.#isInShape(log, record.shape)) return true;
    if (!this.#ascii) {
      return (
        this.#isIn(buffer.toString("utf8", bodyStart, end)) ||
        (bodyStart > start && this.#isIn(envelopeText(log, slot)))
      );
    }
    const at = this.#pattern.exec(buffer.toString("latin1", start, end))?.index;
    if (at === undefined) return false;
    if (start + at >= bodyStart) return true;
    // Between the texts of an envelope stand their lengths, which may look like letters: look again.
    return this.#isIn(envelopeText(log, slot)) || this.#pattern.test(buffer.toString("latin1", bodyStart, end));
  }

  #isIn(text: string): boolean {
    return text.toLowerCase().includes(this.#needle);
  }

  #isInShape(log: MessageLog, shape: number): boolean {
    let found = this.#shapes.get(shape);
    if (found === undefined) {
      found = log.textsOfShape(shape).some((text) => this.#isIn(text));
      this.#shapes.set(shape, found);
    }
    return found;
  }
}

function envelopeText(log: MessageLog, slot: number): string {
  const { key, position, deliveryCount, origin, contentType, contentEncoding, properties, headers } =
    log.envelope(slot);
  const texts = [key, position, deliveryCount, origin, contentType, contentEncoding];
  for (const [name, value] of Object.entries(properties)) texts.push(name, value);
  for (const { name, value } of headers) texts.push(name, "value" in value ? value.value : JSON.stringify(value));
  return texts.join("\n");
}
