import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

describe("a folder that is not trusted", function () {
  this.timeout(120_000);
  let workbench: Workbench;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mq-trust-"));
    await mkdir(join(folder, ".vscode"));
    const theirs = [{ name: "Theirs", uri: "amqp://guest@127.0.0.1:1", management: "" }];
    await writeFile(join(folder, ".vscode", "settings.json"), JSON.stringify({ "mq.connections": theirs }));
    const mine = [{ name: "Mine", uri: "amqp://guest@127.0.0.1:1", management: "" }];
    workbench = await openWorkbench({ folder, workspaceTrust: true, settings: { "mq.connections": mine } });
  });
  after(async () => {
    await workbench.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("adds no connection until it is trusted; the user's own work", async () => {
    await workbench.openContainer();
    await workbench.treeItem("Mine").waitFor();
    assert.equal(await workbench.treeItem("Theirs").count(), 0);
    await workbench.runCommand("Workspaces: Manage Workspace Trust");
    await workbench.page.getByRole("button", { name: "Trust", exact: true }).first().click();
    await workbench.treeItem("Theirs").waitFor();
    assert.match((await workbench.treeItem("Theirs").innerText()).replaceAll("\n", " "), /workspace settings/);
  });
});
