import type { Death } from "../protocol/inspector.ts";
import type { Header, Value } from "../broker/values.ts";

/** The path of dead-lettering as the header `x-death` tells it, oldest first. What is malformed in it is left out. */
export function deadLetterPath(headers: readonly Header[]): readonly Death[] {
  const header = headers.find(({ name }) => name.toLowerCase() === "x-death");
  if (header?.value.type !== "array") return [];
  const deaths: Death[] = [];
  // The broker puts the newest first.
  for (const item of header.value.items.toReversed()) {
    if (item.type !== "table") continue;
    const fields = new Map(item.entries.map(({ name, value }) => [name, value]));
    const queue = textOf(fields.get("queue"));
    if (queue === undefined) continue;
    const keys = fields.get("routing-keys");
    const count = Number(textOf(fields.get("count")) ?? "1");
    const time = Number(textOf(fields.get("time")) ?? "NaN");
    deaths.push({
      queue,
      reason: textOf(fields.get("reason")) ?? "",
      exchange: textOf(fields.get("exchange")) ?? "",
      keys: keys?.type === "array" ? keys.items.flatMap((key) => textOf(key) ?? []) : [],
      count: Number.isSafeInteger(count) && count > 0 ? count : 1,
      ...(Number.isFinite(time) ? { time } : {}),
    });
  }
  return deaths;
}

function textOf(value: Value | undefined): string | undefined {
  return value && "value" in value ? value.value : undefined;
}
