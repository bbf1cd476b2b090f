/** From a draft to the bytes of an AMQP 1.0 message. */
import { t } from "@vscode/l10n";
import type { Draft, Properties } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { scalarProblem, type Header, type Value } from "../../broker/values.ts";
import {
  encodeBinary,
  encodeBoolean,
  encodeByte,
  encodeHeaders,
  encodeList,
  encodeLong,
  encodeMap,
  encodeString,
  encodeSymbol,
  encodeTimestamp,
  encodeUbyte,
  encodeUint,
  encodeUlong,
  encodeUuid,
  encodeValue,
  section,
  variableHead,
} from "./amqpWriter.ts";
import { byteAnnotations, isAnnotation, isPropertyName, longAnnotations, type PropertyName } from "./properties.ts";

/** Encodes drafts; what drafts of one loop share is encoded once. */
export class MessageEncoder {
  #last: { readonly draft: Draft; readonly head: Buffer } | undefined;

  /** @throws BrokerError `invalid` with the field at fault */
  encode(draft: Draft): Buffer {
    let last = this.#last;
    if (!last || !sharesAllButBody(last.draft, draft)) this.#last = last = { draft, head: encodeHead(draft) };
    return Buffer.concat([last.head, ...encodeBody(draft)]);
  }
}

function encodeHead(draft: Draft): Buffer {
  const { properties, headers } = draft;
  if (draft.key !== undefined && draft.key !== "") {
    throw invalid(t("Messages of ActiveMQ have no key."), "key");
  }
  for (const [name, value] of Object.entries(properties)) {
    if (value !== "" && !isPropertyName(name) && !isAnnotation(name)) {
      throw invalid(t("ActiveMQ has no message property “{name}”.", { name }), name);
    }
  }
  checkHeaders(headers);
  const priority = wholeNumber(properties, "priority", 9n);
  const ttl = wholeNumber(properties, "expiration", 2n ** 32n - 1n);
  const sections = [
    section(0x70),
    encodeList([
      encodeBoolean(draft.persistent),
      priority === undefined ? undefined : encodeUbyte(Number(priority)),
      ttl === undefined ? undefined : encodeUint(Number(ttl)),
    ]),
  ];
  const annotations = encodeAnnotations(properties);
  if (annotations.length > 0) sections.push(section(0x72), encodeMap(annotations));
  const list = encodeList(propertyList(draft));
  if (list.length > 1) sections.push(section(0x73), list);
  if (headers.length > 0) sections.push(section(0x74), encodeHeaders(headers));
  return Buffer.concat(sections);
}

function propertyList({ properties, contentType, contentEncoding }: Draft): readonly (Buffer | undefined)[] {
  const text = (name: PropertyName): Buffer | undefined => {
    const value = properties[name];
    return value === undefined || value === "" ? undefined : encodeString(value);
  };
  const time = (name: PropertyName): Buffer | undefined => {
    const value = wholeNumber(properties, name, 2n ** 63n - 1n);
    return value === undefined ? undefined : encodeTimestamp(value);
  };
  const sequence = wholeNumber(properties, "groupSequence", 2n ** 32n - 1n);
  const user = properties["userId"];
  return [
    messageId(properties["messageId"]),
    user === undefined || user === "" ? undefined : encodeBinary(Buffer.from(user, "utf8")),
    text("to"),
    text("type"),
    text("replyTo"),
    messageId(properties["correlationId"]),
    contentType ? symbol(contentType, "contentType") : undefined,
    contentEncoding ? symbol(contentEncoding, "contentEncoding") : undefined,
    time("expiresAt"),
    time("creationTime"),
    text("groupId"),
    sequence === undefined ? undefined : encodeUint(Number(sequence)),
    text("replyToGroupId"),
  ];
}

function encodeAnnotations(properties: Properties): (readonly [Buffer, Buffer])[] {
  const entries: (readonly [Buffer, Buffer])[] = [];
  for (const [name, annotation] of Object.entries(longAnnotations)) {
    const value = wholeNumber(properties, name, 2n ** 63n - 1n);
    if (value !== undefined) entries.push([encodeSymbol(annotation), encodeLong(value)]);
  }
  for (const [name, value] of Object.entries(properties)) {
    if (value === "" || !isAnnotation(name)) continue;
    if (!byteAnnotations.includes(name)) entries.push([encodeSymbol(name), encodeString(value)]);
    else {
      const problem = scalarProblem("int8", value);
      if (problem) throw notWhole(name, "127");
      entries.push([encodeSymbol(name), encodeByte(Number(value))]);
    }
  }
  return entries;
}

/** The types of ids besides text are written as the JMS mapping of AMQP does. */
function messageId(text: string | undefined): Buffer | undefined {
  if (text === undefined || text === "") return undefined;
  const [, type, rest = ""] = /^AMQP_(ULONG|UUID|BINARY):(.*)$/s.exec(text) ?? [];
  if (type === "ULONG" && scalarProblem("uint64", rest) === undefined) return encodeUlong(BigInt(rest));
  if (type === "UUID" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(rest)) return encodeUuid(rest);
  if (type === "BINARY" && /^([\da-f]{2})*$/i.test(rest)) return encodeBinary(Buffer.from(rest, "hex"));
  return encodeString(text);
}

