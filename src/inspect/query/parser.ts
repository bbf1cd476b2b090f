import { t } from "@vscode/l10n";
import type { FilterMistake } from "../../protocol/filter.ts";
import { condition, type KnownNames } from "./conditions.ts";
import { Mistake } from "./mistake.ts";
import type { Query } from "./query.ts";
import { Scanner } from "./scanner.ts";

export type Parsed = { readonly query: Query | undefined } | { readonly mistake: FilterMistake };

const longestText = 10_000;
const deepest = 100;

/**
 * Reads what the user typed as a filter.
 * @param known names that messages have, so that they are understood, or proposed
 * @returns no query for an empty text, which shows everything; or a mistake with its place
 */
export function parseQuery(text: string, known: KnownNames = {}): Parsed {
  try {
    return { query: new Parser(text, known).whole() };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const { sentence, from, to } = error;
    return { mistake: { sentence, from, to } };
  }
}

class Parser {
  readonly #scanner: Scanner;
  readonly #known: KnownNames;
  #depth = 0;

  constructor(text: string, known: KnownNames) {
    this.#scanner = new Scanner(text);
    this.#known = known;
  }

  whole(): Query | undefined {
    const scanner = this.#scanner;
    if (scanner.text.length > longestText)
      throw new Mistake(t("This filter is too long."), longestText, scanner.text.length);
    scanner.skipSpace();
    if (scanner.char === "") return undefined;
    const query = this.#or();
    if (!scanner.isAtEnd) throw new Mistake(t("This parenthesis was never opened."), scanner.at, scanner.at + 1);
    return query;
  }

  #or(): Query {
    return this.#joined(
      "or",
      () => this.#and(),
      () => this.#keyword("or") !== undefined,
    );
  }

  #and(): Query {
    return this.#joined(
      "and",
      () => this.#unary(),
      () => this.#keyword("and") !== undefined || !(this.#isAtEnd() || this.#peeks("or")),
    );
  }

  #joined(kind: "and" | "or", part: () => Query, goesOn: () => boolean): Query {
    const first = part();
    const parts = [first];
    for (;;) {
      this.#scanner.skipSpace();
      if (!goesOn()) return parts.length === 1 ? first : { kind, parts };
      parts.push(part());
    }
  }

  #unary(): Query {
    for (const word of ["and", "or"])
      if (this.#peeks(word)) {
        const { at } = this.#scanner;
        const sentence = t(
          "Something is missing before “{word}”. To find the word itself, write it in double quotes.",
          {
            word,
          },
        );
        throw new Mistake(sentence, at, at + word.length);
      }
    if (++this.#depth > deepest) {
      const { at } = this.#scanner;
      throw new Mistake(t("This is nested too deeply."), at, at + 1);
    }
    const query = this.#negated() ?? this.#group() ?? condition(this.#scanner, this.#known);
    this.#depth--;
    return query;
  }

  #negated(): Query | undefined {
    if (this.#scanner.take(/-(?=[^\s)])/y) === undefined && this.#keyword("not") === undefined) return undefined;
    return { kind: "not", part: this.#unary() };
  }

  #group(): Query | undefined {
    const scanner = this.#scanner;
    const from = scanner.at;
    if (scanner.take(/\(\s*/y) === undefined) return undefined;
    if (scanner.isAtEnd || scanner.char === ")") {
      const sentence = scanner.isAtEnd
        ? t("This parenthesis is never closed.")
        : t("There is nothing between these parentheses.");
      throw new Mistake(sentence, from, Math.min(scanner.at + 1, scanner.text.length));
    }
    const query = this.#or();
    scanner.skipSpace();
    if (scanner.take(/\)/y) === undefined) throw new Mistake(t("This parenthesis is never closed."), from, from + 1);
    return query;
  }

  /** Takes the word if it stands here. What it joins must follow. */
  #keyword(word: "and" | "or" | "not"): string | undefined {
    if (!this.#peeks(word)) return undefined;
    const scanner = this.#scanner;
    const from = scanner.at;
    scanner.at += word.length;
    const to = scanner.at;
    scanner.skipSpace();
    if (this.#isAtEnd() || this.#peeks("or") || this.#peeks("and"))
      throw new Mistake(
        t("Something is missing after “{word}”. To find the word itself, write it in double quotes.", { word }),
        from,
        to,
      );
    return word;
  }

  #peeks(word: string): boolean {
    const { text, at } = this.#scanner;
    const follows = text[at + word.length] ?? " ";
    return text.slice(at, at + word.length).toLowerCase() === word && /[\s()]/.test(follows);
  }

  #isAtEnd(): boolean {
    return this.#scanner.isAtEnd || this.#scanner.char === ")";
  }
}
