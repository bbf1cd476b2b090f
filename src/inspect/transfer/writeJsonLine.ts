import { isUtf8 } from "node:buffer";
import type { Delivery } from "../../broker/contract.ts";
import type { SelectedMessage } from "../selectedMessages.ts";
import { messageFormat } from "./transferFormat.ts";

/** Bytes of a body that are written in one piece. Can be divided by three, for base64. */
const pieceBytes = 96 * 1024;

/** What a line says of a message. */
export type FilableMessage = Omit<SelectedMessage, "seq" | "fields">;

/** A message as it was delivered, to be written before its body is anybody else's. */
export function deliveredMessage(delivery: Delivery, received: number): FilableMessage {
  const { body } = delivery;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return { ...delivery, received, state: "pending", body: bytes, size: bytes.length };
}

/**
 * The line of a message, in pieces that are quickly made: between two of them others may run. Everything that was
 * received is in it and nothing else; a body that is text stands as text, any other as base64.
 * @param file the name of a file that holds the body instead
 */
export function* jsonLine(message: FilableMessage, file?: string): Generator<string, void> {
  const { received, state, key, origin, position, redelivered, deliveryCount, persistent } = message;
  const { contentType, contentEncoding, properties, headers, body, size } = message;
  const head = JSON.stringify({
    format: messageFormat,
    received: new Date(received).toISOString(),
    state,
    key,
    origin,
    position,
    redelivered,
    deliveryCount,
    persistent,
    contentType,
    contentEncoding,
    properties,
    headers,
    size,
    cut: body.length < size ? true : undefined,
    file,
  });
  if (file !== undefined) {
    yield `${head}\n`;
    return;
  }
  const start = `${head.slice(0, -1)},`;
  if (body.length > pieceBytes) {
    yield start;
    yield* largeBody(body);
    yield "}\n";
    return;
  }
  const text = isUtf8(body) ? JSON.stringify(body.toString("utf8")) : undefined;
  const written = text === undefined || isBloated(text.length, body) ? base64Field(body) : `"body":${text}`;
  yield `${start}${written}}\n`;
}

function* largeBody(body: Buffer): Generator<string, void> {
  const pieces: string[] = [];
  let length = 2;
  let isText = true;
  for (const piece of utf8Pieces(body)) {
    isText &&= isUtf8(piece);
    if (!isText) break;
    const text = JSON.stringify(piece.toString("utf8")).slice(1, -1);
    length += text.length;
    pieces.push(text);
    yield "";
  }
  if (isText && !isBloated(length, body)) {
    yield '"body":"';
    yield* pieces;
  } else {
    yield '"bodyBase64":"';
    for (let at = 0; at < body.length; at += pieceBytes) yield body.toString("base64", at, at + pieceBytes);
  }
  yield '"';
}

function base64Field(body: Buffer): string {
  return `"bodyBase64":"${body.toString("base64")}"`;
}

/** Bytes that happen to be UTF-8 but consist of control characters: base64 is shorter than their escapes. */
function isBloated(jsonLength: number, body: Buffer): boolean {
  return jsonLength > 2 * body.length + 2;
}

/** Parts of about equal size that end between characters, if it is UTF-8. */
export function* utf8Pieces(bytes: Buffer, size = pieceBytes): Generator<Buffer, void> {
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + size, bytes.length);
    // A character has three continuation bytes at most.
    for (let back = 0; back < 3 && end < bytes.length && isContinuation(bytes[end]); back++) end--;
    yield bytes.subarray(start, end);
    start = end;
  }
}

function isContinuation(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}
