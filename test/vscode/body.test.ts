import assert from "node:assert/strict";
import * as vscode from "vscode";
import { BodyChoices } from "../../src/views/inspector/bodyChoices.ts";
import { BodyHandlers } from "../../src/views/inspector/bodyHandlers.ts";
import { SchemaFiles } from "../../src/views/inspector/schemaFiles.ts";
import { until } from "../support/until.ts";

describe("bodies and the schema files of the workspace", () => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file("/nowhere");
  const file = (name: string): vscode.Uri => vscode.Uri.joinPath(folder, "schemas", name);
  const write = async (name: string, text: string): Promise<void> => {
    await vscode.workspace.fs.writeFile(file(name), Buffer.from(text));
  };
  const memory = new Map<string, unknown>();
  const memento = {
    get: (key: string) => memory.get(key),
    update: (key: string, value: unknown) => {
      memory.set(key, value);
      return Promise.resolve();
    },
  };
  let schemas: SchemaFiles;
  let bodies: BodyHandlers;
  // { sku: "A-1", count: 300 }
  const body = Buffer.from("0a03412d3110ac02", "hex");

  beforeEach(async () => {
    await write("item.proto", 'syntax = "proto3"; package shop; message Item { string sku = 1; int32 count = 2; }');
    schemas = new SchemaFiles();
    const read = () => ({ body, claims: { size: body.length } });
    bodies = new BodyHandlers({ connection: "shop", node: "queue/orders", read }, new BodyChoices(memento), schemas);
  });

  afterEach(async () => {
    schemas.dispose();
    memory.clear();
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder, "schemas"), { recursive: true });
  });

  it("are found, and read again when one changes", async () => {
    const first = await bodies.view(1, body, { size: body.length });
    assert.equal(first.text, '{\n  "sku": "A-1",\n  "count": 300\n}');
    assert.equal(first.steps[0]?.sentence, "Read as shop.Item (schemas/item.proto)");
    await write("broken.proto", "message {");
    await until("the new file is seen", async () => (await schemas.schemas()).problems.length === 1);
    assert.match((await schemas.schemas()).problems[0] ?? "", /^schemas\/broken\.proto, line 1: /);
    await vscode.workspace.fs.delete(file("item.proto"));
    await until("the file is gone", async () => (await schemas.schemas()).types.protobuf.length === 0);
  });

  it("are read as the user decided, for that source alone", async () => {
    await bodies.handlers.chooseBody({ format: "hex" });
    assert.equal((await bodies.view(1, body, { size: body.length })).format, "binary");
    const choices = new BodyChoices(memento);
    assert.deepEqual(choices.of("shop", "queue/orders"), { format: "hex" });
    assert.deepEqual(choices.of("shop", "queue/other"), {});
    await bodies.handlers.chooseBody({});
    assert.deepEqual(choices.of("shop", "queue/orders"), {});
  });

  it("are asked about level by level, and copied from", async () => {
    const root = await bodies.handlers.bodyNodes({ seq: 1, path: [], from: 0, count: 1, root: true });
    assert.deepEqual(root.nodes, [{ text: "", type: "shop.Item", kind: "object", count: 2 }]);
    await bodies.handlers.copyBodyNode({ seq: 1, path: [0], part: "value" });
    assert.equal(await vscode.env.clipboard.readText(), "A-1");
    await bodies.handlers.copyBodyNode({ seq: 1, path: [1], part: "path" });
    assert.equal(await vscode.env.clipboard.readText(), "$.count");
    await assert.rejects(Promise.resolve(bodies.handlers.bodyImage({ seq: 1 })), /not an image/);
  });
});
