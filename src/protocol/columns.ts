/** The columns of the message list: what page and host say about them, and how their fields are written. */

/** What every message has. Named as the filter names them. */
export const builtInFields = [
  "time",
  "state",
  "key",
  "size",
  "type",
  "preview",
  "deliveries",
  "exchange",
  "position",
  "age",
  "seq",
] as const;
export type BuiltInField = (typeof builtInFields)[number];

/** A part of a path: a name, or a place in an array. */
export type FieldStep = string | number;

/** What a column shows. */
export type ColumnField =
  | { readonly of: "builtIn"; readonly name: BuiltInField }
  | { readonly of: "property"; readonly name: string }
  /** A header, or a value inside of one that is a table. */
  | { readonly of: "header"; readonly steps: readonly FieldStep[] }
  /** A value in a body of JSON. */
  | { readonly of: "path"; readonly steps: readonly FieldStep[] };

export interface Column {
  /** As {@link parseField} reads it. */
  readonly field: string;
  /** Pixels; absent = as wide as it fits. */
  readonly width?: number;
}

export interface Sort {
  readonly field: string;
  readonly descending: boolean;
}

/** How the list looks: remembered for each source. */
export interface ColumnLayout {
  readonly columns: readonly Column[];
  /** Absent = in the order of arrival. */
  readonly sort?: Sort;
  /** Times are shown in UTC, else in local time. */
  readonly utc: boolean;
}

/** Fields that the messages kept now have, as they are written. */
export interface KnownFields {
  readonly headers: readonly string[];
  readonly properties: readonly string[];
  readonly paths: readonly string[];
}

/** Page → host. */
export interface ColumnCalls {
  /** Shown by the page already: to be remembered, and to be sorted by. `everywhere` = for every source that has none of its own, too. */
  setLayout(to: { readonly layout: ColumnLayout; readonly everywhere: boolean }): void;
  /** What the newest messages have that could be a column. */
  knownFields(): KnownFields;
}

/** At most as many columns as can be read. */
export const mostColumns = 30;
const longestField = 200;

export const defaultColumns: readonly Column[] = ["time", "state", "key", "size", "type", "preview"].map((field) => ({
  field,
}));

export const defaultLayout: ColumnLayout = { columns: defaultColumns, utc: false };

/** Those whose texts do not travel in every row. */
export function isExtra(field: string): boolean {
  return !isBuiltIn(field) || field === "exchange" || field === "position";
}

export function isBuiltIn(field: string): field is BuiltInField {
  return (builtInFields as readonly string[]).includes(field);
}

/**
 * `header.tenant`, `header.a.b`, `header["x.y"]`, `correlationId`, `property.type`, `$.customer.name`, `$.lines[0].sku`, or a
 * built-in field.
 * @returns undefined when it is none of these
 */
export function parseField(text: string): ColumnField | undefined {
  if (text.length > longestField) return undefined;
  if (isBuiltIn(text)) return { of: "builtIn", name: text };
  if (text.startsWith("$")) {
    const steps = parseSteps(text.slice(1));
    return steps && steps.length > 0 ? { of: "path", steps } : undefined;
  }
  const [prefix] = /^headers?(?=[.[])/.exec(text) ?? [];
  if (prefix !== undefined) {
    const steps = parseSteps(text.slice(prefix.length));
    return steps && steps.length > 0 ? { of: "header", steps } : undefined;
  }
  const name = /^(?:property\.)?([A-Za-z][\w-]*)$/.exec(text)?.[1];
  return name === undefined || /^headers?$/.test(text) ? undefined : { of: "property", name };
}

/** `.name`, `[0]`, `["any name"]`, one behind the other. */
function parseSteps(text: string): FieldStep[] | undefined {
  const steps: FieldStep[] = [];
  const step = /\.([^.[\]"]+)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/y;
  let at = 0;
  while (at < text.length) {
    step.lastIndex = at;
    const found = step.exec(text);
    if (!found) return undefined;
    const [whole, name, index, quoted] = found;
    if (name !== undefined) steps.push(name);
    else if (index !== undefined) steps.push(Number(index));
    else {
      const unquoted = unquote(quoted ?? "");
      if (unquoted === undefined) return undefined;
      steps.push(unquoted);
    }
    at += whole.length;
  }
  return steps;
}

function unquote(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

/** The text that {@link parseField} reads as these steps behind `start`, which is `$` or `header`. */
export function fieldOf(start: "$" | "header", steps: readonly FieldStep[]): string {
  return (
    start +
    steps
      .map((step) => {
        if (typeof step === "number") return `[${step}]`;
        return /^[^.[\]"]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
      })
      .join("")
  );
}

/** The text that {@link parseField} reads as that property. */
export function propertyField(name: string): string {
  return isBuiltIn(name) || /^headers?$/.test(name) ? `property.${name}` : name;
}

/** What was kept or sent, held to what a layout may be. */
export function checkedLayout(layout: unknown): ColumnLayout | undefined {
  if (!isRecord(layout) || !Array.isArray(layout["columns"])) return undefined;
  const columns: Column[] = [];
  for (const each of layout["columns"] as unknown[]) {
    if (!isRecord(each) || typeof each["field"] !== "string" || !parseField(each["field"])) continue;
    const { field, width } = each;
    if (columns.some((column) => column.field === field) || columns.length >= mostColumns) continue;
    columns.push(typeof width === "number" && width > 0 ? { field, width: Math.min(width, 5000) } : { field });
  }
  if (columns.length === 0) return undefined;
  const sort = checkedSort(layout["sort"]);
  return { columns, utc: layout["utc"] === true, ...(sort ? { sort } : {}) };
}

/** Undefined when it is none. */
export function checkedSort(sort: unknown): Sort | undefined {
  if (!isRecord(sort) || typeof sort["field"] !== "string" || !parseField(sort["field"])) return undefined;
  return { field: sort["field"], descending: sort["descending"] === true };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
