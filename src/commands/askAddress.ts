import { t } from "@vscode/l10n";
import type { Address, Driver } from "../broker/contract.ts";
import { sentenceOf } from "../broker/errors.ts";
import { isShown } from "../broker/form.ts";
import type { Field, FieldValue, Values } from "../broker/form.ts";
import { scalarProblem } from "../broker/values.ts";
import type { Prompts } from "./prompts.ts";
import { Steps } from "./steps.ts";

/**
 * Asks for the fields of an address, one question each, without the advanced ones; again from the start with the answers kept when they make no
 * address.
 * @param after how many questions the caller asks afterwards
 */
export async function askAddress(
  prompts: Prompts,
  driver: Driver,
  after: number,
): Promise<{ readonly driver: Driver; readonly address: Address; readonly steps: Steps } | undefined> {
  const fields = driver.addressFields.filter(({ type, group }) => type !== "table" && group !== "advanced");
  let values: Values = {};
  for (;;) {
    const steps = new Steps(fields.filter((field) => isShown(field, values, fields)).length + after);
    for (const field of fields) {
      if (!isShown(field, values, fields)) continue;
      const answer = await ask(prompts, field, values[field.name] ?? field.default, steps);
      if (answer === undefined) return undefined;
      values = { ...values, [field.name]: answer };
    }
    try {
      return { driver, address: driver.parse(driver.compose(values)), steps };
    } catch (error) {
      prompts.warn(sentenceOf(error));
    }
  }
}

async function ask(
  prompts: Prompts,
  field: Field,
  before: FieldValue | undefined,
  steps: Steps,
): Promise<FieldValue | undefined> {
  const title = t("Add Connection");
  const step = steps.next();
  if (field.type === "boolean") {
    return prompts.pick({
      title,
      placeholder: field.label,
      step,
      items: inFront(before === true, [
        { label: t("No"), value: false },
        { label: t("Yes"), value: true },
      ]),
    });
  }
  if (field.type === "choice") {
    const items = (field.choices ?? []).map(({ value, label, help }) => ({
      label,
      value,
      ...(help && { detail: help }),
    }));
    return prompts.pick({ title, placeholder: field.label, step, items: inFront(before, items) });
  }
  const answer = await prompts.input({
    title,
    prompt: field.help === undefined ? field.label : t("{label}. {help}", { label: field.label, help: field.help }),
    ...(field.placeholder !== undefined && { placeholder: field.placeholder }),
    ...(typeof before === "string" && { value: before }),
    ...(field.name === "password" && { password: true }),
    step,
    validate: (text) => problemOf(field, text.trim()),
  });
  return answer?.trim();
}

/** A pick has no default: the likely answer comes first. */
function inFront<T extends { readonly value: unknown }>(likely: unknown, items: readonly T[]): readonly T[] {
  return [...items.filter(({ value }) => value === likely), ...items.filter(({ value }) => value !== likely)];
}

function problemOf(field: Field, text: string): string | undefined {
  if (text === "") return field.required ? t("{label} is needed.", { label: field.label }) : undefined;
  if (field.type !== "number") return undefined;
  const problem = scalarProblem(field.scalar ?? "int64", text);
  if (problem === undefined) return undefined;
  if (problem === "form") return t("{label} has to be a number.", { label: field.label });
  const [min, max] = [String(problem.min), String(problem.max)];
  return t("{label} has to be between {min} and {max}.", { label: field.label, min, max });
}
