import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import {
  type Header,
  hasHalfPair,
  scalarProblem,
  type ScalarType,
  scalarTypes,
  type Value,
} from "../../broker/values.ts";
import { isBase64, notBase64 } from "./cutBodyOut.ts";
import { type FiledMessage, messageFormat } from "./transferFormat.ts";
import { halfPair } from "./unescapeJson.ts";

/** Tables in tables: nothing that a broker takes is as deep. */
const deepest = 64;

/**
 * What a line says, when it is a message of this format.
 * @param body its body, when that was read apart from the rest
 * @throws BrokerError `invalid` with the reason
 */
export function filedMessage(value: unknown, body?: Buffer): FiledMessage {
  if (!isRecord(value)) throw broken(t("It is not a JSON object."));
  checkFormat(value["format"]);
  if (value["cut"] === true)
    throw broken(t("Its body was too large to keep whole: only its beginning was exported, so it cannot be sent."));
  const origin = textOf(value, "origin");
  const key = textOf(value, "key");
  const contentType = textOf(value, "contentType");
  const contentEncoding = textOf(value, "contentEncoding");
  return {
    draft: {
      body: bodyOf(value, body),
      ...(key === undefined ? {} : { key }),
      ...(contentType === undefined ? {} : { contentType }),
      ...(contentEncoding === undefined ? {} : { contentEncoding }),
      persistent: persistentOf(value["persistent"]),
      headers: headersOf(value["headers"] ?? [], 0),
      properties: propertiesOf(value["properties"] ?? {}),
    },
    ...(origin === undefined ? {} : { origin }),
  };
}

/** Whether it says that it is an exported message, of whatever version. */
export function isExported(value: unknown): boolean {
  return isRecord(value) && typeof value["format"] === "string" && versions.test(value["format"]);
}

const versions = /^mq-message\/\d+$/;

type JsonRecord = Readonly<Record<string, unknown>>;

function checkFormat(format: unknown): void {
  if (format === messageFormat) return;
  const expected = messageFormat;
  if (typeof format === "string" && versions.test(format))
    throw broken(t("Its format is “{format}”, and only “{expected}” can be read.", { format, expected }));
  throw broken(t("It is not an exported message: it has no “format” that says “{expected}”.", { expected }));
}

function bodyOf({ body, bodyBase64, file }: JsonRecord, apart: Buffer | undefined): Buffer {
  if (body !== undefined && bodyBase64 !== undefined)
    throw broken(t("It has a “body” and a “bodyBase64”: one of them is too many."));
  if (apart) return apart;
  if (typeof body === "string") {
    if (hasHalfPair(body)) throw halfPair();
    return Buffer.from(body);
  }
  if (typeof bodyBase64 === "string") {
    if (!isBase64(bodyBase64)) throw notBase64();
    return Buffer.from(bodyBase64, "base64");
  }
  if (body !== undefined || bodyBase64 !== undefined) throw broken(t("Its body has to be a text."));
  if (file !== undefined)
    throw broken(t("Its body is in a file of its own, which is not read. Export as JSON Lines to import it again."));
  throw broken(t("It has no “body” and no “bodyBase64”."));
}

function persistentOf(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== "boolean") throw broken(t("Its “persistent” has to be true or false."));
  return value;
}

function propertiesOf(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) throw broken(t("Its “properties” have to be an object."));
  const entries = Object.entries(value).map(([name, each]): [string, string] => {
    if (typeof each !== "string" || hasHalfPair(each))
      throw broken(t("Its property “{name}” has to be a text.", { name }));
    return [name, each];
  });
  return Object.fromEntries(entries);
}

function headersOf(value: unknown, depth: number): readonly Header[] {
  if (!Array.isArray(value)) throw broken(t("Its headers have to be a list of names and values."));
  if (depth > deepest) throw broken(t("Its headers are nested too deeply."));
  return value.map((each: unknown) => {
    if (!isRecord(each) || typeof each["name"] !== "string") throw broken(t("One of its headers has no name."));
    return { name: each["name"], value: valueOf(each["name"], each["value"], depth + 1) };
  });
}

function valueOf(name: string, value: unknown, depth: number): Value {
  if (depth > deepest) throw broken(t("Its headers are nested too deeply."));
  if (!isRecord(value)) throw broken(t("Its header “{name}” has no value with a type.", { name }));
  const { type } = value;
  if (type === "table") return { type, entries: headersOf(value["entries"], depth) };
  if (type === "array") {
    const { items } = value;
    if (!Array.isArray(items)) throw broken(t("Its header “{name}” has no value with a type.", { name }));
    return { type, items: items.map((item) => valueOf(name, item, depth + 1)) };
  }
  if (!isScalarType(type)) throw broken(t("Its header “{name}” has no value with a type.", { name }));
  const text = value["value"];
  if (typeof text !== "string" || scalarProblem(type, text) || hasHalfPair(text))
    throw broken(t("The value of its header “{name}” is not a valid {type}.", { name, type }));
  return { type, value: text };
}

function isScalarType(type: unknown): type is ScalarType {
  return (scalarTypes as readonly unknown[]).includes(type);
}

function textOf(value: JsonRecord, name: "origin" | "key" | "contentType" | "contentEncoding"): string | undefined {
  const text = value[name];
  if (text === undefined || (typeof text === "string" && !hasHalfPair(text))) return text;
  throw broken(t("Its “{name}” has to be a text.", { name }));
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function broken(sentence: string): BrokerError {
  return new BrokerError("invalid", sentence);
}
