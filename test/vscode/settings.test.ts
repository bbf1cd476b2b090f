import assert from "node:assert/strict";
import { ConfigurationTarget, extensions, workspace } from "vscode";
import type { MqWorkbenchApi } from "../../src/connections/api.ts";
import { connectionSettings, readSettings } from "../../src/views/settings.ts";
import { until } from "../support/until.ts";

const { Global, Workspace } = ConfigurationTarget;

describe("settings", () => {
  let api: MqWorkbenchApi;
  const set = (name: string, value: unknown, target = Global): Thenable<void> =>
    workspace.getConfiguration("mq").update(name, value, target);
  const names = (): string[] => api.connections().map(({ id }) => id);

  before(async () => {
    const extension = extensions.getExtension<MqWorkbenchApi>("mq-workbench.mq-workbench");
    assert.ok(extension);
    api = await extension.activate();
  });
  afterEach(async () => {
    for (const name of ["refreshInterval", "consume.prefetch", "inspector.maxMessages", "readOnlyByDefault"])
      await set(name, undefined);
    await set("connections", undefined);
    await set("connections", undefined, Workspace);
  });

  it("have the defaults that the manifest says", () => {
    const settings = readSettings();
    assert.equal(settings.refreshInterval(), 5000);
    assert.equal(settings.prefetch(), 50);
    assert.equal(settings.browseLimit(), 100);
    assert.deepEqual(settings.inspector(), { maxMessages: 100_000, maxBytes: 256 * 1024 * 1024 });
    settings.dispose();
  });

  it("are brought into range, and malformed ones are as if not set", async () => {
    const settings = readSettings();
    await set("refreshInterval", -3);
    await set("consume.prefetch", "many");
    await set("inspector.maxMessages", 5_000_000_000);
    assert.equal(settings.refreshInterval(), 0);
    assert.equal(settings.prefetch(), 50);
    assert.equal(settings.inspector().maxMessages, 1_000_000);
    settings.dispose();
  });

  it("tell when they change", async () => {
    const settings = readSettings();
    const changed = new Promise<void>((resolve) => settings.onDidChange(resolve));
    await set("refreshInterval", 1);
    await changed;
    assert.equal(settings.refreshInterval(), 1000);
    settings.dispose();
  });

  it("add connections of the user and of the workspace, marked by their source, and take them away again", async () => {
    await set("connections", [{ name: "Mine", uri: "amqp://localhost:1" }]);
    await set("connections", [{ name: "Ours", uri: "amqp://localhost:1" }], Workspace);
    await until("it happened", () => names().length === 2);
    assert.deepEqual(names(), ["user:Mine", "workspace:Ours"]);
    await set("connections", undefined, Workspace);
    await until("it happened", () => names().length === 1);
    assert.deepEqual(names(), ["user:Mine"]);
  });

  it("begin connections to other computers as read-only, unless the user switches that off: a workspace cannot", async () => {
    await set("connections", [
      { name: "Far", uri: "amqp://broker.example.com" },
      { name: "Near", uri: "amqp://localhost" },
    ]);
    await until("it happened", () => names().length === 2);
    const readOnly = (): boolean[] => api.connections().map((each) => each.readOnly);
    assert.deepEqual(readOnly(), [true, false]);
    await assert.rejects(Promise.resolve(set("readOnlyByDefault", false, Workspace)));
    assert.deepEqual(readOnly(), [true, false]);
    await set("readOnlyByDefault", false);
    await until("changes are allowed", () => readOnly().every((each) => !each));
  });

  it("that are malformed take nothing else down", async () => {
    await set("connections", [{ nothing: "here" }, { name: "Good", uri: "amqp://localhost:1" }]);
    await until("it happened", () => names().length === 1);
    assert.deepEqual(names(), ["user:Good"]);
  });

  it("of the workspace count because it is trusted", () => {
    assert.equal(connectionSettings().trusted, workspace.isTrusted);
  });
});
