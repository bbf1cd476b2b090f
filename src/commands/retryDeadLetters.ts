import { t } from "@vscode/l10n";
import type { Done } from "../broker/contract.ts";
import { askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";

/** Sends what a queue of dead letters, or what is left of a consumer, holds back to where it came from, after asking. */
export function retryDeadLetters(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  const { name } = ref.node;
  return askAndAct(deps, ref, "retry", {
    message: t("Send all that is in “{name}” back to where it came from?", { name }),
    act: t("Send Back"),
  });
}
