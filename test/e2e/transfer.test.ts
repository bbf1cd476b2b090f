import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import { until } from "../support/until.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** Export from an inspector and import from the tree, clicked, with VS Code's own dialogs. */
describe("export and import", function () {
  this.timeout(240_000);
  let broker: RabbitmqServer;
  let workbench: Workbench;

  before(async () => {
    broker = await startRabbitmq();
    for (const name of ["first", "second"]) await broker.api("PUT", `/api/queues/%2F/${name}`, { durable: true });
    for (const [index, payload] of ['{"order": 1}', '{"order": 2}', "AP/+gA=="].entries())
      await broker.api("POST", "/api/exchanges/%2F/amq.default/publish", {
        properties: { headers: { tenant: index }, message_id: `m-${index}` },
        routing_key: "first",
        payload,
        payload_encoding: index === 2 ? "base64" : "string",
      });
    workbench = await openWorkbench({
      settings: {
        "files.simpleDialog.enable": true,
        "mq.connections": [
          {
            name: "Shop",
            uri: broker.uri.replace("guest:guest@", "guest@"),
            management: broker.adminUrl,
            environment: "production",
          },
        ],
      },
    });
    await workbench.openContainer();
    await workbench.expand("Shop");
    await workbench.expand("/");
    await workbench.expand("Queues");
    await workbench.treeItem("first").waitFor();
  });
  afterEach(async function () {
    await workbench.afterTest(this.currentTest);
  });
  after(async () => {
    await workbench.close();
    await broker.stop();
  });

  it("exports what an inspector keeps", async () => {
    await workbench.chooseInMenu("first", "Consume");
    await workbench.clickDialog("Consume");
    const page = await workbench.webview("first — Consume");
    await workbench.messageRow(page, "order").click();
    await workbench.page.getByRole("button", { name: "Export Messages…" }).first().click();
    await workbench.pick("All messages that are kept");
    await workbench.quickInput.getByText("exact to the byte").waitFor();
    await workbench.screenshots("export");
    await workbench.pick("JSON Lines");
    await answerDialog(/\/first .*\.jsonl$/, join(workbench.folder, "first.jsonl"));
    await until("the file is there", async () => (await linesIn("first.jsonl")).length === 3);
    const [one, , last] = (await linesIn("first.jsonl")).map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual([one?.["body"], one?.["properties"]], ['{"order": 1}', { messageId: "m-0" }]);
    assert.equal(last?.["bodyBase64"], "AP/+gA==");
  });

  it("imports a file: tells first what is in it, asks, sends, and tells what became of it", async () => {
    const lines = await linesIn("first.jsonl");
    await writeFile(join(workbench.folder, "mended.jsonl"), [...lines, "{broken", ""].join("\n"));
    await workbench.chooseInMenu("second", "Import Messages…");
    await answerDialog(/\/$/, join(workbench.folder, "mended.jsonl"));
    const form = await workbench.webview("Import into second");
    await form.getByText("Line 4: It is not JSON").waitFor();
    await workbench.screenshots("import");
    await form.getByRole("textbox", { name: /Type the name/ }).fill("second");
    await form.getByRole("button", { name: "Send the Other 3 Messages" }).click();
    await until("they have arrived", async () => (await messages("second")) === 3);
    assert.equal(await messages("first"), 0, "what is exported is not settled");
    assert.deepEqual(workbench.policyViolations, []);
  });

  /** Types a path into VS Code's file dialog, when it has listed the folder that it starts in: until then it types too. */
  async function answerDialog(start: RegExp, path: string): Promise<void> {
    const input = workbench.quickInput.locator("input.input");
    await until("the dialog is there", async () => start.test(await input.inputValue()));
    const rows = workbench.quickInput.locator(".quick-input-list .monaco-list-row");
    await rows.filter({ hasText: ".." }).first().waitFor();
    await until("the path stays", async () => {
      if ((await input.inputValue()) === path) return true;
      await input.fill(path);
      return false;
    });
    await input.press("Enter");
    await workbench.quickInput.waitFor({ state: "hidden" });
  }

  async function linesIn(name: string): Promise<readonly string[]> {
    const text = await readFile(join(workbench.folder, name), "utf8").catch(() => "");
    return text.split("\n").filter((line) => line !== "");
  }

  async function messages(name: string): Promise<number> {
    const lines = (await broker.ctl("list_queues", "--no-table-headers", "name", "messages_ready")).split("\n");
    return Number(lines.find((each) => each.split("\t")[0] === name)?.split("\t")[1]);
  }
});
