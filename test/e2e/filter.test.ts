import assert from "node:assert/strict";
import { connect, type Channel, type ChannelModel } from "amqplib";
import type { FrameLocator } from "playwright-core";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import { until } from "../support/until.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** Finding messages by what they hold and by when they came, clicked on a real broker. */
describe("filter and time, clicked", function () {
  this.timeout(240_000);
  let broker: RabbitmqServer;
  let model: ChannelModel;
  let channel: Channel;
  let workbench: Workbench;
  let page: FrameLocator;

  before(async () => {
    broker = await startRabbitmq();
    model = await connect(broker.uri);
    channel = await model.createChannel();
    for (const name of ["orders", "archive"]) await channel.assertQueue(name);
    send("early", 10);
    const uri = broker.uri.replace("guest:guest@", "guest@");
    workbench = await openWorkbench({
      settings: { "mq.connections": [{ name: "Shop", uri, management: broker.adminUrl, environment: "staging" }] },
    });
    await workbench.openContainer();
    for (const row of ["Shop", "/", "Queues"]) await workbench.expand(row);
    page = await consume("orders");
    await workbench.messageRow(page, "early 9").waitFor();
  });
  afterEach(async function () {
    await workbench.afterTest(this.currentTest);
  });
  after(async () => {
    await workbench.close();
    await model.close();
    await broker.stop();
  });

  it("filters while one types, completes, and marks what was found", async () => {
    const field = page.getByRole("combobox", { name: "Filter" });
    await field.pressSequentially("state:un");
    await page.getByRole("option", { name: /^unacked/ }).waitFor();
    await field.press("ArrowDown");
    await field.press("Enter");
    assert.equal(await field.inputValue(), "state:unacked");
    await shown("10 of 10");
    await field.fill('$.name = "early 7"');
    await shown("1 of 10");
    await field.fill("EARLY");
    await shown("10 of 10");
    await until("marks", async () => (await marks()) >= 10);
    await workbench.screenshots("filter");
  });

  it("says where a mistake is and leaves what was shown", async () => {
    const field = page.getByRole("combobox", { name: "Filter" });
    await field.fill("early 7");
    await shown("1 of 10");
    await field.fill("early and size > much");
    await page.locator(".mistake", { hasText: "This is no size." }).waitFor();
    assert.equal(await page.locator(".mistake mark").textContent(), "much");
    await shown("1 of 10");
    await workbench.screenshots("filter-mistake");
    await field.fill("");
    await shown("10");
  });

  it("shows what came in the time that is drawn over the bars", async () => {
    send("late", 5);
    await workbench.messageRow(page, "late 4").waitFor();
    const plot = page.locator(".plot");
    await until("all are counted", async () =>
      /^15 messages/.test((await plot.locator("svg").getAttribute("aria-label")) ?? ""),
    );
    const box = await plot.boundingBox();
    assert.ok(box);
    await workbench.page.mouse.move(box.x + box.width - 2, box.y + 20);
    await workbench.page.mouse.down();
    await workbench.page.mouse.move(box.x + box.width * 0.8, box.y + 20);
    await workbench.page.mouse.move(box.x + box.width * 0.6, box.y + 20);
    await workbench.page.mouse.up();
    await shown("5 of 15");
    await page.locator(".range-chip").waitFor();
    assert.equal(await workbench.messageRow(page, "early").count(), 0);
    await workbench.screenshots("timeline");
    await page.getByRole("button", { name: "Show any time" }).click();
    await shown("15");
  });

  it("keeps a filter by name for every inspector of the workspace", async () => {
    await page.getByRole("combobox", { name: "Filter" }).fill("name late");
    await page.getByRole("button", { name: "Saved filters" }).click();
    await page.getByLabel("Save the present one as").fill("The late ones");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.locator(".saved").getByText("The late ones").waitFor();
    const other = await consume("archive");
    await other.getByRole("button", { name: "Saved filters" }).click();
    await other.getByRole("button", { name: /^The late ones/ }).click();
    assert.equal(await other.getByRole("combobox", { name: "Filter" }).inputValue(), "name late");
  });

  function send(what: string, count: number): void {
    for (let at = 0; at < count; at++) {
      const body = Buffer.from(JSON.stringify({ name: `${what} ${String(at)}` }));
      channel.sendToQueue("orders", body, { contentType: "application/json" });
    }
  }

  async function consume(queue: string): Promise<FrameLocator> {
    await workbench.chooseInMenu(queue, "Consume");
    await workbench.clickDialog("Consume");
    return workbench.webview(`${queue} — Consume`);
  }

  async function shown(text: string): Promise<void> {
    await page
      .locator(".status .counter")
      .filter({ hasText: new RegExp(`^\\s*Shown\\s+${text}\\s*$`) })
      .waitFor();
  }

  function marks(): Promise<number> {
    return page.locator("body").evaluate("CSS.highlights.get('mq-match')?.size ?? 0");
  }
});
