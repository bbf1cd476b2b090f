/**
 * The rows of the message list, packed into one ArrayBuffer of exact size: VS Code sends host → webview by
 * `JSON.stringify`, pulling whole ArrayBuffers out, so 500 rows cost 0.25 ms this way and 50 ms as objects with Buffers.
 */

/** `lost` = the channel went before we settled: the broker delivers it again. `none` = nothing to settle. */
export const ackStates = ["none", "pending", "settling", "acked", "requeued", "rejected", "lost", "deleted"] as const;
export type AckState = (typeof ackStates)[number];

export interface Row {
  /** Unique and rising within its inspector. */
  readonly seq: number;
  /** Milliseconds since 1970, when it arrived here. */
  readonly received: number;
  readonly state: AckState;
  readonly redelivered: boolean;
  /** -1 = the broker does not count. */
  readonly deliveryCount: number;
  /** The true size of the body in bytes. */
  readonly size: number;
  readonly key: string;
  /** The content type, or what the body looks like. */
  readonly type: string;
  /** The beginning of the body as one line of text, at most some 200 characters. */
  readonly preview: string;
  /** A row that is not a message: a gap in what was seen. `preview` is its sentence. */
  readonly marker: boolean;
  /** The texts of further columns, in the order in which they were asked for. Absent = none were. */
  readonly extras?: readonly string[];
}

// Head: rows u32, further texts in each row u32, place of the first row in the view f64.
// Per row: seq f64, received f64, size u32, deliveryCount i32, keyEnd u32, typeEnd u32, previewEnd u32, flags u32, and the
// ends of further texts, u32 each; a row has a multiple of 8 bytes.
// The ends are offsets into the text block that follows the rows, UTF-8, in the order key, type, preview, further texts.
const fixedBytes = 40;
const headBytes = 16;

/** @param from the place of the first one in the view */
export function packRows(rows: readonly Row[], from = 0): ArrayBuffer {
  const extras = rows[0]?.extras?.length ?? 0;
  const writer = new RowWriter(rows.length, extras, from);
  for (const row of rows) {
    writer.begin(row);
    writer.text(row.key);
    writer.text(row.type);
    writer.text(row.preview);
    for (let at = 0; at < extras; at++) writer.text(row.extras?.[at] ?? "");
  }
  return writer.finish();
}

/**
 * Packs rows one after the other: for each `begin`, then key, type, preview and further texts in this order, as text or
 * as bytes.
 */
export class RowWriter {
  readonly #rows: DataView;
  #texts: Uint8Array;
  /** The same memory as the texts, and as what was copied from last. */
  #textWords: DataView;
  #source: Uint8Array = new Uint8Array();
  #sourceWords: DataView = new DataView(this.#source.buffer);
  readonly #rowBytes: number;
  #row: number;
  #part = 0;
  #end = 0;

  /**
   * @param extras how many further texts each row has
   * @param from the place of the first row in the view
   */
  constructor(rows: number, extras = 0, from = 0) {
    this.#rowBytes = bytesOfRow(extras);
    this.#row = headBytes - this.#rowBytes;
    this.#rows = new DataView(new ArrayBuffer(headBytes + rows * this.#rowBytes));
    this.#rows.setUint32(0, rows, true);
    this.#rows.setUint32(4, extras, true);
    this.#rows.setFloat64(8, from, true);
    this.#texts = new Uint8Array(1024 + rows * 256);
    this.#textWords = new DataView(this.#texts.buffer);
  }

