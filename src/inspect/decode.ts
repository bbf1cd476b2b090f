import { isUtf8 } from "node:buffer";
import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import type { BodyView } from "../protocol/inspector.ts";
import { hexDump } from "./hex.ts";
import { JsonIndenter } from "./json.ts";
import { hasControls, withoutHalf } from "./preview.ts";
import { unpack } from "./unpack.ts";
import { indentXml } from "./xml.ts";

/** Characters of text that a page is given at most. */
const pageChars = 256 * 1024;
/** Bytes whose dump is about as long. */
const pageHexBytes = 48 * 1024;
const editorHexBytes = 4 * 1024 * 1024;
/** Characters that are scanned in one go. */
const sliceChars = 512 * 1024;

/** What is known of a body besides its bytes. */
export interface BodyClaims {
  /** The true size as it arrived; more than there are bytes when it was kept cut. */
  readonly size: number;
  readonly contentType?: string;
  readonly contentEncoding?: string;
}

export type Language = "json" | "xml" | "plaintext";

/** A body as the page shows it: unpacked, recognised, indented, cut. */
export async function viewBody(body: Buffer, claims: BodyClaims): Promise<BodyView> {
  const whole = body.length >= claims.size;
  const { bytes, steps } = await unpack(body, claims.contentEncoding, whole);
  const read = await readText(bytes, claims.contentType, { limit: pageChars, whole });
  const common = { size: claims.size, kept: body.length, steps: [...steps, ...read.steps] };
  const hex = hexDump(bytes.subarray(0, pageHexBytes));
  if (read.text === undefined)
    return { ...common, format: read.format, hex, cut: !whole || bytes.length > pageHexBytes };
  const raw = read.raw.slice(0, pageChars);
  const text = read.text.slice(0, pageChars);
  const cut = !whole || read.cut || raw.length < read.raw.length || text.length < read.text.length;
  return { ...common, format: read.format, text, raw, hex, cut: cut || bytes.length > pageHexBytes };
}

/** All of a body as a document: unpacked, recognised, indented; a dump when it is not text. */
export async function wholeText(
  body: Buffer,
  claims: BodyClaims,
): Promise<{ readonly text: string; readonly language: Language }> {
  const whole = body.length >= claims.size;
  const { bytes } = await unpack(body, claims.contentEncoding, whole);
  const read = await readText(bytes, claims.contentType, { limit: Infinity, whole });
  if (read.text !== undefined)
    return { text: read.text, language: read.format === "json" || read.format === "xml" ? read.format : "plaintext" };
  const dump = hexDump(bytes.subarray(0, editorHexBytes));
  const more = bytes.length - editorHexBytes;
  return {
    text: more > 0 ? `${dump}\n${t("… and {count} bytes more", { count: more.toLocaleString() })}` : dump,
    language: "plaintext",
  };
}

type Read = {
  readonly steps: readonly string[];
} & (
  | { readonly format: "binary" | "empty"; readonly text?: never }
  | { readonly format: "json" | "xml" | "text"; readonly text: string; readonly raw: string; readonly cut: boolean }
);

interface ReadOptions {
  readonly limit: number;
  readonly whole: boolean;
}

async function readText(bytes: Buffer, contentType: string | undefined, options: ReadOptions): Promise<Read> {
  if (bytes.length === 0) return { format: "empty", steps: [] };
  const claim = claimOf(contentType);
  const { limit } = options;
  const decoded = decodeText(bytes, contentType, options);
  if (!decoded) {
    const claimed = claim !== undefined && claim !== "binary";
    const step = claimed
      ? t("The content type says “{contentType}”, but the bytes are not text.", { contentType: contentType ?? "" })
      : t("Binary (not text)");
    return { format: "binary", steps: [step] };
  }
  const { text: raw, charset } = decoded;
  const partial = !options.whole || decoded.cut;
  const steps = charset === "utf-8" ? [] : [t("Text in {charset}", { charset })];
  const first = /\S/.exec(raw)?.[0];
  if (claim === "json" || (claim !== "xml" && (first === "{" || first === "["))) {
    const why = claim === "json" ? t("JSON (content type)") : t("JSON (looks like it)");
    const json = await tryJson(raw, partial, limit);
    if ("text" in json) return { format: "json", raw, ...json, steps: [...steps, why] };
    if (claim === "json") steps.push(t("Not JSON, although the content type says so. {problem}", json));
  }
  if (claim === "xml" || (claim !== "json" && first === "<")) {
    const xml = indentXml(raw, { partial, limit });
    const why = claim === "xml" ? t("XML (content type)") : t("XML (looks like it)");
    if (xml) return { format: "xml", raw, ...xml, steps: [...steps, why] };
    if (claim === "xml") steps.push(t("Not well-formed XML, although the content type says so."));
  }
  return { format: "text", text: raw, raw, cut: partial, steps: [...steps, t("Text")] };
}

async function tryJson(
  text: string,
  partial: boolean,
  limit: number,
): Promise<{ readonly text: string; readonly cut: boolean } | { readonly problem: string }> {
  const indenter = new JsonIndenter(text, { partial, limit });
  try {
    while (!indenter.run(sliceChars)) await new Promise((resolve) => setImmediate(resolve));
    return { text: indenter.result, cut: indenter.cut };
  } catch (error) {
    if (error instanceof BrokerError) return { problem: sentenceOf(error) };
    throw error;
  }
}

/** What kind of text the content type says it is; undefined when it says nothing. */
function claimOf(contentType: string | undefined): "json" | "xml" | "text" | "binary" | undefined {
  const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (/[/+](?:[\w.-]*[.-])?json$/.test(type)) return "json";
  if (/[/+]xml$/.test(type)) return "xml";
  if (type.startsWith("text/")) return "text";
  if (/^(image|audio|video|font)\//.test(type)) return "binary";
  return undefined;
}

/** The text of the first `limit` bytes or a few more; undefined when they are not text. */
function decodeText(
  bytes: Buffer,
  contentType: string | undefined,
  { limit, whole }: ReadOptions,
): { readonly text: string; readonly charset: string; readonly cut: boolean } | undefined {
  const head = bytes.subarray(0, Math.min(bytes.length, limit + 4));
  const cut = head.length < bytes.length;
  const charset = charsetOf(bytes, contentType);
  if (charset !== "utf-8") {
    try {
      return { text: new TextDecoder(charset).decode(head), charset, cut };
    } catch {
      // A charset that nobody knows: what the bytes look like decides.
    }
  }
  const start = head.subarray(0, 800);
  const text = cut || !whole ? withoutHalf(head) : head;
  if (isUtf8(text)) return hasControls(start) ? undefined : { text: new TextDecoder().decode(text), charset, cut };
  const claim = claimOf(contentType);
  if (claim === undefined || claim === "binary" || hasControls(start)) return undefined;
  return { text: new TextDecoder("windows-1252").decode(head), charset: "windows-1252", cut };
}

function charsetOf(bytes: Buffer, contentType: string | undefined): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const named = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? "")?.[1]?.toLowerCase() ?? "utf-8";
  return named === "utf8" || named === "us-ascii" ? "utf-8" : named;
}
