/** A workbench with the scene of scene/main.ts in its extension host, and the inspector's page in it. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium, type Frame, type Page } from "playwright-core";
import { startCodeServer } from "../../scripts/codeServer.ts";
import { freePorts } from "../../scripts/freePorts.ts";
import { chromiumFlags, provideChromium } from "../../scripts/provideChromium.ts";
import { provideCodeServer } from "../../scripts/provideCodeServer.ts";
import { vscodeCache } from "../../scripts/provideVscode.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface SceneWindow {
  readonly page: Page;
  /** What is inside the inspector's panel, once it is open. */
  inspector(): Promise<Frame>;
  /** Asks the scene: `/fill?count=1000`. Rejects with what it says went wrong. */
  ask(path: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function openSceneWindow(): Promise<SceneWindow> {
  const out = join(root, "out", "bench", "main.cjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["test/bench/scene/main.ts"],
    outfile: out,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["vscode", "playwright-core"],
    logLevel: "warning",
  });
  const [port] = await freePorts(1);
  const data = await mkdtemp(join(tmpdir(), "mq-bench-"));
  const server = await startCodeServer({
    installed: await provideCodeServer(vscodeCache),
    data,
    temporary: true,
    env: { MQ_BENCH_PORT: String(port) },
  });
  const browser = await chromium.launch({ executablePath: await provideChromium(), args: [...chromiumFlags] });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.exposeFunction("codeAutomationExit", () => undefined);
  await page.exposeFunction("codeAutomationLog", () => undefined);
  await page.goto(server.url({ folder: data, extension: root, tests: out }));
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    const body = (await answer.json()) as { readonly error?: string };
    if (!answer.ok) throw new Error(body.error);
    return body;
  };
  await answering(() => fetch(`http://127.0.0.1:${port}/hello`));
  return {
    page,
    inspector: async () => {
      const outer = page.locator("iframe.webview").first();
      const inner = outer.contentFrame().locator("#active-frame");
      await inner.contentFrame().locator('[role="grid"]').waitFor();
      const frame = await (await inner.elementHandle()).contentFrame();
      if (!frame) throw new Error("The panel has no page");
      return frame;
    },
    ask,
    close: async () => {
      await ask("/end").catch(() => undefined);
      await browser.close();
      await server.stop();
    },
  };
}

async function answering(ask: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}
