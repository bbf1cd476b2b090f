// npm test [-- SUITE …]: sets up with all that the tests need, and runs the suites; the last line is "N passed, N failed".
import { runCommand, runWithOwnNode } from "./setup.mjs";

await runCommand(() => runWithOwnNode("scripts/testSuites.ts", process.argv.slice(2)));
