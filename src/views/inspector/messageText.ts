/** A message as text for the clipboard: JSON in which every type is told and every digit kept. */
import type { Draft } from "../../broker/contract.ts";
import type { Header } from "../../broker/values.ts";

export function headersText(headers: readonly Header[]): string {
  return JSON.stringify(headers, undefined, 2);
}

/** @param body the body as text; its exact bytes stand beside it when they are not this text in UTF-8 */
export function messageText(draft: Draft, origin: string | undefined, body: string): string {
  const bytes = Buffer.from(draft.body);
  const exact = bytes.equals(Buffer.from(body));
  const message = {
    exchange: origin ?? "",
    key: draft.key ?? "",
    contentType: draft.contentType,
    contentEncoding: draft.contentEncoding,
    persistent: draft.persistent,
    properties: draft.properties,
    headers: draft.headers,
    body,
    ...(exact ? {} : { bodyBase64: bytes.toString("base64") }),
  };
  return JSON.stringify(message, undefined, 2);
}
