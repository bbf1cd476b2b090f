import assert from "node:assert/strict";
import { join } from "node:path";
import type { FrameLocator } from "playwright-core";
import { passphrase } from "../support/testCertificates.ts";
import { startTlsRabbitmq, type TlsRabbitmq } from "../support/tlsRabbitmq.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

/** A broker that trusts only its own authority, added by somebody who has to find that out first. */
describe("a connection with TLS", function () {
  this.timeout(240_000);
  let server: TlsRabbitmq;
  let workbench: Workbench;
  let page: FrameLocator;

  before(async () => {
    server = await startTlsRabbitmq({ wantsCertificate: true });
    await server.broker.api("PUT", "/api/queues/%2F/orders", { durable: true });
    workbench = await openWorkbench();
    await workbench.openContainer();
  });
  after(async () => {
    await workbench.close();
    await server.stop();
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed")
      await workbench.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, "-")}`);
  });

  it("is refused for want of the authority, and leads to the form", async () => {
    await workbench.runCommand("MQ: Add Connection");
    await workbench.answer(server.uri, /Paste a URI/);
    await workbench.answer(server.admin, /Management URL/);
    await workbench.answer("Secure", /Name|name/);
    await workbench.pick("None");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    const said = await workbench.dialogText();
    assert.match(said, /✗ AMQP: The certificate of localhost:\d+ was not issued by an authority that is trusted here/);
    assert.match(said, /✗ Management API: The certificate of https:\/\/localhost:\d+ was not issued by an authority/);
    await workbench.screenshot("tls-untrusted");
    await workbench.clickDialog("Edit…");
    page = await workbench.webview("Add Connection");
  });

  it("says in the form what is still missing, step by step", async () => {
    await fill("profileCaFile", "gone.pem");
    await tested(/Cannot read the file .*gone\.pem/);
    await fill("profileCaFile", "ca.pem");
    await tested(/localhost:\d+ wants a client certificate/);
    await workbench.screenshot("tls-wants-certificate");
    await fill("profileCertFile", "client.pem");
    await tested(/client certificate .* needs its key/);
    await fill("profileKeyFile", "client.key");
    await tested(/client key .* is encrypted\. Give its passphrase/);
    await secret("wrong", "Set Passphrase of the client key");
    await tested(/passphrase .* does not open the client key/);
    await workbench.screenshot("tls-passphrase");
    await secret(passphrase, "Change Passphrase of the client key");
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.locator(".checks li.ok").nth(1).waitFor();
    assert.equal(await page.locator(".checks li.failed").count(), 0);
    await workbench.screenshots("tls-works");
  });

  it("is saved and opens", async () => {
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await workbench.expand("Secure");
    await workbench.expand("/");
    await workbench.expand("Queues");
    await workbench.treeItem("orders").waitFor();
    await workbench.chooseInMenu("orders", "Publish…");
    const publish = await workbench.webview("Publish: orders");
    await publish.getByRole("textbox", { name: "Body" }).fill("{}");
    await publish.getByRole("button", { name: "Send", exact: true }).click();
    await publish.locator(".result.routed").waitFor();
    await workbench.screenshot("tls-open");
    const users = (await server.broker.ctl("list_connections", "-q", "--no-table-headers", "ssl")).trim();
    assert.match(users, /^(true\s*)+$/);
    assert.deepEqual(workbench.policyViolations, []);
  });

  async function fill(field: string, file: string): Promise<void> {
    await page.locator(`[data-field="${field}"]`).getByRole("textbox").fill(join(server.files, file));
  }

  async function tested(says: RegExp): Promise<void> {
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.locator(".checks li.failed").filter({ hasText: says }).first().waitFor();
  }

  async function secret(text: string, button: string): Promise<void> {
    await page.getByRole("button", { name: button }).click();
    await workbench.answer(text, /It is kept in the secret storage/);
    await workbench.quickInput.waitFor({ state: "hidden" });
  }
});
