import { t } from "@vscode/l10n";
import type { WatchMode } from "../../broker/contract.ts";

/** The codicon of each way of looking. */
export const modeIcons: Readonly<Record<WatchMode, string>> = { tap: "broadcast", browse: "eye", consume: "plug" };

/** "Tap", "Consume" */
export function modeWord(mode: WatchMode): string {
  switch (mode) {
    case "tap":
      return t("Tap");
    case "browse":
      return t("Browse");
    case "consume":
      return t("Consume");
    default:
      return mode satisfies never;
  }
}
