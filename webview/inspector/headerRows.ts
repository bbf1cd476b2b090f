import type { Header, Value } from "../../src/broker/values.ts";

/** A line of the table of headers. What is inside a table or an array follows its own line, one deeper. */
export interface HeaderRow {
  readonly depth: number;
  readonly name: string;
  readonly type: string;
  /** Empty for a table or an array that has lines of its own. */
  readonly value: string;
}

export function headerRows(headers: readonly Header[]): readonly HeaderRow[] {
  const rows: HeaderRow[] = [];
  const add = (name: string, value: Value, depth: number): void => {
    switch (value.type) {
      case "table":
        rows.push({ depth, name, type: "table", value: value.entries.length === 0 ? "{}" : "" });
        for (const entry of value.entries) add(entry.name, entry.value, depth + 1);
        break;
      case "array":
        rows.push({ depth, name, type: "array", value: value.items.length === 0 ? "[]" : "" });
        value.items.forEach((item, index) => {
          add(`[${index}]`, item, depth + 1);
        });
        break;
      default:
        rows.push({ depth, name, type: value.type, value: scalarText(value.type, value.value) });
    }
  };
  for (const header of headers) add(header.name, header.value, 0);
  return rows;
}

function scalarText(type: string, text: string): string {
  if (type === "null") return "null";
  const date = type === "timestamp" ? timeOf(Number(text)) : undefined;
  return date ? `${text} (${date})` : text;
}

/** Seconds since 1970 as ISO text; undefined when no calendar has that day. */
export function timeOf(seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(".000Z", "Z");
}
