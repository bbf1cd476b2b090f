/** What is wrong with typed values, in sentences: the page says it while one writes, the host before it sends. */
import { t } from "@vscode/l10n";
import { type Header, type ScalarType, type Value, scalarProblem } from "../broker/values.ts";

/** Why `text` is not the text of a value of `type`; undefined when it is. */
export function valueProblem(type: ScalarType, text: string): string | undefined {
  const problem = scalarProblem(type, text);
  if (problem === undefined) return undefined;
  if (problem !== "form") {
    return t("{text} is out of the range of {type}: {min} to {max}.", {
      text,
      type,
      min: String(problem.min),
      max: String(problem.max),
    });
  }
  return formProblem(type);
}

export interface TableProblem {
  /** Indexes from the outside in: `[2, 0]` = the first entry or item of the third entry. */
  readonly path: readonly number[];
  /** What in that row is wrong. */
  readonly part: "name" | "value";
  readonly sentence: string;
}

/** The first thing that is wrong in a table of typed values, nested ones included. */
export function tableProblem(entries: readonly Header[], path: readonly number[] = []): TableProblem | undefined {
  const names = new Set<string>();
  for (const [index, { name, value }] of entries.entries()) {
    const here = [...path, index];
    if (name === "")
      return { path: here, part: "name", sentence: t("This row has no name. Write one, or remove the row.") };
    if (names.has(name))
      return { path: here, part: "name", sentence: t("“{name}” is there twice. Names must differ.", { name }) };
    names.add(name);
    const problem = deepProblem(value, here);
    if (problem) return problem;
  }
  return undefined;
}

function deepProblem(value: Value, path: readonly number[]): TableProblem | undefined {
  if (value.type === "table") return tableProblem(value.entries, path);
  if (value.type === "array") {
    for (const [index, item] of value.items.entries()) {
      const problem = deepProblem(item, [...path, index]);
      if (problem) return problem;
    }
    return undefined;
  }
  const sentence = valueProblem(value.type, value.value);
  return sentence === undefined ? undefined : { path, part: "value", sentence };
}

function formProblem(type: ScalarType): string {
  switch (type) {
    case "boolean":
      return t("A boolean is true or false.");
    case "int8":
    case "uint8":
    case "int16":
    case "uint16":
    case "int32":
    case "uint32":
    case "int64":
    case "uint64":
      return t("A number of type {type} is written in digits, such as 42.", { type });
    case "float":
    case "double":
      return t("A number of type {type} is written like 3.14 or 1e6.", { type });
    case "decimal":
      return t("A decimal is written in digits with a point, such as 12.34.");
    case "timestamp":
      return t("A timestamp is a number of seconds since 1970, such as 1750000000.");
    case "bytes":
      return t("Bytes are written in base64, such as aGVsbG8=.");
    case "null":
      return t("Null has no value: leave it empty.");
    case "string":
      return t("This is not a text.");
    default:
      return type satisfies never;
  }
}
