import type { MessageLog } from "../log.ts";
import { type Batch, later, no, yes } from "./batch.ts";
import { cost } from "./costs.ts";
import { type Finder, finderOf, sharesBytes } from "./finder.ts";
import { JsonPath } from "./jsonPath.ts";
import { jsonTest } from "./jsonTest.ts";
import type { Looking, Matcher } from "./matcher.ts";
import type { Step, Test } from "./query.ts";
import { Packed } from "./shapes.ts";
import type { Single } from "./single.ts";
import { largeRecord, pieceBytes } from "./sizes.ts";

/**
 * A value in a body of JSON. Bytes that must stand in a body that matches are looked for first, in all bodies at once; the
 * path is followed only where they do.
 */
export class PathMatcher implements Matcher {
  readonly cost: number;
  readonly #path: JsonPath;
  /** Another one, because looking at a large body is interrupted. */
  readonly #largePath: JsonPath;
  /** Without it in the body, the body does not match... */
  readonly #needle: Finder | undefined;
  /** ...unless characters are written by their numbers. */
  readonly #escape: Finder | undefined;
  readonly #packed: Packed;
  #hits = new Uint8Array();

  constructor(log: MessageLog, steps: readonly Step[], test: Test) {
    this.cost = test.op === "regex" ? cost.regex : cost.path;
    const passes = jsonTest(test);
    this.#path = new JsonPath(steps, passes);
    this.#largePath = new JsonPath(steps, passes);
    const needle = needleOf(steps, test);
    if (needle !== undefined) {
      this.#needle = finderOf(needle, false);
      this.#escape = finderOf("\\u", false, this.#needle);
    }
    this.#packed = new Packed(log);
  }

  narrow(batch: Batch, found: Uint8Array): void {
    const { from, to, buffer, bodyStarts, starts, ends } = batch;
    if (this.#hits.length < found.length) this.#hits = new Uint8Array(found.length);
    const hits = this.#hits;
    for (let index = from; index < to; index++) {
      const isLarge = (ends[index] ?? 0) - (starts[index] ?? 0) > largeRecord;
      hits[index] = found[index] === no ? no : isLarge ? later : yes;
    }
    if (this.#needle && this.#escape) this.#prefilter(batch, hits, this.#needle, this.#escape);
    for (let index = from; index < to; index++) {
      if (found[index] === no) continue;
      if (hits[index] === later || this.#packed.isIn(batch, index)) found[index] = later;
      else if (hits[index] === no) found[index] = no;
      else {
        this.#path.begin(buffer, bodyStarts[index] ?? 0, ends[index] ?? 0);
        if (this.#path.run(Infinity) !== true) found[index] = no;
      }
    }
  }

  *look(single: Single): Looking {
    const { body } = single;
    const path = this.#largePath;
    path.begin(body, 0, body.length);
    for (;;) {
      const passed = path.run(pieceBytes);
      if (passed !== undefined) return passed;
      yield;
    }
  }

  /** `hits[index]` becomes `no` where neither stands in the body. */
  #prefilter(batch: Batch, hits: Uint8Array, needle: Finder, escape: Finder): void {
    const { from, to } = batch;
    for (let index = from; index < to;) {
      while (index < to && hits[index] !== yes) index++;
      const first = index;
      while (index < to && hits[index] === yes) index++;
      if (first === index) continue;
      hits.fill(no, first, index);
      const { buffer, starts, ends } = batch;
      needle.load(buffer, starts[first] ?? 0, ends[index - 1] ?? 0);
      if (!sharesBytes(needle, escape)) escape.load(buffer, starts[first] ?? 0, ends[index - 1] ?? 0);
      for (const finder of [needle, escape]) mark(batch, first, index, finder, hits);
    }
  }
}

/** `hits[index]` becomes `yes` for those of `[first … end)` in whose bodies it stands. */
function mark(batch: Batch, first: number, end: number, finder: Finder, hits: Uint8Array): void {
  const { starts, bodyStarts, ends } = batch;
  let index = first;
  let at = starts[first] ?? 0;
  while (finder.next(at)) {
    while (index < end && (ends[index] ?? 0) <= finder.start) index++;
    if (index === end) return;
    if (finder.start < (bodyStarts[index] ?? 0)) at = bodyStarts[index] ?? 0;
    else {
      hits[index] = yes;
      at = ends[index] ?? 0;
    }
  }
}

/** Bytes that stand in every body that matches, if no character in it is written by its number. */
function needleOf(steps: readonly Step[], test: Test): string | undefined {
  const names = steps.flatMap((step) => ("name" in step ? [step.name] : []));
  const name = names.map(plainPart).toSorted((a, b) => b.length - a.length)[0] ?? "";
  // A number is written in many ways, a text in one.
  if (test.op === "=" && (test.quoted || !/^[-+.\deE]+$/.test(test.value))) {
    const text = plainPart(test.value);
    if (text.length >= 2) return text;
  }
  return name === "" ? undefined : name;
}

/** The longest part of a text that stands in JSON as it is. */
function plainPart(text: string): string {
  return text.split(/["\\/\u0000-\u001f\ud800-\udfff]/).toSorted((a, b) => b.length - a.length)[0] ?? "";
}
