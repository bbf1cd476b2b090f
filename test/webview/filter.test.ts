import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openInspector } from "../support/inspectorScene.ts";
import type { PageHarness } from "../support/pageHarness.ts";

describe("filter of the inspector page", () => {
  let open: PageHarness | undefined;

  afterEach(async () => {
    const last = open;
    open = undefined;
    if (!last) return;
    await last.close();
    assert.deepEqual(last.errors, []);
  });

  const start = async (...[scene, options]: Parameters<typeof openInspector>): Promise<Page> => {
    open = await openInspector(scene, options);
    await open.page.waitForSelector(".track .row:not(.waiting)");
    await open.page.keyboard.press("/");
    await open.page.waitForSelector("#filter:focus");
    return open.page;
  };
  const callsOf = async (name: string): Promise<readonly unknown[]> =>
    ((await open?.calls()) ?? []).filter((call) => call.name === name).map((call) => call.argument);
  const marked = (page: Page, within: string): Promise<readonly string[]> =>
    page.evaluate(
      `[...(CSS.highlights.get("mq-match") ?? [])].filter((range) => range.startContainer.parentElement.closest(${JSON.stringify(within)}))
        .map((range) => { const live = new Range(); live.setStart(range.startContainer, range.startOffset); live.setEnd(range.endContainer, range.endOffset); return live.toString(); })`,
    );

  it("is applied with every key, the latest wins, and the number found is said", async () => {
    const page = await start({ count: 300 });
    await page.keyboard.type("mail");
    await text(page, ".empty, [role=status]", "Shown: 0.");
    assert.deepEqual(
      (await callsOf("setFilter")).map((call) => (call as { text: string }).text),
      ["m", "ma", "mai", "mail"],
    );
    await page.fill("#filter", "Dear Ann");
    await text(page, ".status", "Shown 60 of 300");
    await text(page, "[role=status]", "Shown: 60.");
  });

  describe("completion", () => {
    it("is offered while one types, chosen with Down and Enter, and goes on with the values", async () => {
      const page = await start({ count: 20 });
      await page.keyboard.type("st");
      await text(page, "[role=option]", "state:");
      const box = page.locator("#filter");
      assert.equal(await box.getAttribute("aria-expanded"), "true");
      assert.equal(await box.getAttribute("aria-activedescendant"), null);
      await page.keyboard.press("ArrowDown");
      await page.waitForSelector("[role=option][aria-selected=true]");
      assert.equal(await box.getAttribute("aria-activedescendant"), "filter-completion-0");
      await page.keyboard.press("Enter");
      await value(page, "state:");
      await text(page, "[role=option]", "unacked");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Tab");
      await value(page, "state:acked");
      await page.waitForSelector("#filter:focus");
      await page.waitForSelector("[role=listbox]", { state: "hidden" });
    });

    it("opens with Ctrl+Space and takes a click; Escape closes it, then clears, then goes to the list", async () => {
      const page = await start({ count: 20 });
      await page.keyboard.press("Control+ ");
      await text(page, "[role=option][aria-selected=true]", "size");
      await page.click("[role=option]:has-text('redelivered')");
      await value(page, "redelivered");
      await page.keyboard.type(" ke");
      await text(page, "[role=option]", "key:");
      await page.keyboard.press("Escape");
      await page.waitForSelector("[role=listbox]", { state: "hidden" });
      await value(page, "redelivered ke");
      await page.keyboard.press("Escape");
      await value(page, "");
      await text(page, ".status", "Shown 20");
      await page.waitForSelector("#filter:focus");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".grid:focus");
    });

    it("puts in the middle what belongs there", async () => {
      const page = await start({ count: 20 });
      await page.keyboard.type("st and x");
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Control+ ");
      await text(page, "[role=option]", "state:");
      await page.keyboard.press("Enter");
      await value(page, "state: and x");
      assert.equal(await page.evaluate("document.querySelector('#filter').selectionStart"), 6);
    });
  });

  it("marks the place of a mistake and leaves what was shown, and what is selected, as it is", async () => {
    const page = await start({ count: 300 });
    await page.keyboard.type("Dear");
    await text(page, ".status", "Shown 60 of 300");
    await page.click("[data-index='58']");
    await page.focus("#filter");
    await page.fill("#filter", "key:x /(/");
    await text(page, "#filter-mistake", "This pattern is not finished: a parenthesis is open.");
    assert.deepEqual(await page.locator(".mistake mark, .mistake-mark mark").allTextContents(), ["/(/", "/(/"]);
    assert.equal(await page.getAttribute("#filter", "aria-invalid"), "true");
    assert.equal(await page.locator(".row.selected").count(), 1);
    assert.equal(await page.getAttribute("#filter-mistake", "role"), "status");
    // Nothing moves when the field loses the focus: the first click in the list is one.
    const box = await page.locator("[data-index='55']").boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + 30, box.y + 5);
    await page.waitForSelector("[data-index='55'].selected");
    await page.fill("#filter", "Dear");
    await page.waitForSelector(".mistake", { state: "detached" });
  });

  it("marks the matches in list and body, and nothing when there is no filter", async () => {
    const page = await start({ count: 50 });
    await page.keyboard.type("Ann O’Neil");
    await text(page, ".status", "Shown 10 of 50");
    await until(async () => (await marked(page, ".row")).length > 0, "marks in the list");
    assert.deepEqual([...new Set(await marked(page, ".row"))], ["Ann O’Neil"]);
    await page.locator(".track .row").last().click();
    await until(async () => (await marked(page, ".detail pre")).length === 1, "a mark in the body");
    await page.fill("#filter", '"name":"Ann');
    await until(async () => (await marked(page, ".detail pre"))[0] === '"name": "Ann', "a mark over coloured pieces");
    await page.fill("#filter", "");
    await until(async () => (await marked(page, "body")).length === 0, "no marks");
  });

  describe("saved filters", () => {
    it("are saved by name, applied and removed, by keys alone", async () => {
      const page = await start({ count: 50 });
      await page.keyboard.type("Dear");
      await page.focus(".icon-button.saved");
      await page.keyboard.press("Enter");
      await text(page, ".popover", "There are none yet.");
      await page.keyboard.press("Tab");
      await page.keyboard.type("Mails");
      await page.keyboard.press("Enter");
      await text(page, ".saved", "Mails");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".icon-button.saved:focus");
      await page.fill("#filter", "");
      await page.focus(".icon-button.saved");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".saved [data-item]");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await value(page, "Dear");
      await page.waitForSelector("#filter:focus");
      await text(page, ".status", "Shown 10 of 50");
      await page.click(".icon-button.saved");
      await page.waitForSelector(".saved [data-item]");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Delete");
      await text(page, ".popover", "There are none yet.");
      assert.deepEqual(await callsOf("removeFilter"), [{ name: "Mails" }]);
      assert.deepEqual(await callsOf("settle"), []);
    });

    it("are refused in a sentence, and not offered for a filter with a mistake", async () => {
      const page = await start({ count: 50 });
      await page.click(".icon-button.saved");
      await text(page, ".popover", "Type a filter to save it here.");
      await page.fill("#filter", "/(/");
      await page.click(".icon-button.saved");
      await text(page, ".popover", "The filter has a mistake");
      await page.fill("#filter", "Dear");
      await page.click(".icon-button.saved");
      await page.click(".save-button");
      await text(page, ".popover [role=alert]", "Give the filter a name.");
    });
  });

  it("has its language explained by examples that can be tried", async () => {
    const page = await start({ count: 50 });
    await page.click(".icon-button.help");
    await text(page, ".popover", "size > 10kb");
    await page.click(".examples button:has-text('size > 10kb')");
    await value(page, "size > 10kb");
    await page.click(".icon-button.help");
    await page.click(".examples button:has-text('state:unacked')");
    await value(page, "size > 10kb and state:unacked");
    await page.waitForSelector(".popover", { state: "detached" });
  });

  for (const theme of ["light", "dark", "highContrast"] as const)
    it(`is accessible by axe-core's rules with everything open in the ${theme} theme`, async () => {
      const page = await start({ count: 50 }, { theme });
      await page.keyboard.type("st");
      await page.keyboard.press("Control+ ");
      await page.waitForSelector("[role=option]");
      assert.deepEqual(await open?.violations(), []);
      await page.screenshot({ path: `.cache/screenshots/filter-completion-${theme}.png` });
      await page.fill("#filter", "key:x /(/");
      await page.waitForSelector(".mistake", { state: "visible" });
      assert.deepEqual(await open?.violations(), []);
      await page.screenshot({ path: `.cache/screenshots/filter-mistake-${theme}.png` });
      await page.fill("#filter", "Ann");
      await page.click(".icon-button.help");
      await page.waitForSelector(".examples");
      assert.deepEqual(await open?.violations(), []);
      await page.screenshot({ path: `.cache/screenshots/filter-help-${theme}.png` });
      await page.click(".icon-button.saved");
      await page.fill("#filter-name", "Everything about Ann");
      await page.click(".save-button");
      await page.waitForSelector(".saved");
      assert.deepEqual(await open?.violations(), []);
      await page.screenshot({ path: `.cache/screenshots/filter-saved-${theme}.png` });
    });
});

async function text(page: Page, selector: string, part: string): Promise<void> {
  await page.locator(selector).filter({ hasText: part }).first().waitFor({ state: "attached", timeout: 5000 });
}

async function value(page: Page, expected: string): Promise<void> {
  await until(async () => (await page.inputValue("#filter")) === expected, `“${expected}” in the field`);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
