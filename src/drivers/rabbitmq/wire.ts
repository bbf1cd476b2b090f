/** Messages between this product's words and amqplib's. */
import { t } from "@vscode/l10n";
import type { Message, Options } from "amqplib";
import type { Delivery, Draft } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { scalarProblem, type Header, type ScalarType, type Value } from "../../broker/values.ts";
import { fromDecoded } from "./decodedProperties.ts";
import { decodeProperties, rawProperties, type WireProperties } from "./exactHeaders.ts";
import { propertyNames, type PropertyName } from "./properties.ts";

/** The largest table that can be sent, in bytes as encoded: amqplib's buffer for it. */
export const maxTableBytes = 65_536;

/** A message that arrived, exact. Its body is a view into a buffer of the socket. */
export function toDelivery(message: Message): Delivery {
  const { fields, content } = message;
  const wire = wirePropertiesOf(message);
  const position = scalarOf(wire.headers, "x-stream-offset");
  const deliveryCount = scalarOf(wire.headers, "x-delivery-count");
  // Assigned one by one: this is done for each message, and spreading takes several times as long.
  const delivery: { -readonly [Name in keyof Delivery]: Delivery[Name] } = {
    tag: fields.deliveryTag,
    key: fields.routingKey,
    redelivered: fields.redelivered,
    persistent: wire.deliveryMode === 2,
    headers: position === undefined && deliveryCount === undefined ? wire.headers : wire.headers.filter(isSenders),
    properties: wire.properties,
    body: content,
  };
  if (fields.exchange !== "") delivery.origin = fields.exchange;
  if (position !== undefined) delivery.position = position;
  if (deliveryCount !== undefined) delivery.deliveryCount = Number(deliveryCount);
  if (wire.contentType !== undefined) delivery.contentType = wire.contentType;
  if (wire.contentEncoding !== undefined) delivery.contentEncoding = wire.contentEncoding;
  return delivery;
}

/** What the broker adds to a delivery is told as a field of it: sent again, it would be wrong. */
function isSenders({ name }: Header): boolean {
  return name !== "x-stream-offset" && name !== "x-delivery-count";
}

/** Exact where the raw properties were kept, else as well as amqplib decoded them. */
export function wirePropertiesOf(message: Message): WireProperties {
  const bytes = rawProperties(message.properties);
  if (bytes) {
    try {
      return decodeProperties(bytes);
    } catch {
      // Bytes that amqplib can read and we cannot: its reading is better than none.
    }
  }
  return fromDecoded(message.properties);
}

/**
 * What amqplib's `publish` takes for this draft, mandatory always.
 * @throws BrokerError `invalid` with the field at fault
 */
export function toPublishOptions(draft: Draft): Options.Publish {
  const { contentType, contentEncoding, persistent, headers, properties } = draft;
  const options: Options.Publish = { mandatory: true, persistent };
  if (contentType) options.contentType = shortText(contentType, "contentType");
  if (contentEncoding) options.contentEncoding = shortText(contentEncoding, "contentEncoding");
  if (headers.length > 0) options.headers = toTable(headers, "headers");
  checkCarbonCopies(headers);
  for (const [name, value] of Object.entries(properties)) {
    if (value === "") continue;
    if (!isPropertyName(name)) {
      throw new BrokerError("invalid", t("RabbitMQ has no message property “{name}”.", { name }), { field: name });
    }
    switch (name) {
      case "priority":
        options.priority = wholeNumber(value, name, 255);
        break;
      case "timestamp":
        options.timestamp = wholeNumber(value, name, Number.MAX_SAFE_INTEGER);
        break;
      case "expiration":
        options.expiration = String(wholeNumber(value, name, 2 ** 32 - 1));
        break;
      case "correlationId":
      case "replyTo":
      case "messageId":
      case "type":
      case "userId":
      case "appId":
        options[name] = shortText(value, name);
        break;
      default:
        name satisfies never;
    }
  }
  return options;
}

/** @throws BrokerError `invalid` for one of more than 255 bytes */
export function checkedKey(key: string): string {
  return shortText(key, "key");
}

/**
 * Typed values → what amqplib encodes with exactly these types.
 * @param field the field of the form or draft that is at fault when one cannot be sent
 * @throws BrokerError `invalid`
 */
export function toTable(headers: readonly Header[], field: string): Record<string, unknown> {
  const table = toEntries(headers, field);
  if (tableBytes(headers) > maxTableBytes) {
    const kib = maxTableBytes / 1024;
    throw new BrokerError(
      "invalid",
      t("The headers or arguments are larger than {kib} KiB when encoded. Put large values into the body.", { kib }),
      { field },
    );
  }
  return table;
}

/** How many bytes a table takes on the wire. */
export function tableBytes(headers: readonly Header[]): number {
  return headers.reduce((sum, { name, value }) => sum + 1 + Buffer.byteLength(name) + 1 + valueBytes(value), 4);
}

function toEntries(headers: readonly Header[], field: string): Record<string, unknown> {
  // Without a prototype, so that a header may be called `__proto__`.
  const table = Object.create(null) as Record<string, unknown>;
  for (const { name, value } of headers) {
    if (name === "") throw new BrokerError("invalid", t("A header or argument has no name."), { field });
    if (Buffer.byteLength(name) > 255) {
      const sentence = t("The name “{name}” is longer than 255 bytes.", { name: `${name.slice(0, 40)}…` });
      throw new BrokerError("invalid", sentence, { field });
    }
    if (name in table) {
      throw new BrokerError("invalid", t("“{name}” is there twice: a name can be used once only.", { name }), {
        field,
      });
    }
    table[name] = toFieldValue(name, value, field);
  }
  return table;
}

