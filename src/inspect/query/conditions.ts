import { t } from "@vscode/l10n";
import { decimal } from "./decimal.ts";
import { flagWords, type Named, named, nearest, statesOf, stateWords } from "./fields.ts";
import { Mistake } from "./mistake.ts";
import type { Comparison, Condition, Field, Query, Test } from "./query.ts";
import type { Scanner } from "./scanner.ts";
import { parseDuration, parseMoment, parseSize } from "./units.ts";

/** Names that messages have. */
export interface KnownNames {
  readonly headers?: Iterable<string>;
  /** As their driver names them. */
  readonly properties?: Iterable<string>;
}

/** Reads one condition: a text, a pattern, or a field with what is asked of it. */
export function condition(scanner: Scanner, known: KnownNames): Query {
  const from = scanner.at;
  if (scanner.char === '"') {
    const text = scanner.phrase();
    if (text === "") throw new Mistake(t("There is nothing between these quotes."), from, scanner.at);
    return { kind: "text", text };
  }
  if (scanner.char === "/") return { kind: "regex", ...scanner.pattern() };
  const field = path(scanner) ?? prefixed(scanner);
  if (field) return { kind: "field", field, test: test(scanner, from) ?? { op: "exists" } };
  const word = scanner.take(/(?:(?!!=)[^\s()":=~<>])+/y) ?? "";
  const to = scanner.at;
  const is = named(word, known.properties);
  if (!/\s*(?:[:=~<>]|!=)/y.exec(rest(scanner))) {
    // A closing parenthesis too many is told where the whole is read.
    if (word === "") throw new Mistake(t("Something is missing here."), from, Math.min(from + 1, scanner.text.length));
    const flag = flagWords().some(({ name }) => name === word.toLowerCase()) && is?.is === "flag" ? is.flag : undefined;
    return flag === undefined ? { kind: "text", text: word } : { kind: "flag", flag, value: true };
  }
  if (!is) throw unknown(scanner, word, from, to, known);
  return ofNamed(scanner, is, word, from);
}

/** $.customer.name */
function path(scanner: Scanner): Field | undefined {
  const from = scanner.at;
  if (scanner.take(/\$(?=[.[\s)]|$)/y) === undefined) return undefined;
  const steps = scanner.steps(from);
  if (steps.length === 0)
    throw new Mistake(
      t('A path goes on after “$”: $.customer.name. To find the sign itself, write "$" in double quotes.'),
      from,
      from + 1,
    );
  return { of: "path", steps };
}

/** header.tenant, property.messageId */
function prefixed(scanner: Scanner): Field | undefined {
  const from = scanner.at;
  const prefix = scanner.take(/(?:headers?|property|properties)(?=[.[])/iy)?.toLowerCase();
  if (prefix === undefined) return undefined;
  const steps = scanner.steps(from);
  if (prefix.startsWith("header")) return { of: "header", steps };
  const name = steps.map((step) => ("name" in step ? step.name : "*")).join(".");
  return { of: "property", name };
}

interface Asked {
  readonly operator: ":" | "~" | Comparison;
  readonly value: string;
  readonly quoted: boolean;
  readonly pattern: { readonly source: string; readonly flags: string } | undefined;
  /** Where the value stands. */
  readonly from: number;
  readonly to: number;
}

/** An operator and what follows it. @param start where its field begins, for a sentence */
function asked(scanner: Scanner, start: number): Asked | undefined {
  const written = scanner.take(/\s*(?:!=|<=|>=|==?|[~<>:])/y)?.trim();
  if (written === undefined) return undefined;
  const operator = (written === "==" ? "=" : written) as Asked["operator"];
  const end = scanner.at;
  scanner.skipSpace();
  const from = scanner.at;
  const isPattern = scanner.char === "/" && (operator === ":" || operator === "~");
  const pattern = isPattern ? scanner.pattern() : undefined;
  const quoted = !isPattern && scanner.char === '"';
  const value = isPattern ? "" : quoted ? scanner.phrase() : (scanner.take(/[^\s)]+/y) ?? "");
  if (!isPattern && !quoted && value === "") {
    const before = scanner.text.slice(start, end);
    throw new Mistake(t("A value is missing after “{before}”.", { before }), start, end);
  }
  return { operator, value, quoted, pattern, from, to: scanner.at };
}

function test(scanner: Scanner, start: number): Test | undefined {
  const ask = asked(scanner, start);
  if (!ask) return undefined;
  const { operator, value, quoted, pattern } = ask;
  if (pattern) return { op: "regex", ...pattern };
  if (operator === "~") return { op: "contains", text: value };
  if (operator !== ":") return { op: operator, value, quoted };
  return !quoted && /[*?]/.test(value) ? { op: "glob", pattern: value } : { op: "contains", text: value };
}

function ofNamed(scanner: Scanner, is: Named, word: string, from: number): Condition {
  if (is.is === "field") return ofField(scanner, is.field, from);
  const ask = asked(scanner, from);
  if (!ask) throw new Mistake(t("Something is missing here."), from, scanner.at);
  const comparison = compared(ask, word, from);
  switch (is.is) {
    case "size": {
      const bytes = parseSize(ask.value) ?? wrong(ask, t("This is no size. For example: 10kb, 1.5MiB, 300"));
      return { kind: "size", comparison, bytes };
    }
    case "age": {
      const milliseconds =
        parseDuration(ask.value) ?? wrong(ask, t("This is no length of time. For example: 500ms, 30s, 5m, 2h, 1d"));
      return { kind: "age", comparison, milliseconds };
    }
    case "time":
      if (!parseMoment(ask.value, 0))
        wrong(ask, t("This is no time. For example: 14:03, 2026-11-21, 2026-11-21T14:03:00, 2026-11-21T14:03:00Z"));
      return { kind: "time", comparison, moment: ask.value };
    case "state": {
      const states = Object.keys(stateWords).join(", ");
      const found = statesOf(ask.value) ?? wrong(ask, t("This is no state. There are: {states}", { states }));
      return { kind: "state", states: found, negated: isNegated(ask, word, from) };
    }
    case "flag": {
      const value = /^(?:true|yes)$/i.test(ask.value);
      if (!value && !/^(?:false|no)$/i.test(ask.value)) wrong(ask, t("Here stands “true” or “false”."));
      return { kind: "flag", flag: is.flag, value: value !== isNegated(ask, word, from) };
    }
    default:
      return is satisfies never;
  }
}

function ofField(scanner: Scanner, field: Field, from: number): Condition {
  const start = scanner.at;
  const found = test(scanner, from);
  if (!found) throw new Mistake(t("Something is missing here."), from, scanner.at);
  if (field.of === "deliveryCount" && "value" in found && !decimal(found.value))
    throw new Mistake(t("Here stands a number. For example: deliveries > 2"), start, scanner.at);
  return { kind: "field", field, test: found };
}

function compared({ operator, pattern, to }: Asked, word: string, from: number): Comparison {
  if (operator === ":") return "=";
  if (operator !== "~" && !pattern) return operator;
  throw new Mistake(t("“{word}” is compared by =, !=, <, <=, > or >=.", { word }), from, to);
}

function isNegated({ operator, to }: Asked, word: string, from: number): boolean {
  if (operator === ":" || operator === "=" || operator === "!=") return operator === "!=";
  throw new Mistake(t("“{word}” is asked for by : or = or !=.", { word }), from, to);
}

function wrong({ from, to }: Asked, sentence: string): never {
  throw new Mistake(sentence, from, to);
}

function unknown(scanner: Scanner, name: string, from: number, to: number, known: KnownNames): Mistake {
  const value = /\S*/y.exec(scanner.text.slice(to))?.[0] ?? "";
  const operator = /\s*(\S)/.exec(rest(scanner))?.[1] ?? "";
  if (name === "")
    return new Mistake(
      t("A name is missing before “{operator}”: size > 10kb. To find the sign itself, write it in double quotes.", {
        operator,
      }),
      from,
      from + 1,
    );
  if ([...(known.headers ?? [])].includes(name))
    return new Mistake(t("The header of this name is written header.{name}.", { name }), from, to);
  const meant = nearest(name);
  if (meant !== undefined)
    return new Mistake(t("There is no field “{name}”. Did you mean “{meant}”?", { name, meant }), from, to);
  const text = JSON.stringify(name + value);
  return new Mistake(
    t(
      "There is no field “{name}”. A header is written header.{name}, a property property.{name}, a value in the body $.{name}; a text stands in double quotes: {text}",
      { name, text },
    ),
    from,
    to,
  );
}

function rest(scanner: Scanner): string {
  return scanner.text.slice(scanner.at);
}
