import { isUtf8 } from "node:buffer";
import { stringify } from "csv-stringify/sync";
import type { Header, Value } from "../../broker/values.ts";
import type { SelectedMessage } from "../selectedMessages.ts";
import { utf8Pieces } from "./writeJsonLine.ts";

/** Names of properties and headers that get columns of their own; what more there is stands together in one. */
const mostColumns = 200;
/** Rows, and bytes of bodies, that are written in one go. */
const rowsAtOnce = 200;
const bytesAtOnce = 128 * 1024;
/** Can be divided by three, for base64. */
const pieceBytes = 96 * 1024;

/** The columns of a table of messages: those that every message has, and the properties and headers that occur. */
export class CsvColumns {
  readonly properties = new Set<string>();
  readonly headers = new Set<string>();
  /** What the `fields` of the messages are. */
  readonly fields: readonly string[];
  #hasMore = false;

  constructor(fields: readonly string[] = []) {
    this.fields = fields;
  }

  /** Makes columns for what this message has. */
  add({ properties, headers }: Pick<SelectedMessage, "properties" | "headers">): void {
    for (const name in properties) this.#note(this.properties, name);
    for (const { name } of headers) this.#note(this.headers, name);
  }

  /** Whether there are properties or headers without a column of their own. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  #note(names: Set<string>, name: string): void {
    if (names.has(name)) return;
    if (this.properties.size + this.headers.size < mostColumns) names.add(name);
    else this.#hasMore = true;
  }
}

/**
 * A table of messages as CSV (RFC 4180), in pieces that are quickly made. For programs that calculate: a cell that would
 * be taken for a formula gets an apostrophe in front, so this is not exact; see the JSON Lines for that.
 */
export async function* csvOf(
  messages: AsyncIterable<SelectedMessage>,
  columns: CsvColumns,
): AsyncGenerator<string, void> {
  yield lines([titles(columns)]);
  let rows: string[][] = [];
  let bytes = 0;
  for await (const message of messages) {
    const { body } = message;
    const isLarge = body.length > pieceBytes;
    bytes += body.length;
    if (rows.length > 0 && (isLarge || rows.length >= rowsAtOnce || bytes >= bytesAtOnce)) {
      yield lines(rows);
      rows = [];
      bytes = 0;
    }
    if (!isLarge) {
      const isText = isUtf8(body);
      rows.push([...cells(message, columns), encodingOf(isText), body.toString(isText ? "utf8" : "base64")]);
      continue;
    }
    const isText = isTextInPieces(body);
    yield lines([[...cells(message, columns), encodingOf(isText)]]).slice(0, -lineEnd.length);
    yield* largeCell(body, isText);
    yield lineEnd;
  }
  if (rows.length > 0) yield lines(rows);
}

const lineEnd = "\r\n";

function lines(rows: readonly (readonly string[])[]): string {
  return stringify([...rows], { escape_formulas: true, record_delimiter: "windows" });
}

function titles({ properties, headers, fields, hasMore }: CsvColumns): string[] {
  return [
    ...["received", "state", "origin", "key", "position", "redelivered", "deliveryCount", "persistent"],
    ...["contentType", "contentEncoding"],
    ...[...properties].map((name) => `property.${name}`),
    ...[...headers].map((name) => `header.${name}`),
    ...fields,
    ...(hasMore ? ["more"] : []),
    ...["size", "cut", "bodyEncoding", "body"],
  ];
}

/** All but the body. */
function cells(message: SelectedMessage, { properties, headers, hasMore }: CsvColumns): string[] {
  const { received, state, origin, key, position, redelivered, deliveryCount, persistent } = message;
  const byName = new Map(message.headers.map((header) => [header.name, header.value]));
  return [
    new Date(received).toISOString(),
    state,
    origin ?? "",
    key ?? "",
    position ?? "",
    String(redelivered),
    deliveryCount === undefined ? "" : String(deliveryCount),
    persistent === undefined ? "" : String(persistent),
    message.contentType ?? "",
    message.contentEncoding ?? "",
    ...[...properties].map((name) => ownText(message.properties, name)),
    ...[...headers].map((name) => cellOf(byName.get(name))),
    ...message.fields,
    ...(hasMore ? [more(message, properties, headers)] : []),
    String(message.size),
    String(message.body.length < message.size),
  ];
}

function ownText(properties: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(properties, name) ? (properties[name] ?? "") : "";
}

function cellOf(value: Value | undefined): string {
  if (!value) return "";
  return "value" in value ? value.value : JSON.stringify(value);
}

/** What has no column, as JSON. */
function more(message: SelectedMessage, properties: ReadonlySet<string>, headers: ReadonlySet<string>): string {
  const otherProperties = Object.entries(message.properties).filter(([name]) => !properties.has(name));
  const otherHeaders = message.headers.filter(({ name }: Header) => !headers.has(name));
  if (otherProperties.length + otherHeaders.length === 0) return "";
  return JSON.stringify({ properties: Object.fromEntries(otherProperties), headers: otherHeaders });
}

function encodingOf(isText: boolean): string {
  return isText ? "utf-8" : "base64";
}

function isTextInPieces(body: Buffer): boolean {
  for (const piece of utf8Pieces(body)) if (!isUtf8(piece)) return false;
  return true;
}

/** As the cells of {@link lines}, with the comma in front; in pieces because it is large. */
function* largeCell(body: Buffer, isText: boolean): Generator<string, void> {
  yield isText && /^[=+\-@\t\r]/.test(body.toString("latin1", 0, 1)) ? `,"'` : ',"';
  if (isText) for (const piece of utf8Pieces(body)) yield piece.toString("utf8").replaceAll('"', '""');
  else for (let at = 0; at < body.length; at += pieceBytes) yield body.toString("base64", at, at + pieceBytes);
  yield '"';
}
