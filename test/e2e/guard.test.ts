import assert from "node:assert/strict";
import { connect, type Channel, type ChannelModel } from "amqplib";
import type { Locator } from "playwright-core";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import { until } from "../support/until.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** A production connection that is read-only, and what it takes to purge a queue of it. */
describe("a read-only connection, clicked", function () {
  this.timeout(180_000);
  let broker: RabbitmqServer;
  let model: ChannelModel;
  let channel: Channel;
  let workbench: Workbench;

  before(async () => {
    broker = await startRabbitmq();
    model = await connect(broker.uri);
    channel = await model.createChannel();
    await channel.assertQueue("orders");
    await channel.bindQueue("orders", "amq.topic", "order.#");
    for (let id = 1; id <= 3; id++) channel.sendToQueue("orders", Buffer.from(`{"id":${String(id)}}`));
    const uri = broker.uri.replace("guest:guest@", "guest@");
    workbench = await openWorkbench({
      settings: {
        "mq.connections": [
          { name: "Shop", uri, management: broker.adminUrl, environment: "production", readOnly: true },
        ],
        "mq.refreshInterval": 1,
      },
    });
    await workbench.openContainer();
    for (const row of ["Shop", "/", "Queues"]) await workbench.expand(row);
    await workbench.treeItem("orders").first().waitFor();
  });
  afterEach(async function () {
    await workbench.afterTest(this.currentTest);
  });
  after(async () => {
    await workbench.close();
    await model.close();
    await broker.stop();
  });

  const spoken = (start: string, text: string): Locator =>
    workbench.page.locator(`.sidebar [role=treeitem][aria-label^="${start}"][aria-label*="${text}"]`).first();
  const status = (text: string): Locator =>
    workbench.page.locator(".statusbar-item:visible", { hasText: text }).first();
  const entries = (): Locator => workbench.page.locator(".monaco-menu .action-item .action-label");
  const ready = async (): Promise<number> => (await channel.checkQueue("orders")).messageCount;

  it("says so on its row and in the status bar, and its menus offer no change", async () => {
    await spoken("Shop", "read-only").waitFor();
    await workbench.treeItem("orders").first().click();
    await status("Shop · Production · read-only").waitFor();
    await until("the menu is open", async () => {
      await workbench.treeItem("orders").first().click({ button: "right" });
      return entries()
        .filter({ hasText: "Shadow Queue" })
        .first()
        .waitFor({ timeout: 2_000 })
        .then(
          () => true,
          () => false,
        );
    });
    const offered = await entries().allInnerTexts();
    for (const change of ["Purge…", "Delete…", "Publish…", "Consume", "Browse", "Bind…"])
      assert.ok(!offered.some((each) => each.trim() === change), change);
    await workbench.screenshot("guard-menu");
    await workbench.page.keyboard.press("Escape");
  });

  it("refuses a command with a sentence that says what to do", async () => {
    await workbench.runCommand("MQ: Purge…");
    await workbench.quickInput.getByText("Nothing fits.").waitFor();
    await workbench.quickInput
      .getByText("“Shop” is read-only. To change things there, run “MQ: Allow Changes”.")
      .waitFor();
    await workbench.screenshot("guard-refused");
    await workbench.page.keyboard.press("Escape");
    assert.equal(await ready(), 3);
  });

  it("shows the lock and the colour on its panels", async () => {
    await workbench.chooseInMenu("orders", "Shadow Queue");
    await workbench.clickDialog("Tap");
    const page = await workbench.webview("orders — Tap");
    await page.getByText("read-only").first().waitFor();
    await page.getByText("Production").first().waitFor();
    await status("Shop · Production · read-only").waitFor();
    await workbench.screenshots("guard-panel");
  });

  it("allows changes once its name was typed, and follows at once", async () => {
    await workbench.chooseInMenu("Shop", "Allow Changes");
    assert.match(await workbench.dialogText(), /Allow changes on “Shop”\?.*This is production/s);
    await workbench.screenshot("guard-allow");
    await workbench.clickDialog("Allow Changes");
    await workbench.answer("Shop", /Type “Shop”/);
    await spoken("Shop", "read-only").waitFor({ state: "detached" });
    const page = await workbench.webview("orders — Tap");
    await page.getByText("read-only").first().waitFor({ state: "detached" });
    await workbench.screenshot("guard-allowed");
  });

  it("purges only once the name of the queue was typed", async () => {
    await workbench.chooseInMenu("orders", "Purge…");
    await workbench.clickDialog("Purge");
    await workbench.answer("orders", /Type “orders”/);
    await until("it is empty", async () => (await ready()) === 0);
  });

  it("is made read-only again from the status bar", async () => {
    await workbench.treeItem("orders").first().click();
    await status("Shop · Production").click();
    await spoken("Shop", "read-only").waitFor();
    await status("Shop · Production · read-only").waitFor();
  });
});
