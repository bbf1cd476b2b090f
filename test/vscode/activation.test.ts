import assert from "node:assert/strict";
import { commands, extensions } from "vscode";

describe("activation", () => {
  const extension = extensions.getExtension("mq-workbench.mq-workbench");

  it("activates without an error", async () => {
    assert.ok(extension, "VS Code does not know the extension.");
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it("registers every command that it contributes", async () => {
    const manifest = extension?.packageJSON as { contributes: { commands: { command: string }[] } };
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    const registered = new Set(await commands.getCommands(true));
    const missing = contributed.filter((command) => !registered.has(command));
    assert.ok(contributed.length > 0);
    assert.deepEqual(missing, []);
  });
});
