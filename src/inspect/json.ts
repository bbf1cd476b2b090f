import { t } from "@vscode/l10n";
import { BrokerError } from "../broker/errors.ts";

/** Beyond this depth lines are not indented further: depth is the sender's choice, the width of the result is not. */
const deepestIndent = 64;
const pieceChars = 32_768;

/**
 * JSON indented by two spaces. Numbers stay as they are written, however large; duplicate keys stay.
 * @throws BrokerError `invalid` with line, column and reason, field `body`
 */
export function indentJson(text: string): string {
  const indenter = new JsonIndenter(text);
  while (!indenter.run(Infinity));
  return indenter.result;
}

/**
 * Writes JSON anew, token by token: without building it, without recursion, and in as many runs as one likes, so that
 * neither a hostile depth nor a large text does harm.
 */
export class JsonIndenter {
  readonly #text: string;
  readonly #partial: boolean;
  readonly #limit: number;
  readonly #pieces: string[] = [];
  readonly #open: ("{" | "[")[] = [];
  #piece = "";
  #length = 0;
  #at = 0;
  #state: State = "value";
  #tokenStart = 0;
  /** Whether the result ends before the text does. */
  cut = false;

  /**
   * @param options.partial the text is only the beginning of something: that it ends early is no mistake
   * @param options.limit end when the result has about this many characters
   */
  constructor(text: string, options: { readonly partial?: boolean; readonly limit?: number } = {}) {
    this.#text = text;
    this.#partial = options.partial ?? false;
    this.#limit = options.limit ?? Infinity;
  }

  get result(): string {
    return this.#pieces.join("") + this.#piece;
  }

  /**
   * Goes on for about that many characters.
   * @returns whether it is done
   * @throws BrokerError `invalid` like {@link indentJson}
   */
  run(chars: number): boolean {
    const end = this.#at + chars;
    for (;;) {
      if (this.#state === "text" || this.#state === "nameText") {
        if (!this.#scanString(end)) return this.#at >= this.#text.length ? this.#ended() : false;
        continue;
      }
      this.#skipSpace();
      if (this.#at >= this.#text.length) return this.#ended();
      if (this.#length >= this.#limit) {
        this.cut = true;
        return true;
      }
      if (this.#at >= end) return false;
      this.#token(this.#text[this.#at] ?? "");
    }
  }

  #token(char: string): void {
    switch (this.#state) {
      case "value":
        this.#value(char);
        break;
      case "first":
        // Right behind the bracket: the first value or name, or nothing at all.
        if (char === this.#closing) this.#close("");
        else {
          this.#newLine();
          this.#state = this.#open.at(-1) === "{" ? "name" : "value";
        }
        break;
      case "name":
        if (char !== '"') throw this.#fault(t("a name in double quotes is expected here."));
        this.#beginString("nameText");
        break;
      case "colon":
        if (char !== ":") throw this.#fault(t("a colon is expected after the name."));
        this.#emit(": ", 1);
        this.#state = "value";
        break;
      case "after":
        this.#afterValue(char);
        break;
      case "end":
        throw this.#fault(t("nothing may follow the end of the value."));
      case "text":
      case "nameText":
        break;
      default:
        this.#state satisfies never;
    }
  }

  #value(char: string): void {
    if (char === "{" || char === "[") {
      this.#open.push(char);
      this.#emit(char, 1);
      this.#state = "first";
    } else if (char === '"') {
      this.#beginString("text");
    } else {
      scalar.lastIndex = this.#at;
      const found = scalar.exec(this.#text)?.[0];
      if (found === undefined) {
        const rest = this.#text.slice(this.#at);
        if (this.#partial && rest.length < 5 && /^(t|tr|tru|f|fa|fal|fals|n|nu|nul|-)$/.test(rest)) {
          this.#at = this.#text.length;
          return;
        }
        throw this.#fault(char === "'" ? t("a string stands in double quotes.") : t("a value is expected here."));
      }
      this.#emit(found, found.length);
      this.#valueEnded();
    }
  }

  #afterValue(char: string): void {
    if (char === this.#closing) {
      this.#close("\n");
    } else if (char === ",") {
      this.#emit(",", 1);
      this.#skipSpace();
      if (this.#text[this.#at] === this.#closing) throw this.#fault(t("a comma needs another value after it."));
      this.#newLine();
      this.#state = this.#open.at(-1) === "{" ? "name" : "value";
    } else {
      throw this.#fault(t("a comma or {close} is expected here.", { close: this.#closing }));
    }
  }

  get #closing(): "}" | "]" {
    return this.#open.at(-1) === "{" ? "}" : "]";
  }

  #close(before: "" | "\n"): void {
    const char = this.#closing;
    this.#open.pop();
    if (before !== "") this.#newLine();
    this.#emit(char, 1);
    this.#valueEnded();
  }

  #valueEnded(): void {
    this.#state = this.#open.length === 0 ? "end" : "after";
  }

