const deepestIndent = 64;

/**
 * XML with an element on each line, for reading: what stands between tags stays as it is, but for blanks alone.
 * @param options.partial the text is only the beginning of something
 * @param options.limit end when the result has about this many characters
 * @returns undefined when the tags do not fit each other
 */
export function indentXml(
  text: string,
  options: { readonly partial?: boolean; readonly limit?: number } = {},
): { readonly text: string; readonly cut: boolean } | undefined {
  const { partial = false, limit = Infinity } = options;
  const open: string[] = [];
  const lines: string[] = [];
  let line = "";
  let length = 0;
  let elements = 0;
  // Behind text and behind an opening tag the next closing tag stays on the line.
  let last: "open" | "text" | "other" = "other";
  const begin = (): void => {
    if (last === "text") return;
    if (line !== "") lines.push(line);
    length += line.length;
    line = "  ".repeat(Math.min(open.length, deepestIndent));
  };
  for (let at = 0; at < text.length;) {
    if (length + line.length > limit) return { text: [...lines, line].join("\n"), cut: true };
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
    const end = tokenEnd(text, at);
    if (end < 0) return partial ? { text: [...lines, line + text.slice(at)].join("\n"), cut: true } : undefined;
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
  return { text: [...lines, line].join("\n"), cut: partial };
}

/** Where the markup that begins at `at` ends, -1 when it does not. */
function tokenEnd(text: string, at: number): number {
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
