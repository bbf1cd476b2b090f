/** Messages as documents for an editor or the clipboard: nothing of a type or a digit is lost, and people can read it. */
import { t } from "@vscode/l10n";
import type { Header, Value } from "../broker/values.ts";
import { type BodyValue, bodyValue } from "./bodyValue.ts";
import type { DecodeOptions } from "./decode/decodeBody.ts";
import type { KeptMessage } from "./messageReader.ts";
import { visible } from "./preview.ts";

/** Beyond this many characters a body is not indented once more for the place where it stands. */
const mostIndented = 1024 * 1024;
/** VS Code gives extensions no document of more than 50 MB. */
const mostOfBody = 20 * 1024 * 1024;

const betweenMessages = ",\n  ";
/** So many characters are put together at once: to do it with all of them at the end would hold the event loop. */
const joinedAtOnce = 128 * 1024;

/** How {@link manyMessages} goes about it. */
export interface ManyOptions {
  /** Characters after which no further message is begun. */
  readonly most: number;
  readonly decode?: DecodeOptions;
  readonly signal?: AbortSignal;
  /** Called after each message. */
  step?(): void;
}

export interface ManyDocument {
  readonly text: string;
  /** How many messages are in it. */
  readonly written: number;
  /** How many were no longer kept. */
  readonly gone: number;
  /** Whether it ends early because it is full. */
  readonly full: boolean;
}

/** Headers as JSON, one in each line. */
export function headersText(headers: readonly Header[]): string {
  return headers.length === 0 ? "[]" : `[\n  ${headers.map(headerText).join(",\n  ")}\n]`;
}

/** One message as a JSON object. */
export async function messageJson(message: KeptMessage, options?: DecodeOptions): Promise<string> {
  return objectText(message, await bodyValue(message, options));
}

/**
 * Messages as one JSON array, in that order. Waits between two whenever others have to have their turn.
 */
export async function manyMessages(
  seqs: readonly number[],
  messageOf: (seq: number) => KeptMessage | undefined,
  options: ManyOptions,
): Promise<ManyDocument> {
  const { most, decode, signal } = options;
  const joined: string[] = [];
  let pieces: string[] = [];
  let inPieces = 0;
  let length = 0;
  let written = 0;
  let gone = 0;
  let full = false;
  let since = performance.now();
  for (const seq of seqs) {
    if (signal?.aborted) break;
    if (performance.now() - since >= 6) {
      await new Promise((resolve) => setImmediate(resolve));
      since = performance.now();
    }
    const message = messageOf(seq);
    options.step?.();
    if (!message) {
      gone++;
      continue;
    }
    const text = await messageJson(message, decode);
    if (length + text.length > most && written > 0) {
      full = true;
      break;
    }
    written++;
    pieces.push(indentedOnce(text));
    length += text.length;
    inPieces += text.length;
    if (inPieces < joinedAtOnce) continue;
    joined.push(pieces.join(betweenMessages));
    pieces = [];
    inPieces = 0;
  }
  if (pieces.length > 0) joined.push(pieces.join(betweenMessages));
  const inside = written === 0 ? "" : `\n  ${joined.join(betweenMessages)}\n`;
  return { text: `[${inside}]\n`, written, gone, full };
}

/** A message in lines that can be compared with those of another: what differs in every message anyway is left out. */
export async function comparableText(message: KeptMessage, options?: DecodeOptions): Promise<string> {
  const { draft, origin } = message;
  const body = await bodyValue(message, options);
  const properties = Object.entries({
    [t("Published to")]: origin ?? t("(default)"),
    [t("Routing key")]: draft.key ?? "",
    [t("Persistent")]: draft.persistent ? t("yes") : t("no"),
    [t("Content type")]: draft.contentType ?? "",
    [t("Content encoding")]: draft.contentEncoding ?? "",
  });
  const others = Object.entries(draft.properties).toSorted(byName);
  const lines = [...properties, ...others].map(([name, value]) => `${name}: ${visible(value)}`.trimEnd());
  const headers = draft.headers
    .toSorted((a, b) => byName([a.name], [b.name]))
    .flatMap((header) => headerLines(header, 1));
  return [
    `# ${t("Properties")}`,
    ...lines,
    "",
    `# ${t("Headers")}`,
    ...(headers.length === 0 ? [t("(none)")] : headers.map((line) => line.slice(2))),
    "",
    `# ${t("Body")}`,
    comparableBody(body, message),
    "",
  ].join("\n");
}

function comparableBody({ readable }: BodyValue, message: KeptMessage): string {
  const cut = readable.length > mostOfBody ? readable.slice(0, mostOfBody) : readable;
  const told = cut.length < readable.length || !message.whole;
  return told
    ? `${cut}\n${t("… the body goes on: {size} bytes in all", { size: message.size.toLocaleString() })}`
    : cut;
}

function headerLines({ name, value }: Header, depth: number): string[] {
  const indent = "  ".repeat(depth);
  const head = `${indent}${visible(name)} (${value.type})`;
  if (value.type === "table")
    return [`${head}:`, ...sorted(value.entries).flatMap((entry) => headerLines(entry, depth + 1))];
  if (value.type === "array")
    return [
      `${head}:`,
      ...value.items.flatMap((item, at) => headerLines({ name: `[${String(at)}]`, value: item }, depth + 1)),
    ];
  return [`${head}: ${visible(value.value)}`.trimEnd()];
}

function sorted(headers: readonly Header[]): readonly Header[] {
  return headers.toSorted((a, b) => byName([a.name], [b.name]));
}

function byName([a = ""]: readonly string[], [b = ""]: readonly string[]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function objectText(message: KeptMessage, body: BodyValue): string {
  const { draft, origin, received, state, redelivered, deliveryCount, position } = message;
  const { contentType, contentEncoding, persistent, properties, headers } = draft;
  const known = {
    received: new Date(received).toISOString(),
    state,
    exchange: origin ?? "",
    key: draft.key ?? "",
    position,
    redelivered,
    deliveryCount,
    persistent,
    contentType,
    contentEncoding,
    properties,
  };
  const entries = Object.entries(known)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}: ${indentedOnce(JSON.stringify(value, undefined, 2))}`);
  const headerTexts = headers.map((header) => `\n    ${headerText(header)}`);
  entries.push(`"headers": [${headerTexts.join(",")}${headers.length > 0 ? "\n  " : ""}]`);
  if (!message.whole) entries.push(`"bodyCut": ${JSON.stringify({ kept: draft.body.length, size: message.size })}`);
  entries.push(`"bodyIs": ${JSON.stringify(body.format)}`);
  if (body.bytes !== undefined) entries.push(`"bodyBase64": ${JSON.stringify(body.bytes)}`);
  entries.push(`"body": ${body.as === "json" ? indentedOnce(body.text) : JSON.stringify(body.text)}`);
  return `{\n  ${entries.join(",\n  ")}\n}`;
}

/** In one line: a header is small, and there are many. */
function headerText({ name, value }: Header): string {
  return `{ "name": ${JSON.stringify(name)}, "value": ${valueText(value)} }`;
}

function valueText(value: Value): string {
  if (value.type === "array") return `{ "type": "array", "items": [${value.items.map(valueText).join(", ")}] }`;
  if (value.type === "table") return `{ "type": "table", "entries": [${value.entries.map(headerText).join(", ")}] }`;
  return `{ "type": ${JSON.stringify(value.type)}, "value": ${JSON.stringify(value.value)} }`;
}

function indentedOnce(text: string): string {
  return text.length > mostIndented ? text : text.replaceAll("\n", "\n  ");
}
