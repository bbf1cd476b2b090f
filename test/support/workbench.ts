// A real workbench of VS Code in a headless browser, with the extension loaded, for tests that click.
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, FrameLocator, Locator, Page } from "playwright-core";
import { startCodeServer } from "../../scripts/codeServer.ts";
import type { CodeServer } from "../../scripts/codeServer.ts";
import { chromiumFlags, provideChromium } from "../../scripts/provideChromium.ts";
import { provideCodeServer } from "../../scripts/provideCodeServer.ts";
import { vscodeCache } from "../../scripts/provideVscode.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The colour themes that every screen is looked at in. */
export const themes = {
  light: "Default Light Modern",
  dark: "Default Dark Modern",
  contrast: "Default High Contrast",
} as const;
export type Theme = keyof typeof themes;

/** How {@link openWorkbench} opens VS Code. Everything may be left out. */
export interface WorkbenchOptions {
  /** Machine settings, as in settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The folder of the extension under development; the project itself when left out. `null`: none. */
  readonly extensionPath?: string | null;
  /** The folder to open; an empty temporary one when left out. */
  readonly folder?: string;
  /** Dark when left out. */
  readonly theme?: Theme;
  /** Asks whether to trust the folder, as VS Code does by default; without it every folder is trusted. */
  readonly workspaceTrust?: boolean;
  /** Variables for the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Runs with the empty page, before the workbench is loaded into it. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/** Opens VS Code; resolves when the workbench is there. Close it after the test. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const data = await mkdtemp(join(tmpdir(), "mq-workbench-"));
  const folder = options.folder ?? join(data, "folder");
  await mkdir(folder, { recursive: true });
  const theme = options.theme ?? "dark";
  const server = await startCodeServer({
    installed: await provideCodeServer(vscodeCache),
    data,
    temporary: true,
    settings: { ...options.settings, "workbench.colorTheme": themes[theme] },
    workspaceTrust: options.workspaceTrust ?? false,
    env: options.env ?? {},
  });
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({ executablePath: await provideChromium(), args: [...chromiumFlags] });
    const page = await browser.newPage({ viewport: options.viewport ?? { width: 1400, height: 900 } });
    const workbench = new Workbench(page, browser, server, options.settings ?? {}, folder);
    const extension = options.extensionPath === undefined ? root : options.extensionPath;
    await options.prepare?.(page);
    await page.goto(server.url({ folder, ...(extension === null ? {} : { extension }) }));
    await page.locator(".monaco-workbench .activitybar").waitFor({ timeout: 60_000 });
    await page.locator(".monaco-workbench .statusbar").waitFor();
    return workbench;
  } catch (error) {
    await browser?.close();
    await server.stop();
    throw error;
  }
}

/** An open VS Code. */
export class Workbench {
  /** The Playwright page. */
  readonly page: Page;
  /** The folder that is open. */
  readonly folder: string;
  /** Errors in the console of the page and its webviews that speak of a content security policy. */
  readonly policyViolations: string[] = [];
  readonly #browser: Browser;
  readonly #server: CodeServer;
  #settings: Readonly<Record<string, unknown>>;

  constructor(
    page: Page,
    browser: Browser,
    server: CodeServer,
    settings: Readonly<Record<string, unknown>>,
    folder: string,
  ) {
    this.page = page;
    this.folder = folder;
    this.#browser = browser;
    this.#server = server;
    this.#settings = settings;
    page.setDefaultTimeout(20_000);
    page.on("console", (message) => {
      if (message.type() === "error" && message.text().includes("Content Security Policy"))
        this.policyViolations.push(message.text());
    });
  }

  /** Opens a container of the activity bar by its title and resolves when it is shown. */
  async openContainer(title = "MQ Workbench"): Promise<void> {
    const tab = this.page.locator(`.activitybar .action-item:has(a[aria-label^="${title}"])`);
    if (!(await tab.getAttribute("class"))?.split(" ").includes("checked")) await tab.locator("a").first().click();
    await this.page.locator(".sidebar .composite.title").waitFor();
  }

