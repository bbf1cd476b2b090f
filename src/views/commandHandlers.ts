/** What each command does, by handing it to its verb. Verbs and panels are loaded when first used. */
import { mkdir } from "node:fs/promises";
import { t } from "@vscode/l10n";
import * as vscode from "vscode";
import type { Done, Node, Verb, WatchMode } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import { connectionOf, type ConnectionDeps, type NodeRef } from "../commands/deps.ts";
import type { FileDialogs } from "../commands/fileDialogs.ts";
import type { Prompts } from "../commands/prompts.ts";
import type { EditorText, PublishEditor } from "../commands/publishEditor.ts";
import type { WatchDeps, WatchRequest } from "../commands/watchNode.ts";
import type { Connection } from "../connections/connections.ts";
import { refusalOf } from "../connections/guardRules.ts";
import type { Journal } from "../journal/journal.ts";
import { selectedRow } from "./commandTable.ts";
import { askFilter } from "./filterBox.ts";
import { type MessageCommandId, messageCommandIds } from "./inspector/messageCommandTable.ts";
import type { Log } from "./log.ts";
import type { NodeDetails } from "./nodeDetail.ts";
import { pickTarget } from "./pickTarget.ts";
import type { CommandHandler, CommandHandlers } from "./registerCommands.ts";
import type { ConsumerStatus } from "./statusBar.ts";
import type { ConnectionTree } from "./tree.ts";
import type { TreeModel } from "./treeModel.ts";
import { isTreeRow } from "./treeRows.ts";
import type { TreeRow } from "./treeRows.ts";

export interface HandlerDeps extends ConnectionDeps {
  readonly tree: ConnectionTree;
  readonly model: TreeModel;
  readonly details: NodeDetails;
  readonly consumers: ConsumerStatus;
  readonly files: FileDialogs;
  readonly log: Log;
  readonly watch: Omit<WatchDeps, "prompts" | "connections">;
  readonly journal: Journal;
  /** As `prompts`; the form of a browse starts with the limit of the settings. */
  browsePrompts(): Prompts;
  /** Asks for what is on the screen again, at once. */
  refreshCounts(): void;
  openPublisher(connection: Connection, node: Node): unknown;
  openInspector(connection: Connection, request: WatchRequest): unknown;
  publishEditor(): Promise<PublishEditor>;
  runOnMessages(id: MessageCommandId): Promise<void>;
}

