/** What became of published messages, as sentences: for all that sends many. */
import { t } from "@vscode/l10n";
import type { Receipt } from "../broker/contract.ts";
import { grouped } from "./transferWords.ts";

export type OutcomeCounts = Readonly<Record<Receipt["outcome"], number>>;

/** A sentence for each way in which some were not routed. `reasons` = the first that was given for each. */
export function outcomeSentences(
  { returned, refused, blocked, lost }: OutcomeCounts,
  reasons: ReadonlyMap<Receipt["outcome"], string>,
): string[] {
  const sentences: string[] = [];
  const reason = (outcome: Receipt["outcome"]): string => reasons.get(outcome) ?? "";
  if (returned > 0)
    sentences.push(
      t("{returned} were returned, nobody gets them ({reason}).", {
        returned: grouped(returned),
        reason: reason("returned"),
      }),
    );
  if (refused > 0)
    sentences.push(t("{refused} were refused ({reason}).", { refused: grouped(refused), reason: reason("refused") }));
  if (blocked > 0) sentences.push(t("{blocked} met a broker that blocks publishing.", { blocked: grouped(blocked) }));
  if (lost > 0)
    sentences.push(t("{lost} got no answer: the broker may or may not have them.", { lost: grouped(lost) }));
  return sentences;
}

/** Why the others were not sent; none when there were none. */
export function unsentSentences(unsent: number, cancelled: boolean): string[] {
  if (unsent <= 0) return [];
  return [
    cancelled
      ? t("{unsent} were not sent, because you cancelled.", { unsent: grouped(unsent) })
      : t("{unsent} were not sent.", { unsent: grouped(unsent) }),
  ];
}

/** Why sending goes no further after this answer. */
export function stopSentence(receipt: Extract<Receipt, { outcome: "blocked" | "lost" }>): string {
  const { reason } = receipt;
  return receipt.outcome === "blocked"
    ? t("The broker blocks publishing ({reason}).", { reason })
    : t("The connection went before the broker answered ({reason}).", { reason });
}
