// npm start: sets up, builds, starts a RabbitMQ with a small shop in it, and opens VS Code on it. [--no-open] [--check]
import { runCommand, runWithOwnNode } from "./setup.mjs";

await runCommand(() => runWithOwnNode("scripts/demo.ts", process.argv.slice(2)));
