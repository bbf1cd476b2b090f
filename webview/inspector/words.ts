/** The words and icons for what the protocol says in its own words. */
import { t } from "@vscode/l10n";
import type { Effect, HeldOutcome, SettleTerms, WatchMode } from "../../src/broker/contract.ts";
import type { AckState } from "../../src/protocol/rows.ts";
import { count } from "./format.ts";

export interface Word {
  readonly word: string;
  /** A codicon's name. */
  readonly icon: string;
}

export function stateWord(state: AckState): Word {
  switch (state) {
    case "none":
      return { word: t("seen"), icon: "eye" };
    case "pending":
      return { word: t("pending"), icon: "circle-large-outline" };
    case "settling":
      return { word: t("settling"), icon: "sync" };
    case "acked":
      return { word: t("acked"), icon: "check" };
    case "requeued":
      return { word: t("requeued"), icon: "reply" };
    case "rejected":
      return { word: t("rejected"), icon: "circle-slash" };
    case "lost":
      return { word: t("lost"), icon: "debug-disconnect" };
    case "deleted":
      return { word: t("deleted"), icon: "trash" };
    default:
      return state satisfies never;
  }
}

/** @param terms what it does in this very source, where that is known */
export function outcomeWord(outcome: HeldOutcome, terms?: SettleTerms): Word & { readonly title: string } {
  const usual = usualWord(outcome);
  const says = terms?.says[outcome];
  return says === undefined
    ? usual
    : { ...usual, title: t("{says} (Key: {key})", { says, key: outcomeKeys[outcome] }) };
}

const outcomeKeys: Readonly<Record<HeldOutcome, string>> = { ack: "A", requeue: "N", reject: "R" };

function usualWord(outcome: HeldOutcome): Word & { readonly title: string } {
  switch (outcome) {
    case "ack":
      return { word: t("Ack"), icon: "check", title: t("Acknowledge (A): gone for everyone") };
    case "requeue":
      return { word: t("Requeue"), icon: "reply", title: t("Requeue (N): back to the queue, marked redelivered") };
    case "reject":
      return {
        word: t("Reject"),
        icon: "circle-slash",
        title: t("Reject (R): dead-lettered, or dropped if the queue has no dead-letter exchange"),
      };
    default:
      return outcome satisfies never;
  }
}

/** `filtered` = only what the filter shows is meant, and how many of those are pending is not known. */
export function settleAllWord(outcome: HeldOutcome, pending: number, filtered: boolean): string {
  if (filtered) return settleShownWord(outcome);
  const number = count(pending);
  switch (outcome) {
    case "ack":
      return t("Acknowledge all {number} pending", { number });
    case "requeue":
      return t("Requeue all {number} pending", { number });
    case "reject":
      return t("Reject all {number} pending", { number });
    default:
      return outcome satisfies never;
  }
}

function settleShownWord(outcome: HeldOutcome): string {
  switch (outcome) {
    case "ack":
      return t("Acknowledge all pending that the filter shows");
    case "requeue":
      return t("Requeue all pending that the filter shows");
    case "reject":
      return t("Reject all pending that the filter shows");
    default:
      return outcome satisfies never;
  }
}

/** What became of a settling, as one sentence to be read out. */
export function settledSentence(
  outcome: HeldOutcome,
  result: { readonly settled: number; readonly lost: number },
): string {
  const number = count(result.settled);
  const lost = count(result.lost);
  if (result.settled === 0 && result.lost === 0) return t("Nothing was settled.");
  if (result.lost > 0)
    return t("Settled: {number}. Came too late for {lost}: the broker delivers those again.", { number, lost });
  switch (outcome) {
    case "ack":
      return t("Acknowledged: {number}.", { number });
    case "requeue":
      return t("Requeued: {number}.", { number });
    case "reject":
      return t("Rejected: {number}.", { number });
    default:
      return outcome satisfies never;
  }
}

export function modeWord(mode: WatchMode): Word {
  switch (mode) {
    case "tap":
      return { word: t("Tap: a private copy"), icon: "broadcast" };
    case "browse":
      return { word: t("Browse: reads without removing"), icon: "eye" };
    case "consume":
      return { word: t("Consume: competes for messages, acks are real"), icon: "inbox" };
    default:
      return mode satisfies never;
  }
}

export function severityWord(severity: Effect["severity"]): Word {
  switch (severity) {
    case "info":
      return { word: t("Good to know"), icon: "info" };
    case "notice":
      return { word: t("Others may notice"), icon: "warning" };
    case "danger":
      return { word: t("Cannot be undone"), icon: "error" };
    default:
      return severity satisfies never;
  }
}