  /** Runs a command by its whole title in the palette, with its category: `MQ: Add Connection`. */
  async runCommand(title: string): Promise<void> {
    for (let tries = 0; tries < 4; tries++) {
      await this.page.keyboard.press("F1");
      const input = this.quickInput.locator("input.input");
      await input.waitFor();
      await input.fill(`>${title}`);
      // The palette lists what is possible when it opens: what another command has just made possible may come later.
      const listed = await this.#choice(title)
        .waitFor({ timeout: 4_000 })
        .then(
          () => true,
          () => false,
        );
      if (listed) break;
      await this.page.keyboard.press("Escape");
      await this.quickInput.waitFor({ state: "hidden" });
    }
    await this.pick(title);
  }

  /** The quick pick or input box on top. */
  get quickInput(): Locator {
    return this.page.locator(".quick-input-widget:visible");
  }

  /** Answers an input box; `prompt` is what it asks, so that the box before it is not mistaken for it. */
  async answer(text: string, prompt = /./): Promise<void> {
    await this.quickInput.filter({ hasText: prompt }).waitFor();
    const input = this.quickInput.locator("input.input");
    await input.waitFor();
    await input.fill(text);
    await input.press("Enter");
  }

  /** Chooses an entry of a quick pick by its label. */
  async pick(label: string | RegExp): Promise<void> {
    const row = this.#choice(label);
    await row.waitFor();
    await row.click();
  }

  #choice(label: string | RegExp): Locator {
    const rows = this.quickInput.locator(".quick-input-list .monaco-list-row");
    const exact = typeof label === "string" ? new RegExp(`^\\s*${escaped(label)}\\s*$`) : label;
    return rows.filter({ has: this.page.locator(".label-name", { hasText: exact }) }).first();
  }

  /** Rows of the extension's tree that show this text; a text is compared with the whole label. */
  treeItem(label: string | RegExp): Locator {
    const rows = this.page.locator(".sidebar .pane-body .monaco-list-row");
    const name = typeof label === "string" ? new RegExp(`^\\s*${escaped(label)}\\s*$`) : label;
    return rows.filter({ has: this.page.locator(".monaco-icon-label .label-name", { hasText: name }) });
  }

  /** Opens a row of the tree. */
  async expand(label: string | RegExp): Promise<void> {
    const row = this.treeItem(label).first();
    await row.waitFor();
    if ((await row.getAttribute("aria-expanded")) !== "true") await row.locator(".monaco-tl-twistie").click();
  }

  /** Clicks a button that a row of the tree shows when the mouse is on it, by its title. */
  async clickInline(label: string | RegExp, action: string): Promise<void> {
    const row = this.treeItem(label).first();
    await row.hover();
    await row.locator(`.actions a.action-label[aria-label^="${action}"]`).click();
  }

