import type { Done } from "../broker/contract.ts";
import { askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";

/** Changes the settings of what exists: of a topic, of a queue. */
export function configure(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  return askAndAct(deps, ref, "configure");
}
