/** In how many ways a pattern may be tried from one place of a text at most. */
const mostWays = 300;

/**
 * The same regular expression with every repetition bounded, so that the time it takes is linear in the text; undefined
 * where that cannot be done: it looks around or back, or repeats what can itself match in several ways.
 */
export function boundedPattern(source: string, flags: string): string | undefined {
  if (/[^imsu]/.test(flags)) return undefined;
  for (let bound = mostWays; bound >= 3; bound = Math.floor(bound * 0.7)) {
    const bounded = new Bounding(source, bound).whole();
    if (!bounded) return undefined;
    if (bounded.ways > mostWays) continue;
    try {
      new RegExp(bounded.source, flags);
      return bounded.source;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

interface Part {
  readonly source: string;
  readonly ways: number;
}

const token = /\[(?:[^\\\]]|\\.)*\]|\\(?:u\{[^}]*\}|[pP]\{[^}]*\}|.)|[^]/uy;
const repetition = /[*+?]\??|\{(\d+)(,?)(\d*)\}\??/y;

class Bounding {
  readonly #source: string;
  readonly #bound: number;
  #at = 0;
  #depth = 0;

  constructor(source: string, bound: number) {
    this.#source = source;
    this.#bound = bound;
  }

  whole(): Part | undefined {
    const part = this.#alternatives();
    return this.#at === this.#source.length ? part : undefined;
  }

  #alternatives(): Part | undefined {
    let all: Part | undefined;
    for (;;) {
      const part = this.#sequence();
      if (!part) return undefined;
      all = all ? { source: `${all.source}|${part.source}`, ways: all.ways + part.ways } : part;
      if (this.#source[this.#at] !== "|") return all;
      this.#at++;
    }
  }

  #sequence(): Part | undefined {
    let all: Part = { source: "", ways: 1 };
    while (this.#at < this.#source.length && this.#source[this.#at] !== "|" && this.#source[this.#at] !== ")") {
      const atom = this.#atom();
      const part = atom && this.#repeated(atom);
      if (!part) return undefined;
      all = { source: all.source + part.source, ways: all.ways * part.ways };
    }
    return all;
  }

  #atom(): Part | undefined {
    const opening = this.#take(/\((?:\?:|\?<\w+>|(?!\?))/y);
    if (opening !== undefined) {
      if (++this.#depth > 20) return undefined;
      const inner = this.#alternatives();
      this.#depth--;
      if (!inner || this.#source[this.#at] !== ")") return undefined;
      this.#at++;
      return { ...inner, source: `(?:${inner.source})` };
    }
    const atom = this.#take(token);
    // What looks around or back cannot be bounded here.
    if (atom === undefined || atom === "(" || /^\\[1-9k]/.test(atom)) return undefined;
    return { source: atom, ways: 1 };
  }

  #repeated(atom: Part): Part | undefined {
    repetition.lastIndex = this.#at;
    const found = repetition.exec(this.#source);
    if (!found) return atom;
    const [written, least, comma, most] = found;
    this.#at += written.length;
    const lazy = written.length > 1 && written.endsWith("?") ? "?" : "";
    const sign = written[0];
    if (sign === "?") return { ...atom, source: `${atom.source}?${lazy}`, ways: atom.ways * 2 };
    // What can match in several ways must not be repeated.
    if (atom.ways > 1) return undefined;
    const from = sign === "+" ? 1 : Number(least ?? 0);
    const isEndless = least === undefined || (comma === "," && most === "");
    const to = isEndless ? from + this.#bound : comma === "," ? Number(most) : from;
    if (to > 1000) return undefined;
    const source = `${atom.source}{${String(from)},${String(to)}}${lazy}`;
    return { source, ways: to - from + 1 };
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
