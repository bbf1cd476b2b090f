import type { Draft } from "../broker/contract.ts";
import { decodeBody, type DecodeOptions } from "./decode/decodeBody.ts";
import { isJson } from "./decode/json.ts";

/** A body as it stands in a document of messages. */
export interface BodyValue {
  /** What it was recognised as: "json", "text", "msgpack" … */
  readonly format: string;
  /** `json` = the text is JSON, indented, every digit as it came · `base64` = of the bytes as they arrived. */
  readonly as: "json" | "text" | "base64";
  readonly text: string;
  /** The same for people: indented where that changes nothing. */
  readonly readable: string;
  /** The bytes as they arrived in base64, where they are not this text in UTF-8: unpacked, another charset, translated. */
  readonly bytes?: string;
}

/** @param message `whole` is false when the draft holds only the beginning of the body */
export async function bodyValue(
  { draft, whole, size }: { readonly draft: Draft; readonly whole: boolean; readonly size: number },
  options: DecodeOptions = {},
): Promise<BodyValue> {
  const { body, contentType, contentEncoding } = draft;
  const own = Buffer.from(body.buffer, body.byteOffset, body.length);
  const decoded = await decodeBody(
    own,
    {
      size,
      ...(contentType === undefined ? {} : { contentType }),
      ...(contentEncoding === undefined ? {} : { contentEncoding }),
    },
    options,
  );
  const { format, language, text, raw } = decoded;
  if (format === "empty") return { format, as: "text", text: "", readable: "" };
  if (text === undefined) {
    const base64 = own.toString("base64");
    return { format, as: "base64", text: base64, readable: base64.replaceAll(/.{76}(?=.)/g, "$&\n") };
  }
  const isText = format === "json" || format === "xml" || format === "text";
  const exact = raw !== undefined && Buffer.from(raw).equals(own);
  const rest = exact ? {} : { bytes: own.toString("base64") };
  if (language === "json" && whole && (format === "json" || isJson(text)))
    return { format, as: "json", text, readable: text, ...rest };
  return { format, as: "text", text: (isText ? raw : undefined) ?? text, readable: text, ...rest };
}
