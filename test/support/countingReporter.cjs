// Mocha's usual report on the screen, and the counts in the file that the variable MQ_COUNTS names.
const { appendFileSync } = require("node:fs");
const Mocha = require("mocha");

module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.on(Mocha.Runner.constants.EVENT_TEST_RETRY, (test, error) => {
      console.log(`Tried again: ${test.fullTitle()} (${error.message})`);
    });
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.MQ_COUNTS)
        appendFileSync(process.env.MQ_COUNTS, JSON.stringify({ passed: passes, failed: failures + pending }) + "\n");
    });
  }
};
