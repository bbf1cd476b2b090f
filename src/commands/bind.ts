import type { Done } from "../broker/contract.ts";
import { askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";

/** Adds a binding to this node. */
export function bind(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  return askAndAct(deps, ref, "bind");
}
