import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { startRabbitmq } from "../support/rabbitmqServer.ts";
import type { RabbitmqServer } from "../support/rabbitmqServer.ts";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

const marked = "Marked-7f3a-password";

/** A password goes to the broker and into the secret storage, and nowhere else. */
describe("a password", function () {
  this.timeout(180_000);
  let broker: RabbitmqServer;
  let workbench: Workbench;

  before(async () => {
    broker = await startRabbitmq();
    await broker.ctl("add_user", "ann", marked);
    await broker.ctl("set_user_tags", "ann", "administrator");
    await broker.ctl("set_permissions", "ann", ".*", ".*", ".*");
    workbench = await openWorkbench();
    await workbench.openContainer();
  });
  afterEach(async function () {
    await workbench.afterTest(this.currentTest);
  });
  after(async () => {
    await workbench.close();
    await broker.stop();
  });

  it("that is wrong is in no sentence", async () => {
    await add(`amqp://bob:${marked}@127.0.0.1:${broker.amqpPort}`, "Refused");
    await workbench.page.locator(".monaco-dialog-box").waitFor();
    const said = await workbench.dialogText();
    assert.match(said, /bob/);
    assert.ok(!said.includes(marked));
    await workbench.clickDialog("Save Anyway");
    await workbench.treeItem("Refused").waitFor();
  });

  it("that is right connects", async () => {
    await add(`amqp://ann:${marked}@127.0.0.1:${broker.amqpPort}`, "Ann");
    await workbench.treeItem("Ann").waitFor();
    await workbench.expand("Ann");
    await workbench.treeItem("/").first().waitFor();
  });

  it("is not in the form that edits the connection", async () => {
    await workbench.chooseInMenu("Ann", "Edit Connection");
    const page = await workbench.webview(/Edit|Ann/);
    await page
      .getByRole("button", { name: /Password|Change/ })
      .first()
      .waitFor();
    assert.ok(!(await page.locator("html").innerHTML()).includes(marked));
    await page.getByRole("button", { name: "Cancel" }).click();
  });

  it("is in no file, no state and no log that the window wrote", async () => {
    const data = dirname(workbench.folder);
    const files = (await readdir(data, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const holding: string[] = [];
    let logs = 0;
    for (const { parentPath, name } of files) {
      const text = await readFile(join(parentPath, name), "utf8");
      if (name.includes("MQ Workbench") && text.includes("Ann: connected")) logs++;
      if (text.includes(marked)) holding.push(join(parentPath, name));
    }
    assert.deepEqual(holding, []);
    assert.equal(logs, 1, "the log of the extension was among them");
    const state = await workbench.storedState();
    assert.ok(state.includes("ann@127.0.0.1"), "the saved connection is in the state of the window");
    assert.ok(!state.includes(marked), "the password is in the state of the window");
  });

  async function add(uri: string, name: string): Promise<void> {
    await workbench.runCommand("MQ: Add Connection");
    await workbench.answer(uri, /Paste a URI/);
    await workbench.answer(broker.adminUrl, /Management URL/);
    await workbench.answer(name, /Name|name/);
    await workbench.pick("None");
  }
});
