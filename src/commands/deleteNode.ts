import { t } from "@vscode/l10n";
import type { Done } from "../broker/contract.ts";
import { askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";

/** Deletes a queue, an exchange, a binding …, after asking. In production the name has to be typed. */
export async function deleteNode(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  const { connectionId, node, parent } = ref;
  const { kind, name } = node;
  const message = t("Delete the {kind} “{name}”?", { kind, name });
  const done = await askAndAct(deps, ref, "delete", { message, act: t("Delete") });
  if (done && parent && node.verbs.includes("unpin")) {
    // A pin of the settings stays; the tree then shows that the thing is gone.
    await deps.connections.unpin(connectionId, { parent: parent.id, name }).catch(() => undefined);
  }
  return done;
}
