import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openInspector } from "../support/inspectorScene.ts";
import type { PageHarness } from "../support/pageHarness.ts";

describe("inspector page", () => {
  let open: PageHarness | undefined;

  const finish = async (): Promise<void> => {
    const last = open;
    open = undefined;
    if (!last) return;
    await last.close();
    assert.deepEqual(last.errors, []);
  };
  afterEach(finish);

  const start = async (...[scene, options]: Parameters<typeof openInspector>): Promise<Page> => {
    open = await openInspector(scene, options);
    await open.page.waitForSelector(".grid");
    if (scene.count > 0) await open.page.waitForSelector(".track .row:not(.waiting)");
    return open.page;
  };
  const callsOf = async (name: string): Promise<readonly unknown[]> =>
    ((await open?.calls()) ?? []).filter((call) => call.name === name).map((call) => call.argument);
  const host = (page: Page, code: string): Promise<unknown> => page.evaluate(`window.fakeHost.${code}`);

  describe("with a million messages", () => {
    it("has a screenful of rows, the newest at the end, and asks for some hundred", async () => {
      const page = await start({ count: 1_000_000 });
      await text(page, ".track .row:last-child .preview", "#999999");
      assert.ok((await page.locator(".row").count()) <= 200);
      assert.equal(await page.getAttribute(".grid", "aria-rowcount"), "1000001");
      assert.ok(Number(await host(page, "largestRange")) <= 400);
    });

    it("reaches the first, the middle and the last by the scrollbar, row by row by the wheel", async () => {
      const page = await start({ count: 1_000_000 });
      await page.evaluate("document.querySelector('.grid').scrollTop = 0");
      await firstRow(page, 0);
      await page.mouse.move(200, 400);
      await page.mouse.wheel(0, 220);
      await firstRow(page, 10);
      await page.evaluate("{ const grid = document.querySelector('.grid'); grid.scrollTop = grid.scrollHeight / 2; }");
      await until(async () => Math.abs((await topRow(page)) - 500_000) < 2000, "the middle");
      const middle = await topRow(page);
      await page.mouse.wheel(0, 220);
      await firstRow(page, middle + 10);
      await page.evaluate("{ const grid = document.querySelector('.grid'); grid.scrollTop = grid.scrollHeight; }");
      await text(page, ".track .row:last-child .preview", "#999999");
      assert.ok((await page.locator(".row").count()) <= 200);
    });

    it("goes by keys from one end to the other and a page at a time", async () => {
      const page = await start({ count: 1_000_000 });
      await page.focus(".grid");
      await page.keyboard.press("Home");
      await text(page, ".row.current .preview", "#0");
      await page.keyboard.press("PageDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowUp");
      await until(async () => (await currentIndex(page)) > 10, "a page further");
      await page.keyboard.press("End");
      await text(page, ".row.current .preview", "#999999");
      await text(page, ".detail pre", "999999");
    });
  });

  describe("selecting and settling", () => {
    it("acknowledges what is selected with A, and says so", async () => {
      const page = await start({ count: 100, pending: 10 });
      await page.click("[data-index='95']");
      await page.click("[data-index='97']", { modifiers: ["Control"] });
      await page.keyboard.press("a");
      await text(page, "[role=status]", "Acknowledged: 2.");
      assert.deepEqual(await callsOf("settle"), [{ what: "these", seqs: [95, 97], outcome: "ack" }]);
      await text(page, "[data-index='95'] .state", "acked");
      await text(page, ".meter", "8 of 50");
    });

    it("selects a range with Shift, by mouse and by keys, and leaves marker rows out", async () => {
      const page = await start({ count: 4999, pending: 20 });
      await page.click("[data-index='4986']");
      await page.click("[data-index='4992']", { modifiers: ["Shift"] });
      await until(async () => (await page.locator(".row.selected").count()) === 6, "six selected");
      await page.keyboard.press("Shift+ArrowDown");
      await until(async () => (await page.locator(".row.selected").count()) === 7, "seven selected");
      await page.keyboard.press("n");
      const [settled] = await callsOf("settle");
      assert.deepEqual(settled, {
        what: "these",
        seqs: [4986, 4987, 4988, 4989, 4991, 4992, 4993],
        outcome: "requeue",
      });
    });

    it("selects all with Ctrl+A, and settles them as all", async () => {
      const page = await start({ count: 1000, pending: 5 });
      await page.focus(".grid");
      await page.keyboard.press("Control+a");
      await text(page, ".status", "Selected 1,000");
      await page.keyboard.press("r");
      await text(page, "[role=status]", "Rejected: 5.");
      assert.deepEqual(await callsOf("settle"), [{ what: "all", outcome: "reject" }]);
      await page.waitForSelector(".row.selected", { state: "detached" });
    });

    it("keeps the keys that it uses from VS Code, which would select the whole page with Ctrl+A", async () => {
      const page = await start({ count: 1000, pending: 5 });
      await page.evaluate(
        "window.heard = []; window.addEventListener('keydown', (event) => window.heard.push(event.key))",
      );
      await page.focus(".grid");
      for (const key of ["Control+a", "a", "/", "Escape", "F1"]) await page.keyboard.press(key);
      const heard: string[] = await page.evaluate("window.heard");
      assert.deepEqual(
        heard.filter((key) => key !== "Control"),
        ["F1"],
      );
    });

    it("offers a menu for all, which closes with Escape and gives the focus back", async () => {
      const page = await start({ count: 50, pending: 5 });
      await page.click(".menu-button");
      await text(page, "[role=menuitem]:focus", "Acknowledge all 5 pending");
      await page.keyboard.press("ArrowDown");
      await text(page, "[role=menuitem]:focus", "Requeue all 5 pending");
      await page.keyboard.press("Escape");
      await page.waitForSelector("[role=menu]", { state: "detached" });
      await page.waitForSelector(".menu-button:focus");
      await page.keyboard.press("Enter");
      await page.click("text=Requeue all 5 pending");
      await text(page, "[role=status]", "Requeued: 5.");
    });

    it("offers nothing to settle where nothing can be settled", async () => {
      const page = await start({ count: 50, state: { mode: "tap", outcomes: [] } });
      await page.click("[data-index='45']");
      assert.equal(await page.locator(".settle").count(), 0);
      await page.keyboard.press("a");
      assert.deepEqual(await callsOf("settle"), []);
    });

    it("types letters into the filter and settles nothing by it", async () => {
      const page = await start({ count: 50, pending: 5 });
      await page.click("[data-index='45']");
      await page.keyboard.press("/");
      await page.keyboard.type("narrad ");
      await until(async () => (await callsOf("setFilter")).length > 0, "a filter");
      assert.deepEqual(await callsOf("settle"), []);
      assert.deepEqual(await callsOf("setPaused"), []);
    });
  });

  describe("following", () => {
    it("shows what arrives, stops when scrolled up, and goes back by the chip", async () => {
      const page = await start({ count: 1000 });
      await host(page, "arrive(50)");
      await text(page, ".track .row:last-child .preview", "#1049");
      await page.mouse.move(200, 400);
      await page.mouse.wheel(0, -900);
      await until(async () => (await topRow(page)) < 1000, "scrolled up");
      const before = await topRow(page);
      await host(page, "arrive(5)");
      await text(page, ".chip", "5 new");
      assert.equal(await topRow(page), before);
      await page.click(".chip");
      await text(page, ".track .row:last-child .preview", "#1054");
      await page.waitForSelector(".chip", { state: "detached" });
    });

    it("keeps the same messages in view while older ones are evicted", async () => {
      const page = await start({ count: 1000 });
      await page.focus(".grid");
      await page.click("[data-index='990']");
      await page.mouse.move(200, 400);
      await page.mouse.wheel(0, -1500);
      await until(async () => (await topRow(page)) < 930, "scrolled up");
      const seqAt = (): Promise<string> =>
        page.evaluate("document.elementFromPoint(200, 400).closest('.row').innerText");
      const before = await seqAt();
      await host(page, "arrive(300, 120)");
      await host(page, "arrive(10, 7)");
      await text(page, ".status", "Evicted 127");
      assert.equal(await seqAt(), before);
    });

    it("keeps the detail of what is selected while the rest moves on", async () => {
      const page = await start({ count: 200 });
      await page.click("[data-index='195']");
      await text(page, ".detail pre", '"order": 195');
      for (let at = 0; at < 5; at++) await host(page, "arrive(100)");
      await text(page, ".detail pre", '"order": 195');
    });
  });

  describe("filter", () => {
    it("shows what the host lets through; Escape shows everything again", async () => {
      const page = await start({ count: 300 });
      await page.keyboard.press("Control+f");
      await page.keyboard.type("reservation");
      await text(page, ".status", "Shown 60 of 300");
      await page.keyboard.press("Escape");
      await text(page, ".status", "Shown 300");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".grid:focus");
    });

    it("says a mistake in a sentence, and that nothing was found", async () => {
      const page = await start({ count: 300 });
      await page.keyboard.press("/");
      await page.keyboard.type("/(/");
      await text(page, ".problem", "not finished");
      await page.fill("#filter", "nowhere");
      await text(page, ".empty", "None of the 300 messages matches this filter.");
      await page.click("text=Clear the filter");
      await text(page, ".status", "Shown 300");
    });
  });

  describe("control", () => {
    it("pauses and resumes with Space, and says that the broker holds the rest", async () => {
      const page = await start({ count: 20 });
      await page.focus(".grid");
      await page.keyboard.press(" ");
      await text(page, ".bar", "Paused: the broker holds the rest.");
      await page.keyboard.press(" ");
      await page.waitForSelector(".bar", { state: "detached" });
      assert.deepEqual(await callsOf("setPaused"), [{ paused: true }, { paused: false }]);
    });

    it("changes the prefetch, and refuses what is not a number", async () => {
      const page = await start({ count: 20 });
      const field = page.locator("#prefetch input");
      await field.fill("many");
      await field.press("Tab");
      await text(page, ".problem", "whole number");
      await field.fill("200");
      await field.press("Tab");
      await text(page, ".meter", "0 of 200");
      assert.deepEqual(await callsOf("setWindow"), [{ window: 200 }]);
    });

    it("says why it ended, and attaches again", async () => {
      const page = await start({ count: 20 });
      await host(page, "end('The queue was deleted. Create it again to go on.')");
      await text(page, ".bar", "The queue was deleted.");
      await text(page, "[role=status]", "The queue was deleted.");
      await page.click("text=Attach again");
      await page.waitForSelector(".bar", { state: "detached" });
    });
  });

  describe("detail", () => {
    it("shows foreign content as text and runs none of it", async () => {
      const page = await start({ count: 20 });
      await page.click("[data-index='15']");
      await text(page, ".detail pre", "<b>bold</b>");
      await page.click("#tab-headers");
      await text(page, ".detail table", "<img src=x onerror=window.hacked=1>");
      assert.equal(await page.locator(".detail b, .detail img").count(), 0);
      assert.equal(await page.evaluate("window.hacked"), undefined);
    });

    it("shows typed headers, nested ones inside, and the path of dead-lettering", async () => {
      const page = await start({ count: 20 });
      await page.click("[data-index='15']");
      await page.click("#tab-headers");
      await text(page, ".detail table", "9007199254740993");
      await text(page, ".detail table", "int64");
      await page.keyboard.press("ArrowRight");
      await text(page, ".deaths li:nth-child(2)", "orders.retry");
      await text(page, ".deaths li:nth-child(2)", "3 times");
    });

    it("opens with Enter, copies with Ctrl+C, sends again by its button", async () => {
      const page = await start({ count: 20 });
      await page.click("[data-index='15']");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Control+c");
      await page.click("vscode-button[title='Edit and send again…']");
      await until(async () => (await callsOf("resend")).length === 1, "sent again");
      assert.deepEqual(await callsOf("openBody"), [{ seq: 15 }]);
      assert.deepEqual(await callsOf("copy"), [{ seq: 15, part: "body" }]);
    });
  });

  it("comes back as it was after it was hidden", async () => {
    const page = await start({ count: 1000 });
    await page.click("[data-index='990']");
    await page.click("#tab-properties");
    await text(page, ".detail table", "order-990");
    const remembered: unknown = await page.evaluate("window.rememberedState");
    await finish();
    const again = await start({ count: 1200 }, { remembered });
    await text(again, ".detail table", "order-990");
    await again.waitForSelector(".row.selected[data-index='990']");
  });

  it("moves the split by keys and remembers it", async () => {
    const page = await start({ count: 10 });
    const width = async (): Promise<number> => (await page.locator(".messages").boundingBox())?.width ?? 0;
    const before = await width();
    await page.focus(".splitter");
    await page.keyboard.press("ArrowLeft");
    await until(async () => (await width()) < before - 10, "a narrower list");
  });

  for (const theme of ["light", "dark", "highContrast"] as const)
    it(`is accessible by axe-core's rules in the ${theme} theme, narrow and at 200 % too`, async () => {
      for (const size of [
        { width: 1200, height: 760 },
        { width: 600, height: 380 },
        { width: 320, height: 640 },
      ]) {
        const page = await start({ count: 5000, pending: 12 }, { theme, ...size });
        await page.click(".track .row:nth-last-child(3)");
        await page.waitForSelector(".detail pre");
        assert.deepEqual(await open?.violations(), []);
        const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert.equal(over, 0, "nothing is cut off at the side");
        await finish();
      }
    });
});

/** Waits until an element has this text in it. */
async function text(page: Page, selector: string, part: string): Promise<void> {
  await page.locator(selector).filter({ hasText: part }).first().waitFor({ state: "attached", timeout: 5000 });
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The place of the row at the top edge of the list. */
async function topRow(page: Page): Promise<number> {
  return Number(
    await page.evaluate(`(() => {
      const grid = document.querySelector(".grid").getBoundingClientRect();
      const head = document.querySelector(".head").offsetHeight;
      return document.elementFromPoint(grid.left + 20, grid.top + head + 3)?.closest("[data-index]")?.dataset.index ?? -1;
    })()`),
  );
}

async function firstRow(page: Page, index: number): Promise<void> {
  await until(async () => (await topRow(page)) === index, `row ${index} at the top`);
  await text(page, `[data-index='${index}'] .preview`, `#${index}`);
}

async function currentIndex(page: Page): Promise<number> {
  return Number(await page.locator(".row.current").getAttribute("data-index"));
}
