import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openInspector } from "../support/inspectorScene.ts";
import type { PageHarness, ThemeName } from "../support/pageHarness.ts";

const screenshots = join(import.meta.dirname, "..", "..", ".cache", "screenshots");

describe("the body on the inspector page", () => {
  let open: PageHarness | undefined;

  afterEach(async () => {
    const last = open;
    open = undefined;
    if (!last) return;
    await last.close();
    assert.deepEqual(last.errors, []);
  });

  /** Shows the newest message, whose body is this; `mode` is how it is shown. */
  const start = async (
    body: unknown,
    mode: string,
    options: { theme?: ThemeName; width?: number; steps?: unknown; image?: boolean } = {},
  ): Promise<Page> => {
    const { theme = "dark", width = 1100 } = options;
    open = await openInspector(
      { count: 20 },
      {
        theme,
        width,
        height: 700,
        remembered: { bodyMode: mode, effectsOpen: false, timeline: false, split: 35, tab: "body" },
      },
    );
    const { page } = open;
    await page.waitForSelector(".track .row:not(.waiting)");
    await page.evaluate(
      `Object.assign(window.fakeHost.bodies, ${JSON.stringify({ given: body, steps: options.steps, image: options.image ?? false })})`,
    );
    await page.click("[data-index='19']");
    await page.waitForSelector(".body-bar");
    return page;
  };
  const callsOf = async (name: string): Promise<readonly unknown[]> =>
    ((await open?.calls()) ?? []).filter((call) => call.name === name).map((call) => call.argument);
  const rows = (page: Page): Promise<readonly string[]> => page.locator(".tree-row").allInnerTexts();
  const row = (page: Page, text: string) => page.locator(".tree-row", { hasText: text }).first();
  const picture = async (page: Page, name: string): Promise<void> => {
    await mkdir(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `body-${name}.png`) });
  };

  const order = {
    order: 1041,
    customer: { name: "Ann O’Neil", mails: ["ann@example.com"], vip: true },
    lines: Array.from({ length: 450 }, (_, sku) => ({ sku, count: 2 })),
    note: null,
  };

  it("as a tree shows what is opened, and asks only for that", async () => {
    const page = await start(order, "tree");
    await page.waitForSelector(".tree-row >> nth=4");
    assert.equal((await rows(page)).length, 5);
    assert.match((await rows(page))[3] ?? "", /"lines":\s*\[…\]\s*450 items/);
    await row(page, "customer").click();
    await row(page, "mails").waitFor();
    assert.equal((await rows(page)).length, 8);
    await row(page, "mails").click();
    await row(page, "ann@example.com").waitFor();
    const asked = (await callsOf("bodyNodes")).map((call) => (call as { path: number[] }).path);
    assert.deepEqual(asked, [[], [], [1], [1, 1]]);
    await row(page, "customer").click();
    await until(page, "document.querySelectorAll('.tree-row').length === 5");
    assert.deepEqual(await open?.violations(), []);
  });

  it("pages a long list", async () => {
    const page = await start(order, "tree");
    await row(page, "lines").click();
    await page.waitForSelector(".tree-row.more");
    assert.equal(await page.locator(".tree-row").count(), 206);
    assert.match(await page.locator(".tree-row.more").innerText(), /Show 200 more, 250 are left/);
    await page.locator(".tree-row.more").click();
    await until(page, "document.querySelectorAll('.tree-row').length === 406");
    await page.locator(".tree-row.more").click();
    await until(page, "document.querySelectorAll('.tree-row.more').length === 0");
    assert.equal(await page.locator(".tree-row").count(), 455);
  });

  it("as a tree is walked by keys, which settle nothing meanwhile", async () => {
    const page = await start(order, "tree");
    await page.waitForSelector(".tree-row >> nth=4");
    const focused = (): Promise<string> => page.evaluate("document.activeElement.innerText");
    const press = async (key: string, expected: RegExp): Promise<void> => {
      await page.keyboard.press(key);
      await until(page, `${String(expected)}.test(document.activeElement.innerText)`, focused);
    };
    await page.locator(".tree-row.current").focus();
    await press("ArrowDown", /"order"/);
    await press("ArrowDown", /"customer"/);
    await press("ArrowRight", /"customer"/);
    await row(page, "mails").waitFor();
    await press("ArrowRight", /"name"/);
    await press("Control+c", /"name"/);
    await press("Control+Shift+C", /"name"/);
    assert.deepEqual(
      (await callsOf("copyBodyNode")).map((call) => ({ ...(call as object), seq: 0 })),
      [
        { seq: 0, path: [1, 0], part: "value" },
        { seq: 0, path: [1, 0], part: "path" },
      ],
    );
    await press("ArrowLeft", /"customer"/);
    await press("ArrowLeft", /"customer"/);
    await until(page, "document.querySelectorAll('.tree-row').length === 5");
    await press("End", /"note"/);
    await press("Home", /4 keys/);
    assert.deepEqual(await callsOf("settle"), []);
  });

  it("says each step, and why one failed", async () => {
    const steps = [
      {
        stage: "encoding",
        outcome: "failed",
        sentence: "gzip: the body is not that (incorrect header check). Shown as it arrived.",
      },
      { stage: "schema", outcome: "skipped", sentence: "None of 3 schemas of the workspace fits." },
      { stage: "format", outcome: "ok", sentence: "JSON (looks like it)" },
    ];
    const page = await start(order, "pretty", { steps });
    const chain = page.locator(".chain li");
    const outcomes = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.chain li')].map((item) => item.className)",
    );
    assert.deepEqual(outcomes, ["failed", "skipped", "ok"]);
    assert.match(await chain.first().innerText(), /incorrect header check/);
    assert.deepEqual(await open?.violations(), []);
  });

  it("is read as the user says, for this source, until it is left to the chain again", async () => {
    const page = await start(order, "pretty");
    await page.click(".choice-button");
    await page.waitForSelector(".choice-dialog");
    assert.equal(await page.evaluate("document.activeElement.id"), "choice-encoding");
    await page.selectOption("#choice-format", { label: "Protobuf" });
    await page.waitForSelector("#choice-type");
    assert.match(await page.innerText(".choice-dialog"), /proto\/broken\.proto, line 3/);
    await page.selectOption("#choice-type", { label: "shop.Order (proto/shop.proto)" });
    await until(page, "document.querySelector('.choice-button').innerText.includes('shop.Order')");
    await page.selectOption("#choice-encoding", { label: "gzip" });
    await until(page, "document.querySelector('.choice-button').innerText.includes('gzip')");
    assert.deepEqual(await callsOf("chooseBody"), [
      { format: "protobuf" },
      { format: "protobuf", type: "proto/shop.proto#shop.Order" },
      { encoding: "gzip", format: "protobuf", type: "proto/shop.proto#shop.Order" },
    ]);
    assert.equal((await callsOf("detail")).length, 4);
    assert.deepEqual(await open?.violations(), []);
    await page.keyboard.press("Escape");
    await page.waitForSelector(".choice-dialog", { state: "detached" });
    assert.equal(await page.evaluate("document.activeElement.className"), "choice-button on");
    await page.keyboard.press("Enter");
    await page.click("text=Leave all to the chain again");
    await until(page, "document.querySelector('.choice-button').innerText.includes('automatically')");
    await page.waitForSelector(".choice-dialog", { state: "detached" });
    assert.deepEqual((await callsOf("chooseBody")).at(-1), {});
  });

  it("that is an image is drawn, from the bytes that the host has looked at", async () => {
    const page = await start(order, "pretty", { image: true });
    await page.waitForSelector(".image img");
    await until(page, "document.querySelector('.image img').naturalWidth === 1");
    assert.match((await page.getAttribute(".image img", "src")) ?? "", /^blob:/);
    assert.match(await page.innerText("figcaption"), /image\/png · 1 × 1 pixels/);
    assert.deepEqual(await page.locator(".modes button").allInnerTexts(), ["Image", "Hex"]);
    assert.deepEqual(await open?.violations(), []);
  });

  it("is text whatever it holds", async () => {
    const page = await start({ "<img src=x onerror=alert(1)>": "<script>document.title='x'</script>" }, "tree");
    await row(page, "onerror").waitFor();
    assert.equal(await page.locator(".body-tree img, .body-tree script").count(), 0);
  });

  it("can be looked at in every theme, narrow too", async () => {
    const steps = [
      { stage: "encoding", outcome: "ok", sentence: "gzip: 1,204 → 8,310 bytes" },
      {
        stage: "type",
        outcome: "failed",
        sentence: "Not Avro, although the content type says so. No Avro schema of the workspace fits.",
      },
      { stage: "format", outcome: "ok", sentence: "JSON (looks like it)" },
    ];
    for (const [name, theme, width] of [
      ["dark", "dark", 1100],
      ["light", "light", 1100],
      ["contrast", "highContrast", 1100],
      ["narrow", "light", 420],
    ] as const) {
      const page = await start(order, "tree", { theme, width, steps });
      await row(page, "customer").click();
      await row(page, "mails").click();
      await row(page, "ann@example.com").waitFor();
      await picture(page, `tree-${name}`);
      await page.click(".choice-button");
      await page.selectOption("#choice-format", { label: "Protobuf" });
      await page.waitForSelector("#choice-type");
      await picture(page, `choice-${name}`);
      await page.keyboard.press("Escape");
      for (const mode of ["Pretty", "Raw", "Hex"]) {
        await page.click(`.modes button:has-text("${mode}")`);
        await page.waitForSelector(".detail pre");
        if (theme === "dark" || width < 500) await picture(page, `${mode.toLowerCase()}-${name}`);
      }
      await open?.close();
      open = undefined;
    }
    const page = await start(order, "pretty", { image: true });
    await page.waitForSelector(".image img");
    await picture(page, "image-dark");
  });
});

/** Until this holds on the page, whose policy lets nothing evaluate code there by itself. */
async function until(page: Page, code: string, tell: () => Promise<string> = () => Promise.resolve("")): Promise<void> {
  const end = Date.now() + 8000;
  while (!(await page.evaluate<boolean>(code))) assert.ok(Date.now() < end, `${code} ${await tell()}`);
}
