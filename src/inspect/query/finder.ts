import { foldsAt, scanModule } from "./scanModule.ts";

/** Most bytes that are looked through at once. */
export const mostLoaded = 1024 * 1024;
const pageBytes = 65_536;
const dataAt = pageBytes;
const longestNeedle = 512;

/** Finds one text in bytes. */
export interface Finder {
  /** Where in the buffer it was found. */
  readonly start: number;
  readonly end: number;
  /** Bytes that it takes at most. */
  readonly longest: number;
  /** Looks through `[from … to)`, at most {@link mostLoaded} bytes, from now on. */
  load(buffer: Buffer, from: number, to: number): void;
  /** Finds it at `at`, a place in the buffer, or behind it. */
  next(at: number): boolean;
}

/**
 * Finds a text in bytes of UTF-8.
 * @param folded without regard to case
 * @param beside looks through what that one has loaded: nothing is to be loaded a second time
 */
export function finderOf(text: string, folded: boolean, beside?: Finder): Finder {
  // What WebAssembly cannot do here, a pattern over bytes does, at a third of the speed.
  const ascii = /^[\u0000-\u007f]*$/.test(text);
  if ((ascii || !folded) && Buffer.byteLength(text) <= longestNeedle) {
    const bytes = beside instanceof BytesFinder ? beside.bytes : Loaded.anew();
    if (bytes) return new BytesFinder(Buffer.from(text), folded, bytes);
  }
  return new PatternFinder(text, folded);
}

/** What of WebAssembly is used here; its types come with a browser's, which are not those of the host. */
interface Assembly {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: {
      readonly memory: { readonly buffer: ArrayBuffer };
      readonly find: (...numbers: readonly number[]) => number;
    };
  };
}
type Exports = InstanceType<Assembly["Instance"]>["exports"];
const assembly = (globalThis as { readonly WebAssembly?: Assembly }).WebAssembly;
let compiled: object | false | undefined;

/** Compiled once; undefined where WebAssembly or its vectors are missing. */
function instance(): InstanceType<Assembly["Instance"]> | undefined {
  if (!assembly) return undefined;
  if (compiled === undefined) {
    const bytes = scanModule(Math.ceil(mostLoaded / pageBytes) + 2);
    compiled = assembly.validate(bytes) && new assembly.Module(bytes);
  }
  return compiled === false ? undefined : new assembly.Instance(compiled);
}

// The commonest bytes of JSON and of texts first.
const common = ` "e:,tanio srldcu01m2p_-hg3f4.567b89yvkw{}[]xjqz/\\=`;

/** The module's memory: the needles, and what is looked through. */
class Loaded {
  readonly find: Exports["find"];
  readonly memory: Uint8Array;
  /** What is to be added to a place in the buffer to get one in memory. */
  shift = 0;
  /** Where what is loaded ends, in the buffer. */
  end = 0;
  #needles = 0;

  constructor({ memory, find }: Exports) {
    this.memory = new Uint8Array(memory.buffer);
    this.find = find;
  }

  static anew(): Loaded | undefined {
    const scan = instance();
    return scan && new Loaded(scan.exports);
  }

  /** Where there is room for another needle. */
  room(): number {
    return longestNeedle * this.#needles++;
  }
}

class BytesFinder implements Finder {
  readonly longest: number;
  readonly bytes: Loaded;
  readonly #needle: number;
  readonly #places: readonly [number, number];
  readonly #bytes: readonly [number, number];
  readonly #folds: readonly [number, number];
  start = 0;
  end = 0;

  constructor(needle: Buffer, folded: boolean, loaded: Loaded) {
    this.bytes = loaded;
    this.#needle = loaded.room();
    this.longest = needle.length;
    const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
    const folds = Array.from(needle, (byte) => (folded && isLetter(byte) ? 0x20 : 0));
    const bytes = Array.from(needle, (byte, at) => byte | (folds[at] ?? 0));
    loaded.memory.set(bytes, this.#needle);
    loaded.memory.set(folds, this.#needle + foldsAt);
    const rarest = bytes
      .map((byte, at) => ({ at, rank: (common.indexOf(String.fromCharCode(byte)) + 1 || 100) - at / 1000 }))
      .toSorted((a, b) => b.rank - a.rank);
    const first = rarest[0]?.at ?? 0;
    const second = rarest[1]?.at ?? first;
    this.#places = [first, second];
    this.#bytes = [bytes[first] ?? 0, bytes[second] ?? 0];
    this.#folds = [folds[first] ?? 0, folds[second] ?? 0];
  }

  load(buffer: Buffer, from: number, to: number): void {
    const { bytes } = this;
    bytes.memory.set(buffer.subarray(from, to), dataAt);
    bytes.shift = dataAt - from;
    bytes.end = to;
  }

  next(at: number): boolean {
    const { shift, end, find } = this.bytes;
    const [first, second] = this.#places;
    const [firstByte, secondByte] = this.#bytes;
    const [firstFold, secondFold] = this.#folds;
    const { longest } = this;
    const from = at + shift;
    const last = end - longest + shift;
    const found = find(from, last, longest, first, second, firstByte, firstFold, secondByte, secondFold, this.#needle);
    this.start = found - shift;
    this.end = this.start + this.longest;
    return found >= 0;
  }
}

/** Whether what one has loaded is what the other looks through. */
export function sharesBytes(a: Finder, b: Finder): boolean {
  return a instanceof BytesFinder && b instanceof BytesFinder && a.bytes === b.bytes;
}

/** Finds bytes as a pattern over Latin-1 text. */
class PatternFinder implements Finder {
  readonly longest: number;
  readonly #pattern: RegExp;
  #text = "";
  #from = 0;
  start = 0;
  end = 0;

  constructor(text: string, folded: boolean) {
    const characters = Array.from(text, (character) => waysToWrite(character, folded));
    this.longest = characters.reduce((sum, ways) => sum + Math.max(...ways.map((bytes) => bytes.length)), 0);
    this.#pattern = new RegExp(characters.map((ways) => `(?:${ways.map(escaped).join("|")})`).join(""), "g");
  }

  load(buffer: Buffer, from: number, to: number): void {
    this.#text = buffer.toString("latin1", from, to);
    this.#from = from;
  }

  next(at: number): boolean {
    const pattern = this.#pattern;
    pattern.lastIndex = at - this.#from;
    const found = pattern.exec(this.#text);
    if (!found) return false;
    this.start = this.#from + found.index;
    this.end = this.#from + pattern.lastIndex;
    return true;
  }
}

/** The bytes, as Latin-1, of a character in either case. */
function waysToWrite(character: string, folded: boolean): readonly string[] {
  const cases = folded ? [character, character.toLowerCase(), character.toUpperCase()] : [character];
  // A character whose other case is several is only found as it is.
  const single = cases.filter((each) => each === character || Array.from(each).length === 1);
  return [...new Set(single)].map((each) => Buffer.from(each).toString("latin1"));
}

function escaped(bytes: string): string {
  return bytes.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
