import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openInspector } from "../support/inspectorScene.ts";
import type { PageHarness } from "../support/pageHarness.ts";

/** What VS Code would be asked for: it listens as this does, and merges the contexts from the outside in. */
const listening = `window.menus = []; document.addEventListener("contextmenu", (event) => {
  if (event.defaultPrevented) return;
  event.preventDefault();
  const contexts = [];
  for (let at = event.target; at instanceof Element; at = at.parentElement)
    if (at.dataset?.vscodeContext) contexts.unshift(JSON.parse(at.dataset.vscodeContext));
  window.menus.push({ ...Object.assign({}, ...contexts), index: event.target.closest?.("[data-index]")?.dataset.index });
});`;

describe("the menu of messages", () => {
  let open: PageHarness | undefined;

  const start = async (): Promise<Page> => {
    open = await openInspector({ count: 20 });
    await open.page.waitForSelector(".track .row:not(.waiting)");
    await open.page.evaluate(listening);
    return open.page;
  };
  const menus = async (page: Page): Promise<readonly unknown[]> => page.evaluate<unknown[]>("window.menus");
  const menu = (index: number | undefined, selected: number): object => ({
    outcomes: "ack,requeue,reject",
    messagesSelected: selected,
    preventDefaultContextMenuItems: true,
    webviewSection: "message",
    index: index === undefined ? undefined : String(index),
  });

  afterEach(async () => {
    const last = open;
    open = undefined;
    await last?.close();
    assert.deepEqual(last?.errors, []);
  });

  it("is told what may be done and how many are selected, also when the click selects another one", async () => {
    const page = await start();
    await page.click("[data-index='15']");
    await page.click("[data-index='17']", { modifiers: ["ControlOrMeta"] });
    await page.click("[data-index='15']", { button: "right" });
    await page.click("[data-index='18']", { button: "right" });
    assert.deepEqual(await menus(page), [menu(15, 2), menu(18, 1)]);
  });

  it("opens by Shift+F10 and the menu key on the current message, once", async () => {
    const page = await start();
    await page.click("[data-index='15']");
    await page.waitForSelector(".row.current[data-index='15']");
    await page.keyboard.press("Shift+F10");
    await page.keyboard.press("ContextMenu");
    assert.deepEqual(await menus(page), [menu(15, 1), menu(15, 1)]);
  });

  it("opens by a button beside the message, and not beside the rows", async () => {
    const page = await start();
    await page.click("[data-index='15']");
    await page.click("vscode-button[title='More actions']");
    await page.click(".row.head", { button: "right" });
    assert.deepEqual(await menus(page), [menu(undefined, 1)]);
  });
});