function toFieldValue(name: string, value: Value, field: string): unknown {
  switch (value.type) {
    case "array":
      return value.items.map((item) => toFieldValue(name, item, field));
    case "table":
      // Named as an object, because amqplib would take a table with an entry called "!" for a typed value.
      return { "!": "object", value: toEntries(value.entries, field) };
    default:
      return toScalar(name, value.type, value.value, field);
  }
}

function toScalar(name: string, type: ScalarType, text: string, field: string): unknown {
  const problem = scalarProblem(type, text);
  if (problem === "form") {
    throw new BrokerError("invalid", t("“{text}” is no value of the type {type} ({name}).", { text, type, name }), {
      field,
    });
  }
  if (problem) throw outOfRange(name, type, String(problem.min), String(problem.max), field);
  switch (type) {
    case "string":
      return text;
    case "boolean":
      return text === "true";
    case "int8":
    case "uint8":
    case "int16":
    case "uint16":
    case "int32":
    case "uint32":
      return { "!": type, value: Number(text) };
    case "int64":
    case "timestamp":
      return { "!": type, value: BigInt(text) };
    case "uint64":
      throw new BrokerError(
        "invalid",
        t("RabbitMQ has no type {type} ({name}): choose another one, such as int64.", { type, name }),
        { field },
      );
    case "float":
    case "double":
      return { "!": type, value: finite(name, type, Number(text), field) };
    case "decimal":
      return { "!": "decimal", value: toDecimal(name, text, field) };
    case "bytes":
      return Buffer.from(text, "base64");
    case "null":
      return null;
    default:
      return type satisfies never;
  }
}

/** RabbitMQ cannot decode the others and closes the whole connection. */
function finite(name: string, type: "float" | "double", value: number, field: string): number {
  if (Number.isFinite(type === "float" ? Math.fround(value) : value)) return value;
  throw new BrokerError(
    "invalid",
    t("RabbitMQ takes only finite numbers of the type {type} ({name}).", { type, name }),
    {
      field,
    },
  );
}

function toDecimal(name: string, text: string, field: string): { places: number; digits: number } {
  const [whole = "", fraction = ""] = text.split(".");
  const digits = BigInt(whole + fraction);
  const limit = 2n ** 31n;
  if (digits >= limit || digits < -limit || fraction.length > 255) {
    throw outOfRange(name, "decimal", String(-limit), String(limit - 1n), field);
  }
  // amqplib writes the four bytes unsigned.
  return { places: fraction.length, digits: Number(BigInt.asUintN(32, digits)) };
}

function outOfRange(name: string, type: string, min: string, max: string, field: string): BrokerError {
  return new BrokerError(
    "invalid",
    t("The value of “{name}” is outside the range of {type}: from {min} to {max}.", { name, type, min, max }),
    { field },
  );
}

function valueBytes(value: Value): number {
  switch (value.type) {
    case "array":
      return value.items.reduce((sum, item) => sum + 1 + valueBytes(item), 4);
    case "table":
      return tableBytes(value.entries);
    case "string":
      return 4 + Buffer.byteLength(value.value);
    case "bytes":
      return 4 + Buffer.byteLength(value.value, "base64");
    case "null":
      return 0;
    case "boolean":
    case "int8":
    case "uint8":
      return 1;
    case "int16":
    case "uint16":
      return 2;
    case "int32":
    case "uint32":
    case "float":
      return 4;
    case "decimal":
      return 5;
    case "int64":
    case "uint64":
    case "double":
    case "timestamp":
      return 8;
    default:
      return value satisfies never;
  }
}

function isPropertyName(name: string): name is PropertyName {
  return (propertyNames as readonly string[]).includes(name);
}

function shortText(text: string, field: string): string {
  if (text.length <= 85 || Buffer.byteLength(text) <= 255) return text;
  const sentence =
    field === "key"
      ? t("The routing key is longer than 255 bytes.")
      : t("The property “{name}” is longer than 255 bytes.", { name: field });
  throw new BrokerError("invalid", sentence, { field });
}

function wholeNumber(text: string, field: PropertyName, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (value <= max) return value;
  throw new BrokerError(
    "invalid",
    t("The property “{name}” has to be a whole number from 0 to {max}.", { name: field, max: String(max) }),
    { field },
  );
}

/** RabbitMQ closes the channel when these two headers are anything else. */
function checkCarbonCopies(headers: readonly Header[]): void {
  for (const { name, value } of headers) {
    if (name !== "CC" && name !== "BCC") continue;
    if (value.type === "array" && value.items.every((item) => item.type === "string")) continue;
    throw new BrokerError("invalid", t("The header {name} has to be an array of strings: routing keys.", { name }), {
      field: "headers",
    });
  }
}

function scalarOf(headers: readonly Header[], name: string): string | undefined {
  for (const header of headers) {
    if (header.name === name && header.value.type !== "array" && header.value.type !== "table") {
      return header.value.value;
    }
  }
  return undefined;
}
