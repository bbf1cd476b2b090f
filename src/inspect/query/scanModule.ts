/**
 * A WebAssembly module of one function that finds text, sixteen bytes at a time. It is put together here, from the few
 * instructions that it needs, so that what runs can be read.
 *
 * `find(at, last, n, first, second, firstByte, firstFold, secondByte, secondFold, needle) → place | -1`
 *
 * looks in the module's memory for the first place from `at` to `last` where the n bytes of the needle stand. The needle
 * lies at `needle` and its folds {@link foldsAt} behind it: before it is compared, a byte of the text is or-ed with its fold, which is
 * 0x20 for a letter whose case does not matter, else 0. Two bytes of the needle, at `first` and `second`, are looked for
 * in sixteen places at once; only where both stand the whole is compared. Up to 80 bytes behind `last + n` are read.
 */
export const foldsAt = 4096;

// Types
const i32 = 0x7f;
const v128 = 0x7b;
const none = 0x40;

// The parameters, then the variables of the function.
const [at, last, n, first, second, firstByte, firstFold, secondByte, secondFold] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const needle = 9;
const [mask, place, index, steps, byteA, foldA, byteB, foldB] = [10, 11, 12, 13, 14, 15, 16, 17];

type Code = readonly number[];

const get = (variable: number): Code => [0x20, variable];
const set = (variable: number): Code => [0x21, variable];
const constant = (value: number): Code => [0x41, ...signed(value)];
const block = (type: number, ...code: readonly Code[]): Code => [0x02, type, ...code.flat(), 0x0b];
const loop = (...code: readonly Code[]): Code => [0x03, none, ...code.flat(), 0x0b];
const when = (...code: readonly Code[]): Code => [0x04, none, ...code.flat(), 0x0b];
const branch = (depth: number): Code => [0x0c, depth];
const branchIf = (depth: number): Code => [0x0d, depth];
const giveBack: Code = [0x0f];
const isZero: Code = [0x45];
const differs: Code = [0x47];
const isGreater: Code = [0x4a];
const isLess: Code = [0x48];
const trailingZeros: Code = [0x68];
const add: Code = [0x6a];
const subtract: Code = [0x6b];
const and: Code = [0x71];
const or: Code = [0x72];
const loadByte = (offset: number): Code => [0x2d, 0, ...unsigned(offset)];
const vector = (operation: number, ...rest: readonly number[]): Code => [0xfd, ...unsigned(operation), ...rest];
const loadVector = (offset: number): Code => vector(0, 0, ...unsigned(offset));
const splat = vector(15);
const equalBytes = vector(35);
const andVector = vector(78);
const orVector = vector(80);
const anySet = vector(83);
const bitmask = vector(100);

const increase = (variable: number, by: number): Code => [...get(variable), ...constant(by), ...add, ...set(variable)];

/** A vector: in which of the sixteen places from `at + offset` on both bytes stand. */
const candidates = (offset: number): Code =>
  [
    [...get(at), ...get(first), ...add, ...loadVector(offset), ...get(foldA), ...orVector],
    [...get(byteA), ...equalBytes],
    [...get(at), ...get(second), ...add, ...loadVector(offset), ...get(foldB), ...orVector],
    [...get(byteB), ...equalBytes],
    andVector,
  ].flat();

/** Compares the needle with what stands at `place`; gives `place` back when it is the same. */
const compare = block(
  none,
  [...constant(0), ...set(index)],
  loop(
    [...get(place), ...get(index), ...add, ...loadByte(0)],
    [...get(needle), ...get(index), ...add, ...loadByte(foldsAt), ...or],
    [...get(needle), ...get(index), ...add, ...loadByte(0), ...differs, ...branchIf(1)],
    increase(index, 1),
    [...get(index), ...get(n), ...isLess, ...branchIf(0)],
    [...get(place), ...giveBack],
  ),
);

const find: Code = [
  ...[...get(firstByte), ...splat, ...set(byteA), ...get(firstFold), ...splat, ...set(foldA)],
  ...[...get(secondByte), ...splat, ...set(byteB), ...get(secondFold), ...splat, ...set(foldB)],
  ...loop(
    when2([...get(at), ...get(last), ...isGreater], [...constant(-1), ...giveBack]),
    // 64 places at once, most often in vain.
    [...candidates(0), ...candidates(16), ...orVector, ...candidates(32), ...orVector, ...candidates(48), ...orVector],
    [...anySet, ...isZero],
    when([...increase(at, 64), ...branch(1)]),
    [...constant(4), ...set(steps)],
    loop(
      [...candidates(0), ...bitmask, ...set(mask)],
      block(
        none,
        loop(
          [...get(mask), ...isZero, ...branchIf(1)],
          [...get(at), ...get(mask), ...trailingZeros, ...add, ...set(place)],
          when2([...get(place), ...get(last), ...isGreater], [...constant(-1), ...giveBack]),
          compare,
          // The lowest bit is done with.
          [...get(mask), ...get(mask), ...constant(1), ...subtract, ...and, ...set(mask), ...branch(0)],
        ),
      ),
      increase(at, 16),
      [...get(steps), ...constant(1), ...subtract, ...set(steps), ...get(steps), ...branchIf(0)],
    ),
    branch(0),
  ),
  ...constant(-1),
];

function when2(condition: Code, then: Code): Code {
  return [...condition, ...when(then)];
}

/** @param pages of 64 KiB that its memory has; exports `memory` and `find` */
export function scanModule(pages: number): Uint8Array<ArrayBuffer> {
  const locals = [2, 4, i32, 4, v128];
  const body = [...locals, ...find, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 10, ...Array<number>(10).fill(i32), 1, i32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, [2, ...name("memory"), 2, 0, ...name("find"), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function name(text: string): Code {
  return [text.length, ...Buffer.from(text)];
}

/** LEB128 */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const rest = value >> 7;
  const low = value & 0x7f;
  return (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40) ? [low] : [low | 0x80, ...signed(rest)];
}
