import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FrameLocator, Locator, Page } from "playwright-core";
import { filesWith } from "../support/filesWith.ts";
import { looksOf, ShownTexts } from "../support/shownTexts.ts";
import { clientKey } from "../support/testCertificates.ts";
import { startTlsRabbitmq, type TlsRabbitmq } from "../support/tlsRabbitmq.ts";
import { until } from "../support/until.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

// Letters and digits, which no escape changes, between characters that every escape changes.
const marks = { password: "Marked7f3aPassword", passphrase: "Marked7f3aPassphrase", wrong: "Marked7f3aMistyped" };
const password = `${marks.password}/@:"%`;
const passphrase = `${marks.passphrase}/@:"%`;
/** Stands in the name of the connection and in the body of the message: the search has to find it wherever something is written. */
const control = "Control5c1dWord";

/** Secrets go to the broker and into the secret storage, and nowhere else. The tour does all that writes something. */
describe("secrets", function () {
  this.timeout(240_000);
  const name = `${control} Shop`;
  const inspector = "orders — Consume";
  const copied: string[] = [];
  const pages: string[] = [];
  let keyLines: readonly string[];
  let secrets: readonly string[];
  let server: TlsRabbitmq;
  let workbench: Workbench;
  let shown: ShownTexts;

  before(async () => {
    server = await startTlsRabbitmq({ wantsCertificate: true });
    const cipher = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase } as const;
    const encrypted = createPrivateKey(clientKey).export(cipher).toString();
    await writeFile(join(server.files, "client.key"), encrypted);
    keyLines = [clientKey, encrypted].flatMap((pem) => pem.split("\n").filter((line) => /^[^-]{32}/.test(line)));
    secrets = [...Object.values(marks).flatMap(looksOf), ...keyLines];
    await server.broker.ctl("add_user", "ann", password);
    await server.broker.ctl("set_user_tags", "ann", "administrator");
    await server.broker.ctl("set_permissions", "ann", ".*", ".*", ".*");
    await server.broker.api("PUT", "/api/queues/%2F/orders", { durable: true });
    workbench = await openWorkbench({
      settings: { "mq.refreshInterval": 1, "files.simpleDialog.enable": true },
      prepare: async (page: Page) => {
        shown = await ShownTexts.watch(page, [...secrets, control]);
      },
    });
    await workbench.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await workbench.openContainer();
  });
  afterEach(async function () {
    await workbench.afterTest(this.currentTest);
  });
  after(async () => {
    await workbench.close();
    await server.stop();
  });

  it("are typed where they are not understood, and refused", async () => {
    const address = `127.0.0.1:${String(server.broker.amqpPort)}`;
    await workbench.runCommand("MQ: Add Connection");
    await workbench.answer(`amqp://ann:${marks.password}/more@${address}`, /Paste a URI/);
    await workbench.answer(`amqp://ann:${marks.password}@local host`, /has to be written as %2F/);
    await workbench.answer(`amqp://${address}?password=${marks.password}`, /name of the host is not valid/);
    await workbench.answer(`amqp://bob:${marks.wrong}@${address}`, /holds a secret/);
    await workbench.answer(server.broker.adminUrl.replace("//", `//bob:${marks.wrong}@`), /Management URL/);
    await workbench.answer(server.broker.adminUrl, /Leave user and password out/);
    await workbench.answer("Refused", /Name|name/);
    await workbench.pick("None");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    assert.match(await workbench.dialogText(), /refused the login of “bob”/);
    await workbench.clickDialog("Save Anyway");
    await workbench.treeItem("Refused").waitFor();
  });

  it("are taken out of a pasted URI, and asked for by the form", async () => {
    await workbench.runCommand("MQ: Add Connection");
    await workbench.answer(server.uri.replace("guest@", `ann:${encodeURIComponent(password)}@`), /Paste a URI/);
    await workbench.answer(server.admin, /Management URL/);
    await workbench.answer(name, /Name|name/);
    await workbench.pick("None");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    await workbench.clickDialog("Edit…");
    const form = await workbench.webview("Add Connection");
    const files = { profileCaFile: "ca.pem", profileCertFile: "client.pem", profileKeyFile: "client.key" };
    for (const [field, file] of Object.entries(files))
      await form.locator(`[data-field="${field}"]`).getByRole("textbox").fill(join(server.files, file));
    await secret(form, marks.wrong, "Set Passphrase of the client key");
    await form.getByRole("button", { name: "Test", exact: true }).click();
    await form
      .getByText(/passphrase .* does not open the client key/)
      .first()
      .waitFor();
    await secret(form, passphrase, "Change Passphrase of the client key");
    await keepPage(form);
    await form.getByRole("button", { name: "Save", exact: true }).click();
    await workbench.expand(name);
    await workbench.expand("/");
    await workbench.expand("Queues");
    await workbench.treeItem("orders").waitFor();
  });

  it("stay with the connection when it is edited and looked at", async () => {
    await workbench.chooseInMenu(name, "Edit Connection");
    const form = await workbench.webview(/Edit|Shop/);
    await form
      .getByRole("button", { name: /Change Password/ })
      .first()
      .waitFor();
    await keepPage(form);
    await form.getByRole("button", { name: "Cancel" }).click();
    await workbench.treeItem(name).first().hover();
    await workbench.page.locator(".monaco-hover:visible").getByText(name).first().waitFor();
  });

  it("are in no message, document or copy", async () => {
    await workbench.chooseInMenu("orders", "Publish…");
    const publish = await workbench.webview("Publish: orders");
    await publish.getByRole("textbox", { name: "Body" }).fill(`{"customer": "${control}"}`);
    await publish.getByRole("button", { name: "Send", exact: true }).click();
    await publish.locator(".result.routed").waitFor();
    await keepPage(publish);
    await workbench.chooseInMenu("orders", "Show Details");
    await workbench.page.locator(".editor-instance .view-lines", { hasText: control }).first().waitFor();
    await workbench.chooseInMenu("orders", "Consume");
    await workbench.clickDialog("Consume");
    await (await message()).waitFor();
    await chooseFor("Copy as Code…");
    await workbench.pick("JavaScript (amqplib)");
    await clipboard(/import amqp/);
    await chooseFor("Copy as Command…");
    await workbench.pick("rabbitmqadmin");
    await clipboard(/rabbitmqadmin/);
    await chooseFor("Export Messages…");
    await workbench.pick("All messages that are kept");
    await workbench.pick("JSON Lines");
    await saveAs("orders.jsonl");
    await (await message()).dblclick();
    await workbench.page.locator(".editor-instance .view-lines", { hasText: "customer" }).first().waitFor();
    await workbench.runCommand("View: Close Editor");
  });

  it("are not said when the broker goes and comes back", async () => {
    await server.broker.kill();
    const row = workbench.page.locator(`.sidebar [role=treeitem][aria-label^="${name}"]`);
    await until("the tree says it", async () => /reconnecting/i.test((await row.getAttribute("aria-label")) ?? ""));
    await server.broker.start();
    const page = await workbench.webview(inspector);
    await page
      .locator('[role="row"]')
      .filter({ hasText: /Nothing was seen from/ })
      .waitFor({ timeout: 60_000 });
    await workbench.messageRow(page, "pending").waitFor();
    await keepPage(page);
    await workbench.page.getByRole("tab", { name: inspector }).first().click();
    await workbench.runCommand("View: Close Editor");
    await workbench.gone(inspector);
  });

  it("are not in the undo journal", async () => {
    await workbench.chooseInMenu("orders", "Purge…");
    await workbench.clickDialog("Purge");
    await until(
      "the journal has it",
      async () => (await workbench.treeItem("orders").count()) > 0 && (await ready()) === 0,
    );
    await workbench.runCommand("MQ: Restore…");
    await workbench.pick(/Purged “orders”/);
    await workbench.pick(/Restore to “orders”/);
    await workbench.clickDialog("Restore");
    await until("it is back", async () => (await ready()) === 1);
  });

  it("are in nothing that was written, shown, copied or told to a webview", async () => {
    await workbench.runCommand("MQ: Show Log");
    await workbench.page.locator(".panel .view-lines", { hasText: control }).first().waitFor();
    await workbench.screenshot("secrets-log");
    const data = dirname(workbench.folder);
    const found = await filesWith(data, [control]);
    for (const kind of [/logs\/.*MQ Workbench/, /\.jsonl$/, /^folder\/orders\.jsonl$/, /globalStorage|mq-workbench/i])
      assert.ok(
        found.some((path) => kind.test(path)),
        `the search finds ${String(kind)}: ${found.join(", ")}`,
      );
    assert.deepEqual(await filesWith(data, secrets), [], "in no file");

    const state = await workbench.storedState();
    assert.ok(state.includes(control), "the saved connection is in the state of the window");
    assert.deepEqual(held(state), [], "not in the state of the window");

    assert.ok(copied.every((text) => text.includes(control)));
    assert.deepEqual(copied.flatMap(held), [], "not in the clipboard");

    assert.equal(pages.length, 4);
    assert.deepEqual(pages.flatMap(held), [], "in no page");

    assert.deepEqual(shown.places(control), ["message", "webview", "window"], "the search sees what is shown");
    assert.deepEqual(shown.lines(secrets), [], "nowhere on the screen");
  });

  it("would be found where one is shown or written", async () => {
    const leak = `Basic ${Buffer.from(`ann:${password}`).toString("base64")}`;
    const [shownAs = ""] = held(leak);
    assert.notEqual(shownAs, "", "in base64");
    await writeFile(join(workbench.folder, "leak.txt"), leak);
    assert.deepEqual(await filesWith(dirname(workbench.folder), secrets), ["folder/leak.txt"]);
    await workbench.page.locator("body").evaluate((element, text) => {
      Object.assign(element, { title: text });
    }, leak);
    await until("it is seen", async () => shown.places(shownAs).includes("window"));
  });

  function held(text: string): readonly string[] {
    return secrets.filter((secretText) => text.includes(secretText));
  }

  async function keepPage(page: FrameLocator): Promise<void> {
    pages.push(await page.locator("html").innerHTML());
  }

  async function secret(form: FrameLocator, text: string, button: string): Promise<void> {
    await form.getByRole("button", { name: button }).click();
    await workbench.answer(text, /It is kept in the secret storage/);
    await workbench.quickInput.waitFor({ state: "hidden" });
  }

  async function reopen(title: string): Promise<FrameLocator> {
    await workbench.page.getByRole("tab", { name: title }).first().click();
    return workbench.webview(title);
  }

  async function message(): Promise<Locator> {
    return workbench.messageRow(await reopen(inspector), control);
  }

  async function chooseFor(label: string): Promise<void> {
    const exact = new RegExp(`^\\s*${label}\\s*$`);
    await (await message()).click({ button: "right" });
    const entry = workbench.page.locator(".monaco-menu .action-item .action-label").filter({ hasText: exact }).first();
    await entry.waitFor();
    // A menu takes no click in its first 100 ms.
    await workbench.page.waitForTimeout(200);
    await entry.click();
  }

  async function clipboard(pattern: RegExp): Promise<void> {
    let text = "";
    await until("it is in the clipboard", async () => {
      text = await workbench.page.evaluate<string>("navigator.clipboard.readText()");
      return pattern.test(text);
    });
    copied.push(text);
  }

  /** Answers VS Code's file dialog once it has listed the folder that it starts in: until then it types too. */
  async function saveAs(file: string): Promise<void> {
    const input = workbench.quickInput.locator("input.input");
    const path = join(workbench.folder, file);
    await until("the dialog is there", async () => /\/orders .*\.jsonl$/.test(await input.inputValue()));
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

  /** Of the node itself, not of the statistics that lag. */
  async function ready(): Promise<number> {
    const line = await server.broker.ctl("list_queues", "-q", "--no-table-headers", "messages_ready");
    return Number(line.trim());
  }
});
