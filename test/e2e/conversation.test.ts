import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import { until } from "../support/until.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** A request and its reply, seen in two inspectors of a real broker, and settled in one of them. */
describe("a conversation", function () {
  this.timeout(240_000);
  let broker: RabbitmqServer;
  let workbench: Workbench;

  before(async () => {
    broker = await startRabbitmq();
    await broker.api("PUT", "/api/queues/%2F/orders.rpc", { durable: true });
    const dead = { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "orders.rpc" };
    await broker.api("PUT", "/api/queues/%2F/replies", { durable: true, arguments: dead });
    const uri = broker.uri.replace("guest:guest@", "guest@");
    workbench = await openWorkbench({
      settings: { "mq.connections": [{ name: "Shop", uri, management: broker.adminUrl, environment: "development" }] },
    });
    await workbench.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await workbench.openContainer();
    await workbench.expand("Shop");
    await workbench.expand("/");
    await workbench.expand("Queues");
  });
  afterEach(async function () {
    await workbench.afterTest(this.currentTest);
  });
  after(async () => {
    await workbench.close();
    await broker.stop();
  });

  it("shows the request and its reply side by side, with the time between them", async () => {
    await consume("orders.rpc");
    await publish("orders.rpc", '{"asked": 1}', { message_id: "m-1", reply_to: "replies" });
    await consume("replies");
    await publish("replies", '{"answered": 1}', { correlation_id: "m-1" });
    await publish("replies", '{"answered": 2}', { correlation_id: "m-2" });
    await workbench.messageRow(await workbench.webview("replies — Consume"), "answered").waitFor();
    await turnTo("orders.rpc — Consume");
    const requests = await workbench.webview("orders.rpc — Consume");
    await workbench.messageRow(requests, "asked").click();
    await workbench.runCommand("MQ: Show Conversation");
    const page = await conversation();
    await card(page, "answers 1, +").waitFor();
    assert.deepEqual(await page.locator(".head .lane b").allInnerTexts(), ["orders.rpc", "replies"]);
    assert.equal(await page.locator(".card").count(), 2);
    await workbench.screenshots("conversation");
  });

  it("lets what comes join", async () => {
    await publish("replies", '{"answered": "again"}', { correlation_id: "m-1" });
    const page = await conversation();
    await card(page, "again").waitFor();
    assert.equal(await page.locator(".card").count(), 3);
  });

  it("is copied as a Mermaid sequence diagram", async () => {
    const page = await conversation();
    await page.getByRole("button", { name: "Copy as Mermaid" }).click();
    await page.getByText("Copied: paste it into Markdown.").waitFor();
    const text = await workbench.page.evaluate<string>("navigator.clipboard.readText()");
    assert.match(text, /^sequenceDiagram\n {2}autonumber\n {2}participant L1 as orders\.rpc \(Consume\)\n/);
    assert.match(text, /\n {2}L1->>L1: orders\.rpc \(json\)\n {2}L1-->>L2: replies \(json\) \+[\d.]+ (ms|s)\n/);
  });

  it("goes to a message in its inspector by a click", async () => {
    const page = await conversation();
    await card(page, "again").click();
    const replies = await workbench.webview("replies — Consume");
    await replies.locator(".row.current.selected").filter({ hasText: "again" }).waitFor();
  });

  it("says in the settle console what a key does to a message of this queue, and settles by it", async () => {
    const page = await workbench.webview("replies — Consume");
    await page.getByText("3 of 50 unsettled").first().waitFor();
    await page.getByText(/Oldest unsettled: .* of 30 min/).waitFor();
    await page.getByRole("button", { name: "Settling" }).click();
    await page.getByText("Rejected: dead-lettered to the queue “orders.rpc”.").waitFor();
    await page.getByText("Settling cannot be undone.").waitFor();
    await workbench.screenshots("settle-console");
    await page.locator("body").press("u");
    await page.locator(".row.current.selected").filter({ hasText: '"answered": 1' }).waitFor();
    await page.locator("body").press("d");
    await page.getByText("2 of 50 unsettled").first().waitFor();
    await until("it was dead-lettered to the other queue", async () => (await messages("orders.rpc")) === 2);
  });

  it("asks once before a key drops for good what no dead-letter exchange takes", async () => {
    await turnTo("orders.rpc — Consume");
    const page = await workbench.webview("orders.rpc — Consume");
    await workbench.messageRow(page, "asked").click();
    await page.locator("body").press("r");
    assert.match(await workbench.dialogText(), /Drop what is selected of orders\.rpc \(1\) for good\?/);
    await workbench.clickDialog("Cancel");
    assert.equal(await messages("orders.rpc"), 2);
    await workbench.page.keyboard.press("d");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    await workbench.clickDialog("Drop");
    await until("it is gone", async () => (await messages("orders.rpc")) === 1);
    await workbench.messageRow(page, "answered").click();
    await page.locator("body").press("r");
    await until("the next is not asked about", async () => (await messages("orders.rpc")) === 0);
    assert.deepEqual(workbench.policyViolations, []);
  });

  async function consume(queue: string): Promise<void> {
    await workbench.chooseInMenu(queue, "Consume");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    await workbench.clickDialog("Consume");
    await (await workbench.webview(`${queue} — Consume`)).getByRole("grid").waitFor();
  }

  async function turnTo(title: string): Promise<void> {
    await workbench.page.getByRole("tab", { name: title }).first().click();
  }

  function conversation(): Promise<FrameLocator> {
    return workbench.webview(/^Conversation: m-1/);
  }

  function card(page: FrameLocator, text: string): ReturnType<FrameLocator["locator"]> {
    return page.locator(".card").filter({ hasText: text });
  }

  async function publish(queue: string, payload: string, properties: object): Promise<void> {
    const message = { properties, routing_key: queue, payload, payload_encoding: "string" };
    await broker.api("POST", "/api/exchanges/%2F/amq.default/publish", message);
  }

  /** Ready and unacked. */
  async function messages(name: string): Promise<number> {
    const lines = (await broker.ctl("list_queues", "-q", "--no-table-headers", "name", "messages")).split("\n");
    return Number(lines.find((each) => each.split("\t")[0] === name)?.split("\t")[1]);
  }
});