export function commandHandlers(deps: HandlerDeps): CommandHandlers {
  const { model, tree } = deps;
  const rowOf = (argument: unknown): TreeRow | undefined => {
    if (argument === selectedRow) return tree.selected;
    return isTreeRow(argument) ? argument : undefined;
  };
  const idOf = (argument: unknown): string | undefined => {
    const row = rowOf(argument);
    return row?.type === "connection"
      ? row.id
      : typeof argument === "string" && argument !== selectedRow
        ? argument
        : undefined;
  };
  const target = async (
    argument: unknown,
    title: string,
    fits: (node: Node) => boolean,
  ): Promise<NodeRef | undefined> =>
    refOf(rowOf(argument)) ?? (isNodeRef(argument) ? argument : pickTarget(deps, { title, fits }));
  /** The row itself shows how it goes, and why it failed; after a refused login a question has to be asked. */
  const connectRow = async (connection: Connection): Promise<void> => {
    if (connection.state.refused) await (await import("../commands/connect.ts")).connect(deps, connection.id);
    else await connection.connect().catch(() => undefined);
  };
  const watch = async (
    argument: unknown,
    title: string,
    mode: WatchMode,
    kinds: (node: Node) => boolean,
  ): Promise<void> => {
    const ref = await target(argument, title, (node) => node.verbs.includes(mode) && kinds(node));
    if (!ref) return;
    const prompts = mode === "browse" ? deps.browsePrompts() : deps.prompts;
    const { watchNode } = await import("../commands/watchNode.ts");
    const request = await watchNode({ ...deps.watch, connections: deps.connections, prompts }, ref, mode);
    const connection = request && deps.connections.get(request.connectionId);
    if (connection) await deps.openInspector(connection, request);
  };
  const act = async (
    argument: unknown,
    title: string,
    verb: Verb,
    carryOut: (ref: NodeRef) => Promise<Done | undefined>,
    fits = (node: Node): boolean => node.verbs.includes(verb),
  ): Promise<void> => {
    const ref = await target(argument, title, fits);
    const done = ref && (await carryOut(ref));
    if (!done) return;
    await showOutcome(deps, ref, verb, done);
  };

  const transfer = async (argument: unknown, kind: "move" | "copy"): Promise<void> => {
    const isMove = kind === "move";
    const from = await target(argument, isMove ? t("Move Messages of") : t("Copy Messages of"), (node) =>
      node.verbs.includes(isMove ? "consume" : "browse"),
    );
    if (!from) return;
    const name = { name: from.node.name };
    const title = isMove ? t("Move Messages of {name} to", name) : t("Copy Messages of {name} to", name);
    const to = await pickTarget(deps, { title, fits: (node) => node.verbs.includes("publish") });
    if (!to) return;
    await (await import("../commands/moveMessagesOf.ts")).moveMessagesOf(deps, from, to, kind);
    deps.refreshCounts();
  };

  return {
    ...onMessages(deps),
    "mq.addConnection": async (argument) =>
      (await import("../commands/addConnection.ts")).addConnection(
        deps,
        typeof argument === "string" ? argument : undefined,
      ),
    "mq.editConnection": async (argument) =>
      (await import("../commands/editConnection.ts")).editConnection(deps, idOf(argument)),
    "mq.renameConnection": async (argument) =>
      (await import("../commands/renameConnection.ts")).renameConnection(deps, idOf(argument)),
    "mq.duplicateConnection": async (argument) =>
      (await import("../commands/duplicateConnection.ts")).duplicateConnection(deps, idOf(argument)),
    "mq.removeConnection": async (argument) =>
      (await import("../commands/removeConnection.ts")).removeConnection(deps, idOf(argument)),
    "mq.connect": async (argument) => {
      const row = rowOf(argument);
      if (row?.type === "connection") await connectRow(row.connection);
      else await (await import("../commands/connect.ts")).connect(deps, idOf(argument));
    },
    "mq.disconnect": async (argument) => (await import("../commands/disconnect.ts")).disconnect(deps, idOf(argument)),
    "mq.testConnection": async (argument) =>
      (await import("../commands/testConnection.ts")).testConnection(deps, idOf(argument)),
    "mq.forgetPassword": async (argument) =>
      (await import("../commands/forgetPassword.ts")).forgetPassword(deps, idOf(argument)),
    "mq.makeReadOnly": async (argument) => (await import("../commands/readOnly.ts")).makeReadOnly(deps, idOf(argument)),
    "mq.allowChanges": async (argument) => (await import("../commands/readOnly.ts")).allowChanges(deps, idOf(argument)),
    "mq.openManagement": (argument) => openManagement(deps, idOf(argument)),

    "mq.refresh": (argument) => {
      const row = rowOf(argument);
      model.refresh(row?.type === "connection" || row?.type === "node" ? row : undefined);
      deps.refreshCounts();
    },
    "mq.filter": () => askFilter(model),
    "mq.clearFilter": () => {
      model.setFilter("");
    },
    "mq.sortByDepth": () => {
      model.setSort("depth");
    },
    "mq.sortByName": () => {
      model.setSort("name");
    },
    "mq.loadMore": async (argument) => {
      const row = rowOf(argument);
      if (row?.type === "more") await model.loadMore(row);
    },
    "mq.retry": async (argument) => {
      const row = rowOf(argument);
      if (row?.type !== "sentence") return;
      const { connection } = row.parent;
      if (connection.session) model.refresh(row.parent);
      else await connectRow(connection);
    },

    "mq.publish": async (argument) => {
      const ref = await target(argument, t("Publish"), (node) => node.verbs.includes("publish"));
      const connection = ref && deps.connections.get(ref.connectionId);
      if (connection) await deps.openPublisher(connection, ref.node);
    },
    "mq.publishEditor": async () => publishText(deps, (editor) => editor.document.getText()),
    "mq.publishSelection": async () => publishText(deps, (editor) => editor.document.getText(editor.selection)),
    "mq.import": async (argument) => {
      const ref = await target(argument, t("Import Messages"), (node) => node.verbs.includes("publish"));
      if (!ref) return;
      const refusal = refusalOf("publish", connectionOf(deps, ref.connectionId).rules);
      if (refusal) throw refusal;
      const { importMessages } = await import("../commands/importMessages.ts");
      await importMessages({ ...deps, dialogs: deps.files }, ref);
      deps.refreshCounts();
    },
    "mq.moveMessages": (argument) => transfer(argument, "move"),
    "mq.copyMessages": (argument) => transfer(argument, "copy"),
    "mq.restore": async () => {
      const { restore } = await import("../commands/restore.ts");
      await restore({
        ...deps,
        pickTarget: (title) => pickTarget(deps, { title, fits: (node) => node.verbs.includes("publish") }),
        showFile: (path) => deps.files.show(path),
        restored: () => {
          deps.refreshCounts();
        },
      });
    },
    "mq.openJournal": async () => {
      await mkdir(deps.journal.folder, { recursive: true, mode: 0o700 });
      await vscode.commands.executeCommand("revealFileInOS", vscode.Uri.file(deps.journal.folder));
    },
    "mq.tap": (argument) => watch(argument, t("Tap"), "tap", () => true),
    "mq.shadow": (argument) => watch(argument, t("Shadow Queue"), "tap", ({ kind }) => kind === "queue"),
    "mq.browse": (argument) => watch(argument, t("Browse"), "browse", () => true),
    "mq.consume": (argument) => watch(argument, t("Consume"), "consume", () => true),

    "mq.create": (argument) =>
      act(argument, t("Create"), "create", async (ref) => (await import("../commands/create.ts")).create(deps, ref)),
    "mq.bind": (argument) =>
      act(argument, t("Bind"), "bind", async (ref) => (await import("../commands/bind.ts")).bind(deps, ref)),
    "mq.unbind": async (argument) => {
      const row = rowOf(argument);
      const ref = refOf(row) ?? (isNodeRef(argument) ? argument : await pickBinding(deps));
      if (ref)
        await act(ref, "", "delete", async (found) =>
          (await import("../commands/deleteNode.ts")).deleteNode(deps, found),
        );
    },
    "mq.configure": (argument) =>
      act(argument, t("Configure"), "configure", async (ref) =>
        (await import("../commands/configure.ts")).configure(deps, ref),
      ),
    "mq.resetOffsets": (argument) =>
      act(argument, t("Reset Offsets"), "reset", async (ref) =>
        (await import("../commands/resetOffsets.ts")).resetOffsets(deps, ref),
      ),
    "mq.retryDeadLetters": (argument) =>
      act(argument, t("Send Back to Retry"), "retry", async (ref) =>
        (await import("../commands/retryDeadLetters.ts")).retryDeadLetters(deps, ref),
      ),
    "mq.purge": (argument) =>
      act(argument, t("Purge"), "purge", async (ref) => (await import("../commands/purge.ts")).purge(deps, ref)),
    "mq.delete": (argument) =>
      act(argument, t("Delete"), "delete", async (ref) =>
        (await import("../commands/deleteNode.ts")).deleteNode(deps, ref),
      ),
    "mq.pin": (argument) =>
      act(argument, t("Pin a Name"), "pin", async (ref) => (await import("../commands/pin.ts")).pin(deps, ref)),
    "mq.unpin": (argument) =>
      act(argument, t("Unpin"), "unpin", async (ref) => (await import("../commands/unpin.ts")).unpin(deps, ref)),

    "mq.copyName": async (argument) => {
      const row = rowOf(argument);
      const name =
        row?.type === "connection"
          ? row.connection.profile.name
          : (await target(argument, t("Copy Name"), anything))?.node.name;
      if (name === undefined) return;
      await vscode.env.clipboard.writeText(name);
      deps.prompts.done(t("Copied {name}.", { name }));
    },
    "mq.showDetails": async (argument) => {
      const ref = await target(argument, t("Show Details"), anything);
      if (ref) await deps.details.show(ref);
    },
    "mq.showConsumers": () => {
      deps.consumers.list();
    },
    "mq.showLog": () => {
      deps.log.show();
    },
  };
}

