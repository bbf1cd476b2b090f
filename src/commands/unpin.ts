import { t } from "@vscode/l10n";
import type { Done, Pin } from "../broker/contract.ts";
import { askAndAct } from "./askAndAct.ts";
import { connectionOf } from "./deps.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";

/** Forgets a pinned name. Nothing on the broker changes. */
export async function unpin(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  try {
    const pinned = await pinOf(deps, ref);
    if (pinned === "cancelled") return undefined;
    // The settings may refuse: then the session keeps it as well.
    if (pinned) await deps.connections.unpin(ref.connectionId, pinned);
  } catch (error) {
    deps.prompts.fail(error);
    return undefined;
  }
  return askAndAct(deps, ref, "unpin");
}

/** The same name may be pinned in two places; without a known parent the user says which. */
async function pinOf(deps: NodeDeps, { connectionId, node, parent }: NodeRef): Promise<Pin | "cancelled" | undefined> {
  const pins = connectionOf(deps, connectionId).profile.pins.filter(
    (each) => each.name === node.name && (parent === undefined || each.parent === parent.id),
  );
  if (pins.length <= 1) return pins[0];
  const picked = await deps.prompts.pick({
    title: t("Unpin {name}", { name: node.name }),
    items: pins.map((each) => ({ label: each.name, description: each.parent, value: each })),
  });
  return picked ?? "cancelled";
}
