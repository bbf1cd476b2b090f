import assert from "node:assert/strict";
import { commands, ConfigurationTarget, env, extensions, window, workspace } from "vscode";
import type { Node } from "../../src/broker/contract.ts";
import type { MqWorkbenchApi } from "../../src/connections/api.ts";
import { makeTree } from "../support/treeBench.ts";
import { until } from "../support/until.ts";

const node: Node = {
  id: "q:%2F:orders",
  kind: "queue",
  variant: "classic",
  name: "orders/é #1",
  facts: [{ label: "Durable", value: "yes" }],
  verbs: ["publish"],
  expandable: true,
};
const id = "user:Away";

/** Nothing listens on port 1: what a command does without its broker. */
describe("commands", () => {
  let api: MqWorkbenchApi;

  before(async () => {
    const extension = extensions.getExtension<MqWorkbenchApi>("mq-workbench.mq-workbench");
    assert.ok(extension);
    api = await extension.activate();
    const value = [{ name: "Away", uri: "amqp://guest@127.0.0.1:1", management: "" }];
    await workspace.getConfiguration("mq").update("connections", value, ConfigurationTarget.Global);
    await until("the connection is listed", () => api.connections().length === 1);
  });
  after(async () => {
    await commands.executeCommand("workbench.action.closeAllEditors");
    await commands.executeCommand("notifications.clearAll");
    await workspace.getConfiguration("mq").update("connections", undefined, ConfigurationTarget.Global);
  });
  const status = (): string | undefined => api.connections()[0]?.status;

  it("copy the name of a row", async () => {
    const tree = await makeTree(["orders"]);
    await tree.connection.connect();
    await commands.executeCommand("mq.copyName", await tree.row("Shop", "/", "Queues", "orders"));
    assert.equal(await env.clipboard.readText(), "orders");
    await commands.executeCommand("mq.copyName", await tree.row("Shop"));
    assert.equal(await env.clipboard.readText(), "Shop");
    await tree.dispose();
  });

  it("show what is known of a node in a read-only document", async () => {
    await commands.executeCommand("mq.showDetails", { connectionId: id, node });
    const document = window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, "mq-details");
    const text = document.getText();
    for (const part of ["# orders/é #1", "classic queue", "Connection: Away", "Durable: yes"])
      assert.ok(text.includes(part), text);
  });

  it("act on the row that has the focus when VS Code forgot it while its menu was open", async () => {
    await commands.executeCommand("mq.connections.focus");
    await until("the row has the focus", async () => {
      await commands.executeCommand("list.focusFirst");
      await env.clipboard.writeText("");
      await commands.executeCommand("mq.copyName", undefined, undefined);
      return (await env.clipboard.readText()) === "Away";
    });
  });

  it("that fail tell it and do not throw, and the extension goes on", async () => {
    await commands.executeCommand("mq.connect", id);
    await until("it failed", () => status() === "failed");
    await commands.executeCommand("mq.publish", { connectionId: id, node });
    await commands.executeCommand("mq.showDetails", { connectionId: "no such connection", node });
    await commands.executeCommand("mq.disconnect", id);
    await until("it is disconnected", () => status() === "disconnected");
  });

  it("that mean a row do nothing with anything else", async () => {
    for (const argument of [undefined, null, 7, "", {}, { type: "node" }]) {
      await commands.executeCommand("mq.retry", argument);
      await commands.executeCommand("mq.loadMore", argument);
    }
    assert.equal(status(), "disconnected");
  });

  it("of the view as a whole work without a selection", async () => {
    await commands.executeCommand("mq.connections.focus");
    for (const command of ["mq.sortByDepth", "mq.sortByName", "mq.clearFilter", "mq.refresh"])
      await commands.executeCommand(command);
  });

  it("filter through an input box, which Escape leaves as it was", async () => {
    const filtering = commands.executeCommand("mq.filter");
    await commands.executeCommand("workbench.action.closeQuickOpen");
    await filtering;
  });

  it("say that there is nothing to publish without an editor", async () => {
    await commands.executeCommand("workbench.action.closeAllEditors");
    await commands.executeCommand("mq.publishEditor");
  });
});
