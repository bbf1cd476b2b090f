import assert from "node:assert/strict";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** More than a page, so that there is a row for more. */
const many = 620;

describe("the tree of a RabbitMQ", function () {
  this.timeout(180_000);
  let broker: RabbitmqServer;
  let workbench: Workbench;

  before(async () => {
    broker = await startRabbitmq();
    await api(broker, "PUT", "queues/%2F/orders", {
      durable: true,
      arguments: { "x-dead-letter-exchange": "amq.fanout" },
    });
    await api(broker, "PUT", "queues/%2F/payments", { durable: true, arguments: { "x-queue-type": "quorum" } });
    await api(broker, "POST", "bindings/%2F/e/amq.topic/q/orders", { routing_key: "orders.#" });
    await api(broker, "PUT", "vhosts/many", {});
    const all = { configure: ".*", write: ".*", read: ".*" };
    await api(broker, "PUT", "permissions/many/guest", all);
    // Each sees its own vhost only.
    for (const [user, vhost] of [
      ["shop", "%2F"],
      ["ops", "many"],
    ] as const) {
      await api(broker, "PUT", `users/${user}`, { password: "secret", tags: "management" });
      await api(broker, "PUT", `permissions/${vhost}/${user}`, all);
    }
    for (let at = 0; at < many; at += 20) {
      const part = Array.from({ length: 20 }, (_, index) => `q-${String(at + index).padStart(4, "0")}`);
      await Promise.all(
        part.map((name) => api(broker, "PUT", `queues/many/${name}`, { durable: false, auto_delete: false })),
      );
    }
    const address = `127.0.0.1:${String(broker.amqpPort)}`;
    const management = broker.adminUrl;
    workbench = await openWorkbench({
      env: { MQ_SECRET: "secret" },
      settings: {
        "mq.connections": [
          { name: "Shop", uri: `amqp://shop:\${env:MQ_SECRET}@${address}`, management, environment: "development" },
          { name: "Live", uri: `amqp://ops:\${env:MQ_SECRET}@${address}/many`, management, environment: "production" },
          { name: "Away", uri: "amqp://guest@127.0.0.1:1", management: "", environment: "staging" },
        ],
        "mq.refreshInterval": 1,
      },
    });
    await workbench.openContainer();
  });
  after(async () => {
    await workbench.close();
    await broker.stop();
  });

  const spoken = async (start: string): Promise<string> =>
    (await workbench.page
      .locator(`.sidebar [role=treeitem][aria-label^="${start}"]`)
      .first()
      .getAttribute("aria-label")) ?? "";
  const saying = (text: string): Promise<void> =>
    workbench.page.locator(`.sidebar [role=treeitem][aria-label*="${text}"]`).first().waitFor();

  it("says why a connection failed, in its place, with a way to try again", async () => {
    await workbench.treeItem("Away").click();
    const row = workbench.treeItem(/^Cannot reach 127\.0\.0\.1:1/);
    await row.waitFor();
    assert.equal(await workbench.notifications.count(), 0);
    assert.match(await spoken("Away"), /^Away, connection, Staging, failed, user settings$/);
    await row.click();
    await saying("Press Enter to connect or try again.");
  });

  it("connects on a click and shows vhosts, folders, queues with live counts, and bindings", async () => {
    await workbench.treeItem("Shop").click();
    await workbench.expand("/");
    await workbench.expand("Queues");
    await saying("orders, classic queue, 0 ready");
    await saying("payments, quorum queue, 0 ready");
    assert.match(await spoken("orders, "), /→ amq\.fanout/);
    await workbench.expand("orders");
    await saying("amq.topic, exchange binding, key orders.#");
    await workbench.expand("Exchanges");
    await saying("amq.topic, topic exchange");
    await workbench.screenshots("tree");
  });

  it("follows what others do within a round, and keeps what is expanded", async () => {
    for (let at = 0; at < 3; at += 1) await publish(broker, "orders");
    await saying("orders, classic queue, 3 ready");
    assert.equal(await workbench.treeItem("orders").getAttribute("aria-expanded"), "true");
    await workbench.runCommand("MQ: Refresh");
    await saying("amq.topic, exchange binding");
    assert.equal(await workbench.treeItem("orders").getAttribute("aria-expanded"), "true");
  });

  it("offers for a row what can be done with it", async () => {
    await workbench.treeItem("orders").click({ button: "right" });
    const entries = await workbench.page
      .locator(".monaco-menu .action-item .action-label:not(.separator)")
      .allInnerTexts();
    await workbench.screenshot("tree-menu");
    await workbench.page.keyboard.press("Escape");
    for (const entry of [
      "Publish…",
      "Shadow Queue",
      "Browse",
      "Consume",
      "Bind…",
      "Copy Name",
      "Show Details",
      "Purge…",
      "Delete…",
    ])
      assert.ok(entries.includes(entry), `${entry} is not among ${entries.join(", ")}`);
    assert.ok(!entries.includes("Tap") && !entries.includes("Create…"));
  });

  it("opens more of a long list on demand, and sorts it by depth", async () => {
    await workbench.treeItem("Live").click();
    await workbench.expand("many");
    await workbench.treeItem("Queues").nth(1).locator(".monaco-tl-twistie").click();
    await workbench.treeItem("q-0000").click();
    await workbench.page.keyboard.press("End");
    const more = workbench.treeItem("Load more…");
    await reachable(workbench, more);
    await more.click();
    await workbench.treeItem("q-0619").or(workbench.treeItem(/^q-05/)).first().waitFor();
    await publish(broker, "q-0600", "many");
    await workbench.runCommand("MQ: Sort by Depth");
    await workbench.page.keyboard.press("Home");
    await workbench.runCommand("MQ: Sort by Name");
  });

  it("filters by name while it is typed, says of how many, and comes back as it was", async () => {
    await workbench.runCommand("MQ: Filter by Name");
    await workbench.quickInput.locator("input.input").fill("q-001");
    await workbench.page.locator(".sidebar .message", { hasText: `Filter: q-001 · 10 of ${String(many)}` }).waitFor();
    await workbench.treeItem("q-0019").waitFor();
    await workbench.treeItem("orders").waitFor({ state: "detached" });
    await workbench.page.keyboard.press("Enter");
    await workbench.screenshots("tree-filter");
    await workbench.runCommand("MQ: Filter by Name");
    await workbench.answer("no such name");
    await workbench.page.locator(".sidebar").getByRole("button", { name: "Clear the Filter" }).waitFor();
    await workbench.screenshots("tree-filter-nothing");
    await workbench.page.locator(".sidebar").getByRole("button", { name: "Clear the Filter" }).click();
    await saying("orders, classic queue, 3 ready");
  });

  it("finds a queue from the palette by a part of its name", async () => {
    await workbench.runCommand("MQ: Copy Name");
    await workbench.pick("Live");
    await workbench.quickInput.filter({ hasText: "Copy Name — Live" }).locator("input.input").fill("0617");
    await workbench.pick("q-0617");
    await workbench.page.locator(".statusbar", { hasText: "Copied q-0617." }).waitFor();
  });

  it("asks before it deletes with the keyboard, and needs the name in production", async () => {
    await workbench.runCommand("MQ: Filter by Name");
    await workbench.answer("q-0618");
    await workbench.treeItem("q-0618").click();
    await workbench.page.locator(".sidebar .monaco-list-row.selected", { hasText: "q-0618" }).waitFor();
    await workbench.page.keyboard.press("Delete");
    const page = await workbench.webview(/q-0618/);
    await page.getByText("This is production.").first().waitFor();
    await workbench.screenshots("tree-delete");
    await page.getByRole("button", { name: "Cancel" }).click();
    await workbench.runCommand("MQ: Clear Filter");
    await saying("orders, classic queue, 3 ready");
  });

  it("disconnects, and says so", async () => {
    await workbench.chooseInMenu("Live", "Disconnect");
    await saying("Live, connection, Production, not connected");
    await saying("Not connected.");
  });

  it("keeps its rows while the broker is away, and comes back by itself", async () => {
    const connections = (await api(broker, "GET", "connections")) as readonly { readonly name: string }[];
    assert.ok(connections.length > 0);
    for (const { name } of connections) await api(broker, "DELETE", `connections/${encodeURIComponent(name)}`);
    await saying("Shop, connection, Development, reconnecting…");
    await workbench.treeItem("orders").waitFor();
    await saying("Shop, connection, Development, connected");
    await saying("orders, classic queue, 3 ready");
    assert.equal(await workbench.treeItem("orders").getAttribute("aria-expanded"), "true");
  });
});

