import { t } from "@vscode/l10n";
import type { Fact } from "../../broker/contract.ts";

/** What a bean tells, by the names of its attributes. */
export type Attributes = Readonly<Record<string, unknown>>;

export function textAt(bean: Attributes, name: string): string | undefined {
  const value = bean[name];
  return typeof value === "string" ? value : undefined;
}

export function numberAt(bean: Attributes, name: string): number | undefined {
  const value = bean[name];
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" ? number : undefined;
}

/** Labels and the attributes that they stand for; only what is there and says something. */
export function factsOf(bean: Attributes, rows: readonly (readonly [label: string, name: string])[]): readonly Fact[] {
  return rows.flatMap(([label, name]) => {
    const value = bean[name];
    if (value === undefined || value === null || value === "" || typeof value === "object") return [];
    return [{ label, value: typeof value === "boolean" ? (value ? t("yes") : t("no")) : shown(value) }];
  });
}

function shown(value: unknown): string {
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(1) : String(value);
}
