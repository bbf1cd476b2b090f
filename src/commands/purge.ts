import { t } from "@vscode/l10n";
import type { Done } from "../broker/contract.ts";
import { askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";

/** Removes every message that is ready, after asking. In production the name has to be typed. */
export function purge(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  const { kind, name } = ref.node;
  return askAndAct(deps, ref, "purge", { message: t("Purge the {kind} “{name}”?", { kind, name }), act: t("Purge") });
}