async function api(broker: RabbitmqServer, method: string, path: string, body?: object): Promise<unknown> {
  const authorization = `Basic ${Buffer.from("guest:guest").toString("base64")}`;
  const headers = { authorization, "content-type": "application/json" };
  const answer = await fetch(`${broker.adminUrl}/api/${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${await answer.text()}`);
  const text = await answer.text();
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

function publish(broker: RabbitmqServer, queue: string, vhost = "%2F"): Promise<unknown> {
  const message = { properties: {}, routing_key: queue, payload: "{}", payload_encoding: "string" };
  return api(broker, "POST", `exchanges/${vhost}/amq.default/publish`, message);
}

/** A long list draws only what is in view: scrolls until the row is. */
async function reachable(workbench: Workbench, row: ReturnType<Workbench["treeItem"]>): Promise<void> {
  const list = await workbench.page.locator(".sidebar .pane-body").first().boundingBox();
  assert.ok(list);
  await workbench.page.mouse.move(list.x + 100, list.y + 200);
  for (let turn = 0; turn < 200 && (await row.count()) === 0; turn += 1) {
    await workbench.page.mouse.wheel(0, 600);
    await workbench.page.evaluate("new Promise((resolve) => requestAnimationFrame(resolve))");
  }
  await row.waitFor();
}
