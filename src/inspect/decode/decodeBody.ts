import { t } from "@vscode/l10n";
import type { BodyChoice, BodyImage, BodyStep, BodyView } from "../../protocol/body.ts";
import { Chain, type Reading } from "./chain.ts";
import { hexDump, longHexDump } from "./hex.ts";
import type { SchemaSource } from "./schemas.ts";
import { BodyTree } from "./tree.ts";
import { unpack } from "./unpack.ts";

/** Characters of text that a page is given at most. */
const pageChars = 256 * 1024;
/** Bytes whose dump is about as long. */
const pageHexBytes = 48 * 1024;
const editorHexBytes = 4 * 1024 * 1024;

/** What is known of a body besides its bytes. */
export interface BodyClaims {
  /** The true size as it arrived; more than there are bytes when it was kept cut. */
  readonly size: number;
  readonly contentType?: string;
  readonly contentEncoding?: string;
}

export type Language = BodyView["language"];

export interface DecodeOptions {
  /** What the user decided for this source. */
  readonly choice?: BodyChoice;
  /** The schema files of the workspace. */
  readonly schemas?: SchemaSource;
  /** Characters of text; all of it when absent. */
  readonly limit?: number;
}

/** A body, unpacked and recognised. Nothing in it came from running what it holds. */
export interface Decoded extends Reading {
  readonly steps: readonly BodyStep[];
  /** Unpacked. */
  readonly bytes: Buffer;
}

/** A body as the page shows it, and what it asks for later. */
export interface OpenBody {
  readonly view: BodyView;
  readonly tree: BodyTree | undefined;
  readonly image: BodyImage | undefined;
}

/**
 * Finds out what a body is and reads it, in slices that hold the event loop for some milliseconds. What is wrong with it
 * is told in its steps: it never rejects for what a body holds.
 */
export async function decodeBody(body: Buffer, claims: BodyClaims, options: DecodeOptions = {}): Promise<Decoded> {
  const whole = body.length >= claims.size;
  const { choice = {}, schemas, limit = Infinity } = options;
  const { contentType, contentEncoding } = claims;
  const { bytes, steps } = await unpack(body, { contentEncoding, whole, forced: choice.encoding });
  const chain = new Chain(bytes, { contentType, whole, limit, choice, schemas });
  const reading = await chain.run();
  return { ...reading, steps: [...steps, ...chain.steps], bytes };
}

/** A body for the page: its beginning as text, and its tree to be looked at level by level. */
export async function openBody(body: Buffer, claims: BodyClaims, options: DecodeOptions = {}): Promise<OpenBody> {
  const whole = body.length >= claims.size;
  const { bytes, start, image, ...decoded } = await decodeBody(body, claims, { ...options, limit: pageChars });
  const { format, language, text, raw, steps, cut } = decoded;
  const view: BodyView = {
    size: claims.size,
    kept: body.length,
    format,
    language,
    ...(text === undefined ? {} : { text }),
    ...(raw === undefined ? {} : { raw }),
    hex: hexDump(bytes.subarray(0, pageHexBytes)),
    cut: cut || !whole || bytes.length > pageHexBytes,
    tree: start !== undefined,
    steps,
    choice: options.choice ?? {},
  };
  return {
    view,
    tree: start && new BodyTree(start),
    image: image && { ...image, bytes: Uint8Array.from(bytes).buffer },
  };
}

/** A body as the page shows it, when nothing is asked for later. */
export async function viewBody(body: Buffer, claims: BodyClaims, options: DecodeOptions = {}): Promise<BodyView> {
  return (await openBody(body, claims, options)).view;
}

/** All of a body as a document: unpacked, recognised, indented; a dump when it is not text. */
export async function wholeText(
  body: Buffer,
  claims: BodyClaims,
  options: DecodeOptions = {},
): Promise<{ readonly text: string; readonly language: Language }> {
  const { text, language, bytes } = await decodeBody(body, claims, options);
  if (text !== undefined) return { text, language };
  const dump = await longHexDump(bytes.subarray(0, editorHexBytes));
  const more = bytes.length - editorHexBytes;
  return {
    text: more > 0 ? `${dump}\n${t("… and {count} bytes more", { count: more.toLocaleString("en") })}` : dump,
    language: "plaintext",
  };
}
