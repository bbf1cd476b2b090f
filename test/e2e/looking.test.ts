import assert from "node:assert/strict";
import { seedShop } from "../../scripts/shop/seed.ts";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import { until } from "../support/until.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** The three ways to look, and working without the management API, clicked on a seeded broker. */
describe("ways to look", function () {
  this.timeout(240_000);
  let broker: RabbitmqServer;
  let workbench: Workbench;
  let open = false;

  before(async () => {
    broker = await startRabbitmq();
    await seedShop(broker.uri);
    const uri = broker.uri.replace("guest:guest@", "guest@");
    workbench = await openWorkbench({
      settings: {
        "mq.connections": [
          { name: "Shop", uri, management: broker.adminUrl, environment: "development" },
          { name: "Bare", uri, management: "" },
        ],
      },
    });
    open = true;
    await workbench.openContainer();
  });
  afterEach(async function () {
    await workbench.afterTest(this.currentTest);
  });
  after(async () => {
    if (open) await workbench.close();
    await broker.stop();
  });

  it("opening a connection connects it", async () => {
    await workbench.expand("Shop");
    await workbench.expand("/");
    await workbench.expand("Exchanges");
    await workbench.expand("Queues");
    await workbench.treeItem("orders").waitFor();
    await workbench.screenshots("shop");
  });

  it("taps an exchange: a private copy of what is published from now on", async () => {
    await workbench.chooseInMenu("shop.events", "Tap");
    const form = await workbench.webview("Tap shop.events");
    await form.getByText("private copy").first().waitFor();
    await workbench.screenshots("tap");
    await form.getByRole("button", { name: "Tap", exact: true }).click();
    const page = await workbench.webview("shop.events — Tap");
    await page.getByRole("grid").waitFor();
    await publish("shop.events", "order.created", '{"tapped": true}');
    await workbench.messageRow(page, "tapped").click();
    assert.equal(
      await workbench.messageRow(page, "tapped").getByText("pending").count(),
      0,
      "a tap has nothing to settle",
    );
    await workbench.screenshots("tapped");
  });

  it("shadows a queue: what it gets, with nothing taken from it", async () => {
    const before = await messages("orders");
    await workbench.chooseInMenu("orders", "Shadow Queue");
    const asked = workbench.page.locator(".monaco-dialog-box");
    await asked.waitFor();
    await workbench.clickDialog("Tap");
    const page = await workbench.webview("orders — Tap");
    await page.getByRole("grid").waitFor();
    await publish("shop.events", "order.created", '{"shadowed": true}');
    await workbench.messageRow(page, "shadowed").waitFor();
    await until("the queue has it too", async () => (await messages("orders")) === before + 1);
  });

  it("browses dead letters, shows why they died, and leaves them where they are", async () => {
    const before = await messages("orders.dead");
    await workbench.chooseInMenu("orders.dead", "Browse");
    const form = await workbench.webview("Browse orders.dead");
    await form.getByText("redelivered").first().waitFor();
    await form.getByRole("button", { name: "Browse", exact: true }).click();
    const page = await workbench.webview("orders.dead — Browse");
    await workbench.messageRow(page, "orders.dead").click();
    await page.getByRole("tab", { name: /Dead letters/ }).click();
    await page
      .getByText(/expired|rejected/)
      .first()
      .waitFor();
    await workbench.screenshots("dead-letters");
    await until("they are all there again", async () => (await messages("orders.dead")) === before);
  });

  it("browses a stream by its offset", async () => {
    await workbench.chooseInMenu("audit", "Browse");
    const form = await workbench.webview("Browse audit");
    await form.getByRole("button", { name: "Browse", exact: true }).click();
    const page = await workbench.webview("audit — Browse");
    await workbench.messageRow(page, "order").waitFor();
    await workbench.screenshots("stream");
  });

  it("opens a body in an editor with the right language", async () => {
    await workbench.page.getByRole("tab", { name: "orders.dead — Browse" }).click();
    const page = await workbench.webview("orders.dead — Browse");
    await workbench.messageRow(page, "orders.dead").dblclick();
    await workbench.page.locator(".editor-instance .view-lines", { hasText: "placed" }).first().waitFor();
    await workbench.page.locator(".statusbar", { hasText: "JSON" }).waitFor();
    await workbench.screenshot("body-in-editor");
  });

  it("works without the management API on names that are pinned", async () => {
    await workbench.page.keyboard.press("Escape");
    await workbench.treeItem("Shop").first().locator(".monaco-tl-twistie").click();
    await workbench.expand("Bare");
    await workbench.treeItem(/no management/).waitFor();
    await workbench.expand("/");
    await workbench.expand("Queues");
    await pin("no.such.queue");
    await workbench.page
      .frameLocator("iframe.webview")
      .frameLocator("#active-frame")
      .getByText(/no\.such\.queue/)
      .first()
      .waitFor();
    await workbench.screenshots("pin-refused");
    await (await workbench.webview(/^Pin/)).getByRole("button", { name: "Cancel" }).click();
    await workbench.gone("Pin queue");
    await pin("search-index");
    await workbench.treeItem("search-index").waitFor();
    await workbench.screenshots("pinned");
    await workbench.chooseInMenu("search-index", "Consume");
    await workbench.clickDialog("Consume");
    const page = await workbench.webview("search-index — Consume");
    await workbench.messageRow(page, "pending").waitFor();
  });

  it("says so when its connection is closed, and attaches again with it", async () => {
    const page = await workbench.webview("search-index — Consume");
    await workbench.chooseInMenu("Bare", "Disconnect");
    await page.getByText("The connection was closed. What was not settled went back.").first().waitFor();
    await workbench.messageRow(page, "lost").waitFor();
    await workbench.screenshot("closed-connection");
    await workbench.chooseInMenu("Bare", "Connect");
    await workbench.messageRow(page, "pending").waitFor();
  });

  it("leaves nothing behind when the window is closed", async () => {
    assert.notEqual((await broker.ctl("list_consumers")).trim(), "", "a consumer is attached");
    const before = await messages("search-index", "messages");
    await workbench.close();
    open = false;
    await until("no connection is left", async () => (await broker.ctl("list_connections", "pid")).trim() === "");
    assert.equal((await broker.ctl("list_consumers")).trim(), "");
    const queues = (await broker.ctl("list_queues", "name")).trim().split("\n").sort();
    assert.ok(!queues.some((name) => name.startsWith("amq.gen")), `temporary queues are gone: ${queues.join(", ")}`);
    assert.equal(await messages("search-index"), before, "what was not settled is back");
    assert.deepEqual(workbench.policyViolations, []);
  });

  async function publish(exchange: string, key: string, body: string): Promise<void> {
    const payload = { properties: { content_type: "application/json" }, routing_key: key, payload: body };
    await broker.api("POST", `/api/exchanges/%2F/${exchange}/publish`, { ...payload, payload_encoding: "string" });
  }

  async function messages(name: string, column = "messages_ready"): Promise<number> {
    const lines = (await broker.ctl("list_queues", "--no-table-headers", "name", column)).split("\n");
    const line = lines.find((each) => each.split("\t")[0] === name);
    return Number(line?.split("\t")[1]);
  }

  async function pin(name: string): Promise<void> {
    await workbench.chooseInMenu("Queues", "Pin a Name…");
    const form = await workbench.webview(/^Pin/);
    await form.getByRole("textbox").first().fill(name);
    await form.getByRole("button", { name: "Pin", exact: true }).click();
  }
});