  /** Chooses an entry of the context menu of a row of the tree. */
  async chooseInMenu(label: string | RegExp, entry: string): Promise<void> {
    const exact = new RegExp(`^\\s*${escaped(entry)}\\s*$`);
    const entries = this.page.locator(".monaco-menu .action-item .action-label");
    const item = entries.filter({ hasText: exact }).first();
    let there: readonly string[] = [];
    // A page that is shown, or a picker that goes, takes the focus, and an open menu goes with it.
    for (let tries = 0; tries < 5; tries++) {
      await this.treeItem(label).first().click({ button: "right" });
      const opened = await entries
        .first()
        .waitFor({ timeout: 2_000 })
        .then(
          () => true,
          () => false,
        );
      if (!opened) continue;
      there = await entries.allInnerTexts();
      // A menu takes no click in its first 100 ms.
      await this.page.waitForTimeout(200);
      const chosen = await item.click({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
      if (chosen) return;
      await this.page.keyboard.press("Escape");
    }
    throw new Error(`The menu has no "${entry}"; it has: ${there.join(", ")}.`);
  }

  /** Clicks a button of the modal dialog. */
  async clickDialog(button: string): Promise<void> {
    await this.page
      .locator(".monaco-dialog-box .dialog-buttons")
      .getByRole("button", { name: button, exact: true })
      .click();
  }

  /** The text of the modal dialog. */
  async dialogText(): Promise<string> {
    return this.page.locator(".monaco-dialog-box .dialog-message-container").innerText();
  }

  /** The notifications on the screen. */
  get notifications(): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item");
  }

  /** The inside of a webview, by the title of its panel. Resolves when the page is there. */
  async webview(title: string | RegExp): Promise<FrameLocator> {
    const deadline = Date.now() + 20_000;
    let seen: string[] = [];
    for (;;) {
      const outers = this.page.locator("iframe.webview");
      seen = [];
      for (let at = 0; at < (await outers.count()); at++) {
        const name = await outers.nth(at).getAttribute("name");
        const outer = this.page.frameLocator(`iframe.webview[name="${name}"]`);
        const active = outer.locator("#active-frame");
        const found = await active.getAttribute("title", { timeout: 1_000 }).catch(() => null);
        if (found === null) continue;
        seen.push(found);
        if (typeof title === "string" ? found === title : title.test(found)) return outer.frameLocator("#active-frame");
      }
      if (Date.now() > deadline)
        throw new Error(
          `No webview is called ${String(title)}; there are: ${seen.join(", ") || "none"}. ${await this.#onScreen()}`,
        );
      await this.page.waitForTimeout(100);
    }
  }

  /** What asks or tells something instead of what a test waits for. */
  async #onScreen(): Promise<string> {
    const tabs = await this.page.getByRole("tab").allInnerTexts();
    const asked = await this.page.locator(".quick-input-widget:visible, .monaco-dialog-box").allInnerTexts();
    const told = await this.page.locator(".statusbar-item:visible").allInnerTexts();
    const texts = [...tabs, ...asked, ...told].map((text) => text.replaceAll(/\s+/g, " ").trim().slice(0, 200));
    return `On the screen: ${texts.filter((text) => text !== "").join(" | ")}`;
  }

  /** Resolves when no editor has this title: one that goes takes the focus, and with it an open menu, along. */
  async gone(title: string): Promise<void> {
    await this.page.getByRole("tab", { name: title }).first().waitFor({ state: "detached" });
  }

  /** The first row of an inspector's list that shows this text. */
  messageRow(page: FrameLocator, text: string): Locator {
    return page.locator('[role="row"]').filter({ hasText: text }).first();
  }

  /** What the window keeps in the browser: the state that VS Code stores for extensions is among it. */
  async storedState(): Promise<string> {
    return JSON.stringify(await this.page.context().storageState({ indexedDB: true }));
  }

  /** For `afterEach`: a picture of what a test that failed saw last. */
  async afterTest(test: { readonly title: string; readonly state?: string | undefined } | undefined): Promise<void> {
    if (test?.state === "failed") await this.screenshot(`failed-${test.title.replaceAll(/\W+/g, "-")}`);
  }

  /** Changes the settings; resolves when they are written. */
  async configure(settings: Readonly<Record<string, unknown>>): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    await this.#server.configure(this.#settings);
  }

  /** Changes the colour theme and resolves when the workbench wears it. */
  async setTheme(theme: Theme): Promise<void> {
    const worn = { light: "vs", dark: "vs-dark", contrast: "hc-black" } satisfies Record<Theme, string>;
    await this.configure({ "workbench.colorTheme": themes[theme] });
    await this.page.locator(`.monaco-workbench.${worn[theme]}`).first().waitFor();
  }

  /** A picture of the window in `.cache/screenshots/`, which git ignores. */
  async screenshot(name: string): Promise<void> {
    const folder = join(root, ".cache", "screenshots");
    await mkdir(folder, { recursive: true });
    // No tooltip and no row under the mouse.
    await this.page.mouse.move(700, 895);
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** A picture in each theme: `name-light.png` and so on. Ends in the dark theme. */
  async screenshots(name: string): Promise<void> {
    for (const theme of ["light", "contrast", "dark"] as const) {
      await this.setTheme(theme);
      await this.screenshot(`${name}-${theme}`);
    }
  }

  /** Closes the window as a person would, then ends the server. */
  async close(): Promise<void> {
    await this.page.close();
    await this.#browser.close();
    await this.#server.stop();
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
