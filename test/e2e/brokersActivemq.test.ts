import assert from "node:assert/strict";
import { startActivemq } from "../../scripts/activemqNode.ts";
import { activemqPassword, activemqUser, type ActivemqServer } from "../../scripts/activemqServer.ts";
import { until } from "../support/until.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** ActiveMQ Classic in the workbench: its own words, forms and menus. */
describe("ActiveMQ, clicked", function () {
  this.timeout(120_000);
  let broker: ActivemqServer;
  let workbench: Workbench;

  before(async () => {
    broker = await startActivemq();
    const uri = `activemq://${activemqUser}:\${env:MQ_TEST_PASSWORD}@127.0.0.1:${String(broker.amqpPort)}`;
    workbench = await openWorkbench({
      settings: { "mq.refreshInterval": 1, "mq.connections": [{ name: "Shop", uri, management: broker.adminUrl }] },
      env: { MQ_TEST_PASSWORD: activemqPassword },
    });
    await workbench.openContainer();
  });
  after(async () => {
    await workbench.close();
    await broker.stop();
  });
  afterEach(async function () {
    await workbench.afterTest(this.currentTest);
  });

  it("opens the tree and creates a queue", async () => {
    await workbench.expand("Shop");
    await workbench.chooseInMenu("Queues", "Create…");
    const page = await workbench.webview(/^(Create|New) queue$/);
    await page.getByRole("textbox", { name: /^Name/ }).fill("orders");
    await look("activemq-create");
    await page.getByRole("button", { name: "Create queue" }).click();
    await workbench.expand("Queues");
    await workbench.treeItem("orders").waitFor();
    await look("activemq-tree");
  });

  it("publishes, and browses what was published", async () => {
    await workbench.chooseInMenu("orders", "Publish…");
    const page = await workbench.webview("Publish: orders");
    await page.getByRole("textbox", { name: "Body" }).fill('{"id": 1, "customer": "Ann"}');
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText(/Published to orders/).waitFor();
    await look("activemq-publish");

    await workbench.chooseInMenu("orders", "Browse");
    const form = await workbench.webview("Browse orders");
    await look("activemq-browse-form");
    await form.getByRole("button", { name: "Browse", exact: true }).click();
    const list = await workbench.webview("orders — Browse");
    await workbench.messageRow(list, "Ann").click();
    await list.locator('[role="tabpanel"]').getByText("customer").waitFor();
    await look("activemq-browse");
  });

  it("consumes and acks", async () => {
    await workbench.chooseInMenu("orders", "Consume");
    const form = await workbench.webview("Consume from orders");
    await look("activemq-consume-form");
    await form.getByRole("button", { name: "Consume", exact: true }).click();
    const list = await workbench.webview("orders — Consume");
    await workbench.messageRow(list, "Ann").click();
    await look("activemq-consume");
    await list.locator("body").press("a");
    await workbench.messageRow(list, "acked").waitFor();
    await until("nothing is held", async () => (await workbench.treeItem("orders").innerText()).includes("0 ready"));
  });

  it("shows the detail", async () => {
    await workbench.chooseInMenu("orders", "Show Details");
    await workbench.page.locator(".editor-instance .view-lines", { hasText: "Consumers" }).first().waitFor();
    await workbench.screenshot("activemq-detail");
    assert.deepEqual(workbench.policyViolations, []);
  });

  /** Each panel in one light theme and one dark; the contrast is looked at on RabbitMQ, by the same pages. */
  async function look(name: string): Promise<void> {
    for (const theme of ["light", "dark"] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`${name}-${theme}`);
    }
  }
});
