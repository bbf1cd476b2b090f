// Runs inside the extension host: every suite of this folder, bundled beside this file.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import Mocha from "mocha";
import CountingReporter from "../support/countingReporter.cjs";

/** Called by VS Code; rejects when a test failed. */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const only = process.env["MQ_ONLY"];
  const mocha = new Mocha({
    ui: "bdd",
    timeout: 60_000,
    forbidOnly: true,
    forbidPending: true,
    color: false,
    reporter: CountingReporter,
    ...(only === undefined ? {} : { grep: only }),
  });
  const names = (await readdir(__dirname)).filter((name) => name.endsWith(".test.cjs")).sort();
  for (const name of names) mocha.addFile(join(__dirname, name));
  const failures = await new Promise<number>((settle) => mocha.run(settle));
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
