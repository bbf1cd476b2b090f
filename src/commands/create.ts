import type { Done } from "../broker/contract.ts";
import { askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";
import { rememberPin } from "./pin.ts";

/** Creates what the broker can create here: a queue, an exchange … */
export async function create(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  const done = await askAndAct(deps, ref, "create");
  // Where nothing can be listed, what was made would be gone from the tree with the session.
  if (ref.node.verbs.includes("pin")) await rememberPin(deps, ref, done);
  return done;
}
