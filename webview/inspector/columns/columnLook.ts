/** What columns are called and how wide they are. */
import { t } from "@vscode/l10n";
import { type BuiltInField, type Column, defaultColumns, isBuiltIn } from "../../../src/protocol/columns.ts";

/** @param keyLabel what the broker calls the key */
export function columnLabel(field: string, keyLabel: string | undefined): string {
  if (isBuiltIn(field)) return builtInLabel(field, keyLabel);
  return field.replace(/^(?:headers?|property)\./, "");
}

/** With what it is a part of. */
export function columnTitle(field: string, keyLabel: string | undefined): string {
  return isBuiltIn(field) ? builtInLabel(field, keyLabel) : field;
}

function builtInLabel(field: BuiltInField, keyLabel: string | undefined): string {
  switch (field) {
    case "time":
      return t("Time");
    case "state":
      return t("State");
    case "key":
      return keyLabel ?? t("Key");
    case "size":
      return t("Size");
    case "type":
      return t("Type");
    case "preview":
      return t("Preview");
    case "deliveries":
      return t("Delivered before");
    case "exchange":
      return t("Published to");
    case "position":
      return t("Position");
    case "age":
      return t("Age");
    case "seq":
      return t("Number");
    default:
      return field satisfies never;
  }
}

/** The least width in characters, and the part of what is left over. */
const widths: Readonly<Record<BuiltInField, readonly [least: number, part: number]>> = {
  time: [14, 0],
  state: [14, 0],
  key: [8, 2],
  size: [8, 0],
  type: [6, 1],
  preview: [10, 5],
  deliveries: [9, 0],
  exchange: [8, 1],
  position: [10, 0],
  age: [8, 0],
  seq: [9, 0],
};
const extraWidth = [10, 1.5] as const;

export const leastWidth = 32;

/** In pixels, between two columns and at the sides of a row. */
const gap = 8;
const side = 10;

export interface TrackSizes {
  /** For `grid-template-columns`. */
  readonly template: string;
  /** For `min-width`: below it the list is scrolled sideways. */
  readonly least: string;
}

export function trackSizes(columns: readonly Column[]): TrackSizes {
  const flexible = columns.some(({ field, width }) => width === undefined && widthOf(field)[1] > 0);
  const tracks: string[] = [];
  const least: string[] = [];
  for (const [at, { field, width }] of columns.entries()) {
    const [characters, part] = widthOf(field);
    const own = width === undefined ? `${characters}ch` : `${width}px`;
    least.push(own);
    // Something takes what is left over.
    if (!flexible && at === columns.length - 1) tracks.push(`minmax(${own}, 1fr)`);
    else tracks.push(width === undefined && part > 0 ? `minmax(${own}, ${part}fr)` : own);
  }
  const between = gap * Math.max(0, columns.length - 1) + 2 * side;
  return { template: tracks.join(" "), least: `calc(${[...least, `${between}px`].join(" + ")})` };
}

function widthOf(field: string): readonly [number, number] {
  return isBuiltIn(field) ? widths[field] : extraWidth;
}

/** In a narrow list some of the usual columns are left out; what the user chose is scrolled instead. */
export function fitting(columns: readonly Column[], width: number): readonly Column[] {
  if (width > 640 || width <= 0 || !isDefault(columns)) return columns;
  const without = width > 470 ? ["type"] : ["type", "time", "size"];
  return columns.filter(({ field }) => !without.includes(field));
}

function isDefault(columns: readonly Column[]): boolean {
  return (
    columns.length === defaultColumns.length &&
    columns.every(({ field, width }, at) => field === defaultColumns[at]?.field && width === undefined)
  );
}
