import * as vscode from "vscode";
import { t } from "@vscode/l10n";
import type { Connection, Connections, ConnectionStatus } from "../connections/connections.ts";
import type { Profiles } from "../connections/profiles.ts";
import type { ContextKeySetter } from "./contextKeys.ts";
import { lookOf } from "./treeLook.ts";
import type { LookContext } from "./treeLook.ts";
import { treeItemOf } from "./treeItems.ts";
import type { FilterResult, TreeModel } from "./treeModel.ts";
import type { TreeRow } from "./treeRows.ts";

export interface ConnectionTreeDeps {
  readonly model: TreeModel;
  readonly connections: Connections;
  readonly profiles: Profiles;
  readonly keys: ContextKeySetter;
}

/** How long VS Code may take to make rows of what it was given, in milliseconds. */
const handover = 250;
/** How often is looked whether VS Code knows a row again that it forgot. */
const lookups = 8;

/** The view "Connections". */
export class ConnectionTree implements vscode.TreeDataProvider<TreeRow>, vscode.Disposable {
  readonly view: vscode.TreeView<TreeRow>;
  readonly #deps: ConnectionTreeDeps;
  readonly #changed = new vscode.EventEmitter<TreeRow[] | undefined>();
  /** How often what is below a row is being handed over, by its id. */
  readonly #handing = new Map<string, number>();
  /** Changed while that was so. */
  readonly #late = new Map<string, TreeRow>();
  readonly #disposables: { dispose(): unknown }[] = [];
  readonly #look: LookContext;
  readonly #last = new Map<Connection, ConnectionStatus>();
  /** What the user opened, by id: a filter takes rows away, and they come back as they were. */
  readonly #expanded = new Set<string>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(deps: ConnectionTreeDeps) {
    this.#deps = deps;
    const { model, connections, profiles } = deps;
    this.#look = {
      get filtered() {
        return model.filter !== "";
      },
      wasOpen: (row) => this.#expanded.has(row.id),
      alarm: (row) => model.alarmOf(row.connection),
    };
    this.view = vscode.window.createTreeView("mq.connections", { treeDataProvider: this, showCollapseAll: true });
    this.#disposables.push(
      this.view,
      this.#changed,
      model.onDidChange((rows) => {
        this.#update();
        this.#tell(rows);
      }),
      model.onDidFilter(() => {
        this.#say();
      }),
      connections.onDidChange((connection) => {
        this.#update();
        if (connection) this.#expandWhenNew(connection);
      }),
      profiles.onDidChange(() => {
        this.#say();
      }),
      this.view.onDidExpandElement(({ element }) => {
        if (model.filter === "") this.#expanded.add(element.id);
        connectWhenOpened(element);
      }),
      this.view.onDidCollapseElement(({ element }) => {
        if (model.filter === "") this.#expanded.delete(element.id);
      }),
      this.view.onDidChangeSelection(({ selection }) => {
        const [row] = selection;
        deps.keys.set("mq.selected", row ? lookOf(row, this.#look).contextValue : "");
      }),
    );
    this.#update();
  }

  /** The selected row. */
  get selected(): TreeRow | undefined {
    return this.view.selection[0];
  }

  /**
   * The row that has the focus, as after its menu was opened: that does not select it, and VS Code tells only what is
   * selected. It is selected then.
   */
  async focusedRow(): Promise<TreeRow | undefined> {
    const before = new Set(this.view.selection);
    const toggle = (): Thenable<unknown> => vscode.commands.executeCommand("list.toggleSelection");
    await toggle();
    for (let tries = 0; tries < lookups; tries++) {
      const now = this.view.selection;
      const row = now.find((each) => !before.has(each)) ?? [...before].find((each) => !now.includes(each));
      if (row) {
        await this.view.reveal(row, { select: true, focus: true });
        return row;
      }
      await new Promise((resolve) => setTimeout(resolve, handover));
    }
    return undefined;
  }

  getTreeItem(row: TreeRow): vscode.TreeItem {
    return treeItemOf(row, this.#look);
  }

  async getChildren(row?: TreeRow): Promise<TreeRow[]> {
    if (!row) return [...(await this.#deps.model.children())];
    this.#handing.set(row.id, (this.#handing.get(row.id) ?? 0) + 1);
    try {
      return [...(await this.#deps.model.children(row))];
    } finally {
      setTimeout(() => {
        this.#handedOver(row);
      }, handover);
    }
  }

  getParent(row: TreeRow): TreeRow | undefined {
    return this.#deps.model.parentOf(row);
  }

  /** Selects the row of a node, if its list is shown. */
  async reveal(connectionId: string, nodeId: string): Promise<void> {
    const row = this.#deps.model.rowOf(connectionId, nodeId);
    if (row) await this.view.reveal(row, { select: true, focus: false });
  }

  dispose(): void {
    for (const each of this.#disposables) each.dispose();
  }

  /**
   * A row that is refreshed while VS Code still takes over what is below it loses that: VS Code forgets those rows and
   * does not ask again. So it is told afterwards; a connection's state both at once and afterwards.
   */
  #tell(rows: readonly TreeRow[] | undefined): void {
    if (!rows) {
      this.#changed.fire(undefined);
      return;
    }
    for (const row of rows) if (this.#handing.has(row.id)) this.#late.set(row.id, row);
    const now = rows.filter((row) => row.type === "connection" || !this.#late.has(row.id));
    if (now.length > 0) this.#changed.fire(now);
  }

  #handedOver({ id }: TreeRow): void {
    const left = (this.#handing.get(id) ?? 1) - 1;
    if (left > 0) {
      this.#handing.set(id, left);
      return;
    }
    this.#handing.delete(id);
    const row = this.#late.get(id);
    this.#late.delete(id);
    if (row) this.#changed.fire([row]);
  }

  #update(): void {
    const { connections, keys, model } = this.#deps;
    const all = connections.all();
    keys.set("mq.empty", all.length === 0);
    keys.set(
      "mq.connected",
      all.some(({ session }) => session !== undefined),
    );
    keys.set("mq.filtered", model.filter !== "");
    keys.set("mq.sort", model.sort);
    this.#say();
  }

  /** The line above the rows. */
  #say(): void {
    const result = this.#deps.model.filterResult();
    const [problem] = this.#deps.profiles.problems();
    // A message would stand in the place of the welcome view for a filter without result.
    const message = result ? (result.found > 0 ? filterMessage(result) : undefined) : problem;
    if (this.view.message === message) return;
    // The type knows no way to take it away but undefined.
    (this.view as { message: string | undefined }).message = message;
  }

  /** What it has, or why it failed, is shown without another click. */
  #expandWhenNew(connection: Connection): void {
    const { status } = connection.state;
    const before = this.#last.get(connection);
    this.#last.set(connection, status);
    if (before === status || (status !== "connected" && status !== "failed") || !this.view.visible) return;
    const row = this.#deps.model.connectionRow(connection.id);
    if (row) this.view.reveal(row, { select: false, focus: false, expand: true }).then(undefined, () => undefined);
  }
}

/** Who opens a connection wants to see what it has. Its row shows how it goes, and why it failed. */
function connectWhenOpened(row: TreeRow): void {
  if (row.type === "connection" && row.connection.state.status === "disconnected")
    row.connection.connect().catch(() => undefined);
}

function filterMessage({ text, found, of }: FilterResult): string {
  const count = found.toLocaleString("en");
  return of === undefined
    ? t("Filter: {text} · {count} found", { text, count })
    : t("Filter: {text} · {count} of {total}", { text, count, total: of.toLocaleString("en") });
}