function onMessages(deps: HandlerDeps): Record<MessageCommandId, CommandHandler> {
  const handlers: Partial<Record<MessageCommandId, CommandHandler>> = {};
  for (const id of messageCommandIds) handlers[id] = () => deps.runOnMessages(id);
  return handlers as Record<MessageCommandId, CommandHandler>;
}

/** After an act the tree shows it at once. */
async function showOutcome(deps: HandlerDeps, ref: NodeRef, verb: Verb, { node }: Done): Promise<void> {
  const { model, tree } = deps;
  // A purge changes counts, not names.
  if (verb !== "purge") model.refreshConnection(ref.connectionId);
  deps.refreshCounts();
  const under = model.rowOf(ref.connectionId, ref.node.id);
  if (!node || !under || verb === "delete" || verb === "unpin") return;
  await model.children(under);
  await tree.reveal(ref.connectionId, node.id);
}

async function openManagement(deps: HandlerDeps, id: string | undefined): Promise<void> {
  const { pickConnection } = await import("../commands/pickConnection.ts");
  const connection = await pickConnection(deps, id, { title: t("Open Management Page") });
  if (!connection) return;
  const { driverFor } = await import("../connections/driverRegistry.ts");
  const { uri, admin: given, name } = connection.profile;
  const driver = await driverFor(deps.drivers, uri);
  const admin = given ?? driver.parse(uri).admin;
  if (!admin)
    throw new BrokerError("missing", t("The connection “{name}” has no management URL. Edit it to add one.", { name }));
  await vscode.env.openExternal(vscode.Uri.parse(admin, true));
}

