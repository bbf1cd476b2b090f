import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { ColumnLayout } from "../../src/protocol/columns.ts";
import { openInspector } from "../support/inspectorScene.ts";
import type { PageHarness } from "../support/pageHarness.ts";

describe("columns of the inspector page", () => {
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
    open = await openInspector(scene, { width: 1500, height: 900, ...options });
    await open.page.waitForSelector(".track .row:not(.waiting)");
    return open.page;
  };
  const lastLayout = async (): Promise<ColumnLayout | undefined> => {
    const calls = ((await open?.calls()) ?? []).filter(({ name }) => name === "setLayout");
    return (calls.at(-1)?.argument as { layout: ColumnLayout } | undefined)?.layout;
  };
  const fields = (page: Page): Promise<readonly string[]> =>
    page.evaluate("[...document.querySelectorAll('.head-cell')].map((cell) => cell.dataset.field)");
  const fieldsAre = async (page: Page, expected: readonly string[]): Promise<void> => {
    await until(async () => (await fields(page)).join() === expected.join(), expected.join());
  };
  const width = async (page: Page, field: string): Promise<number> =>
    (await page.locator(`.head-cell[data-field="${field}"]`).boundingBox())?.width ?? 0;
  const menuOf = async (page: Page, field: string): Promise<void> => {
    await page.click(`.head-cell[data-field="${field}"] .label`, { button: "right" });
    await page.waitForSelector(".column-menu :focus");
  };
  const choose = async (page: Page, label: string): Promise<void> => {
    await page.locator(".column-menu label", { hasText: label }).first().click();
  };

  it("are named with the broker's word for the key", async () => {
    const page = await start({ count: 20 });
    await text(page, '.head-cell[data-field="key"]', "Routing key");
    await finish();
    const other = await start({ count: 20, state: { keyLabel: "Message key" } });
    await text(other, '.head-cell[data-field="key"]', "Message key");
  });

  it("are chosen in a menu, of what the messages have, and their texts appear", async () => {
    const page = await start({ count: 500 });
    await page.click(".columns-button");
    await choose(page, "tenant");
    await choose(page, "$.customer.name");
    await choose(page, "Type");
    await page.keyboard.press("Escape");
    await page.waitForSelector(".column-menu", { state: "detached" });
    await page.waitForSelector(".columns-button:focus");
    await fieldsAre(page, ["time", "state", "key", "size", "header.tenant", "$.customer.name", "preview"]);
    await text(page, "[data-index='499']", "tenant-3");
    await text(page, "[data-index='498']", "<b>Bo</b>");
    assert.equal(await page.locator(".track b").count(), 0);
    assert.equal(await page.getAttribute(".grid", "aria-colcount"), "7");
    assert.equal((await lastLayout())?.columns.length, 7);
  });

  it("are any header, property or path that is typed, and a mistake is said", async () => {
    const page = await start({ count: 50 });
    await menuOf(page, "key");
    await page.fill("#other-column", "header.");
    await page.keyboard.press("Enter");
    await text(page, ".column-menu [role=alert]", "“header.” is no column.");
    await page.fill("#other-column", "$.total");
    await page.click("text=Add");
    await text(page, "[data-index='49']", "61.25");
    assert.equal(await page.inputValue("#other-column"), "");
    await page.keyboard.press("Escape");
    await menuOf(page, "$.total");
    await page.click("text=Remove this column");
    await page.waitForSelector('.head-cell[data-field="$.total"]', { state: "detached" });
    await menuOf(page, "key");
    await page.click("text=Reset the columns");
    await fieldsAre(page, ["time", "state", "key", "size", "type", "preview"]);
  });

  it("are resized by their edge and by keys, and fitted by a double click", async () => {
    const page = await start({ count: 500 });
    const edge = await page.locator('.head-cell[data-field="key"] .resizer').boundingBox();
    assert.ok(edge);
    const before = await width(page, "key");
    await page.mouse.move(edge.x + 4, edge.y + 8);
    await page.mouse.down();
    await page.mouse.move(edge.x + 84, edge.y + 8, { steps: 4 });
    await page.mouse.up();
    await until(async () => Math.abs((await width(page, "key")) - before - 80) < 2, "80 pixels wider");
    assert.deepEqual(
      (await page.getAttribute('.head-cell[data-field="key"]', "aria-sort")) ?? "",
      "none",
      "nothing is sorted by it",
    );
    await page.focus('.head-cell[data-field="key"]');
    await page.keyboard.press("Alt+ArrowLeft");
    await until(async () => Math.abs((await width(page, "key")) - before - 64) < 2, "16 pixels narrower");
    await page.dblclick('.head-cell[data-field="key"] .resizer');
    // The longest key that is on the screen.
    await until(
      () =>
        page.evaluate(
          "[...document.querySelectorAll('.row .key')].every((cell) => cell.scrollWidth <= cell.clientWidth)",
        ),
      "the whole key",
    );
    assert.ok(((await lastLayout())?.columns.find(({ field }) => field === "key")?.width ?? 0) > 100);
    const cells = await page.locator("[data-index='499'] .key").boundingBox();
    const head = await page.locator('.head-cell[data-field="key"]').boundingBox();
    assert.equal(Math.round(cells?.x ?? 0), Math.round(head?.x ?? 1), "cells stand below their header");
  });

  it("are reordered by dragging and by keys", async () => {
    const page = await start({ count: 50 });
    const from = await page.locator('.head-cell[data-field="size"] .label').boundingBox();
    const to = await page.locator('.head-cell[data-field="state"]').boundingBox();
    assert.ok(from && to);
    await page.mouse.move(from.x + 3, from.y + 5);
    await page.mouse.down();
    await page.mouse.move(to.x + 20, to.y + 5, { steps: 6 });
    await page.waitForSelector('.head-cell.drop-before[data-field="state"]');
    await page.mouse.up();
    await fieldsAre(page, ["time", "size", "state", "key", "type", "preview"]);
    assert.equal(await page.getAttribute('.head-cell[data-field="size"]', "aria-sort"), "none");
    await page.focus('.head-cell[data-field="size"]');
    await page.keyboard.press("Control+Shift+ArrowRight");
    await until(async () => (await fields(page)).indexOf("size") === 2, "one place further");
    await page.waitForSelector('.head-cell[data-field="size"]:focus');
    await text(page, "[role=status]", "Column 3 of 6.");
  });

  it("sort by a click: ascending, descending, as they arrived; and by Enter", async () => {
    const page = await start({ count: 4000 });
    await page.click("[data-index='3995']");
    await page.click('.head-cell[data-field="size"] .label');
    await page.waitForSelector('.head-cell[data-field="size"][aria-sort="ascending"]');
    await text(page, "[data-index='0'] .size", "90 B");
    assert.deepEqual((await lastLayout())?.sort, { field: "size", descending: false });
    await text(page, ".detail pre", "3995");
    await page.click('.head-cell[data-field="size"] .label');
    await page.waitForSelector('.head-cell[data-field="size"][aria-sort="descending"]');
    await text(page, "[data-index='0'] .size", "68 KB");
    await page.focus('.head-cell[data-field="size"]');
    await page.keyboard.press("Enter");
    await page.waitForSelector('.head-cell[data-field="size"][aria-sort="none"]');
    await text(page, "[data-index='0'] .preview", "#0");
  });

  it("stay sorted while messages arrive, at the beginning and further on", async () => {
    const page = await start({ count: 4000 });
    await menuOf(page, "time");
    await page.click("text=Sort descending");
    await text(page, "[data-index='0'] .preview", "#3999");
    await page.evaluate("fakeHost.arrive(100)");
    await text(page, "[data-index='0'] .preview", "#4099");
    assert.equal(await page.locator(".chip").count(), 0);
    await page.focus(".grid");
    await page.evaluate("document.querySelector('.grid').scrollTop = 22 * 500");
    await text(page, "[data-index='505']", "#3594");
    const shown = (): Promise<string> => page.evaluate("document.elementFromPoint(200, 500).closest('.row').innerText");
    const before = await shown();
    await page.evaluate("fakeHost.arrive(300)");
    await text(page, "[data-index='805']", "#3594");
    await until(async () => (await shown()) === before, "the same rows in view");
  });

  it("say that it is being sorted, and show the order when it is there", async () => {
    const page = await start({ count: 300 });
    await page.evaluate("fakeHost.columns.setSorting(true)");
    await page.click('.head-cell[data-field="size"] .label');
    await text(page, ".sorting", "Sorting…");
    await text(page, "[data-index='0'] .preview", "#0");
    await page.evaluate("fakeHost.columns.setSorting(false)");
    await text(page, "[data-index='0'] .size", "90 B");
    await page.waitForSelector(".sorting", { state: "detached" });
  });

  it("keep all that is selected when they are sorted, and settle it", async () => {
    const page = await start({ count: 400, pending: 10 });
    await page.click("[data-index='395']");
    await page.click("[data-index='397']", { modifiers: ["Control"] });
    await page.click('.head-cell[data-field="size"] .label');
    await text(page, ".status", "Selected 2");
    await page.focus(".grid");
    await page.keyboard.press("Control+a");
    await text(page, ".status", "Selected 400");
  });

  it("show times in UTC or local, the whole of it in a title", async () => {
    const page = await start({ count: 50 });
    await menuOf(page, "time");
    await choose(page, "Times in UTC");
    await page.keyboard.press("Escape");
    await text(page, "[data-index='49'] .time", "03-04 09:30:06");
    assert.equal(await page.getAttribute("[data-index='49'] .time", "title"), "2026-03-04 09:30:06.713 UTC");
    assert.equal((await lastLayout())?.utc, true);
    assert.equal((await width(page, "time")) > 60, true);
  });

  it("come back as they were left", async () => {
    const layout = {
      columns: [{ field: "key", width: 210 }, { field: "correlationId" }],
      sort: { field: "key", descending: true },
      utc: true,
    };
    const page = await start({ count: 50, layout });
    await page.waitForSelector('.head-cell[data-field="key"][aria-sort="descending"]');
    await fieldsAre(page, ["key", "correlationId"]);
    assert.equal(Math.round(await width(page, "key")), 210);
    await text(page, "[data-index='0']", "stock.reserved");
    await text(page, "[data-index='0']", "3f6c2b1e-00000002");
  });

  it("are reached and left by keys alone", async () => {
    const page = await start({ count: 50 });
    await page.focus(".grid");
    await page.keyboard.press("Tab");
    await page.waitForSelector('.head-cell[data-field="time"]:focus');
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("End");
    await page.waitForSelector('.head-cell[data-field="preview"]:focus');
    await page.keyboard.press("Shift+F10");
    await page.waitForSelector(".column-menu :focus");
    await page.keyboard.press("a");
    assert.deepEqual(
      ((await open?.calls()) ?? []).filter(({ name }) => name === "settle"),
      [],
    );
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Escape");
    await page.waitForSelector('.head-cell[data-field="preview"]:focus');
    await page.keyboard.press("ArrowDown");
    await page.waitForSelector(".grid:focus");
  });

  it("are fewer in a narrow panel, and those that the user chose are scrolled to", async () => {
    const page = await start({ count: 50 }, { width: 420, height: 800 });
    await until(async () => (await fields(page)).join() === "state,key,preview", "three columns");
    await page.click(".columns-button");
    for (const label of ["tenant", "correlationId"]) await choose(page, label);
    await page.keyboard.press("Escape");
    await until(async () => (await fields(page)).length === 8, "all of them");
    const [inner, outer]: [number, number] = await page.evaluate(
      "[document.querySelector('.grid').scrollWidth, document.querySelector('.grid').clientWidth]",
    );
    assert.ok(inner > outer);
    assert.equal(
      await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
      0,
      "the page itself is not scrolled sideways",
    );
  });

  it("keep few rows on the page whatever is kept, and scroll through them with many columns", async () => {
    const page = await start({ count: 1_000_000 });
    await page.click(".columns-button");
    for (const label of ["tenant", "correlationId", "$.customer.name", "Position", "Age", "Number"])
      await choose(page, label);
    await page.keyboard.press("Escape");
    await page.mouse.move(300, 600);
    for (let at = 0; at < 5; at++) {
      await page.mouse.wheel(0, -400);
      await page.evaluate("fakeHost.arrive(2000, 2000)");
    }
    await until(async () => (await page.locator(".track .row.waiting").count()) === 0, "all rows");
    assert.ok((await page.locator(".row").count()) <= 200);
    const order: readonly number[] = await page.evaluate(
      "[...document.querySelectorAll('.track .row')].map((row) => Number(row.getAttribute('aria-rowindex')))",
    );
    assert.deepEqual(
      order,
      order.map((_, at) => (order[0] ?? 0) + at),
      "in the order of the list",
    );
  });

  for (const theme of ["light", "dark", "highContrast"] as const)
    it(`are accessible by axe-core's rules in the ${theme} theme, sorted and with their menu open`, async () => {
      const page = await start({ count: 300 }, { theme });
      await page.click('.head-cell[data-field="size"] .label');
      await text(page, "[data-index='0'] .size", "90 B");
      assert.deepEqual(await open?.violations(), []);
      await menuOf(page, "size");
      await text(page, ".column-menu", "correlationId");
      assert.deepEqual(await open?.violations(), []);
    });
});

/** Waits until an element has this text in it. */
async function text(page: Page, selector: string, part: string): Promise<void> {
  await page.locator(selector).filter({ hasText: part }).first().waitFor({ state: "attached", timeout: 8000 });
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 8000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
