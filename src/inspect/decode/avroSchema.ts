/** Reads Avro schemas (`.avsc`) into what reading data needs. Nothing is generated from them. */
import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";

export type AvroType =
  | { readonly kind: AvroPrimitive; readonly logical?: Logical }
  | AvroRecord
  | { readonly kind: "enum"; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: "fixed"; readonly name: string; readonly size: number; readonly logical?: Logical }
  | { readonly kind: "array"; readonly items: AvroType }
  | { readonly kind: "map"; readonly values: AvroType }
  | { readonly kind: "union"; readonly branches: readonly AvroType[] };

export interface AvroRecord {
  readonly kind: "record";
  readonly name: string;
  /** Filled once all of it was read: records may contain themselves. */
  readonly fields: { readonly name: string; readonly type: AvroType }[];
}

const primitives = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"] as const;
export type AvroPrimitive = (typeof primitives)[number];

export interface Logical {
  readonly name: string;
  readonly scale: number;
}

const deepestSchema = 200;

/** @throws BrokerError `invalid` with the reason */
export function parseAvroSchema(text: string): AvroType {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw invalid(t("it is not JSON: {reason}", { reason: error instanceof Error ? error.message : String(error) }));
  }
  return new SchemaParser().parse(schema, "", 0);
}

class SchemaParser {
  readonly #named = new Map<string, AvroType>();

  parse(schema: unknown, namespace: string, depth: number): AvroType {
    if (depth > deepestSchema) throw invalid(t("it is nested too deep."));
    if (typeof schema === "string") return this.#byName(schema, namespace);
    if (Array.isArray(schema))
      return { kind: "union", branches: schema.map((each) => this.parse(each, namespace, depth + 1)) };
    if (typeof schema !== "object" || schema === null) throw invalid(t("a type is a name, an object or a list."));
    const { type, logicalType, scale, ...rest } = schema as Record<string, unknown>;
    const logical: { readonly logical?: Logical } =
      typeof logicalType === "string"
        ? { logical: { name: logicalType, scale: typeof scale === "number" ? scale : 0 } }
        : {};
    switch (type) {
      case "record":
      case "error":
        return this.#record(rest, namespace, depth);
      case "enum": {
        const name = this.#name(rest, namespace);
        const symbols = Array.isArray(rest["symbols"]) ? rest["symbols"].map(String) : [];
        return this.#define(name, { kind: "enum", name, symbols });
      }
      case "fixed": {
        const name = this.#name(rest, namespace);
        const size = rest["size"];
        if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
          throw invalid(t("“{name}” has no size.", { name }));
        return this.#define(name, { kind: "fixed", name, size, ...logical });
      }
      case "array":
        return { kind: "array", items: this.parse(rest["items"], namespace, depth + 1) };
      case "map":
        return { kind: "map", values: this.parse(rest["values"], namespace, depth + 1) };
      default: {
        const inner = this.parse(type, namespace, depth + 1);
        return isPrimitive(inner.kind) ? { kind: inner.kind, ...logical } : inner;
      }
    }
  }

  #record(schema: Record<string, unknown>, namespace: string, depth: number): AvroType {
    const name = this.#name(schema, namespace);
    const record: AvroRecord = { kind: "record", name, fields: [] };
    this.#define(name, record);
    const inner = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "";
    if (!Array.isArray(schema["fields"])) throw invalid(t("“{name}” has no fields.", { name }));
    for (const field of schema["fields"] as unknown[]) {
      const { name: fieldName, type } = (field ?? {}) as Record<string, unknown>;
      if (typeof fieldName !== "string") throw invalid(t("a field of “{name}” has no name.", { name }));
      record.fields.push({ name: fieldName, type: this.parse(type, inner, depth + 1) });
    }
    return record;
  }

  #name(schema: Record<string, unknown>, namespace: string): string {
    const { name } = schema;
    if (typeof name !== "string" || name === "") throw invalid(t("a type has no name."));
    if (name.includes(".")) return name;
    const own = typeof schema["namespace"] === "string" ? schema["namespace"] : namespace;
    return own === "" ? name : `${own}.${name}`;
  }

  #define(name: string, type: AvroType): AvroType {
    this.#named.set(name, type);
    return type;
  }

  #byName(name: string, namespace: string): AvroType {
    if (isPrimitive(name)) return { kind: name };
    const found = (namespace === "" ? undefined : this.#named.get(`${namespace}.${name}`)) ?? this.#named.get(name);
    if (!found) throw invalid(t("the type “{name}” is not defined.", { name }));
    return found;
  }
}

function isPrimitive(word: string): word is AvroPrimitive {
  return (primitives as readonly string[]).includes(word);
}

function invalid(reason: string): BrokerError {
  return new BrokerError("invalid", reason);
}
