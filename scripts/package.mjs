// npm run package: one .vsix for all platforms, from the allow-list in .vscodeignore. [--out FILE]
import { runCommand, runWithOwnNode } from "./setup.mjs";

await runCommand(() => runWithOwnNode("scripts/vsix.ts", process.argv.slice(2)));
