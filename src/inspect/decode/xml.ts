import { Slices } from "./slices.ts";
import { TextPieces } from "./textPieces.ts";

const deepestIndent = 64;
/** Characters of markup or text that are read in one go. */
const sliceChars = 64 * 1024;

export interface XmlOptions {
  /** The text is only the beginning of something. */
  readonly partial?: boolean;
  /** End when the result has about this many characters. */
  readonly limit?: number;
}

type Indented = { readonly text: string; readonly cut: boolean } | undefined;

/** The same in slices, for texts of any length. */
export async function indentLongXml(text: string, options: XmlOptions = {}): Promise<Indented> {
  const work = indenting(text, options);
  const slices = new Slices();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    const pause = slices.pause();
    if (pause) await pause;
  }
}

/**
 * XML with an element on each line, for reading: what stands between tags stays as it is, but for blanks alone.
 * @returns undefined when the tags do not fit each other
 */
export function indentXml(text: string, options: XmlOptions = {}): Indented {
  const work = indenting(text, options);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function* indenting(text: string, options: XmlOptions): Generator<undefined, Indented> {
  const { partial = false, limit = Infinity } = options;
  const open: string[] = [];
  const done = new TextPieces();
  const ending = (last: string): string => {
    done.append(last);
    return done.join();
  };
  let line = "";
  let elements = 0;
  // Behind text and behind an opening tag the next closing tag stays on the line.
  let last: "open" | "text" | "other" = "other";
  const begin = (): void => {
    if (last === "text") return;
    if (line !== "") {
      done.append(line);
      done.append("\n");
    }
    line = "  ".repeat(Math.min(open.length, deepestIndent));
  };
  let told = 0;
  for (let at = 0; at < text.length;) {
    if (at - told > sliceChars) {
      told = at;
      yield;
    }
    if (done.length + line.length > limit) return { text: ending(line), cut: true };
    if (text[at] !== "<") {
      const next = text.indexOf("<", at);
      const end = next < 0 ? text.length : next;
      const content = text.slice(at, end);
      at = end;
      if (content.trim() === "") continue;
      if (open.length === 0 && !partial) return undefined;
      line += content;
      last = "text";
      continue;
    }
    const end = yield* tokenEnd(text, at);
    if (end < 0) return partial ? { text: ending(line + text.slice(at)), cut: true } : undefined;
    const token = text.slice(at, end);
    at = end;
    if (token.startsWith("</")) {
      if (open.pop() !== nameOf(token.slice(2))) return undefined;
      if (last === "other") begin();
      line += token;
      last = "other";
    } else if (token.startsWith("<![CDATA[")) {
      line += token;
      last = "text";
    } else if (token.startsWith("<!") || token.startsWith("<?")) {
      begin();
      line += token;
      last = "other";
    } else {
      const name = nameOf(token.slice(1));
      if (name === "") return undefined;
      begin();
      elements++;
      line += token;
      if (token.endsWith("/>")) last = "other";
      else {
        open.push(name);
        last = "open";
      }
    }
  }
  if (elements === 0 || (open.length > 0 && !partial)) return undefined;
  return { text: ending(line), cut: partial };
}

/** Where the markup that begins at `at` ends, -1 when it does not. */
function* tokenEnd(text: string, at: number): Generator<undefined, number> {
  for (const [start, stop] of [
    ["<!--", "-->"],
    ["<![CDATA[", "]]>"],
    ["<?", "?>"],
  ] as const) {
    if (!text.startsWith(start, at)) continue;
    const end = text.indexOf(stop, at + start.length);
    return end < 0 ? -1 : end + stop.length;
  }
  let brackets = 0;
  for (let index = at + 1; index < text.length; index++) {
    const char = text[index] ?? "";
    if ((index - at) % sliceChars === 0) yield;
    if (char === '"' || char === "'") {
      index = text.indexOf(char, index + 1);
      if (index < 0) return -1;
    } else if (char === "[") brackets++;
    else if (char === "]") brackets--;
    else if (char === "<" && brackets <= 0) return -1;
    else if (char === ">" && brackets <= 0) return index + 1;
  }
  return -1;
}

function nameOf(text: string): string {
  return /^[^\s/>]*/.exec(text)?.[0] ?? "";
}
