/** Every command and context key by name, in one place. package.json contributes exactly these. */

export const commandIds = [
  "mq.addConnection",
  "mq.editConnection",
  "mq.renameConnection",
  "mq.duplicateConnection",
  "mq.removeConnection",
  "mq.connect",
  "mq.disconnect",
  "mq.testConnection",
  "mq.forgetPassword",
  "mq.makeReadOnly",
  "mq.allowChanges",
  "mq.openManagement",
  "mq.refresh",
  "mq.filter",
  "mq.clearFilter",
  "mq.sortByDepth",
  "mq.sortByName",
  "mq.loadMore",
  "mq.retry",
  "mq.publish",
  "mq.publishEditor",
  "mq.publishSelection",
  "mq.import",
  "mq.moveMessages",
  "mq.copyMessages",
  "mq.restore",
  "mq.openJournal",
  "mq.tap",
  "mq.shadow",
  "mq.browse",
  "mq.consume",
  "mq.create",
  "mq.bind",
  "mq.unbind",
  "mq.configure",
  "mq.resetOffsets",
  "mq.retryDeadLetters",
  "mq.purge",
  "mq.delete",
  "mq.pin",
  "mq.unpin",
  "mq.copyName",
  "mq.showDetails",
  "mq.showConsumers",
  "mq.showLog",
] as const;
export type CommandId = (typeof commandIds)[number];

/** Commands that mean nothing without a row of the tree: they are not in the palette. */
export const treeOnly: readonly CommandId[] = ["mq.loadMore", "mq.retry"];

/** What `when` clauses of package.json may look at. */
export interface ContextKeys {
  /** No connection is defined. */
  "mq.empty": boolean;
  /** At least one session is open. */
  "mq.connected": boolean;
  /** The tree shows only names that contain a text. */
  "mq.filtered": boolean;
  "mq.sort": "name" | "depth";
  /** The `contextValue` of the selected row, or an empty text. */
  "mq.selected": string;
}
export const contextKeys = [
  "mq.empty",
  "mq.connected",
  "mq.filtered",
  "mq.sort",
  "mq.selected",
] as const satisfies readonly (keyof ContextKeys)[];
export type ContextKey = (typeof contextKeys)[number];

/** What a key binding of the tree gives as argument: act on the selected row. */
export const selectedRow = "tree";
