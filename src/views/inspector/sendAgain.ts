import { t } from "@vscode/l10n";
import type { Node, Session } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { receiptSentence } from "../../commands/draft.ts";
import { transferMessages, transferSentence } from "../../commands/moveMessages.ts";
import type { KeptMessage } from "../../inspect/messageReader.ts";
import type { ActionDeps } from "./actionDeps.ts";
import { keptMessage, type MessageSource, selectedSeqs } from "./selectedSeqs.ts";

/** Publishes what is selected once more, each to where it had been published to, with its key. */
export async function sendAgain(
  { prompts, settled }: Pick<ActionDeps, "prompts" | "settled">,
  inspector: MessageSource,
): Promise<void> {
  const seqs = await selectedSeqs(inspector);
  const [only] = seqs;
  const session = await inspector.connect();
  if (seqs.length === 1 && only !== undefined) {
    const message = keptMessage(inspector.inspection, only);
    if (!message.whole)
      throw new BrokerError("invalid", t("This message was too large to keep whole: it cannot be sent again."));
    const target = targetOf(session, inspector, message);
    const name = targetName(target, message);
    if (inspector.environment === "production" && !(await confirmed(prompts, inspector, 1, name))) return;
    const receipt = await session.publish(target, message.draft);
    settled();
    const sentence = receiptSentence(receipt, name);
    if (receipt.outcome === "routed") prompts.inform(sentence);
    else prompts.warn(sentence);
    return;
  }
  if (!(await confirmed(prompts, inspector, seqs.length))) return;
  const result = await prompts.progress(
    t("Sending messages of {name} again", { name: inspector.title }),
    (report, signal) =>
      transferMessages({
        seqs,
        message: (seq) => inspector.inspection.reader.message(seq),
        publish: async (message) => session.publish(targetOf(session, inspector, message), message.draft),
        report,
        signal,
      }),
  );
  settled();
  const sentence = transferSentence(result, "copy", t("where they came from"));
  if (result.routed === result.asked) prompts.inform(sentence);
  else prompts.warn(sentence);
}

/** Without an origin that the driver knows it is what the message was seen in. @throws BrokerError `unsupported` */
function targetOf(session: Session, { node, title }: MessageSource, { origin }: KeptMessage): Node {
  const target = session.originOf?.(node, origin) ?? node;
  if (target.verbs.includes("publish")) return target;
  throw new BrokerError(
    "unsupported",
    t("Nothing can be published to “{name}”. Use “Edit and Send Again” to choose another target.", { name: title }),
  );
}

function targetName({ name }: Node, { draft }: KeptMessage): string {
  const { key = "" } = draft;
  return key === "" ? t("“{name}”", { name }) : t("“{name}” with the key “{key}”", { name, key });
}

function confirmed(
  prompts: ActionDeps["prompts"],
  { title, connection, environment }: MessageSource,
  count: number,
  target?: string,
): Promise<boolean> {
  const number = count.toLocaleString("en");
  const lines = [
    target === undefined
      ? t(
          "Each goes to where it had been published to, with the same key. Everybody who listens there gets it once more.",
        )
      : t("It goes to {target}. Everybody who listens there gets it once more.", { target }),
    ...(environment === "production" ? [t("“{connection}” is production.", { connection })] : []),
  ];
  return prompts.confirm({
    message:
      count === 1
        ? t("Send this message of “{name}” again?", { name: title })
        : t("Send {count} messages of “{name}” again?", { count: number, name: title }),
    detail: lines.join("\n"),
    act: t("Send Again"),
  });
}
