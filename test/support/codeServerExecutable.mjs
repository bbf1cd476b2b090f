#!/usr/bin/env node
// A VS Code "executable" for machines without the desktop app: it understands the flags that @vscode/test-electron passes, serves
// the workbench of code-server, opens it in headless Chromium, and ends with the exit code of the extension's tests.
import { mkdtempSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { startCodeServer, workbenchNoise } from "../../scripts/codeServer.ts";
import { chromiumFlags, provideChromium } from "../../scripts/provideChromium.ts";
import { provideCodeServer } from "../../scripts/provideCodeServer.ts";
import { vscodeCache } from "../../scripts/provideVscode.ts";

const { flags, folders } = parse(process.argv.slice(2));
const profile = flags.get("user-data-dir");
const server = await startCodeServer({
  installed: await provideCodeServer(vscodeCache),
  data: mkdtempSync(join(tmpdir(), "mq-vscode-")),
  temporary: true,
  settings: profile === undefined ? {} : await settingsOf(profile),
  // Always asked for by @vscode/test-electron, so a run that is about trust says it by a variable.
  workspaceTrust: process.env.MQ_WORKSPACE_TRUST === "1" || !flags.has("disable-workspace-trust"),
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
const browser = await chromium.launch({ executablePath: await provideChromium(), args: [...chromiumFlags] });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
const exitCode = new Promise((settle) => {
  void page.exposeFunction("codeAutomationExit", settle);
  server.ended.then(() => settle(1));
  page.once("crash", () => settle(1));
});
await page.exposeFunction("codeAutomationLog", (type, args) => {
  if (!workbenchNoise.test(String(args[0]))) console.log(...args);
});
await page.goto(
  server.url({
    folder: folders[0],
    extension: pathOf("extensionDevelopmentPath"),
    tests: pathOf("extensionTestsPath"),
  }),
);
const code = await exitCode;
await browser.close();
await server.stop();
process.exit(code);

function parse(args) {
  const flags = new Map();
  const folders = [];
  for (let at = 0; at < args.length; at++) {
    const [, name, value] = /^--([\w-]+)(?:=(.*))?$/.exec(args[at]) ?? [];
    if (name === undefined) folders.push(resolve(args[at]));
    else if (value === undefined && name.endsWith("-dir")) flags.set(name, args[++at]);
    else flags.set(name, value ?? "true");
  }
  return { flags, folders };
}

function pathOf(flag) {
  const path = flags.get(flag);
  return path === undefined ? undefined : resolve(path);
}

async function settingsOf(folder) {
  try {
    return JSON.parse(await readFile(join(folder, "User", "settings.json"), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw error;
  }
}
