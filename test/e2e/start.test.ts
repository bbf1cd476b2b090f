import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe("npm start", function () {
  this.timeout(240_000);
  let cache: string;
  let started: ChildProcess | undefined;

  before(async () => {
    cache = await mkdtemp(join(tmpdir(), "mq-start-"));
  });
  after(async () => {
    if (started?.exitCode === null && started.signalCode === null) {
      const gone = once(started, "exit");
      started.kill("SIGTERM");
      await gone;
    }
    await rm(cache, { recursive: true, force: true, maxRetries: 10 });
  });

  it("brings up a shop and a VS Code that shows it", async () => {
    const { output, code } = await toEnd(start("--check"));
    assert.equal(code, 0, output());
    assert.match(output(), /The shop has \d\d\d messages/);
  });

  it("starts again over the same data, and takes all of it down on SIGTERM", async () => {
    const run = start("--no-open");
    started = run.child;
    await Promise.race([said(run, /^Open http:\/\/127\.0\.0\.1:\d+/m), once(run.child, "exit")]);
    assert.doesNotMatch(run.output(), /The shop has/, "It was filled again.");
    const amqp = /management (http:\S+)/.exec(run.output())?.[1];
    const page = /^Open (\S+)/m.exec(run.output())?.[1];
    assert.ok(amqp !== undefined && page !== undefined, run.output());
    assert.equal((await fetch(page)).status, 200);
    run.child.kill("SIGTERM");
    await toEnd(run);
    await assert.rejects(fetch(amqp));
    await assert.rejects(fetch(page));
    assert.equal(existsSync(join(cache, "rabbitmq", "npm-start.pid")), false);
  });

  interface Run {
    readonly child: ChildProcess;
    readonly output: () => string;
  }

  function start(flag: string): Run {
    const child = spawn(process.execPath, ["scripts/start.mjs", flag, "--cache", cache], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => void (text += chunk.toString()));
    return { child, output: () => text };
  }

  async function toEnd(run: Run): Promise<Run & { readonly code: number | null }> {
    if (run.child.exitCode === null) await once(run.child, "close");
    return { ...run, code: run.child.exitCode };
  }

  async function said(run: Run, words: RegExp): Promise<void> {
    while (!words.test(run.output())) await once(run.child.stdout!, "data");
  }
});
