/**
 * How a message becomes the fields of a stream's entry, and an entry a message. An entry that was read and is sent again
 * is the same, field by field and byte by byte.
 *
 * | `fields` | the entry |
 * |---|---|
 * | absent | `content-type`, `content-encoding` where set, the headers, and the body last, in the field `bodyField` |
 * | `json` | the body is a JSON object of texts: its members are the fields |
 * | `headers` | every field is a header, there is no body |
 */
import { isUtf8 } from "node:buffer";
import { t } from "@vscode/l10n";
import type { Draft } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Header } from "../../broker/values.ts";
import type { Arg } from "./reply.ts";

/** What an entry is as a message. */
export type Message = Pick<Draft, "body" | "headers" | "properties" | "contentType" | "contentEncoding">;

/** The field that holds the body unless said. */
export const standardBodyField = "body";

/** Names of fields that are taken for the body, the likeliest first. */
const bodyFields = [standardBodyField, "payload", "message", "data", "value", "content", "event", "json"];

/** The fields and values of XADD. @throws BrokerError `invalid` with the field at fault */
export function fieldsOf(draft: Draft): readonly Arg[] {
  const { properties, headers, body } = draft;
  switch (properties["fields"]) {
    case undefined:
    case "":
      break;
    case "json":
      refuseBeside(draft, t("They stand in the JSON object."));
      return jsonFields(body);
    case "headers":
      if (body.length > 0)
        throw invalid("body", t("A message whose fields are its headers has no body. Leave the body empty."));
      if (headers.length === 0) throw invalid("headers", t("An entry needs at least one field."));
      return headers.flatMap((header) => [Buffer.from(header.name), bytesOf(header)]);
    default:
      throw invalid(
        "fields",
        t("“{value}” is no way to write fields: json or headers.", { value: properties["fields"] }),
      );
  }
  const bodyField = properties["bodyField"] ?? standardBodyField;
  const fields: Arg[] = [];
  if (draft.contentType !== undefined) fields.push("content-type", draft.contentType);
  if (draft.contentEncoding !== undefined) fields.push("content-encoding", draft.contentEncoding);
  for (const header of headers) fields.push(Buffer.from(header.name), bytesOf(header));
  const at = placeOf(properties["bodyAt"], fields.length / 2);
  fields.splice(at * 2, 0, bodyField, Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  return fields;
}

/** @param fields name, value, name, value … */
export function messageOf(fields: readonly Buffer[]): Message {
  const count = fields.length / 2;
  const bodyAt = bodyPlace(fields);
  if (bodyAt === undefined) return withoutBody(fields);
  const headers: Header[] = [];
  const message: { contentType?: string; contentEncoding?: string } = {};
  for (let at = 0; at < count; at++) {
    if (at === bodyAt) continue;
    const [name, value] = [fields[at * 2] as Buffer, fields[at * 2 + 1] as Buffer];
    if (!isUtf8(name)) return withoutBody(fields);
    const text = name.toString();
    const canonical = bodyAt > at && isUtf8(value);
    if (canonical && at === 0 && text === "content-type") message.contentType = value.toString();
    else if (canonical && text === "content-encoding" && (at === 0 || (at === 1 && message.contentType !== undefined)))
      message.contentEncoding = value.toString();
    else headers.push({ name: text, value: valueOf(value) });
  }
  const bodyField = (fields[bodyAt * 2] as Buffer).toString();
  return {
    ...message,
    body: fields[bodyAt * 2 + 1] as Buffer,
    headers,
    properties: {
      ...(bodyField === standardBodyField ? {} : { bodyField }),
      ...(bodyAt === count - 1 ? {} : { bodyAt: String(bodyAt) }),
    },
  };
}

/** Which field is the body: the only one, or the first of a name that bodies have. */
function bodyPlace(fields: readonly Buffer[]): number | undefined {
  const names = fields.filter((_, index) => index % 2 === 0);
  if (names.length === 1) return names[0] && isUtf8(names[0]) ? 0 : undefined;
  for (const wanted of bodyFields) {
    const at = names.findIndex((name) => name.equals(Buffer.from(wanted)));
    if (at >= 0) return at;
  }
  return undefined;
}

/** As JSON, where that is exact: it reads best and can be searched by path. */
function withoutBody(fields: readonly Buffer[]): Message {
  const names = new Set(fields.filter((_, index) => index % 2 === 0).map((name) => name.toString()));
  if (fields.every((bytes) => isUtf8(bytes)) && names.size === fields.length / 2) {
    const members: string[] = [];
    for (let at = 0; at + 1 < fields.length; at += 2)
      members.push(`${JSON.stringify(fields[at]?.toString())}:${JSON.stringify(fields[at + 1]?.toString())}`);
    return { body: Buffer.from(`{${members.join(",")}}`), headers: [], properties: { fields: "json" } };
  }
  const headers: Header[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2)
    headers.push({ name: (fields[at] as Buffer).toString(), value: valueOf(fields[at + 1] as Buffer) });
  return { body: new Uint8Array(), headers, properties: { fields: "headers" } };
}

/** Members in their order, which JSON.parse would change where names are numbers. */
function jsonFields(body: Uint8Array): readonly string[] {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  const wrong = (): BrokerError =>
    invalid("body", t("With “fields” = json the body has to be one JSON object whose values are texts."));
  const whole = /^\s*\{([^]*)\}\s*$/.exec(text)?.[1];
  if (whole === undefined) throw wrong();
  const member = /\s*("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false)\s*(,|$)/y;
  const fields: string[] = [];
  while (member.lastIndex < whole.length) {
    const found = member.exec(whole);
    if (!found) throw wrong();
    const [, name = "", value = "", comma = ""] = found;
    try {
      fields.push(JSON.parse(name) as string, value.startsWith('"') ? (JSON.parse(value) as string) : value);
    } catch {
      throw wrong();
    }
    if (comma === "") break;
    if (member.lastIndex >= whole.length) throw wrong();
  }
  if (fields.length === 0) throw invalid("body", t("An entry needs at least one field."));
  return fields;
}

function refuseBeside({ headers, contentType, contentEncoding }: Draft, why: string): void {
  if (headers.length > 0) throw invalid("headers", t("There are no headers beside the fields. {why}", { why }));
  if (contentType !== undefined)
    throw invalid("contentType", t("There is no content type beside the fields. {why}", { why }));
  if (contentEncoding !== undefined)
    throw invalid("contentEncoding", t("There is no content encoding beside the fields. {why}", { why }));
}

function placeOf(text: string | undefined, most: number): number {
  if (text === undefined || text === "") return most;
  const at = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (!(at <= most)) throw invalid("bodyAt", t("The place of the body is a number from 0 to {most}.", { most }));
  return at;
}

/** Redis knows bytes only: what is UTF-8 comes back as a text. */
function valueOf(bytes: Buffer): Header["value"] {
  return isUtf8(bytes)
    ? { type: "string", value: bytes.toString() }
    : { type: "bytes", value: bytes.toString("base64") };
}

function bytesOf({ name, value }: Header): Buffer {
  switch (value.type) {
    case "string":
      return Buffer.from(value.value, "utf8");
    case "bytes":
      return Buffer.from(value.value, "base64");
    default:
      throw invalid(
        "headers",
        t("The fields of Redis are texts or bytes; “{name}” is of the type {type}.", { name, type: value.type }),
      );
  }
}

function invalid(field: string, sentence: string): BrokerError {
  return new BrokerError("invalid", sentence, { field });
}
