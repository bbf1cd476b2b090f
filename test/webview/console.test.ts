import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openInspector } from "../support/inspectorScene.ts";
import { exampleTerms } from "../support/inspectorSettleHost.ts";
import type { PageHarness } from "../support/pageHarness.ts";

const minute = 60_000;

describe("settle console", () => {
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
    await open.page.waitForSelector(".track .row:not(.waiting)");
    return open.page;
  };
  const callsOf = async (name: string): Promise<readonly unknown[]> =>
    ((await open?.calls()) ?? []).filter((call) => call.name === name).map((call) => call.argument);
  const host = (page: Page, code: string): Promise<unknown> => page.evaluate(`window.fakeHost.${code}`);

  it("measures the prefetch window, for a screen reader too", async () => {
    const page = await start({ count: 100, pending: 12 });
    const meter = page.getByRole("meter", { name: "Prefetch window" });
    assert.equal(await meter.getAttribute("aria-valuenow"), "12");
    assert.equal(await meter.getAttribute("aria-valuemax"), "50");
    assert.equal(await meter.getAttribute("aria-valuetext"), "12 of 50 unsettled");
    await text(page, ".settle-console .meter", "12 of 50 unsettled");
  });

  it("tells how long the oldest has waited of what the broker allows, and goes on counting", async () => {
    const page = await start({ count: 100, pending: 1, later: 12 * minute - 800 });
    await text(page, ".oldest", "Oldest unsettled: 11 min of 30 min");
    await text(page, ".oldest.calm", "Oldest unsettled: 12 min of 30 min");
    assert.equal(await page.locator(".oldest .codicon-warning").count(), 0);
  });

  it("warns from 80 % of the limit on, and says so once until it is settled", async () => {
    const page = await start({ count: 100, pending: 1, later: 24 * minute - 500 });
    await text(page, ".oldest", "23 min of 30 min");
    await page.evaluate(`{
      window.said = [];
      new MutationObserver(() => window.said.push(document.querySelector("[role=status].visually-hidden").textContent))
        .observe(document.querySelector("[role=status].visually-hidden"), { childList: true, characterData: true, subtree: true });
    }`);
    await text(page, ".oldest.soon", "24 min of 30 min");
    await text(page, "[role=status]", "The oldest unsettled message has waited 24 min of 30 min");
    await host(page, "arrive(1)");
    await host(page, `later = ${31 * minute}`);
    await host(page, "changed()");
    await text(page, ".oldest.over", "31 min of 30 min");
    const said: string[] = await page.evaluate("window.said");
    assert.equal(said.filter((each) => each.includes("has waited")).length, 1);
  });

  it("shows on each unsettled row how long it has waited", async () => {
    const page = await start({ count: 100, pending: 2, later: 15 * minute });
    await page.waitForSelector("[data-index='99'] .state[data-waits='calm'][title='Unsettled for 15 min of 30 min']");
    assert.equal(await page.locator("[data-index='95'] .state[data-waits]").count(), 0);
    await page.click("[data-index='99']");
    await page.keyboard.press("a");
    await page.waitForSelector("[data-index='99'] .state:not([data-waits]):not([title])");
  });

  it("jumps to the oldest unsettled with U, from anywhere in the list", async () => {
    const page = await start({ count: 5000, pending: 4000 });
    await page.keyboard.press("u");
    await page.waitForSelector(".row.current.selected[data-index='1000']");
    await page.waitForSelector(".grid:focus");
    await page.keyboard.press("a");
    await text(page, ".counted.acked", "1 acked");
    await page.keyboard.press("u");
    await page.waitForSelector(".row.current.selected[data-index='1001']");
  });

  it("says when a filter hides what it would jump to", async () => {
    const page = await start({ count: 100, pending: 1 });
    await page.keyboard.press("/");
    await page.keyboard.type("reservation");
    await text(page, ".status", "Shown 20 of 100");
    await page.click("text=Go to it");
    await text(page, "[role=alert]", "The filter hides this message");
  });

  it("says what each key does to a message of this very queue, and that it cannot be undone", async () => {
    const page = await start({ count: 100, pending: 3 });
    await page.click(".settle-console .line > .link");
    await text(page, ".terms", "Settling cannot be undone.");
    await text(page, ".terms dl div:nth-child(1)", "removed from “orders.created” for everyone");
    await text(page, ".terms dl div:nth-child(3)", "dead-lettered to the exchange “orders.dead”");
    await text(page, ".terms", "To be settled within 30 min: RabbitMQ's default");
    assert.equal(await page.locator(".terms dl div:nth-child(3) kbd").allInnerTexts().then(String), "R,D");
  });

  it("says that a reject drops for good where it does, and that there is no limit where there is none", async () => {
    const says = { ...exampleTerms.says, reject: "Rejected: dropped for good. “q” has no dead-letter exchange." };
    const terms = { says, rejected: "dropped" as const, withinSays: "Classic queues wait for ever." };
    const page = await start({ count: 100, pending: 3, state: { terms } });
    await page.click(".settle-console .line > .link");
    await text(page, ".terms dl div:nth-child(3)", "dropped for good. “q” has no dead-letter exchange. Asked once");
    await text(page, ".terms", "No time limit: Classic queues wait for ever.");
    await text(page, ".oldest.calm", "Oldest unsettled: 1 min");
    assert.match((await page.getAttribute(".settle .reject", "title")) ?? "", /dropped for good.*Key: R/);
  });

  it("settles the selected with A, N, R and D at once, and counts", async () => {
    const page = await start({ count: 100, pending: 4 });
    for (const [index, key] of ["a", "n", "r", "d"].entries()) {
      await page.click(`[data-index='${String(96 + index)}']`);
      await page.keyboard.press(key);
    }
    await text(page, ".counted.rejected", "2 rejected");
    await text(page, ".counted.acked", "1 acked");
    await text(page, ".counted.requeued", "1 requeued");
    const outcomes = (await callsOf("settle")) as readonly { readonly outcome: string }[];
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      ["ack", "requeue", "reject", "reject"],
    );
    await page.waitForSelector(".oldest", { state: "detached" });
  });

  it("lists the unsettled, oldest first, and shows one by keys; foreign keys are text", async () => {
    const page = await start({ count: 200, pending: 30, later: 5 * minute });
    await page.click(".settle-console .line > .link");
    await text(page, ".unsettled li:nth-child(2)", "<b>order.paid</b>");
    assert.equal(await page.locator(".unsettled li").count(), 20);
    await text(page, ".unsettled", "and 10 that came later");
    await page.focus(".unsettled li:nth-child(3) button");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".row.current.selected[data-index='172']");
    await page.click("[data-index='170']");
    await page.keyboard.press("a");
    await text(page, ".unsettled li:nth-child(1) .of-key", "<b>order.paid</b>");
    assert.equal(await page.locator(".unsettled b").count(), 0);
  });

  it("is not there where there is nothing to settle", async () => {
    const page = await start({ count: 50, state: { mode: "tap", outcomes: [] } });
    assert.equal(await page.locator(".settle-console").count(), 0);
  });

  it("brings the user to a message that the host names, when it is shown for it and when it is there already", async () => {
    const page = await start({ count: 5000, state: { goTo: 40 } });
    await page.waitForSelector(".row.current.selected[data-index='40']");
    await open?.tell("goTo", { seq: 4000 });
    await page.waitForSelector(".row.current.selected[data-index='4000']");
  });

  for (const theme of ["light", "dark", "highContrast"] as const)
    it(`is accessible by axe-core's rules in the ${theme} theme, narrow and at 200 % too`, async () => {
      for (const size of [
        { width: 1200, height: 760 },
        { width: 600, height: 380 },
        { width: 320, height: 640 },
      ]) {
        const remembered = { settlingOpen: true, effectsOpen: false };
        const page = await start({ count: 5000, pending: 48, later: 26 * minute }, { theme, ...size, remembered });
        await page.waitForSelector(".unsettled li");
        assert.deepEqual(await open?.violations(), []);
        const over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert.equal(over, 0, "nothing is cut off at the side");
        if (process.env["SCREENSHOTS"] !== undefined)
          await page.screenshot({ path: `.cache/screenshots/console-${theme}-${size.width}.png` });
        await finish();
      }
    });
});

/** Waits until an element has this text in it. */
async function text(page: Page, selector: string, part: string): Promise<void> {
  await page.locator(selector).filter({ hasText: part }).first().waitFor({ state: "attached", timeout: 5000 });
}
