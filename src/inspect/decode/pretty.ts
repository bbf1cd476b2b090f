import { DuplicateNames } from "./duplicateNames.ts";
import type { Reader, ReaderEvent } from "./reader.ts";
import { Slices } from "./slices.ts";
import { TextPieces } from "./textPieces.ts";

/** Beyond this depth lines are not indented further: depth is the sender's choice, the width of the result is not. */
const deepestIndent = 64;
const lineStarts = Array.from({ length: deepestIndent + 1 }, (_, depth) => `\n${"  ".repeat(depth)}`);

export interface PrettyOptions {
  /** End the text when it has about this many characters; what follows is still read, to know whether it is right. */
  readonly limit?: number;
}

/** What a reader gives, indented by two spaces. */
export class PrettyPrinter {
  readonly #reader: Reader;
  readonly #limit: number;
  readonly #duplicates = new DuplicateNames();
  readonly #text = new TextPieces();
  #depth = 0;
  /** Whether nothing was written since the last bracket was opened. */
  #fresh = true;
  #json = true;
  #values = 0;
  /** Whether the text ends before what was read does. */
  cut = false;

  constructor(reader: Reader, options: PrettyOptions = {}) {
    this.#reader = reader;
    this.#limit = options.limit ?? Infinity;
  }

  get text(): string {
    return this.#text.join();
  }

  /** Whether the text is JSON: everything in it could be written as such. */
  get json(): boolean {
    return this.#json;
  }

  /** Names that stood twice in one object: how often that was, and the first. */
  get duplicates(): { readonly count: number; readonly first: string } | undefined {
    return this.#duplicates.found;
  }

  get values(): number {
    return this.#values;
  }

  /** Whether everything that was opened was closed. */
  get complete(): boolean {
    return this.#depth === 0;
  }

  /** Reads on for that many events. @returns whether that was all @throws BrokerError of the reader */
  run(events: number): boolean {
    for (let left = events; left > 0; left--) {
      const event = this.#step();
      if (event === "end") return true;
      if (event === "more" && events !== Infinity) break;
    }
    return false;
  }

  /** Reads all. @throws BrokerError of the reader */
  async runAll(slices = new Slices()): Promise<void> {
    while (!this.run(512)) {
      const pause = slices.pause();
      if (pause) await pause;
    }
  }

  #step(): ReaderEvent {
    const reader = this.#reader;
    const event = reader.next();
    switch (event) {
      case "open": {
        this.#begin();
        const { kind, before = "" } = reader.container();
        if (before !== "") this.#json = false;
        this.#append(before + (kind === "object" ? "{" : "["));
        this.#depth++;
        this.#duplicates.open();
        this.#fresh = true;
        return event;
      }
      case "close": {
        this.#depth--;
        this.#duplicates.close();
        if (!this.#fresh) this.#newLine();
        const { kind, after = "" } = reader.container();
        this.#append((kind === "object" ? "}" : "]") + after);
        this.#fresh = false;
        return event;
      }
      case "value": {
        this.#begin();
        this.#values++;
        if (this.#full) return event;
        const { text, json, more } = reader.literal(this.#limit);
        if (!json) this.#json = false;
        if (more !== undefined) this.cut = true;
        this.#append(text);
        return event;
      }
      case "more":
      case "end":
        return event;
      default:
        return event satisfies never;
    }
  }

  get #full(): boolean {
    if (this.#text.length < this.#limit) return false;
    this.cut = true;
    return true;
  }

  #begin(): void {
    if (this.#depth > 0) {
      if (!this.#fresh) this.#append(",");
      this.#newLine();
    } else if (this.#values > 0 && !this.#fresh) this.#append("\n");
    this.#fresh = false;
    const name = this.#reader.name(this.#full ? 256 : Math.max(256, this.#limit));
    if (!name) return;
    this.#duplicates.name(name.text);
    if (!name.json) this.#json = false;
    this.#append(`${name.text}: `);
  }

  #newLine(): void {
    this.#append(lineStarts[Math.min(this.#depth, deepestIndent)] ?? "\n");
  }

  #append(text: string): void {
    if (!this.#full) this.#text.append(text);
  }
}
