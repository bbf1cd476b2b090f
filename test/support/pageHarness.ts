/**
 * One webview page in headless Chromium, without VS Code: the built page under the policy of `src/views/page.ts`, the
 * variables of a theme, and a host that lives in the page's own window.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { type Browser, type Page, chromium } from "playwright-core";
import { type ThemeName, themeVariables, themes } from "./pageThemes.ts";

export type { ThemeName } from "./pageThemes.ts";

export interface PageHarness {
  readonly page: Page;
  /** Errors that the page logged or threw; a test expects none. */
  readonly errors: readonly string[];
  /** What the page asked of the host so far: name and argument. */
  readonly calls: () => Promise<readonly HostCall[]>;
  /** Calls a handler of the page, as the host does. */
  readonly tell: (name: string, argument?: unknown) => Promise<void>;
  /** The rules of axe-core that the page breaks, with the elements. */
  readonly violations: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export interface HostCall {
  readonly name: string;
  readonly argument: unknown;
}

export interface HarnessOptions {
  readonly width?: number;
  readonly height?: number;
  /** What `getState` gives at first. */
  readonly remembered?: unknown;
}

/**
 * @param host either the answer of `hello` (every other call is answered with undefined), or a script whose value is an
 *   object of handlers by name: `({ hello: () => …, send: (draft) => … })`. A handler that throws `{ message, field }` is
 *   answered as an error. Inside, `tell(name, argument)` calls the page.
 */
export async function openPageHarness(
  pageName: string,
  host: string | object,
  theme: ThemeName,
  options: HarnessOptions = {},
): Promise<PageHarness> {
  const files = await builtPage(pageName);
  const context = await (
    await theBrowser()
  ).newContext({ viewport: { width: options.width ?? 1000, height: options.height ?? 800 } });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  await page.route("**/*", async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === "") await route.fulfill({ contentType: "text/html", body: shell(pageName, host, theme, options) });
    else if (files.has(name))
      await route.fulfill({ contentType: typeOf(name), body: files.get(name) ?? Buffer.alloc(0) });
    else await route.fulfill({ status: 404, body: "" });
  });
  await page.goto("http://page.test/");
  return {
    page,
    errors,
    calls: () => page.evaluate<readonly HostCall[]>("window.hostCalls"),
    tell: async (name, argument) => {
      await page.evaluate(`tell(${JSON.stringify(name)}, ${JSON.stringify(argument ?? null)})`);
    },
    violations: async () => {
      await page.evaluate(await axeSource());
      return page.evaluate<readonly string[]>(
        `axe.run(document, { rules: { "landmark-one-main": { enabled: false }, region: { enabled: false }, "page-has-heading-one": { enabled: false } } })
          .then((result) => result.violations.map((each) => each.id + ": " + each.help + " | " + each.nodes.map((node) => node.html.slice(0, 160) + " " + (node.any[0]?.message ?? "")).join(" ;; ")))`,
      );
    },
    close: async () => {
      await context.close();
      closeBrowserWhenIdle();
    },
  };
}

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "..", "..");

let browser: Promise<Browser> | undefined;
let users = 0;

async function theBrowser(): Promise<Browser> {
  users++;
  browser ??= chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  });
  return browser;
}

/** A suite opens one page after the other: a moment's grace saves a start for each. */
function closeBrowserWhenIdle(): void {
  users--;
  setTimeout(() => {
    if (users > 0 || !browser) return;
    const last = browser;
    browser = undefined;
    void last.then((each) => each.close());
  }, 300);
}

const builds = new Map<string, Promise<ReadonlyMap<string, Buffer>>>();

function builtPage(pageName: string): Promise<ReadonlyMap<string, Buffer>> {
  let files = builds.get(pageName);
  if (!files) builds.set(pageName, (files = buildPage(pageName)));
  return files;
}

async function buildPage(pageName: string): Promise<ReadonlyMap<string, Buffer>> {
  const result = await build({
    entryPoints: { [pageName]: join(root, "webview", pageName, "main.ts") },
    outdir: "/",
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  const files = new Map(result.outputFiles.map((file) => [file.path.slice(1), Buffer.from(file.contents)]));
  const codicons = dirname(require.resolve("@vscode/codicons/dist/codicon.css"));
  for (const name of ["codicon.css", "codicon.ttf"]) files.set(name, await readFile(join(codicons, name)));
  return files;
}

function axeSource(): Promise<string> {
  return readFile(require.resolve("axe-core/axe.min.js"), "utf8");
}

function typeOf(name: string): string {
  if (name.endsWith(".css")) return "text/css";
  return name.endsWith(".js") ? "text/javascript" : "font/ttf";
}

function shell(pageName: string, host: string | object, theme: ThemeName, options: HarnessOptions): string {
  const policy =
    "default-src 'none'; script-src 'nonce-n' http://page.test; style-src http://page.test 'unsafe-inline'; font-src http://page.test; img-src http://page.test data: blob:";
  const { kind } = themes[theme];
  const handlers =
    typeof host === "string" ? host : `({ hello: () => (${JSON.stringify(host).replaceAll("<", "\\u003c")}) })`;
  return `<!doctype html>
<html lang="en" style="${themeVariables(theme)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/codicon.css">
<link rel="stylesheet" href="/${pageName}.css">
<title>${pageName}</title>
</head>
<body class="${kind}" data-vscode-theme-kind="${kind}" data-environment="">
<div id="app"></div>
<script nonce="n">
  window.hostCalls = [];
  const waiting = new Map();
  let lastId = 0;
  let remembered = ${JSON.stringify(options.remembered ?? null)};
  const deliver = (message) => window.dispatchEvent(new MessageEvent("message", { data: message }));
  window.tell = (name, argument) => new Promise((resolve) => {
    const id = ++lastId;
    waiting.set(id, resolve);
    deliver({ type: "call", id, name, argument });
  });
  const handlers = ${handlers};
  window.acquireVsCodeApi = () => ({
    getState: () => remembered ?? undefined,
    setState: (state) => { remembered = state; window.rememberedState = state; },
    postMessage: async (sent) => {
      const message = structuredClone(sent);
      if (message.type !== "call") {
        waiting.get(message.id)?.(message.value);
        waiting.delete(message.id);
        return;
      }
      window.hostCalls.push({ name: message.name, argument: message.argument });
      let answer;
      try {
        answer = { type: "result", id: message.id, value: await handlers[message.name]?.(message.argument) };
      } catch (error) {
        answer = { type: "error", id: message.id, message: error.message, ...(error.field ? { field: error.field } : {}) };
      }
      setTimeout(() => deliver(answer));
    },
  });
</script>
<script type="module" nonce="n" src="/${pageName}.js"></script>
</body>
</html>`;
}