  begin(row: Omit<Row, "key" | "type" | "preview" | "extras">): void {
    const at = (this.#row += this.#rowBytes);
    this.#part = 0;
    const view = this.#rows;
    view.setFloat64(at, row.seq, true);
    view.setFloat64(at + 8, row.received, true);
    view.setUint32(at + 16, row.size, true);
    view.setInt32(at + 20, row.deliveryCount, true);
    const flags = ackStates.indexOf(row.state) | (row.redelivered ? 0x100 : 0) | (row.marker ? 0x200 : 0);
    view.setUint32(at + 36, flags, true);
  }

  text(text: string): void {
    this.#reserve(text.length * 3);
    const texts = this.#texts;
    const length = text.length;
    let index = 0;
    // Most is short and ASCII: a loop is faster than the encoder then.
    for (; index < length && index < 64; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) break;
      texts[this.#end + index] = code;
    }
    const written = index === length ? length : encoder.encodeInto(text, texts.subarray(this.#end)).written;
    this.#ended(written);
  }

  /**
   * The text that the bytes `[start … end)` are, if it is nothing but common characters in UTF-8 without two blanks in a row.
   * @param most how many characters of it
   * @returns whether it was: else nothing is written
   */
  plain(source: Uint8Array, start: number, end: number, most = end - start): boolean {
    this.#reserve(Math.min(end - start, most * 3));
    const texts = this.#texts;
    const textWords = this.#textWords;
    const words = this.#wordsOf(source);
    let to = this.#end;
    let before = 0;
    let at = start;
    // One character in at least one byte: `last` moves on with each further byte.
    let last = Math.min(end, start + most);
    while (at < last) {
      // Four at once, wherever they are plain.
      if (at + 4 <= last) {
        const word = words.getInt32(at, true);
        if (isPlainWord(word) && (before !== 0x20 || (word & 0xff) !== 0x20)) {
          textWords.setInt32(to, word, true);
          before = word >>> 24;
          at += 4;
          to += 4;
          continue;
        }
      }
      const byte = source[at] ?? 0;
      if (byte >= 0x7f) {
        const bytes = commonBytes(source, at);
        if (bytes === 0 || at + bytes > end) return false;
        last = Math.min(end, last + bytes - 1);
        for (let more = 0; more < bytes; more++) texts[to++] = source[at++] ?? 0;
        before = byte;
        continue;
      }
      if (byte <= 0x20 && (byte < 0x20 || before === 0x20)) return false;
      texts[to++] = before = byte;
      at++;
    }
    this.#ended(to - this.#end);
    return true;
  }

  finish(): ArrayBuffer {
    const head = new Uint8Array(this.#rows.buffer);
    const packed = new Uint8Array(head.length + this.#end);
    packed.set(head);
    packed.set(this.#texts.subarray(0, this.#end), head.length);
    return packed.buffer;
  }

  #ended(bytes: number): void {
    this.#end += bytes;
    // Behind the third text stand the flags.
    const part = this.#part++;
    this.#rows.setUint32(this.#row + (part < 3 ? 24 : 28) + 4 * part, this.#end, true);
  }

  /** Rows that follow each other are most often of the same piece of memory. */
  #wordsOf(source: Uint8Array): DataView {
    if (source === this.#source) return this.#sourceWords;
    this.#source = source;
    return (this.#sourceWords = new DataView(source.buffer, source.byteOffset, source.length));
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#texts.length) return;
    const larger = new Uint8Array((this.#end + bytes) * 2);
    larger.set(this.#texts.subarray(0, this.#end));
    this.#texts = larger;
    this.#textWords = new DataView(larger.buffer);
  }
}

const encoder = new TextEncoder();

/**
 * Whether four bytes are ASCII that can be seen, no blank beside another. Rarely false although they are: a blank before an
 * exclamation mark. Each step is done for all four bytes at once.
 */
function isPlainWord(word: number): boolean {
  // The highest bit of a byte: of what is no ASCII, of 0x7f, and of what is below a blank.
  if (((word | (word + 0x01010101) | (word - 0x20202020)) & 0x80808080) !== 0) return false;
  const blank = word ^ 0x20202020;
  const blanks = (blank - 0x01010101) & ~blank & 0x80808080;
  return (blanks & (blanks << 8)) === 0;
}

/**
 * How many bytes the character takes that begins at `at`; 0 when it is not one of those that need no second look: most
 * letters, and what is between U+2010 and U+2FFF but for the invisible marks.
 */
function commonBytes(source: Uint8Array, at: number): number {
  const lead = source[at] ?? 0;
  const second = source[at + 1] ?? 0;
  if (lead < 0xc3 || lead > 0xec || lead === 0xd8 || (second & 0xc0) !== 0x80) return 0;
  if (lead < 0xe0) return 2;
  const third = source[at + 2] ?? 0;
  if (lead < 0xe2 || (third & 0xc0) !== 0x80) return 0;
  if (lead === 0xe2) return second > 0x81 || (second === 0x80 && third >= 0x90 && third <= 0xa7) ? 3 : 0;
  // The ideographic space is a blank.
  return lead === 0xe3 && second === 0x80 && third === 0x80 ? 0 : 3;
}

function bytesOfRow(extras: number): number {
  return fixedBytes + 8 * Math.ceil(extras / 2);
}

/** The place in the view of the first of the packed rows. */
export function placeOfRows(buffer: ArrayBuffer): number {
  return new DataView(buffer).getFloat64(8, true);
}

export function unpackRows(buffer: ArrayBuffer): Row[] {
  const view = new DataView(buffer);
  // A byte order mark is part of the text here.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const count = view.getUint32(0, true);
  const extraCount = view.getUint32(4, true);
  const rowBytes = bytesOfRow(extraCount);
  const textStart = headBytes + count * rowBytes;
  const rows: Row[] = [];
  const bytes = new Uint8Array(buffer, textStart);
  const all = decoder.decode(bytes);
  // As many characters as bytes: all of it is ASCII, and one decoding is enough.
  const ascii = all.length === bytes.length;
  let start = 0;
  const text = (end: number): string => {
    const part = ascii ? all.slice(start, end) : decoder.decode(bytes.subarray(start, end));
    start = end;
    return part;
  };
  for (let index = 0; index < count; index++) {
    const at = headBytes + index * rowBytes;
    const flags = view.getUint32(at + 36, true);
    const row: Row = {
      seq: view.getFloat64(at, true),
      received: view.getFloat64(at + 8, true),
      size: view.getUint32(at + 16, true),
      deliveryCount: view.getInt32(at + 20, true),
      key: text(view.getUint32(at + 24, true)),
      type: text(view.getUint32(at + 28, true)),
      preview: text(view.getUint32(at + 32, true)),
      state: ackStates[flags & 0xff] ?? "none",
      redelivered: (flags & 0x100) !== 0,
      marker: (flags & 0x200) !== 0,
    };
    if (extraCount === 0) {
      rows.push(row);
      continue;
    }
    const extras: string[] = [];
    for (let extra = 0; extra < extraCount; extra++)
      extras.push(text(view.getUint32(at + fixedBytes + 4 * extra, true)));
    rows.push({ ...row, extras });
  }
  return rows;
}
