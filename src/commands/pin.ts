import type { Done } from "../broker/contract.ts";
import { askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";

/** Asks for a name that cannot be listed, lets the broker check it, and remembers it under this node. */
export async function pin(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  const done = await askAndAct(deps, ref, "pin");
  await rememberPin(deps, ref, done);
  return done;
}

/** Keeps the name of the node that an act made under `ref`, for the next sessions. */
export async function rememberPin(deps: NodeDeps, ref: NodeRef, done: Done | undefined): Promise<void> {
  if (done?.node) await deps.connections.pin(ref.connectionId, { parent: ref.node.id, name: done.node.name });
}
