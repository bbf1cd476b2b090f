import { t } from "@vscode/l10n";
import type { Receipt } from "../../src/broker/contract.ts";

export type Outcome = Receipt["outcome"];

/** Codicons, so that outcomes are told apart without colour too. */
export const outcomeIcons: Readonly<Record<Outcome, string>> = {
  routed: "pass-filled",
  returned: "reply",
  refused: "error",
  blocked: "circle-slash",
  lost: "debug-disconnect",
};

/** The word that stands beside the icon. */
export function outcomeWord(outcome: Outcome): string {
  switch (outcome) {
    case "routed":
      return t("Confirmed and routed");
    case "returned":
      return t("Returned");
    case "refused":
      return t("Refused");
    case "blocked":
      return t("Blocked");
    case "lost":
      return t("Lost");
    default:
      return outcome satisfies never;
  }
}
