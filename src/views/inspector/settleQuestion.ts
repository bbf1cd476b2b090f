import { t } from "@vscode/l10n";

/** The question before all is acknowledged or rejected. `count` is absent when only what a filter shows is meant. */
export function settleQuestion(
  outcome: "ack" | "reject",
  name: string,
  count: number | undefined,
): { readonly message: string; readonly detail: string; readonly act: string } {
  if (outcome === "ack")
    return {
      message:
        count === undefined
          ? t("Acknowledge all pending messages of {name} that the filter shows?", { name })
          : t("Acknowledge all {count} pending messages of {name}?", { count, name }),
      detail: t("They are gone for everyone. This cannot be undone."),
      act: t("Acknowledge"),
    };
  return {
    message:
      count === undefined
        ? t("Reject all pending messages of {name} that the filter shows?", { name })
        : t("Reject all {count} pending messages of {name}?", { count, name }),
    detail: t("They are dead-lettered, or dropped if there is no dead-letter exchange. This cannot be undone."),
    act: t("Reject"),
  };
}
