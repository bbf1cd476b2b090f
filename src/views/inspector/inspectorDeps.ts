import type * as vscode from "vscode";
import type { Effect, Node, WatchOptions } from "../../broker/contract.ts";
import type { FileDialogs } from "../../commands/fileDialogs.ts";
import type { Prompts } from "../../commands/prompts.ts";
import type { Connection, Connections } from "../../connections/connections.ts";
import type { DriverRegistry } from "../../connections/driverRegistry.ts";
import type { SchemaSource } from "../../inspect/decode/schemas.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Copy } from "../../inspect/messageReader.ts";
import type { FollowPanel } from "../activeConnection.ts";
import type { MessageDocuments } from "../documents.ts";
import type { BodyChoices } from "./bodyChoices.ts";
import type { ColumnsMemory } from "./columnsMemory.ts";
import type { SavedFilters } from "./savedFilters.ts";

/** What all inspectors work with. */
export interface InspectorDeps {
  readonly extensionUri: vscode.Uri;
  readonly documents: MessageDocuments;
  readonly savedFilters: SavedFilters;
  readonly bodyChoices: BodyChoices;
  readonly schemas: SchemaSource;
  readonly columns: ColumnsMemory;
  readonly prompts: Prompts;
  readonly files: FileDialogs;
  readonly connections: Connections;
  readonly drivers: DriverRegistry;
  readonly journal: Journal;
  /** Notices when the user turns to a panel. */
  readonly follow: FollowPanel;
  readonly log: Pick<vscode.LogOutputChannel, "error">;
  /** How much one inspector keeps: messages, and bytes of bodies. */
  limits(): { readonly messages: number; readonly bytes: number };
  /** Opens the publish panel with this draft; `node` is what the message was seen in, `copy.origin` its exchange. */
  publish(connectionId: string, copy: Copy, node: Node): unknown;
  /** Something was settled: what the tree counts is another number now. */
  settled(): void;
}

/** What to look at, and how. */
export interface InspectorRequest {
  readonly connection: Connection;
  readonly node: Node;
  readonly options: WatchOptions;
  /** What this does to others. */
  readonly effects: readonly Effect[];
}

/** What a panel tells the one who made it. */
export interface PanelOwner {
  changed(): void;
  /** The user turned to it. */
  activated(): void;
  closing(done: Promise<void>): void;
}
