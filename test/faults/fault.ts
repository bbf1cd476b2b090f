import { seededRandom } from "../unit/logSupport.ts";
import type { KillableRabbitmq } from "./killableRabbitmq.ts";

/** How large one run is to be, and how it is to be repeated. */
export interface Size {
  /** Everything random follows from it. */
  readonly seed: number;
  /** Smaller numbers, for `npm test`. */
  readonly quick: boolean;
}

/** What one run is to do. */
export interface FaultRun extends Size {
  /** A RabbitMQ to do things to. Stop it at the end. */
  startRabbitmq(): Promise<KillableRabbitmq>;
}

/** What was found. */
export interface Found {
  /** How many were lost, crashed, run, leaked or accepted: must be 0. */
  readonly value: number;
  /** The first of them, each as a sentence or a value that says where to look. */
  readonly examples: readonly string[];
  /** Further numbers, for the printed line. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** One thing that is done to the product to see whether it holds. */
export interface Fault {
  readonly name: string;
  readonly unit: string;
  /** Seconds after which the whole thing counts as hanging. */
  readonly limit: number;
  run(run: FaultRun): Promise<Found>;
}

/** Collects what must not be. */
export class Findings {
  readonly #examples: string[] = [];
  #count = 0;

  add(what: string, count = 1): void {
    this.#count += count;
    if (count > 0 && this.#examples.length < mostExamples) this.#examples.push(what);
  }

  /** One finding for each of these things, if any. */
  addAll(what: string, things: Iterable<unknown>): void {
    const all = [...things];
    this.add(`${what}: ${String(all.length)}, such as ${all.slice(0, 3).map(String).join(", ")}`, all.length);
  }

  found(numbers: Found["numbers"] = {}): Found {
    return { value: this.#count, examples: this.#examples, numbers };
  }
}

/** Numbers from 0 to 1 for this run. */
export function randomOf({ seed }: Size): () => number {
  return seededRandom(seed);
}

const mostExamples = 5;
