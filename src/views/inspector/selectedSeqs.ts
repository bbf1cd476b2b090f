import { t } from "@vscode/l10n";
import type { Node, Session } from "../../broker/contract.ts";
import type { Environment } from "../../broker/environment.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { DecodeOptions } from "../../inspect/decode/decodeBody.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import type { KeptMessage } from "../../inspect/messageReader.ts";
import type { SelectedMessages } from "../../protocol/inspector.ts";

/** What the commands on messages look at of an inspector. */
export interface MessageSource {
  /** Unique among the inspectors of this window. */
  readonly id: string;
  readonly title: string;
  readonly node: Node;
  /** The connection's name. */
  readonly connection: string;
  readonly connectionId: string;
  readonly environment: Environment | undefined;
  readonly selected: SelectedMessages;
  readonly inspection: Inspection;
  /** How its bodies are read. */
  readonly decodeOptions: DecodeOptions;
  /** Its session, connecting where needed. */
  connect(): Promise<Session>;
}

/**
 * The messages that a command is to act on, oldest first: all that the filter lets through, the selected ones, or else the
 * current one.
 * @param most end after this many
 * @throws BrokerError `invalid` when nothing is selected, `missing` when none of it is kept any more
 */
export async function selectedSeqs(
  { selected, inspection }: Pick<MessageSource, "selected" | "inspection">,
  most?: number,
): Promise<readonly number[]> {
  const { all, seqs, current } = selected;
  if (all) {
    while (inspection.summary.searching) await new Promise((resolve) => setImmediate(resolve));
    const shown = await inspection.shownSeqs(most);
    if (shown.length === 0) throw new BrokerError("invalid", t("The filter shows no message."));
    return shown;
  }
  const chosen = seqs.length > 0 ? seqs : current === undefined ? [] : [current];
  if (chosen.length === 0) throw new BrokerError("invalid", t("Select a message in the inspector first."));
  const kept = chosen
    .filter((seq) => inspection.log.slot(seq) >= 0)
    .toSorted((a, b) => a - b)
    .slice(0, most);
  if (kept.length === 0) throw new BrokerError("missing", goneSentence());
  return kept;
}

/**
 * The message whose detail is shown, or else the only one that is selected.
 * @throws BrokerError like {@link selectedSeqs}
 */
export function currentMessage({ selected, inspection }: Pick<MessageSource, "selected" | "inspection">): KeptMessage {
  const seq = selected.current ?? selected.seqs[0];
  if (seq === undefined) throw new BrokerError("invalid", t("Select a message in the inspector first."));
  return keptMessage(inspection, seq);
}

/** Those of them that may still be settled. @throws BrokerError `invalid` when there are none */
export function pendingOf(
  { inspection }: Pick<MessageSource, "inspection">,
  seqs: readonly number[],
): readonly number[] {
  const { log } = inspection;
  const pending = seqs.filter((seq) => {
    const slot = log.slot(seq);
    return slot >= 0 && log.state(slot) === "pending";
  });
  if (pending.length === 0)
    throw new BrokerError(
      "invalid",
      t("None of the selected messages is pending: they are settled, or were never held."),
    );
  return pending;
}

/** @throws BrokerError `missing` */
export function keptMessage(inspection: MessageSource["inspection"], seq: number): KeptMessage {
  const message = inspection.reader.message(seq);
  if (!message) throw new BrokerError("missing", goneSentence());
  return message;
}

function goneSentence(): string {
  return t("What was selected is no longer kept: newer messages took its place.");
}
