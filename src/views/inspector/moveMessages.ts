import { t } from "@vscode/l10n";
import type { Consent } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { describeEffects } from "../../commands/askAndAct.ts";
import { consentOf } from "../../commands/consent.ts";
import { connectionOf, type NodeRef } from "../../commands/deps.ts";
import { transferMessages, transferSentence } from "../../commands/moveMessages.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import { pickTarget } from "../pickTarget.ts";
import type { ActionDeps } from "./actionDeps.ts";
import { keptMessage, type MessageSource, pendingOf, selectedSeqs } from "./selectedSeqs.ts";

type Deps = Pick<ActionDeps, "prompts" | "connections" | "settled">;

/** A consumer whose messages go into the undo journal before they are moved. */
export interface MovableSource extends MessageSource {
  /** @returns false when the user changed their mind */
  keep(what: "move", seqs: readonly number[]): Promise<boolean>;
}

/** Asks where to, and sends what is selected there; a move takes it out of its source after that. */
export async function moveMessages(deps: Deps, inspector: MovableSource, kind: "move" | "copy"): Promise<void> {
  if (kind === "move") checkMovable(inspector);
  const chosen = await selectedSeqs(inspector);
  const seqs = kind === "move" ? pendingOf(inspector, chosen) : chosen;
  checkWhole(inspector, seqs);
  const title = kind === "move" ? t("Move Messages to") : t("Copy Messages to");
  const ref = await pickTarget(deps, { title, fits: (node) => node.verbs.includes("publish") });
  if (ref) await carryOut(deps, inspector, seqs, ref, kind);
}

/**
 * The same once it is known where to.
 * @throws BrokerError when it cannot begin
 */
export async function carryOut(
  deps: Deps,
  inspector: MovableSource,
  seqs: readonly number[],
  { connectionId, node }: NodeRef,
  kind: "move" | "copy",
): Promise<void> {
  const { prompts } = deps;
  if (kind === "move" && connectionId === inspector.connectionId && node.id === inspector.node.id)
    throw new BrokerError("invalid", t("They are in “{name}” already. Choose another target.", { name: node.name }));
  const connection = connectionOf(deps, connectionId);
  const session = await connection.connect();
  const place =
    connectionId === inspector.connectionId
      ? t("“{name}”", { name: node.name })
      : t("“{name}” on {connection}", { name: node.name, connection: connection.profile.name });
  const effects = await session.effects(node, "publish");
  const lines = [
    kind === "move"
      ? t("Each is acknowledged here only after the target has confirmed it and routed it. Until then it stays here.")
      : t("They stay where they are."),
    describeEffects(effects),
    ...(connection.profile.environment === "production"
      ? [t("“{connection}” is production.", { connection: connection.profile.name })]
      : []),
  ];
  const names = { count: seqs.length.toLocaleString("en"), from: `“${inspector.title}”`, to: place };
  // Several go away from production at once: the guard of its connection wants the name.
  const typed =
    kind === "move" && seqs.length > 1 && inspector.environment === "production" ? inspector.title : undefined;
  const sure = await prompts.confirm({
    message: question(kind, seqs.length, names),
    detail: lines.filter((line) => line !== "").join("\n"),
    act: kind === "move" ? t("Move") : t("Copy"),
    ...(typed !== undefined && { typed }),
  });
  if (!sure) return;
  if (kind === "move" && !(await inspector.keep("move", seqs))) return;
  const { inspection } = inspector;
  const result = await prompts.progress(
    kind === "move" ? t("Moving to {to}", { to: place }) : t("Copying to {to}", { to: place }),
    (report, signal) =>
      transferMessages({
        seqs,
        message: (seq) => inspection.reader.message(seq),
        publish: (message) => session.publish(node, message.draft),
        ...(kind === "move" ? { settle: (safe) => acknowledge(inspection, safe, consentOf(typed)) } : {}),
        report,
        signal,
      }),
  );
  deps.settled();
  const sentence = transferSentence(result, kind, place);
  if ((kind === "move" ? result.settled : result.routed) === result.asked) prompts.inform(sentence);
  else prompts.warn(sentence);
}

function question(kind: "move" | "copy", count: number, names: Record<"count" | "from" | "to", string>): string {
  if (count === 1)
    return kind === "move"
      ? t("Move this message from {from} to {to}?", names)
      : t("Copy this message from {from} to {to}?", names);
  return kind === "move"
    ? t("Move {count} messages from {from} to {to}?", names)
    : t("Copy {count} messages from {from} to {to}?", names);
}

async function acknowledge(inspection: Inspection, seqs: readonly number[], consent: Consent): Promise<number> {
  return (await inspection.settle({ what: "these", seqs, outcome: "ack" }, consent)).settled;
}

/** @throws BrokerError `unsupported` */
function checkMovable({ inspection, title }: MessageSource): void {
  if (inspection.outcomes.includes("ack")) return;
  throw new BrokerError(
    "unsupported",
    t("Only what was consumed can be moved. What is seen of “{name}” this way can be copied.", { name: title }),
  );
}

/** @throws BrokerError `invalid` when there is only one, and it cannot be sent */
function checkWhole({ inspection }: MessageSource, seqs: readonly number[]): void {
  const [only] = seqs;
  if (seqs.length === 1 && only !== undefined && !keptMessage(inspection, only).whole)
    throw new BrokerError("invalid", t("This message was too large to keep whole: it cannot be sent from here."));
}
