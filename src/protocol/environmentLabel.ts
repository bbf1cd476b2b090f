import { t } from "@vscode/l10n";
import type { Environment } from "../broker/environment.ts";

/** The word for the user. */
export function environmentLabel(environment: Environment): string {
  switch (environment) {
    case "development":
      return t("Development");
    case "staging":
      return t("Staging");
    case "production":
      return t("Production");
    default:
      return environment satisfies never;
  }
}