  #beginString(state: "text" | "nameText"): void {
    this.#tokenStart = this.#at++;
    this.#state = state;
  }

  /** @returns whether the string has ended; else the text has, or the run. */
  #scanString(end: number): boolean {
    const text = this.#text;
    const stop = Math.min(end, text.length);
    let at = this.#at;
    for (; at < stop; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.#at = this.#tokenStart;
        this.#emit(text.slice(this.#tokenStart, at + 1), at + 1 - this.#tokenStart);
        if (this.#state === "nameText") this.#state = "colon";
        else this.#valueEnded();
        return true;
      }
      if (code === 0x5c) {
        const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
        escape.lastIndex = at;
        if (!escape.test(text)) {
          if (this.#partial && at + 6 > text.length) break;
          this.#at = at;
          throw this.#fault(t("this is not an escape that JSON knows."));
        }
        at = escape.lastIndex - 1;
      } else if (code < 0x20) {
        this.#at = code === 0x0a || code === 0x0d ? this.#tokenStart : at;
        throw this.#fault(
          code === 0x0a || code === 0x0d
            ? t("this string has no end.")
            : t("a control character inside a string is written as an escape, such as \\t."),
        );
      }
    }
    this.#at = Math.max(at, stop);
    return false;
  }

  #ended(): true {
    if (this.#partial) {
      this.cut = true;
      if (this.#state === "text" || this.#state === "nameText") this.#piece += this.#text.slice(this.#tokenStart);
      return true;
    }
    switch (this.#state) {
      case "end":
        return true;
      case "text":
      case "nameText":
        this.#at = this.#tokenStart;
        throw this.#fault(t("this string has no end."));
      case "after":
      case "first":
      case "name":
        throw this.#fault(t("the text ends, but {close} is missing.", { close: this.#closing }));
      case "colon":
        throw this.#fault(t("a colon is expected after the name."));
      case "value":
        throw this.#fault(t("the text ends where a value should be."));
      default:
        return this.#state satisfies never;
    }
  }

  #newLine(): void {
    this.#append(lineStarts[Math.min(this.#open.length, deepestIndent)] ?? "\n");
  }

  #emit(text: string, taken: number): void {
    this.#at += taken;
    this.#append(text);
  }

  #append(text: string): void {
    this.#piece += text;
    this.#length += text.length;
    if (this.#piece.length < pieceChars) return;
    // Reading a character makes the engine join what was appended piece by piece.
    this.#piece.charCodeAt(0);
    this.#pieces.push(this.#piece);
    this.#piece = "";
  }

  #skipSpace(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  #fault(reason: string): BrokerError {
    const before = this.#text.slice(0, this.#at);
    let line = 1;
    for (let at = before.indexOf("\n"); at >= 0; at = before.indexOf("\n", at + 1)) line++;
    const column = before.length - before.lastIndexOf("\n");
    return new BrokerError("invalid", t("Line {line}, column {column}: {reason}", { line, column, reason }), {
      field: "body",
    });
  }
}

type State = "value" | "first" | "name" | "nameText" | "colon" | "text" | "after" | "end";

const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

const lineStarts = Array.from({ length: deepestIndent + 1 }, (_, depth) => `\n${"  ".repeat(depth)}`);
