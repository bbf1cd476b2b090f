import type { Node } from "../broker/contract.ts";
import type { Connection } from "../connections/connections.ts";

/** A row of the tree. The object lives as long as the row does; what it shows may change. */
export type TreeRow = ConnectionRow | NodeRow | MoreRow | SentenceRow;

/** A row that can have rows below it. */
export type BranchRow = ConnectionRow | NodeRow;

export interface ConnectionRow {
  readonly type: "connection";
  /** Unique in the tree. */
  readonly id: string;
  readonly parent: undefined;
  readonly connection: Connection;
}

export interface NodeRow {
  readonly type: "node";
  /** The ids on the way from the connection: a binding stands below its exchange and below its queue. */
  readonly id: string;
  readonly parent: BranchRow;
  readonly connection: Connection;
  /** As it was last told. */
  node: Node;
}

/** The last row of a list that is longer. */
export interface MoreRow {
  readonly type: "more";
  readonly id: string;
  readonly parent: BranchRow;
  readonly shown: number;
  readonly total: number | undefined;
}

/** Something said in the place where it belongs: a failure, a limit, that there is nothing. */
export interface SentenceRow {
  readonly type: "sentence";
  readonly id: string;
  readonly parent: BranchRow;
  readonly severity: "info" | "error" | "progress";
  readonly sentence: string;
  /** Whether trying again makes sense. */
  readonly retry: boolean;
}

/** The id of the connection that a row belongs to. */
export function connectionOfRow(row: TreeRow): string {
  return row.type === "connection" || row.type === "node" ? row.connection.id : row.parent.connection.id;
}

/** What a command gets from the tree: the arguments of menus come from outside, so they are looked at. */
export function isTreeRow(value: unknown): value is TreeRow {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    "id" in value &&
    typeof value.id === "string" &&
    (value.type === "connection" || value.type === "node" || value.type === "more" || value.type === "sentence")
  );
}

/** `folder` = a plain list of things of one kind · `container` = holds folders · `thing` = what one works with. */
export type NodeRole = "folder" | "container" | "thing";

/** By the contract: a folder's kind is a plural, and nothing can be sent to or read from a container. */
export function roleOf(node: Node): NodeRole {
  if (!node.expandable) return "thing";
  if (/[^s]s$/.test(node.kind)) return "folder";
  // What a read-only connection refuses is there all the same.
  const verbs: readonly string[] = [...node.verbs, ...(node.refused ?? [])];
  return ["publish", "tap", "browse", "consume", "delete"].some((verb) => verbs.includes(verb)) ? "thing" : "container";
}
