import type { Message } from "amqplib";
import type { Header, Value } from "../../broker/values.ts";
import { decimalText, type WireProperties } from "./exactHeaders.ts";
import { propertyNames } from "./properties.ts";

/** Properties as well as amqplib decoded them, for when the raw ones are not there: types of numbers are guessed. */
export function fromDecoded(decoded: Message["properties"]): WireProperties {
  const values = decoded as unknown as Readonly<Record<string, unknown>>;
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  };
  const properties: Record<string, string> = {};
  for (const name of propertyNames) {
    const value = text(name);
    if (value !== undefined) properties[name] = value;
  }
  const contentType = text("contentType");
  const contentEncoding = text("contentEncoding");
  const deliveryMode = text("deliveryMode");
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    ...(deliveryMode === undefined ? {} : { deliveryMode: Number(deliveryMode) }),
    headers: decodedEntries(values["headers"]),
    properties,
  };
}

function decodedEntries(table: unknown): Header[] {
  if (typeof table !== "object" || table === null) return [];
  return Object.entries(table).map(([name, value]) => ({ name, value: decodedValue(value) }));
}

/** The type is a guess where amqplib forgot it. */
function decodedValue(value: unknown): Value {
  if (value === null || value === undefined) return { type: "null", value: "" };
  if (typeof value === "boolean") return { type: "boolean", value: String(value) };
  if (typeof value === "number") return { type: Number.isInteger(value) ? "int64" : "double", value: String(value) };
  if (typeof value === "string") return { type: "string", value };
  if (value instanceof Uint8Array) return { type: "bytes", value: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return { type: "array", items: value.map(decodedValue) };
  if (typeof value !== "object") return { type: "null", value: "" };
  const typed = value as { readonly "!"?: unknown; readonly value?: unknown };
  if (typed["!"] === "timestamp") return { type: "timestamp", value: String(typed.value) };
  if (typed["!"] === "decimal") {
    const { places, digits } = typed.value as { places: number; digits: number };
    return { type: "decimal", value: decimalText(places, digits | 0) };
  }
  return { type: "table", entries: decodedEntries(value) };
}