async function publishText(deps: HandlerDeps, textOf: (editor: vscode.TextEditor) => string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    deps.prompts.inform(t("Open the text to publish in an editor first."));
    return;
  }
  const { languageId, uri } = editor.document;
  const what: EditorText = { text: textOf(editor), languageId, document: uri.toString() };
  await (await deps.publishEditor()).run(what);
}

/** A binding stands below its exchange or queue: first that, then which. */
async function pickBinding(deps: HandlerDeps): Promise<NodeRef | undefined> {
  const title = t("Unbind");
  const owner = await pickTarget(deps, { title, fits: (node) => node.verbs.includes("bind") });
  const session = owner && deps.connections.get(owner.connectionId)?.session;
  if (!session) return undefined;
  const { items } = await session.list(owner.node);
  const bindings = items.filter((node) => node.kind === "binding" && node.verbs.includes("delete"));
  if (bindings.length === 0) {
    deps.prompts.inform(t("{name} has no binding that can be removed.", { name: owner.node.name }));
    return undefined;
  }
  const node = await deps.prompts.pick({
    title,
    placeholder: owner.node.name,
    items: bindings.map((each) => ({ label: each.name, description: each.detail ?? "", value: each })),
  });
  return node && { connectionId: owner.connectionId, node, parent: owner.node };
}

function refOf(row: TreeRow | undefined): NodeRef | undefined {
  if (row?.type !== "node") return undefined;
  const parent = row.parent.type === "node" ? row.parent.node : undefined;
  return { connectionId: row.connection.id, node: row.node, parent };
}

function isNodeRef(value: unknown): value is NodeRef {
  return (
    typeof value === "object" &&
    value !== null &&
    "connectionId" in value &&
    typeof value.connectionId === "string" &&
    "node" in value &&
    typeof value.node === "object"
  );
}

function anything(): boolean {
  return true;
}
