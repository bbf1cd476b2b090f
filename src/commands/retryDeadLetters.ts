import { t } from "@vscode/l10n";
import type { Done } from "../broker/contract.ts";
import { askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";

/** Sends the dead letters of a queue back to where they came from, after asking. */
export function retryDeadLetters(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  const { name } = ref.node;
  return askAndAct(deps, ref, "retry", {
    message: t("Send the dead letters of “{name}” back to where they came from?", { name }),
    act: t("Retry"),
  });
}