function encodeBody({ body, properties }: Draft): readonly Buffer[] {
  const type = properties["bodyType"] ?? "";
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  switch (type) {
    case "":
    case "data":
      return [section(0x75), variableHead(0xa0, bytes.length), bytes];
    case "text":
      if (!isUtf8(bytes)) {
        throw invalid(t("The body is not UTF-8 text: send it as data."), "bodyType");
      }
      return [section(0x77), variableHead(0xa1, bytes.length), bytes];
    case "value":
      return [section(0x77), encodeValue(typedBody(bytes))];
    case "sequence": {
      const value = typedBody(bytes);
      if (value.type !== "array")
        throw invalid(t("The body of a sequence has to be an array of typed values."), "body");
      return [section(0x76), encodeValue(value)];
    }
    default:
      throw invalid(t("The body can be data, text, value or sequence."), "bodyType");
  }
}

/** The body of a message that holds a value: the value itself as JSON, with its types. */
function typedBody(bytes: Buffer): Value {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch {
    json = undefined;
  }
  const value = asValue(json);
  if (value) return value;
  throw invalid(
    t("The body of such a message is a typed value as JSON, for example {example}.", {
      example: '{"type":"table","entries":[{"name":"n","value":{"type":"int32","value":"1"}}]}',
    }),
    "body",
  );
}

function asValue(json: unknown): Value | undefined {
  if (typeof json !== "object" || json === null || !("type" in json)) return undefined;
  if (json.type === "array" && "items" in json && Array.isArray(json.items)) {
    const items = json.items.map(asValue);
    return items.every((item) => item !== undefined) ? { type: "array", items } : undefined;
  }
  if (json.type === "table" && "entries" in json && Array.isArray(json.entries)) {
    const entries = json.entries.map((entry: unknown): Header | undefined => {
      if (typeof entry !== "object" || entry === null || !("name" in entry) || !("value" in entry)) return undefined;
      const value = asValue(entry.value);
      return typeof entry.name === "string" && value ? { name: entry.name, value } : undefined;
    });
    return entries.every((entry) => entry !== undefined) ? { type: "table", entries } : undefined;
  }
  const scalar = json as Value;
  if (scalar.type === "array" || scalar.type === "table" || typeof scalar.value !== "string") return undefined;
  return scalar.type !== "decimal" && scalarProblem(scalar.type, scalar.value) === undefined ? scalar : undefined;
}

function checkHeaders(headers: readonly Header[]): void {
  const names = new Set<string>();
  for (const { name, value } of headers) {
    if (name === "") throw invalid(t("A header or argument has no name."), "headers");
    if (names.has(name)) {
      throw invalid(t("“{name}” is there twice: a name can be used once only.", { name }), "headers");
    }
    names.add(name);
    if (value.type === "array" || value.type === "table" || value.type === "decimal") {
      throw invalid(
        t("An application property of AMQP 1.0 cannot be of the type {type} ({name}).", { type: value.type, name }),
        "headers",
      );
    }
    const problem = scalarProblem(value.type, value.value);
    if (problem === "form") {
      const { type } = value;
      throw invalid(
        t("“{text}” is no value of the type {type} ({name}).", { text: value.value, type, name }),
        "headers",
      );
    }
    if (problem) {
      const [min, max] = [String(problem.min), String(problem.max)];
      throw invalid(
        t("The value of “{name}” is outside the range of {type}: from {min} to {max}.", {
          name,
          type: value.type,
          min,
          max,
        }),
        "headers",
      );
    }
  }
}

function symbol(text: string, field: string): Buffer {
  if (/^[\x00-\x7f]*$/.test(text)) return encodeSymbol(text);
  throw invalid(t("The property “{name}” can hold only ASCII characters.", { name: field }), field);
}

function wholeNumber(properties: Properties, name: string, max: bigint): bigint | undefined {
  const text = properties[name];
  if (text === undefined || text === "") return undefined;
  const value = /^\d{1,19}$/.test(text) ? BigInt(text) : -1n;
  if (value >= 0n && value <= max) return value;
  throw notWhole(name, String(max));
}

function notWhole(name: string, max: string): BrokerError {
  return invalid(t("The property “{name}” has to be a whole number from 0 to {max}.", { name, max }), name);
}

function isUtf8(bytes: Buffer): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function invalid(sentence: string, field: string): BrokerError {
  return new BrokerError("invalid", sentence, { field });
}

function sharesAllButBody(one: Draft, other: Draft): boolean {
  return (
    one.persistent === other.persistent &&
    one.key === other.key &&
    one.contentType === other.contentType &&
    one.contentEncoding === other.contentEncoding &&
    (one.headers === other.headers || one.headers.length + other.headers.length === 0) &&
    (one.properties === other.properties || sameTexts(one.properties, other.properties))
  );
}

function sameTexts(one: Properties, other: Properties): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
