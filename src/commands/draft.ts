/** A draft as it is edited, a draft as it is sent, and what became of it in a sentence. */
import { t } from "@vscode/l10n";
import type { Draft, Receipt } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import type { MessagePart } from "../broker/form.ts";
import { indentJson, isJson } from "../inspect/decode/json.ts";
import type { DraftText } from "../protocol/publish.ts";
import { tableProblem } from "../protocol/valueProblems.ts";

/** A draft with nothing in it, as a new panel shows it. */
export const emptyDraft: DraftText = {
  format: "json",
  body: "",
  key: "",
  contentType: "application/json",
  contentEncoding: "",
  persistent: true,
  headers: [],
  properties: {},
};

/**
 * What is sent for what was written. Where messages lack a content type, the one that the kind of text implies is left out.
 * @throws BrokerError `invalid` with the field at fault: `body`, or `headers.2.0` for the first entry inside the third.
 */
export async function draftOf(
  text: DraftText,
  readFile: (path: string) => Promise<Uint8Array>,
  lacks: readonly MessagePart[] = [],
): Promise<Draft> {
  const problem = tableProblem(text.headers);
  if (problem) throw new BrokerError("invalid", problem.sentence, { field: ["headers", ...problem.path].join(".") });
  return {
    body: await bodyOf(text, readFile),
    // An empty key is a key: the default of a fanout exchange and of many bindings.
    key: text.key,
    ...(text.contentType.trim() === "" || lacks.includes("contentType")
      ? {}
      : { contentType: text.contentType.trim() }),
    ...(text.contentEncoding.trim() === "" ? {} : { contentEncoding: text.contentEncoding.trim() }),
    persistent: text.persistent,
    headers: text.headers,
    properties: Object.fromEntries(Object.entries(text.properties).filter(([, value]) => value !== "")),
  };
}

/** What was sent or received, to be edited: as text when its bytes are exactly that text, else in hex. */
export function draftTextOf(draft: Draft): DraftText {
  const text = exactText(draft.body);
  const json = text !== undefined && text.trim() !== "" && /json/i.test(draft.contentType ?? "json") && isJson(text);
  return {
    format: text === undefined ? "hex" : json ? "json" : "text",
    body: text ?? hexOf(draft.body),
    key: draft.key ?? "",
    contentType: draft.contentType ?? "",
    contentEncoding: draft.contentEncoding ?? "",
    persistent: draft.persistent,
    headers: draft.headers,
    properties: draft.properties,
  };
}

/** What became of a message, and what to do about it. */
export function receiptSentence(receipt: Receipt, target: string): string {
  switch (receipt.outcome) {
    case "routed":
      if (receipt.receivers !== undefined) {
        return receipt.receivers === 1
          ? t("Published to {target}: one subscriber got it. Nothing is kept.", { target })
          : t("Published to {target}: {count} subscribers got it. Nothing is kept.", {
              target,
              count: receipt.receivers.toLocaleString("en"),
            });
      }
      if (receipt.position !== undefined) {
        return t("Published to {target} at position {position}: confirmed and stored.", {
          target,
          position: receipt.position,
        });
      }
      return receipt.persisted
        ? t("Published to {target}: confirmed and routed, and it survives a restart of the broker.", { target })
        : t("Published to {target}: confirmed and routed, but it does not survive a restart of the broker.", {
            target,
          });
    case "returned":
      return t("The broker took the message, but {target} leads nowhere with it ({reason}): nobody gets it.", {
        target,
        reason: receipt.reason,
      });
    case "refused":
      return t("The broker refused the message for {target} ({reason}). It was not stored.", {
        target,
        reason: receipt.reason,
      });
    case "blocked":
      return receipt.sent
        ? t("The broker blocks publishing ({reason}). The message waits there and is taken when the alarm ends.", {
            reason: receipt.reason,
          })
        : t("The broker blocks publishing ({reason}). The message was not sent.", { reason: receipt.reason });
    case "lost":
      return t("The connection went before the broker answered ({reason}). It may or may not have the message.", {
        reason: receipt.reason,
      });
    default:
      return receipt satisfies never;
  }
}

/** Bytes of hex digits; spaces, newlines, commas, colons and `0x` between them are allowed. @throws BrokerError */
export function bytesOfHex(text: string): Uint8Array {
  const digits = text.replaceAll(/0x|[\s,:]/gi, "");
  const stranger = /[^0-9a-f]/i.exec(digits)?.[0];
  if (stranger !== undefined) {
    throw new BrokerError("invalid", t("“{stranger}” is not a hex digit. Use 0 to 9 and a to f.", { stranger }), {
      field: "body",
    });
  }
  if (digits.length % 2 === 1) {
    throw new BrokerError(
      "invalid",
      t("Half a byte is missing: there are {count} hex digits.", { count: digits.length }),
      {
        field: "body",
      },
    );
  }
  return Buffer.from(digits, "hex");
}

async function bodyOf(text: DraftText, readFile: (path: string) => Promise<Uint8Array>): Promise<Uint8Array> {
  switch (text.format) {
    case "json":
      // An empty message is a message. The indenter knows line and column of what the engine's parser refuses.
      if (text.body.trim() !== "" && !isJson(text.body)) indentJson(text.body);
      return new TextEncoder().encode(text.body);
    case "text":
      return new TextEncoder().encode(text.body);
    case "hex":
      return bytesOfHex(text.body);
    case "file":
      return fileBody(text.body, readFile);
    default:
      return text.format satisfies never;
  }
}

async function fileBody(path: string, readFile: (path: string) => Promise<Uint8Array>): Promise<Uint8Array> {
  if (path === "") throw new BrokerError("invalid", t("Choose the file to send."), { field: "body" });
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = sentenceOf(cause);
    throw new BrokerError("invalid", t("Cannot read {path} ({reason}).", { path, reason }), { field: "body", cause });
  }
}

function exactText(bytes: Uint8Array): string | undefined {
  try {
    // With `ignoreBOM` a byte order mark stays in the text, so that the bytes come back as they were.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return typable(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text field shows all of it and gives it back as it was: one kind of line end, no other control characters. */
function typable(text: string): boolean {
  const lines = text.includes("\r\n") ? text.replaceAll("\r\n", "") : text;
  return !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(lines) && (lines === text || !lines.includes("\n"));
}

function hexOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
  return hex.replaceAll(/(.{2})(?!$)/g, "$1 ");
}
