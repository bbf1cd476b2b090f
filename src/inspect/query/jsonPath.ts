import type { Step } from "./query.ts";

/** Whether a value passes: the bytes `[start … end)` of it as they are written. */
export type RawTest = (bytes: Buffer, start: number, end: number) => boolean;

interface Level {
  readonly step: Step | undefined;
  /** The step's name as it is usually written, in UTF-8. */
  readonly name: Buffer | undefined;
}

/** A value that is open: which of its members or elements are followed, and where it is. */
interface Frame {
  readonly isObject: boolean;
  readonly level: number;
  index: number;
}

/**
 * Follows a path through JSON and asks of every value at its end. Goes over the bytes once, builds nothing, stops at the
 * first that passes; neither depth nor size does harm, and it can be paused anywhere. What is not on the path is not
 * checked: JSON that is cut or broken further on is followed as far as it goes. Of members with the same name each counts.
 */
export class JsonPath {
  readonly #levels: readonly Level[];
  readonly #passes: RawTest;
  readonly #frames: Frame[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #at = 0;
  #state: "value" | "member" | "after" | "skip" | "done" = "done";
  /** How many steps lead to the value that begins here. */
  #level = 0;
  /** Of the value that is being gone over: its brackets that are open, whether a text in it is, and its first byte. */
  #depth = 0;
  #inText = false;
  #valueStart = 0;
  #isWanted = false;
  #found = false;

