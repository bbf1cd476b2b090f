import type { FilterMistake } from "../../protocol/filter.ts";

/** Thrown inside of reading a filter. */
export class Mistake extends Error implements FilterMistake {
  readonly sentence: string;
  readonly from: number;
  readonly to: number;

  constructor(sentence: string, from: number, to: number) {
    super(sentence);
    this.sentence = sentence;
    this.from = from;
    this.to = to;
  }
}
