import assert from "node:assert/strict";
import { connect, type Channel, type ChannelModel, type GetMessage } from "amqplib";
import type { FrameLocator, Locator } from "playwright-core";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import { until } from "../support/until.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

const headers = {
  tenant: { "!": "int64", value: 9007199254740993n },
  since: { "!": "timestamp", value: 1700000000n },
  raw: Buffer.from([0, 255]),
  more: { "!": "object", value: { retries: { "!": "int8", value: 3 }, none: null } },
};

/** What is done with messages from their menu, clicked on a real broker. */
describe("acting on messages, clicked", function () {
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
    for (let id = 1; id <= 4; id++)
      channel.sendToQueue(
        "orders",
        Buffer.from(`{"id": ${String(id)}, "customer": "Ann ${String(id)}", "total": 1.10}`),
        {
          persistent: true,
          contentType: "application/json",
          headers: { ...headers, attempt: id },
          correlationId: `c-${String(id)}`,
          timestamp: 1_700_000_000,
        },
      );
    const uri = broker.uri.replace("guest:guest@", "guest@");
    workbench = await openWorkbench({
      settings: { "mq.connections": [{ name: "Shop", uri, management: broker.adminUrl, environment: "staging" }] },
    });
    await workbench.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await workbench.openContainer();
    for (const row of ["Shop", "/", "Queues"]) await workbench.expand(row);
    await workbench.chooseInMenu("orders", "Consume");
    await workbench.clickDialog("Consume");
    page = await workbench.webview("orders — Consume");
    await row(4).waitFor();
  });
  afterEach(async function () {
    await workbench.afterTest(this.currentTest);
  });
  after(async () => {
    await workbench.close();
    await model.close();
    await broker.stop();
  });

  it("offers what can be done with a message in its menu, by the mouse, by a button and by the keyboard", async () => {
    await row(1).click();
    await row(2).click({ button: "right" });
    await entry("Ack").waitFor();
    assert.equal(await entry("Compare the Two Selected").count(), 0);
    await workbench.screenshot("acting-menu");
    await closeMenu();
    await page.getByRole("button", { name: "More actions" }).click();
    await entry("Copy as Code…").waitFor();
    await closeMenu();
    // The menu that went gives the focus back in its own time, and takes the next one along.
    await until("it opens by the keyboard", async () => {
      await page.getByRole("grid").press("Shift+F10");
      return entry("Move to…")
        .waitFor({ timeout: 1_000 })
        .then(
          () => true,
          () => false,
        );
    });
    await closeMenu();
  });

  it("compares two selected messages in the diff editor", async () => {
    await row(1).click();
    await row(3).click({ modifiers: ["ControlOrMeta"] });
    await chooseFor(row(3), "Compare the Two Selected");
    const diff = workbench.page.locator(".monaco-diff-editor");
    await diff.getByText("Ann 1").first().waitFor();
    await diff.getByText("Ann 3").first().waitFor();
    await diff.getByText("tenant (int64): 9007199254740993").first().waitFor();
    await workbench.screenshots("acting-compare");
    await workbench.runCommand("View: Close Editor");
    page = await workbench.webview("orders — Consume");
  });

  it("opens several as one JSON document", async () => {
    await row(1).click();
    await row(3).click({ modifiers: ["Shift"] });
    await chooseFor(row(2), "Open Messages as JSON");
    await workbench.page.getByRole("tab", { name: "orders-messages.json" }).waitFor();
    await workbench.page.locator(".monaco-editor").getByText("9007199254740993").first().waitFor();
    await workbench.screenshots("acting-many");
    await workbench.runCommand("View: Close Editor");
    page = await workbench.webview("orders — Consume");
  });

  it("copies a message as code, and as a command of the broker's own tools", async () => {
    await row(1).click();
    await chooseFor(row(1), "Copy as Code…");
    await workbench.pick("JavaScript (amqplib)");
    const program = await clipboard(/import amqp/);
    assert.match(program, /value: 9007199254740993n/);
    assert.doesNotMatch(program, /guest:guest/);
    await chooseFor(row(1), "Copy as Command…");
    await workbench.pick("rabbitmqadmin");
    assert.match(await clipboard(/rabbitmqadmin/), /routing_key='orders'/);
  });

  it("opens a draft with every property and typed header, and sends it as it was", async () => {
    await row(1).click();
    await chooseFor(row(1), "Edit and Send Again…");
    const draft = await workbench.webview("Publish: orders");
    await draft.getByRole("button", { name: "Send", exact: true }).click();
    await draft
      .getByText(/routed/i)
      .first()
      .waitFor();
    await workbench.page.getByRole("tab", { name: "orders — Consume" }).first().click();
    page = await workbench.webview("orders — Consume");
    await page.getByRole("grid").waitFor();
    await until("it came again", async () => (await counts()).orders.unacked === 5);
  });

  it("sends one again, to where it came from", async () => {
    await row(2).click();
    await chooseFor(row(2), "Send Again");
    await told(/Published to “\(default\)” with the key “orders”: confirmed and routed/);
    await until("it came again", async () => (await counts()).orders.unacked === 6);
  });

  it("moves what is selected to another queue, and the broker's counts agree", async () => {
    await row(1).click();
    await page.getByRole("grid").press("ControlOrMeta+a");
    await chooseFor(row(1), "Move to…");
    await workbench.pick("archive");
    const asked = await workbench.dialogText();
    assert.match(asked, /Move 6 messages from “orders” to “archive”\?/);
    await workbench.screenshot("acting-move");
    await workbench.clickDialog("Move");
    await told(/Moved to “archive”: 6\. Each was confirmed and routed there first\./);
    await until("the broker agrees", async () => {
      const { orders, archive } = await counts();
      return orders.ready === 0 && orders.unacked === 0 && archive.ready === 6;
    });
    await page.getByText("acked").first().waitFor();
    await workbench.screenshots("acting-moved");
  });

  it("has lost nothing of any message on the way, and kept their order", async () => {
    const moved: GetMessage[] = [];
    for (let message = await channel.get("archive"); message; message = await channel.get("archive"))
      moved.push(message);
    assert.deepEqual(
      moved.map(({ content }) => (JSON.parse(content.toString()) as { id: number }).id),
      [1, 2, 3, 4, 1, 2],
    );
    for (const { content, properties } of moved) {
      assert.match(content.toString(), /^\{"id": \d, "customer": "Ann \d", "total": 1\.10\}$/);
      assert.equal(properties.timestamp, 1_700_000_000);
      assert.equal(properties.contentType, "application/json");
      assert.equal(properties.deliveryMode, 2);
      assert.match(String(properties.correlationId), /^c-\d$/);
      const { since, raw, more } = (properties.headers ?? {}) as Record<string, unknown>;
      assert.deepEqual(since, { "!": "timestamp", value: 1_700_000_000 });
      assert.deepEqual(raw, Buffer.from([0, 255]));
      assert.deepEqual(more, { retries: 3, none: null });
    }
    assert.deepEqual(workbench.policyViolations, []);
  });

  function row(id: number): Locator {
    return workbench.messageRow(page, `Ann ${String(id)}`);
  }

  function entry(label: string): Locator {
    const exact = new RegExp(`^\\s*${label.replaceAll(".", "\\.")}\\s*$`);
    return workbench.page.locator(".monaco-menu .action-item .action-label").filter({ hasText: exact }).first();
  }

  async function closeMenu(): Promise<void> {
    await workbench.page.keyboard.press("Escape");
    await workbench.page.locator(".monaco-menu").first().waitFor({ state: "hidden" });
  }

  async function chooseFor(message: Locator, label: string): Promise<void> {
    await message.click({ button: "right" });
    await entry(label).waitFor();
    // A menu takes no click in its first 100 ms.
    await workbench.page.waitForTimeout(200);
    await entry(label).click();
  }

  /** What a notification said. */
  async function told(sentence: RegExp): Promise<void> {
    await workbench.runCommand("Notifications: Show Notifications");
    await workbench.page.locator(".notifications-center").getByText(sentence).first().waitFor();
    await workbench.runCommand("Notifications: Hide Notifications");
  }

  async function clipboard(pattern: RegExp): Promise<string> {
    let text = "";
    await until("it is in the clipboard", async () => {
      text = await workbench.page.evaluate<string>("navigator.clipboard.readText()");
      return pattern.test(text);
    });
    return text;
  }

  /** Of the node itself, not of the statistics that lag. */
  async function counts(): Promise<Record<"orders" | "archive", { readonly ready: number; readonly unacked: number }>> {
    const lines = await broker.ctl(
      "list_queues",
      "-q",
      "--no-table-headers",
      "name",
      "messages_ready",
      "messages_unacknowledged",
    );
    const rows = lines
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/));
    const of = (queue: string) => {
      const [, ready, unacked] = rows.find(([name]) => name === queue) ?? [];
      return { ready: Number(ready), unacked: Number(unacked) };
    };
    return { orders: of("orders"), archive: of("archive") };
  }
});
