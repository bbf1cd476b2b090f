import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { TimeRange } from "../../src/protocol/filter.ts";
import { openInspector } from "../support/inspectorScene.ts";
import type { PageHarness } from "../support/pageHarness.ts";

const begin = Date.UTC(2026, 2, 4, 9, 30);
const spacing = 137;

describe("messages by time in the inspector page", () => {
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
    await open.page.waitForSelector(".grid");
    return open.page;
  };
  const startWithBars = async (...given: Parameters<typeof openInspector>): Promise<Page> => {
    const page = await start(...given);
    await page.waitForSelector(".plot path.acked", { state: "attached" });
    return page;
  };
  const rangesAsked = async (): Promise<readonly (TimeRange | undefined)[]> =>
    ((await open?.calls()) ?? [])
      .filter(({ name }) => name === "setFilter")
      .map(({ argument }) => (argument as { range?: TimeRange }).range);
  /** Presses at one part of the plot and lets go at another; 0 = left, 1 = right. */
  const drag = async (page: Page, from: number, to: number): Promise<void> => {
    const box = await page.locator(".plot").boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width * from, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * ((from + to) / 2), box.y + 22);
    await page.mouse.move(box.x + box.width * to, box.y + 22);
    await page.mouse.up();
  };

  it("says what came when, in a sentence, in words for the bar under the pointer, and by colours that are explained", async () => {
    const page = await startWithBars({ count: 20_000, pending: 50 });
    const sentence = (await page.getAttribute(".plot svg", "aria-label")) ?? "";
    assert.match(sentence, /^20,000 messages from .+ to .+; the most in 15 sec, 1\d\d, at /);
    assert.deepEqual(await page.locator(".legend-entry").allInnerTexts(), ["acked", "pending"]);
    await page.hover(".plot", { position: { x: 300, y: 20 } });
    await text(page, ".timeline-caption", ": 109 (109 acked)");
    await page.mouse.move(500, 600);
    await text(page, ".timeline-caption", "Received over time, a bar is 15 sec");
  });

  it("filters by the range that is drawn, says it beside the filter, and shows any time again", async () => {
    const page = await startWithBars({ count: 20_000 });
    await drag(page, 0.25, 0.5);
    await text(page, ".range-chip", "–");
    const [range] = await rangesAsked();
    assert.ok(range);
    const span = 20_000 * spacing;
    assert.ok(Math.abs(range.from - (begin + span * 0.25)) < 40_000);
    assert.ok(Math.abs(range.to - (begin + span * 0.5)) < 40_000);
    assert.equal(range.from % 15_000, 0);
    await text(page, ".status", "of 20,000");
    await page.waitForSelector(".brush.set");
    await page.click(".range-chip button");
    await page.waitForSelector(".brush.set", { state: "detached" });
    await text(page, ".status", "Shown 20,000");
    assert.deepEqual((await rangesAsked()).at(-1), undefined);
  });

  it("moves the range by dragging it, and an edge by its handle; a click is one bar", async () => {
    const page = await startWithBars({ count: 20_000 });
    await drag(page, 0.2, 0.4);
    await until(async () => (await rangesAsked()).length === 1, "a range");
    await drag(page, 0.3, 0.5);
    await until(async () => (await rangesAsked()).length === 2, "the moved range");
    const [drawn, moved] = await rangesAsked();
    assert.ok(drawn && moved);
    assert.equal(moved.to - moved.from, drawn.to - drawn.from);
    assert.ok(moved.from > drawn.from);
    const handle = await page.locator(".handle.to").boundingBox();
    const plot = await page.locator(".plot").boundingBox();
    assert.ok(handle && plot);
    await drag(page, (handle.x + 4 - plot.x) / plot.width, 0.9);
    await until(async () => (await rangesAsked()).length === 3, "the wider range");
    const wider = (await rangesAsked()).at(-1);
    assert.equal(wider?.from, moved.from);
    assert.ok(wider.to > moved.to);
    await page.mouse.click(plot.x + plot.width * 0.1, plot.y + 20);
    await until(async () => (await rangesAsked()).length === 4, "one bar");
    const bar = (await rangesAsked()).at(-1);
    assert.equal(bar && bar.to - bar.from, 15_000);
  });

  it("is moved by arrow keys, widened with Shift, and left with Escape", async () => {
    const page = await startWithBars({ count: 20_000 });
    await page.focus(".handle.from");
    assert.equal(await page.getAttribute(".handle.from", "role"), "slider");
    const first = await page.getAttribute(".handle.from", "aria-valuetext");
    for (let times = 0; times < 5; times++) await page.keyboard.press("ArrowRight");
    await until(async () => (await rangesAsked()).length > 0, "a range");
    assert.notEqual(await page.getAttribute(".handle.from", "aria-valuetext"), first);
    await page.focus(".handle.to");
    await page.keyboard.press("Shift+PageDown");
    await page.keyboard.press("ArrowLeft");
    await until(async () => (await rangesAsked()).length >= 2, "the next range");
    const asked = await rangesAsked();
    const before = asked[0];
    const after = asked.at(-1);
    assert.ok(before && after);
    assert.equal(before.from - after.from, before.from === after.from ? 0 : 15_000);
    assert.ok(after.to <= before.to - 10 * 15_000);
    await page.keyboard.press("Escape");
    await page.waitForSelector(".range-chip", { state: "detached" });
    await page.waitForSelector(".handle.to:focus");
  });

  it("keeps the text of the filter beside the range, and shows behind the found what else there is", async () => {
    const page = await startWithBars({ count: 2000 });
    await page.fill("#filter", "Dear");
    await text(page, ".status", "Shown 400 of 2,000");
    await drag(page, 0, 0.5);
    await until(async () => (await rangesAsked()).at(-1) !== undefined, "a range");
    await text(page, ".status", "of 2,000");
    const calls = ((await open?.calls()) ?? []).filter(({ name }) => name === "setFilter");
    assert.equal((calls.at(-1)?.argument as { text: string }).text, "Dear");
    await holds(
      page,
      "/2,000 messages .* of them shown/.test(document.querySelector('.plot svg')?.getAttribute('aria-label') ?? '')",
    );
    await page.screenshot({ path: ".cache/screenshots/timeline-filtered.png" });
  });

  it("grows while messages arrive, at most four times a second", async () => {
    const page = await startWithBars({ count: 1000 });
    const asked = async (): Promise<number> =>
      ((await open?.calls()) ?? []).filter(({ name }) => name === "timeline").length;
    const before = await asked();
    const began = Date.now();
    for (let at = 0; at < 40; at++) await page.evaluate("window.fakeHost.arrive(50)");
    await holds(page, "document.querySelector('.plot svg').getAttribute('aria-label').startsWith('3,000 ')");
    assert.ok((await asked()) - before <= 2 + (Date.now() - began) / 250);
  });

  it("turns to UTC and back, and is hidden and shown again; both are remembered", async () => {
    const page = await startWithBars({ count: 2000 });
    await page.click(".icon-button.utc");
    await page.waitForSelector(".icon-button.utc[aria-pressed=true]");
    await holds(page, "window.hostCalls.some(({ name, argument }) => name === 'setLayout' && argument.layout.utc)");
    await page.click("[aria-label='Hide the messages by time']");
    await page.waitForSelector(".timeline", { state: "detached" });
    await holds(page, "window.rememberedState.timeline === false");
    await page.click("[aria-label='Show the messages by time']");
    await page.waitForSelector(".plot path.acked", { state: "attached" });
  });

  it("makes room where the panel is narrow, and asks for nothing then", async () => {
    const page = await start({ count: 200 }, { width: 330 });
    await page.waitForSelector(".track .row:not(.waiting)");
    assert.equal(await page.locator(".timeline").count(), 0);
    assert.deepEqual(
      ((await open?.calls()) ?? []).filter(({ name }) => name === "timeline"),
      [],
    );
  });

  it("says that there is nothing yet", async () => {
    const page = await start({ count: 0 });
    await text(page, ".timeline", "There are no messages yet.");
  });

  it("comes back with the range after the page was hidden", async () => {
    const from = begin + 30_000;
    const page = await start({ count: 2000, state: { range: { from, to: from + 60_000 } } });
    await page.waitForSelector(".brush.set");
    await text(page, ".range-chip", "–");
  });

  for (const theme of ["light", "dark", "highContrast"] as const)
    for (const width of [1000, 420])
      it(`is accessible by axe-core's rules in the ${theme} theme, ${width} pixels wide`, async () => {
        const page = await startWithBars({ count: 20_000, pending: 400 }, { theme, width });
        await drag(page, 0.6, 0.95);
        await page.waitForSelector(".range-chip");
        assert.deepEqual(await open?.violations(), []);
        await page.screenshot({ path: `.cache/screenshots/timeline-${theme}-${width}.png` });
      });
});

async function text(page: Page, selector: string, part: string): Promise<void> {
  await page.locator(selector).filter({ hasText: part }).first().waitFor({ state: "attached", timeout: 5000 });
}

async function holds(page: Page, condition: string): Promise<void> {
  await until(() => page.evaluate<boolean>(condition), condition);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
