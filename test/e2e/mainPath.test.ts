import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import { until } from "../support/until.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** What a developer does on the first day, with the mouse and the keyboard, on a real broker. */
describe("a person's path", function () {
  this.timeout(240_000);
  let broker: RabbitmqServer;
  let workbench: Workbench;

  before(async () => {
    broker = await startRabbitmq();
    workbench = await openWorkbench({ settings: { "mq.refreshInterval": 1 } });
    await workbench.openContainer();
  });
  after(async () => {
    await workbench.close();
    await broker.stop();
  });

  afterEach(async function () {
    await workbench.afterTest(this.currentTest);
  });

  it("says which part of a connection failed, and saves nothing until told", async () => {
    await workbench.runCommand("MQ: Add Connection");
    await workbench.answer(broker.uri, /Paste a URI/);
    await workbench.answer("http://127.0.0.1:1", /Management URL/);
    await workbench.answer("Broken", /Name|name/);
    await workbench.pick(/^Staging/);
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    const said = await workbench.dialogText();
    assert.match(said, /AMQP/);
    assert.match(said, /127\.0\.0\.1:1/);
    await workbench.screenshots("connection-failed");
    await workbench.clickDialog("Cancel");
    assert.equal(await workbench.treeItem("Broken").count(), 0);
  });

  it("adds a connection from a pasted URI and opens it in the tree", async () => {
    await workbench.runCommand("MQ: Add Connection");
    await workbench.answer(broker.uri, /Paste a URI/);
    await workbench.answer(broker.adminUrl, /Management URL/);
    await workbench.answer("Shop", /Name|name/);
    await workbench.pick(/^Production/);
    await workbench.treeItem("Shop").waitFor();
    await workbench.expand("Shop");
    await workbench.expand("/");
    await workbench.expand("Queues");
    await workbench.screenshots("tree");
  });

  it("creates a queue through its form", async () => {
    await workbench.chooseInMenu("Queues", "Create…");
    const page = await workbench.webview("Create queue");
    await page.getByRole("textbox", { name: /^Name/ }).fill("orders");
    await workbench.screenshots("create-queue");
    await page.getByRole("button", { name: "Create queue" }).click();
    await workbench.treeItem("orders").waitFor();
    assert.deepEqual(await queue("orders", "durable"), { durable: true });
  });

  it("publishes a message and is told that it was confirmed and routed", async () => {
    await workbench.chooseInMenu("orders", "Publish…");
    const page = await workbench.webview("Publish: orders");
    await page.getByRole("textbox", { name: "Body" }).fill('{"id": 1, "customer": "Ann"}');
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page
      .getByText(/routed/i)
      .first()
      .waitFor();
    await workbench.screenshots("publish");
    await depth({ ready: 1 });
  });

  it("consumes it, sees the body, acks it, and the broker's counts agree", async () => {
    await workbench.chooseInMenu("orders", "Consume");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    await workbench.clickDialog("Consume");
    const page = await workbench.webview("orders — Consume");
    await workbench.messageRow(page, "Ann").click();
    await page.locator('[role="tabpanel"]').getByText("customer").waitFor();
    await workbench.screenshots("inspector");
    await depth({ ready: 0, unacked: 1 });
    await page.locator("body").press("a");
    await workbench.messageRow(page, "acked").waitFor();
    await depth({ ready: 0, unacked: 0 });
  });

  it("gives back what is not settled when the panel closes, and leaves nothing behind", async () => {
    const publish = await reopen("Publish: orders");
    await publish.getByRole("button", { name: "Send", exact: true }).click();
    const page = await reopen("orders — Consume");
    await workbench.messageRow(page, "pending").waitFor();
    await closeTab("orders — Consume");
    await depth({ ready: 1, unacked: 0 });
    await until(
      "no consumer is left",
      async () => ((await broker.api("GET", "/api/consumers")) as unknown[]).length === 0,
    );
  });

  it("asks for the name before it purges production", async () => {
    await workbench.chooseInMenu("orders", "Purge…");
    assert.match(await workbench.dialogText(), /1 message/);
    await workbench.screenshots("purge");
    await workbench.clickDialog("Purge");
    await workbench.answer("orders", /orders/);
    await depth({ ready: 0 });
  });

  it("brings back what was purged", async () => {
    await workbench.runCommand("MQ: Restore…");
    await workbench.quickInput.getByText("Purged “orders”").waitFor();
    await workbench.screenshots("restore-list");
    await workbench.pick(/Purged “orders”/);
    await workbench.quickInput.getByText("Restore to “orders”").waitFor();
    await workbench.screenshots("restore-entry");
    await workbench.pick(/Restore to “orders”/);
    assert.match(await workbench.dialogText(), /Restore to “orders” on Shop\? Messages: 1\./);
    await workbench.clickDialog("Restore");
    await workbench.answer("orders", /orders/);
    await depth({ ready: 1 });
    await workbench.page.getByText("The message was confirmed and routed.").first().waitFor();
    await workbench.screenshots("restored");
  });

  it("says what a move does before it moves anything", async () => {
    await workbench.chooseInMenu("orders", "Move Messages…");
    await workbench.pick("amq.fanout");
    const page = await workbench.webview("Move Messages of orders");
    await page.getByText("x-mq-moves").waitFor();
    await workbench.screenshots("move-queue");
    await page.getByRole("textbox", { name: /How many at most/ }).fill("1");
    await page.getByRole("button", { name: "Move", exact: true }).click();
    // Nobody is bound there: it stays.
    await workbench.page
      .getByText(/What was not moved stays/)
      .first()
      .waitFor();
    await depth({ ready: 1, unacked: 0 });
  });

  it("closes its connections when they are disconnected", async () => {
    await workbench.chooseInMenu("Shop", "Disconnect");
    await until("no connection is left", async () => (await broker.ctl("list_connections", "-q", "pid")).trim() === "");
    const queues = (await broker.api("GET", "/api/queues")) as { readonly name: string }[];
    assert.deepEqual(
      queues.map(({ name }) => name),
      ["orders"],
    );
    assert.deepEqual(workbench.policyViolations, []);
  });

  async function queue(name: string, ...columns: readonly string[]): Promise<unknown> {
    return broker.api("GET", `/api/queues/%2F/${name}?columns=${columns.join(",")}`);
  }

  /** What the broker itself counts in "orders", asked of the node and not of the statistics that lag. */
  async function depth(expected: { readonly ready: number; readonly unacked?: number }): Promise<void> {
    await until(`the broker counts ${JSON.stringify(expected)}`, async () => {
      const line = await broker.ctl(
        "list_queues",
        "-q",
        "--no-table-headers",
        "messages_ready",
        "messages_unacknowledged",
      );
      const [ready, unacked] = line.trim().split(/\s+/).map(Number);
      return ready === expected.ready && (expected.unacked === undefined || unacked === expected.unacked);
    });
  }

  async function reopen(title: string): Promise<FrameLocator> {
    await workbench.page.getByRole("tab", { name: title }).first().click();
    return workbench.webview(title);
  }

  async function closeTab(title: string): Promise<void> {
    await reopen(title);
    await workbench.runCommand("View: Close Editor");
  }
});
