import { t } from "@vscode/l10n";
import type { Profile } from "../connections/profile.ts";
import type { ConnectionDeps } from "./deps.ts";

/** Tells that a connection from settings is changed there, and offers to go. @returns whether that is so */
export function toldDefinedInSettings(
  deps: Pick<ConnectionDeps, "prompts" | "openSettings">,
  profile: Profile,
): boolean {
  const { source, name } = profile;
  if (source === "saved") return false;
  const sentence =
    source === "user"
      ? t("“{name}” is defined in your user settings (mq.connections). Change or remove it there.", { name })
      : t("“{name}” is defined in the settings of this workspace (mq.connections). Change or remove it there.", {
          name,
        });
  deps.prompts.inform(sentence, { label: t("Open Settings"), run: () => deps.openSettings(source) });
  return true;
}
