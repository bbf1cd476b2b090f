import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { until } from "../support/until.ts";

const starter = `
import { startRabbitmq } from ${JSON.stringify(join(dirname(import.meta.dirname), "support", "rabbitmqServer.ts"))};
console.log("starting");
const broker = await startRabbitmq();
console.log(broker.dir);
setInterval(() => undefined, 1000);
`;

describe("a broker that a script started", function () {
  this.timeout(120_000);

  it("goes with all its processes when the script is killed, whenever that is", async () => {
    const moments = [0, randomInt(400), randomInt(400, 1500), randomInt(1500, 5000), undefined];
    console.log(`        killed after ${moments.map((each) => each ?? "its start").join(", ")} ms`);
    await Promise.all(moments.map(killedAfter));
  });
});

/** @param moment milliseconds after it began to start one; undefined = when that is there */
async function killedAfter(moment: number | undefined): Promise<void> {
  const mark = `MQ_TEST_MARK=${randomUUID()}`;
  const [name = "", value = ""] = mark.split("=");
  const script = spawn(process.execPath, ["--input-type=module", "--eval", starter], {
    env: { ...process.env, [name]: value },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(script.stdout)[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, "starting");
  if (moment === undefined) {
    await lines.next();
    assert.ok((await marked(mark)).length > 3, "the processes of a broker are not found by their environment");
  } else await new Promise((resolve) => setTimeout(resolve, moment));
  await killed(script);
  let left: readonly string[] = [];
  await until("nothing of it is left", async () => {
    left = await marked(mark);
    return left.length === 0;
  }).catch((error: unknown) => assert.fail(`${String(error)}\n${left.join("\n")}`));
}

async function killed(script: ChildProcess): Promise<void> {
  const gone = once(script, "exit");
  script.kill("SIGKILL");
  await gone;
}

/** The processes that inherited this from their script. */
async function marked(mark: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("ps", ["axeww", "-o", "pid=,command="], { maxBuffer: 64 * 1024 * 1024 });
  return stdout
    .split("\n")
    .filter((line) => line.includes(mark))
    .map((line) => line.slice(0, 100));
}
