/** Arguments of queues, exchanges and bindings as the management API tells them: JSON, which has fewer types than AMQP. */
import { t } from "@vscode/l10n";
import type { Header, Value } from "../../broker/values.ts";
import { isRecord, type JsonRecord } from "./json.ts";

/** The nearest typed values: a whole number is an `int64`, as most clients send it. */
export function toHeaders(args: JsonRecord): readonly Header[] {
  return Object.entries(args).map(([name, value]) => ({ name, value: toValue(value) }));
}

/** "60000 (number)" */
export function describeArgument(value: unknown): string {
  if (value === null || value === undefined) return t("nothing (void)");
  if (typeof value === "string") return t("{value} (text)", { value });
  if (typeof value === "boolean") return t("{value} (boolean)", { value: String(value) });
  if (typeof value === "number") {
    return Number.isInteger(value) && !Number.isSafeInteger(value)
      ? t("about {value} (number)", { value })
      : t("{value} (number)", { value });
  }
  const json = JSON.stringify(value);
  return Array.isArray(value) ? t("{value} (array)", { value: json }) : t("{value} (table)", { value: json });
}

/** "x-match=all, n=3" */
export function argumentsLine(args: JsonRecord): string {
  return Object.entries(args)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

/** The setting of a queue or exchange, by its name without `x-`: an argument wins over a policy. */
export function settingOf(
  of: { readonly arguments: JsonRecord; readonly policyDefinition: JsonRecord },
  name: string,
): unknown {
  return of.arguments[`x-${name}`] ?? of.policyDefinition[name];
}

function toValue(value: unknown): Value {
  if (value === null || value === undefined) return { type: "null", value: "" };
  if (typeof value === "string") return { type: "string", value };
  if (typeof value === "boolean") return { type: "boolean", value: String(value) };
  if (typeof value === "number") {
    return { type: Number.isSafeInteger(value) ? "int64" : "double", value: String(value) };
  }
  if (Array.isArray(value)) return { type: "array", items: value.map(toValue) };
  return { type: "table", entries: isRecord(value) ? toHeaders(value) : [] };
}
