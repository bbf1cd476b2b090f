import { t } from "@vscode/l10n";
import type { SettleTerms } from "../../broker/contract.ts";

/** The question before all is acknowledged or rejected. `count` is absent when only what a filter shows is meant. */
export function settleQuestion(
  outcome: "ack" | "reject",
  name: string,
  count: number | undefined,
  terms?: SettleTerms,
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
    detail: terms?.says.reject
      ? t("{effect} This cannot be undone.", { effect: terms.says.reject })
      : t("They are dead-lettered, or dropped if there is no dead-letter exchange. This cannot be undone."),
    act: t("Reject"),
  };
}

/** The question before several selected messages are settled in production. */
export function severalQuestion(
  outcome: "ack" | "reject",
  name: string,
  count: number,
  terms?: SettleTerms,
): { readonly message: string; readonly detail: string; readonly act: string } {
  const { detail, act } = settleQuestion(outcome, name, count, terms);
  const message =
    outcome === "ack"
      ? t("Acknowledge {count} messages of {name}?", { count, name })
      : t("Reject {count} messages of {name}?", { count, name });
  return { message, detail: t("{effect} It is asked once in this panel.", { effect: detail }), act };
}

/** The question before the first messages are rejected that nothing keeps, or nothing that is known. */
export function dropQuestion(
  terms: SettleTerms,
  name: string,
  count: number,
): { readonly message: string; readonly detail: string; readonly act: string } {
  const effect = terms.says.reject ?? "";
  const detail = t("{effect} This cannot be undone. It is asked once in this panel.", { effect });
  if (terms.rejected === "unknown")
    return { message: t("Reject what is selected of {name} ({count})?", { name, count }), detail, act: t("Reject") };
  return {
    message: t("Drop what is selected of {name} ({count}) for good?", { name, count }),
    detail,
    act: t("Drop"),
  };
}
