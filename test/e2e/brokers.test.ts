import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import { startRedis } from "../support/redisServer.ts";
import type { RedisServer } from "../support/redisServer.ts";
import { until } from "../support/until.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** Redis in the workbench: its own words and menus, from the URI to the last element given back. */
describe("Redis, clicked", function () {
  this.timeout(120_000);
  let broker: RedisServer;
  let workbench: Workbench;

  before(async () => {
    broker = await startRedis();
    await broker.cli("XADD", "orders", "*", "tenant", "acme", "body", '{"id": 0}');
    await broker.cli("XGROUP", "CREATE", "orders", "billing", "0");
    await broker.cli("RPUSH", "jobs", "job-1", "job-2");
    await broker.cli("RPUSH", "mq-workbench:taken:0123456789abcdef:left:jobs", "left-1");
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

  it("adds the connection by its URI and opens the tree", async () => {
    await workbench.runCommand("MQ: Add Connection");
    await workbench.answer(broker.uri, /Paste a URI/);
    await workbench.answer("Cache", /Name|name/);
    await workbench.pick(/^Development/);
    await workbench.expand("Cache");
    await workbench.expand("Streams");
    await workbench.expand("orders");
    await workbench.treeItem("billing").waitFor();
    await workbench.expand("Lists");
    await workbench.expand("Channels");
    await workbench.treeItem("jobs").waitFor();
    await look("redis-tree");
  });

  it("publishes to a stream, and browses what is in it", async () => {
    await workbench.chooseInMenu("orders", "Publish…");
    const page = await workbench.webview("Publish: orders");
    await page.getByRole("textbox", { name: "Body" }).fill('{"id": 1, "customer": "Ann"}');
    await send(page, /Published to orders at position/);
    await look("redis-publish");
    assert.match(await broker.cli("XLEN", "orders"), /^2/);

    await workbench.chooseInMenu("orders", "Browse");
    const form = await workbench.webview("Browse orders");
    await look("redis-browse-form");
    await form.getByRole("button", { name: "Browse", exact: true }).click();
    const list = await workbench.webview("orders — Browse");
    await workbench.messageRow(list, "Ann").click();
    await list.locator('[role="tabpanel"]').getByText("customer").waitFor();
    await look("redis-browse");
  });

  it("competes in a group, acks, and the group has nothing pending", async () => {
    await workbench.chooseInMenu("billing", "Consume");
    const form = await workbench.webview("Consume from billing");
    await form.getByText("Competes with").waitFor();
    await look("redis-consume-form");
    await form.getByRole("button", { name: "Consume", exact: true }).click();
    const list = await workbench.webview("billing — Consume");
    await workbench.messageRow(list, "Ann").click();
    await look("redis-consume");
    await list.locator("body").press("a");
    await workbench.messageRow(list, "acked").waitFor();
    await until("one of two is pending", async () => /^1\n/.test(await broker.cli("XPENDING", "orders", "billing")));
  });

  it("gives back what a consumer that was killed left in its private list", async () => {
    await workbench.chooseInMenu(/^mq-workbench:taken:/, "Send Back to Retry…");
    assert.match(await workbench.dialogText(), /back to “jobs”/);
    await workbench.screenshot("redis-give-back");
    await workbench.clickDialog("Send Back");
    await until("it is first again", async () =>
      /^left-1\njob-1\n/.test(await broker.cli("LRANGE", "jobs", "0", "-1")),
    );
  });

  it("publishes JSON to a list, where a message is its body alone", async () => {
    await workbench.chooseInMenu("jobs", "Publish…");
    const page = await workbench.webview("Publish: jobs");
    await page.getByRole("textbox", { name: "Body" }).fill('{"job": 3}');
    assert.equal(await page.getByText(/Content type|Persistent|Headers/).count(), 0);
    await send(page, /Published to jobs/);
    await look("redis-publish-list");
    assert.match(await broker.cli("LINDEX", "jobs", "-1"), /"job": 3/);
  });

  it("tells how many got what was published to a channel", async () => {
    await workbench.chooseInMenu("Channels", "Pin a Name…");
    const form = await workbench.webview("Pin a channel");
    await form.getByRole("textbox", { name: /^Name/ }).fill("news");
    await workbench.screenshot("redis-pin");
    await form.getByRole("button", { name: "Pin", exact: true }).click();
    await workbench.chooseInMenu("news", "Tap");
    const tapped = await workbench.webview("news — Tap");
    await tapped.getByRole("grid").waitFor();
    await workbench.chooseInMenu("news", "Publish…");
    const page = await workbench.webview("Publish: news");
    await page.getByRole("textbox", { name: "Body" }).fill('{"hello": 1}');
    await send(page, /one subscriber got it/);
    await look("redis-publish-channel");
  });

  it("shows the detail of a stream", async () => {
    await workbench.chooseInMenu("orders", "Show Details");
    await workbench.page.locator(".editor-instance .view-lines", { hasText: "Newest id" }).first().waitFor();
    await workbench.screenshot("redis-detail");
    await workbench.treeItem("orders").hover();
    await workbench.page.locator(".monaco-hover:visible").first().waitFor();
    assert.deepEqual(workbench.policyViolations, []);
  });

  /** Each panel in one light theme and one dark; the contrast is looked at on RabbitMQ, by the same pages. */
  async function look(name: string): Promise<void> {
    for (const theme of ["light", "dark"] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`${name}-${theme}`);
    }
  }

  async function send(page: FrameLocator, told: RegExp): Promise<void> {
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText(told).first().waitFor();
  }
});
