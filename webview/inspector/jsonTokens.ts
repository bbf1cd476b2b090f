/** JSON text cut into pieces to be coloured. Any text is accepted: what is not JSON comes out as plain pieces. */
export type TokenKind = "plain" | "name" | "string" | "number" | "word";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

/** One pass; the texts of the tokens put together are `text`. */
export function jsonTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let plain = 0;
  let at = 0;
  const take = (kind: TokenKind, end: number): void => {
    if (plain < at) tokens.push({ kind: "plain", text: text.slice(plain, at) });
    tokens.push({ kind, text: text.slice(at, end) });
    plain = at = end;
  };
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '"') {
      const end = stringEnd(text, at);
      take(isName(text, end) ? "name" : "string", end);
    } else if (/[-\d]/.test(char)) take("number", matchEnd(/-?[\d.eE+-]*/y, text, at));
    else if (/[a-z]/.test(char)) {
      const end = matchEnd(/[a-z]+/y, text, at);
      if (/^(true|false|null)$/.test(text.slice(at, end))) take("word", end);
      else at = end;
    } else at++;
  }
  if (plain < text.length) tokens.push({ kind: "plain", text: text.slice(plain) });
  return tokens;
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return Math.min(text.length, at + 1);
}

function isName(text: string, end: number): boolean {
  return text[matchEnd(/\s*/y, text, end)] === ":";
}

function matchEnd(sticky: RegExp, text: string, at: number): number {
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : at + 1;
}
