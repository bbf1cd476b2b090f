import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** What goes wrong on a bad day, with the mouse and the keyboard, on a real broker: said where it happened, nothing lost. */
describe("a person's mishaps", function () {
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
    assert.equal(await workbench.notifications.filter({ hasText: /extension host/i }).count(), 0);
  });

  describe("before a connection is saved", () => {
    const saved = async (): Promise<number> => workbench.page.locator(".sidebar .pane-body .monaco-list-row").count();

    it("a malformed URI is asked for again, with what is wrong and with what was typed", async () => {
      await workbench.runCommand("MQ: Add Connection");
      await workbench.answer("not a uri", /Paste a URI/);
      await workbench.answer("amqp://guest@local host", /That is not an address of a broker/);
      await workbench.answer("amqp://guest@localhost:99999", /The name of the host is not valid/);
      const port = workbench.quickInput.filter({ hasText: /The port has to be a number from 1 to 65535/ });
      await port.waitFor();
      assert.equal(await port.locator("input.input").inputValue(), "amqp://guest@localhost:99999");
      await workbench.screenshot("bad-uri");
      await workbench.answer("amqp://guest:se/cret@localhost", /The port has to be/);
      await workbench.quickInput.filter({ hasText: /has to be written as %2F/ }).waitFor();
      await workbench.page.keyboard.press("Escape");
      await workbench.quickInput.waitFor({ state: "hidden" });
      assert.equal(await saved(), 0);
    });

    it("an unknown host is named, for each of the two parts", async () => {
      const said = await attempt("amqp://guest:guest@no-such-host.invalid", "http://no-such-host.invalid:15672");
      assert.match(said, /The test failed: AMQP, Management API/);
      assert.match(said, /✗ AMQP: No machine is known by the name in no-such-host\.invalid:5672/);
      assert.match(said, /✗ Management API: .*no-such-host\.invalid:15672 \(unknown host\)/);
      await workbench.screenshot("bad-host");
      await workbench.clickDialog("Cancel");
      assert.equal(await saved(), 0);
    });

    it("a refused login is told for each part, without the password", async () => {
      const said = await attempt(broker.uri.replace("guest:guest", "guest:s3cret"), broker.adminUrl);
      assert.match(said, /✗ AMQP: .*refused the login of “guest”/);
      assert.match(said, /✗ Management API: .*refused the login of “guest”/);
      assert.ok(!said.includes("s3cret"));
      await workbench.screenshot("bad-login");
      await workbench.clickDialog("Cancel");
      assert.equal(await saved(), 0);
    });

    it("a missing virtual host fails AMQP and not the management API", async () => {
      const said = await attempt(`${broker.uri}/nowhere`, broker.adminUrl);
      assert.match(said, /The test failed: AMQP\n/);
      assert.match(said, /✗ AMQP: There is no virtual host “nowhere”/);
      assert.match(said, /✓ Management API: RabbitMQ/);
      await workbench.screenshot("bad-vhost");
      await workbench.clickDialog("Cancel");
      assert.equal(await saved(), 0);
    });

    async function attempt(uri: string, admin: string): Promise<string> {
      await workbench.runCommand("MQ: Add Connection");
      await workbench.answer(uri, /Paste a URI/);
      await workbench.answer(admin, /Management URL/);
      await workbench.answer("Broken", /Name|name/);
      await workbench.pick("None");
      // Only of another computer it is asked whether anything may be changed there.
      if (uri.includes("no-such-host")) await workbench.pick("Read-Only");
      await workbench.page.locator(".monaco-dialog-box").waitFor();
      return workbench.dialogText();
    }
  });

  describe("on the publish page", () => {
    const body = '{"id": 1,\n "customer": }';
    let page: FrameLocator;

    before(async () => {
      await broker.api("PUT", "/api/queues/%2F/orders", { durable: true, arguments: { "x-message-ttl": 60000 } });
      await broker.api("PUT", "/api/queues/%2F/steady", { durable: true });
      await connect();
      await workbench.chooseInMenu("orders", "Publish…");
      page = await workbench.webview("Publish: orders");
    });

    it("a body that is no JSON is told by line and column", async () => {
      await page.getByRole("textbox", { name: "Body" }).fill(body);
      await page
        .locator(".body-note")
        .filter({ hasText: /line 2, column 14/i })
        .waitFor();
      await send();
      await problemAt("body", /line 2, column 14/i);
      assert.equal(await page.getByRole("textbox", { name: "Body" }).inputValue(), body);
      await workbench.screenshot("bad-json");
    });

    it("a header of the wrong type is told in its row", async () => {
      await page.getByRole("textbox", { name: "Body" }).fill('{"id": 1}');
      await page.locator("details.headers summary").click();
      await page.locator('[data-field="headers"] .row-add').click();
      await page.getByRole("textbox", { name: "Name of row 1" }).fill("attempt");
      await page.getByRole("textbox", { name: "Value of row 1" }).fill("twelve");
      await page.locator('[data-field="headers"] .row-type').click();
      await page.getByRole("option", { name: "int32", exact: true }).click();
      await send();
      await problemAt("headers", /./);
      await workbench.screenshot("bad-header");
      assert.equal(await page.getByRole("textbox", { name: "Value of row 1" }).inputValue(), "twelve");
      await page.getByRole("textbox", { name: "Value of row 1" }).fill("12");
    });

    it("an expiration that is no number is told at its field", async () => {
      await page.locator("details.properties summary").click();
      const expiration = page.locator('[data-field="expiration"]').getByRole("textbox");
      await expiration.fill("soon");
      await send();
      await problemAt("expiration", /./);
      await workbench.screenshot("bad-expiration");
      assert.equal(await expiration.inputValue(), "soon");
      await expiration.fill("60000");
    });

    it("what was mended goes out as it was written", async () => {
      await send();
      await page.locator(".result.routed").waitFor();
      await workbench.screenshot("bad-mended");
      const [message] = (await broker.api("POST", "/api/queues/%2F/orders/get", {
        count: 1,
        ackmode: "ack_requeue_true",
        encoding: "auto",
      })) as { payload: string; properties: { expiration: string; headers: unknown } }[];
      assert.equal(message?.payload, '{"id": 1}');
      assert.deepEqual(message.properties.headers, { attempt: 12 });
      assert.equal(message.properties.expiration, "60000");
    });

    const send = (): Promise<void> => page.getByRole("button", { name: "Send", exact: true }).click();

    async function problemAt(field: string, says: RegExp): Promise<void> {
      await page.locator(`[data-field="${field}"] .problem`).filter({ hasText: says }).first().waitFor();
      assert.equal(await page.locator(".result").count(), 0);
    }
  });

  describe("on the broker", () => {
    it("a queue that is there with other arguments is not made, and the form says what differs", async () => {
      await workbench.chooseInMenu("Queues", "Create…");
      const page = await workbench.webview("Create queue");
      await page.getByRole("textbox", { name: /^Name/ }).fill("orders");
      await page.getByRole("button", { name: "Create queue" }).click();
      const problem = page.locator(".problem").first();
      await problem.waitFor();
      assert.match(await problem.innerText(), /There is a queue “orders” already.*x-message-ttl.*60000/s);
      await workbench.screenshot("bad-arguments");
      assert.equal(await page.getByRole("textbox", { name: /^Name/ }).inputValue(), "orders");
      await page.getByRole("button", { name: "Cancel" }).click();
      await workbench.gone("Create queue");
    });

    it("a consumer whose queue is deleted says so and keeps its messages", async () => {
      const page = await consume("orders");
      await workbench.messageRow(page, "pending").waitFor();
      await broker.ctl("delete_queue", "orders");
      const bar = page.locator(".bar.failed").first();
      await bar.waitFor();
      await workbench.screenshot("queue-deleted");
      assert.match(await bar.innerText(), /deleted|no longer/i);
      await workbench.messageRow(page, "lost").click();
      await page.locator('[role="tabpanel"]').getByText("id").first().waitFor();
      await bar.getByRole("button", { name: "Attach again" }).click();
      await page
        .getByRole("alert")
        .filter({ hasText: /no queue “orders”/ })
        .waitFor();
      await workbench.screenshot("queue-deleted-again");
      assert.equal(await workbench.messageRow(page, "lost").count(), 1);
    });

    it("a consumer comes back after the broker closed its connections, says the gap, and drafts stay", async () => {
      await workbench.chooseInMenu("steady", "Publish…");
      const draft = await workbench.webview("Publish: steady");
      await draft.getByRole("textbox", { name: "Body" }).fill('{"round": 1}');
      await draft.getByRole("button", { name: "Send", exact: true }).click();
      await draft.locator(".result.routed").waitFor();
      await draft.getByRole("textbox", { name: "Body" }).fill('{"round": 2}');
      const page = await consume("steady");
      await workbench.messageRow(page, "pending").waitFor();
      await broker.ctl("close_all_connections", "maintenance");
      const marker = page.locator('[role="row"]').filter({ hasText: /Nothing was seen from/ });
      await marker.waitFor({ timeout: 60_000 });
      assert.match(await marker.innerText(), /Went back unsettled: 1\./);
      await workbench.messageRow(page, "pending").waitFor();
      await workbench.messageRow(page, "lost").waitFor();
      await page.locator(".bar.failed").waitFor({ state: "detached" });
      await workbench.screenshot("reattached");
      await workbench.page.getByRole("tab", { name: "Publish: steady" }).first().click();
      const again = await workbench.webview("Publish: steady");
      assert.equal(await again.getByRole("textbox", { name: "Body" }).inputValue(), '{"round": 2}');
      await again.getByRole("button", { name: "Send", exact: true }).click();
      await again.locator(".result.routed").waitFor();
      await workbench.screenshot("draft-kept");
    });

    it("a broker that stops is told in the tree, and found again by itself", async () => {
      const page = await reopen("steady — Consume");
      await broker.shutDown();
      const row = workbench.treeItem(/shutting down|was cut|Cannot reach/).first();
      await row.waitFor({ timeout: 60_000 });
      await page
        .locator(".bar.failed")
        .filter({ hasText: /attaches again by itself/ })
        .waitFor();
      await workbench.screenshots("broker-stopped");
      const draft = await reopen("Publish: steady");
      await draft.getByRole("textbox", { name: "Body" }).fill('{"round": 3}');
      await draft.getByRole("button", { name: "Send", exact: true }).click();
      await draft
        .locator("footer .problem")
        .filter({ hasText: /Cannot reach/ })
        .waitFor();
      await workbench.screenshot("broker-stopped-publish");
      assert.equal(await draft.getByRole("textbox", { name: "Body" }).inputValue(), '{"round": 3}');
      const shown = await reopen("steady — Consume");
      await broker.start();
      await row.waitFor({ state: "detached", timeout: 90_000 });
      await workbench.treeItem("steady").waitFor({ timeout: 30_000 });
      await shown.locator(".bar.failed").waitFor({ state: "detached", timeout: 60_000 });
      await workbench.screenshot("broker-back");
      assert.deepEqual(workbench.policyViolations, []);
    });
  });

  async function connect(): Promise<void> {
    await workbench.runCommand("MQ: Add Connection");
    await workbench.answer(broker.uri, /Paste a URI/);
    await workbench.answer(broker.adminUrl, /Management URL/);
    await workbench.answer("Shop", /Name|name/);
    await workbench.pick("None");
    await workbench.expand("Shop");
    await workbench.expand("/");
    await workbench.expand("Queues");
  }

  async function consume(queue: string): Promise<FrameLocator> {
    await workbench.chooseInMenu(queue, "Consume");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    await workbench.clickDialog("Consume");
    return workbench.webview(`${queue} — Consume`);
  }

  async function reopen(title: string): Promise<FrameLocator> {
    await workbench.page.getByRole("tab", { name: title }).first().click();
    return workbench.webview(title);
  }
});
