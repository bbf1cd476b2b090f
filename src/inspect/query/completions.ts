import { t } from "@vscode/l10n";
import type { Completion } from "../../protocol/filter.ts";
import { fieldWords, flagWords, named, stateWords } from "./fields.ts";
import { type Known, stepText } from "./known.ts";

const mostCompletions = 50;

interface Proposal {
  readonly label: string;
  readonly insert: string;
  readonly detail: string;
}

const field = String.raw`(?:headers?|propert(?:y|ies)|\$)(?:\.[^\s.[\]()=!~<>:"',]+|\[[^\]]*\])+|[A-Za-z][\w-]*`;
const valueContext = new RegExp(String.raw`(?:^|[\s(-])(${field})\s*(!=|<=|>=|==?|[~<>:])\s*("?)([^"]*)$`);
const operatorContext = new RegExp(String.raw`(?:^|[\s(-])(${field})\s+([!=~<>]*)$`);

/**
 * What may stand at the caret. What is proposed replaces what of it is there already.
 * @param known what messages have
 */
export function completions(text: string, caret: number, known: Known): readonly Completion[] {
  const at = Math.max(0, Math.min(caret, text.length));
  const before = text.slice(0, at);
  const after = /^[^\s()"]*/.exec(text.slice(at))?.[0].length ?? 0;
  const answer = (from: number, to: number, typed: string, proposals: readonly Proposal[]): readonly Completion[] => {
    const wanted = comparable(typed);
    const begins: Completion[] = [];
    const has: Completion[] = [];
    for (const proposal of proposals) {
      const place = comparable(proposal.label).indexOf(wanted);
      if (place < 0 || proposal.insert === text.slice(from, to)) continue;
      (place === 0 ? begins : has).push({ ...proposal, from, to });
    }
    return [...begins, ...has].slice(0, mostCompletions);
  };

  const value = valueContext.exec(before);
  if (value && (value[3] === '"' || !/[\s()]/.test(value[4] ?? ""))) {
    const [, name = "", operator = "", quote = "", typed = ""] = value;
    const closing = quote === '"' && text[at + after] === '"' ? 1 : 0;
    const from = at - typed.length - quote.length;
    const values = answer(from, at + after + closing, typed, valuesOf(name, operator, known));
    // The operator may go on: ">" is the beginning of ">=".
    if (!/[!=~<>]$/.test(before)) return values;
    const longer = operatorsOf(name).filter(
      ({ label }) => label.length > operator.length && label.startsWith(operator),
    );
    return [...answer(at - operator.length, at, operator, longer), ...values];
  }
  if (isInText(before)) return [];

  const path = /(?:^|[\s(-])(\$[^\s()]*)$/.exec(before)?.[1];
  if (path !== undefined) return answer(at - path.length, at + after, path, pathsOf(known));

  const prefixed = /(?:^|[\s(-])((headers?|propert(?:y|ies))\.(\S*))$/i.exec(before);
  if (prefixed) {
    const [, whole = "", prefix = ""] = prefixed;
    const isHeader = prefix.toLowerCase().startsWith("header");
    return answer(at - whole.length, at + after, whole, isHeader ? headersOf(known) : propertiesOf(known));
  }

  const word = /(?:^|[\s(]|(?:^|[\s(])-)([\w-]*)$/.exec(before)?.[1];
  const operator = operatorContext.exec(before);
  if (operator && isComparable(operator[1] ?? "", known)) {
    const typed = operator[2] ?? "";
    const operators = answer(at - typed.length, at, typed, operatorsOf(operator[1] ?? ""));
    return typed !== "" || word === undefined
      ? operators
      : [...operators, ...answer(at, at, "", keywordsAfter(before))];
  }
  if (word === undefined) return [];
  const typed = word.startsWith("-") ? word.slice(1) : word;
  const from = at - typed.length;
  const proposals = [
    ...keywordsAfter(before.slice(0, from)).filter(() => typed !== ""),
    ...fieldsOf(known),
    ...keywordsAfter(before.slice(0, from)).filter(() => typed === ""),
  ];
  return answer(from, at + after, typed, proposals);
}

/** With the steps of a path written in one way. */
function comparable(text: string): string {
  return text.toLowerCase().replaceAll(/\["?/g, ".").replaceAll(/"?\]/g, "");
}

/** Whether the end of it is inside of double quotes or a pattern. */
function isInText(before: string): boolean {
  return /^(?:[^"/]|"(?:[^"\\]|\\.)*"|(?<![\s(~:]|^)\/|(?<=[\s(~:]|^)\/(?:[^\\/]|\\.)+\/)*$/.exec(before) === null;
}

function fieldsOf(known: Known): readonly Proposal[] {
  return [
    ...fieldWords().map(({ name, operator, detail }) => ({ label: name, insert: name + operator, detail })),
    { label: "header.", insert: "header.", detail: t("A header: header.tenant = 42") },
    { label: "$.", insert: "$.", detail: t('A value in a body of JSON: $.customer.name ~ "an"') },
    ...flagWords().map(({ name, detail }) => ({ label: name, insert: name, detail })),
    ...headersOf(known),
    ...propertiesOf(known),
    { label: "property.", insert: "property.", detail: t("Another property: property.messageId") },
  ];
}

function keywordsAfter(before: string): readonly Proposal[] {
  const not = { label: "not", insert: "not ", detail: t("What follows must not match") };
  // At the beginning, behind a parenthesis or another such word, none but “not” can stand.
  if (/(?:^|\(|(?:^|\s)(?:and|or|not))\s*-?$/i.test(before)) return [not];
  return [
    { label: "and", insert: "and ", detail: t("Both must match; it may be left out") },
    { label: "or", insert: "or ", detail: t("One of both must match") },
    not,
  ];
}

function headersOf({ headers }: Known): readonly Proposal[] {
  const detail = t("Header");
  return headers.map((name) => ({ label: `header${stepText(name)}`, insert: `header${stepText(name)}`, detail }));
}

function propertiesOf({ properties }: Known): readonly Proposal[] {
  const detail = t("Property");
  return properties.map((name) => ({
    label: `property${stepText(name)}`,
    insert: `property${stepText(name)}`,
    detail,
  }));
}

function pathsOf({ paths }: Known): readonly Proposal[] {
  const detail = t("Value in the body");
  return paths.map((path) => ({ label: path, insert: path, detail }));
}

/** Whether it is a field that can be compared, not a text that looks like one. */
function isComparable(name: string, known: Known): boolean {
  return /[.[]/.test(name) || named(name, known.properties) !== undefined;
}

function operatorsOf(name: string): readonly Proposal[] {
  const operator = (label: string, detail: string): Proposal => ({ label, insert: `${label} `, detail });
  const is = /[.[]/.test(name) ? undefined : named(name)?.is;
  const contains = is === undefined || is === "field" ? [operator("~", t("Contains"))] : [];
  return [
    operator("=", t("Is the same")),
    operator("!=", t("Is there, and another")),
    ...contains,
    ...(is === "state" || is === "flag"
      ? []
      : [
          operator("<", t("Less than")),
          operator("<=", t("At most")),
          operator(">", t("Greater than")),
          operator(">=", t("At least")),
        ]),
  ];
}

function valuesOf(name: string, operator: string, known: Known): readonly Proposal[] {
  const is = /[.[]/.test(name) ? undefined : named(name, known.properties);
  const all = (values: readonly string[], detail: string): readonly Proposal[] =>
    values.map((value) => ({ label: value, insert: quoted(value), detail }));
  switch (is?.is) {
    case undefined:
      return [];
    case "state":
      return all(Object.keys(stateWords), t("State"));
    case "flag":
      return all(["true", "false"], "");
    case "size":
      return all(["1kb", "10kb", "100kb", "1mb"], t("Size"));
    case "age":
      return all(["30s", "5m", "1h", "1d"], t("Time since it arrived"));
    case "time":
      return [];
    case "field":
      break;
    default:
      return is satisfies never;
  }
  switch (is.field.of) {
    case "key":
      return [...(operator === ":" ? patternsOf(known.keys) : []), ...all(known.keys, t("Key"))];
    case "origin":
      return all(known.origins, t("Exchange"));
    case "contentType":
      return all(known.contentTypes, t("Content type"));
    case "contentEncoding":
      return all(["gzip", "deflate", "br", "zstd"], t("Content encoding"));
    case "type":
      return all(["json", "xml", "text", "binary", ...known.contentTypes], t("Type"));
    default:
      return [];
  }
}

/** What several keys have in common: "order.*". */
function patternsOf(keys: readonly string[]): readonly Proposal[] {
  const counts = new Map<string, number>();
  for (const key of keys)
    for (const { index } of key.matchAll(/[./]/g)) {
      const head = key.slice(0, index + 1);
      counts.set(head, (counts.get(head) ?? 0) + 1);
    }
  return [...counts].flatMap(([head, count]) =>
    count < 2 || /[\s()"]/.test(head)
      ? []
      : [{ label: `${head}*`, insert: `${head}*`, detail: t("Keys that begin like this: {count}", { count }) }],
  );
}

function quoted(value: string): string {
  return /^[^\s()"*?/][^\s()"*?]*$/.test(value) ? value : JSON.stringify(value);
}
