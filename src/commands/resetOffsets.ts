import type { Done } from "../broker/contract.ts";
import { askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";

/** Moves where a consumer group goes on reading. */
export function resetOffsets(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  return askAndAct(deps, ref, "reset");
}
