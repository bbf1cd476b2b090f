import { t } from "@vscode/l10n";
import { Mistake } from "./mistake.ts";
import type { Pattern, Step } from "./query.ts";

const mostSteps = 64;
const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

/** Takes the smallest parts of a filter from its text, one after the other. */
export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get char(): string {
    return this.text[this.at] ?? "";
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  skipSpace(): void {
    this.take(/\s*/y);
  }

  /** @param pattern sticky. @returns what was there, undefined when nothing of that kind was */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** A text in double quotes. */
  phrase(): string {
    const from = this.at++;
    let text = "";
    for (;;) {
      text += this.take(/[^"\\]*/y) ?? "";
      if (this.isAtEnd)
        throw new Mistake(t("The double quote that begins here is never closed."), from, this.text.length);
      if (this.char === '"') break;
      const escape = this.take(/\\(?:u[0-9a-fA-F]{4}|["\\/nrtbf])/y);
      if (escape === undefined) {
        const written = this.text.slice(this.at, this.at + 2);
        const sentence = t(
          'In double quotes “{written}” means nothing. A backslash is written \\\\, a double quote \\".',
          { written },
        );
        throw new Mistake(sentence, this.at, Math.min(this.at + 2, this.text.length));
      }
      const letter = escape[1] ?? "";
      text += letter === "u" ? String.fromCharCode(parseInt(escape.slice(2), 16)) : (escapes[letter] ?? letter);
    }
    this.at++;
    return text;
  }

  /** A regular expression between slashes, with its flags. */
  pattern(): Pattern {
    const from = this.at;
    const whole = this.take(/\/(?:[^\\/[\n]|\\.|\[(?:[^\\\]\n]|\\.)*\])+\//y);
    if (whole === undefined) {
      const sentence = t(
        "The pattern that begins here is not finished: it ends with a slash. A text with slashes in it stands in double quotes.",
      );
      throw new Mistake(sentence, from, this.text.length);
    }
    const flagsFrom = this.at;
    const flags = this.take(/[^\s()]*/y) ?? "";
    if (!/^[imsu]*$/.test(flags) || new Set(flags).size !== flags.length) {
      const sentence = t(
        "“{flags}” cannot stand behind a pattern: its flags are i, m, s and u. A text with slashes in it stands in double quotes.",
        { flags },
      );
      throw new Mistake(sentence, flagsFrom, this.at);
    }
    const source = whole.slice(1, -1);
    try {
      new RegExp(source, flags);
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split(": ").at(-1) ?? "") : "";
      throw new Mistake(t("This pattern is not right: {reason}.", { reason }), from, this.at);
    }
    return { source, flags };
  }

  /** The way to a value: .name, [0], [*], ["odd name"], as often as they follow. */
  steps(from: number): readonly Step[] {
    const steps: Step[] = [];
    while (this.char === "." || this.char === "[") {
      steps.push(this.char === "." ? this.#dotted() : this.#bracketed());
      if (steps.length > mostSteps) throw new Mistake(t("This path is too long."), from, this.at);
    }
    return steps;
  }

  #dotted(): Step {
    const from = this.at++;
    const name = this.take(/[^\s.[\]()=!~<>:"',]+/y);
    if (name === undefined)
      throw new Mistake(t("A name is missing after the dot: $.customer.name, header.tenant"), from, from + 1);
    return name === "*" ? { all: true } : { name };
  }

  #bracketed(): Step {
    const from = this.at++;
    this.skipSpace();
    let step: Step | undefined;
    if (this.char === '"') step = { name: this.phrase() };
    else {
      const plain = this.take(/\*|\d{1,9}|'[^']*'/y);
      if (plain === "*") step = { all: true };
      else if (plain?.startsWith("'")) step = { name: plain.slice(1, -1) };
      else if (plain !== undefined) step = { index: Number(plain) };
    }
    this.skipSpace();
    if (!step || this.take(/\]/y) === undefined) {
      this.take(/[^\s\]]*\]?/y);
      const sentence = t('In brackets stands a number, * or a name in double quotes: [0], [*], ["odd name"]');
      throw new Mistake(sentence, from, this.at);
    }
    return step;
  }
}
