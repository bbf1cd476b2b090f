/** Reading JSON that somebody else wrote: every reader gives undefined for what is absent or of another type. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An empty object is written as `[]` by some versions of the management API: anything else than an object is empty. */
export function recordAt(of: JsonRecord, name: string): JsonRecord {
  const value = of[name];
  return isRecord(value) ? value : {};
}

export function textAt(of: JsonRecord, name: string): string | undefined {
  const value = of[name];
  return typeof value === "string" ? value : undefined;
}

/** Like {@link textAt}, without the words that Erlang writes for nothing. */
export function wordAt(of: JsonRecord, name: string): string | undefined {
  const value = textAt(of, name);
  return value === "" || value === "none" || value === "undefined" ? undefined : value;
}

export function numberAt(of: JsonRecord, name: string): number | undefined {
  const value = of[name];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function flagAt(of: JsonRecord, name: string): boolean {
  return of[name] === true || of[name] === "true";
}

export function textsAt(of: JsonRecord, name: string): readonly string[] {
  const value = of[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

export function recordsAt(of: JsonRecord, name: string): readonly JsonRecord[] {
  const value = of[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