  constructor(steps: readonly Step[], passes: RawTest) {
    this.#levels = [
      ...steps.map((step) => ({
        step,
        name: "name" in step ? Buffer.from(JSON.stringify(step.name).slice(1, -1)) : undefined,
      })),
      { step: undefined, name: undefined },
    ];
    this.#passes = passes;
  }

  /** Begins with the JSON in `[start … end)`. */
  begin(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#end = end;
    this.#at = bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf ? start + 3 : start;
    this.#frames.length = 0;
    this.#level = 0;
    this.#found = false;
    this.#state = "value";
  }

  /** Goes on for about so many bytes. @returns whether a value passed; undefined when it is not at the end */
  run(bytes: number): boolean | undefined {
    const stop = Math.min(this.#end, this.#at + bytes);
    while (this.#at < stop && this.#state !== "done") {
      if (this.#state === "value") this.#beginValue();
      else if (this.#state === "skip") this.#skip(stop);
      else if (this.#state === "member") this.#member();
      else this.#after();
    }
    if (this.#state === "done") return this.#found;
    if (this.#at < this.#end) return undefined;
    // A number or a word at the very end of what there is.
    if (this.#state === "skip" && this.#depth === 0 && !this.#inText) this.#endValue();
    this.#state = "done";
    return this.#found;
  }

  #beginValue(): void {
    const char = this.#next();
    if (this.#at >= this.#end) return;
    const { step } = this.#levels[this.#level] ?? {};
    const frame = this.#frames.at(-1);
    if (char === closeArray && frame && !frame.isObject && frame.index === 0) {
      this.#close();
      return;
    }
    if (step && char === openObject && !("index" in step)) this.#open(true);
    else if (step && char === openArray && !("name" in step)) this.#open(false);
    else {
      this.#valueStart = this.#at;
      this.#isWanted = this.#level === this.#levels.length - 1;
      this.#beginSkip();
    }
  }

  #beginSkip(): void {
    this.#depth = 0;
    this.#inText = false;
    this.#state = "skip";
  }

  #open(isObject: boolean): void {
    this.#at++;
    this.#frames.push({ isObject, level: this.#level, index: 0 });
    if (isObject) this.#state = "member";
    else this.#element();
  }

  /** An element of an array begins here. */
  #element(): void {
    const frame = this.#frames.at(-1);
    const step = this.#levels[frame?.level ?? 0]?.step;
    this.#state = "value";
    if (!frame || !step) return;
    if ("all" in step || ("index" in step && step.index === frame.index)) this.#level = frame.level + 1;
    else this.#level = off;
  }

  /** The name of a member, or the end of its object. */
  #member(): void {
    const char = this.#next();
    if (this.#at >= this.#end) return;
    if (char === closeObject) {
      this.#close();
      return;
    }
    const bytes = this.#bytes;
    const start = this.#at + 1;
    const end = char === quote ? endOfText(bytes, start, this.#end) : -1;
    if (end < 0) {
      this.#state = "done";
      return;
    }
    this.#at = end + 1;
    if (this.#next() !== colon) {
      this.#state = "done";
      return;
    }
    this.#at++;
    const level = this.#frames.at(-1)?.level ?? 0;
    const { step, name } = this.#levels[level] ?? {};
    const isOn = step !== undefined && ("all" in step || (name !== undefined && isName(bytes, start, end, name, step)));
    this.#level = isOn ? level + 1 : off;
    this.#state = "value";
  }

  /** Behind a value. */
  #after(): void {
    const frame = this.#frames.at(-1);
    if (!frame) {
      this.#state = "done";
      return;
    }
    const char = this.#next();
    if (this.#at >= this.#end) return;
    if (char === comma) {
      this.#at++;
      frame.index++;
      if (frame.isObject) this.#state = "member";
      else this.#element();
    } else if (char === (frame.isObject ? closeObject : closeArray)) this.#close();
    else this.#state = "done";
  }

  #close(): void {
    this.#at++;
    this.#frames.pop();
    this.#state = "after";
  }

  /** Over the value that is not followed, or the one that is asked of. */
  #skip(stop: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    let depth = this.#depth;
    let inText = this.#inText;
    while (at < stop) {
      const char = bytes[at] ?? 0;
      if (inText) {
        // A backslash may stand at the pause: what it escapes is gone over with it.
        if (char === backslash) at++;
        else if (char === quote) {
          inText = false;
          if (depth === 0) {
            this.#at = at + 1;
            this.#endValue();
            return;
          }
        }
      } else if (char === quote) inText = true;
      else if (char === openObject || char === openArray) depth++;
      else if (char === closeObject || char === closeArray) {
        if (depth === 0) {
          this.#at = at;
          this.#endValue();
          return;
        }
        if (--depth === 0) {
          this.#at = at + 1;
          this.#endValue();
          return;
        }
      } else if (depth === 0 && (char === comma || char <= 0x20)) {
        this.#at = at;
        this.#endValue();
        return;
      }
      at++;
    }
    this.#at = Math.min(at, this.#end);
    this.#depth = depth;
    this.#inText = inText;
  }

  #endValue(): void {
    this.#state = "after";
    if (!this.#isWanted || this.#at === this.#valueStart) {
      // Nothing stood where a value should.
      if (this.#at === this.#valueStart) this.#state = "done";
      return;
    }
    if (!this.#passes(this.#bytes, this.#valueStart, this.#at)) return;
    this.#found = true;
    this.#state = "done";
  }

  /** Goes to the next byte that is no white space. */
  #next(): number {
    const bytes = this.#bytes;
    for (; this.#at < this.#end; this.#at++) {
      const char = bytes[this.#at] ?? 0;
      if (char > 0x20) return char;
    }
    return -1;
  }
}

/** The level of a value that no step leads to. */
const off = -1;

const [quote, comma, colon, backslash] = [0x22, 0x2c, 0x3a, 0x5c];
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Where the double quote stands that ends a text, -1 when there is none. */
function endOfText(bytes: Buffer, at: number, end: number): number {
  for (; at < end; at++) {
    const char = bytes[at];
    if (char === quote) return at;
    if (char === backslash) at++;
  }
  return -1;
}

function isName(bytes: Buffer, start: number, end: number, name: Buffer, step: Step): boolean {
  if (end - start === name.length) {
    let at = 0;
    while (at < name.length && bytes[start + at] === name[at]) at++;
    if (at === name.length) return true;
  }
  // Every character may be written in six.
  if (end - start > name.length * 6 || !("name" in step)) return false;
  for (let at = start; at < end; at++)
    if (bytes[at] === backslash) return unquoted(bytes, start - 1, end + 1) === step.name;
  return false;
}

/** The text that is written in `[start … end)`, quotes included. */
export function unquoted(bytes: Buffer, start: number, end: number): string {
  const written = bytes.toString("utf8", start, end);
  if (!written.includes("\\")) return written.slice(1, -1);
  try {
    return JSON.parse(written) as string;
  } catch {
    return written.slice(1, -1);
  }
}
