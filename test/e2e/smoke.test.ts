import assert from "node:assert/strict";
import { openWorkbench } from "../support/workbench.ts";
import type { Workbench } from "../support/workbench.ts";

describe("the view container", function () {
  this.timeout(120_000);
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench();
  });
  after(async () => {
    await workbench.close();
  });

  it("opens from the activity bar and offers to add a connection", async () => {
    await workbench.openContainer();
    await workbench.page.locator(".sidebar .welcome-view").getByRole("button", { name: "Add Connection" }).waitFor();
    await workbench.screenshots("empty");
    assert.deepEqual(workbench.policyViolations, []);
  });

  it("runs a command from the palette", async () => {
    await workbench.runCommand("MQ: Add Connection");
    await workbench.quickInput.waitFor();
    await workbench.page.keyboard.press("Escape");
  });
});
