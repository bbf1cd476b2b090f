import type { Runner, MochaOptions, reporters } from "mocha";

/** Mocha's usual report on the screen, and the counts in the file that the variable MQ_COUNTS names. */
declare class CountingReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions);
}
export = CountingReporter;
