import { t } from "@vscode/l10n";
import { BrokerError } from "../../broker/errors.ts";
import { describeEffects } from "../../commands/askAndAct.ts";
import { connectionOf } from "../../commands/deps.ts";
import { takeOut } from "../../commands/takeOut.ts";
import { grouped } from "../../commands/transferWords.ts";
import type { ActionDeps } from "./actionDeps.ts";
import { type MessageSource, selectedSeqs } from "./selectedSeqs.ts";

type Deps = Pick<ActionDeps, "prompts" | "settled" | "connections">;

/** A browse whose messages go into the undo journal before they are deleted. */
export interface DeletableSource extends MessageSource {
  /** @returns false when the user changed their mind */
  keep(what: "remove", seqs: readonly number[]): Promise<boolean>;
}

interface Deleted {
  readonly deleted: number;
  readonly gone: number;
  readonly reason?: string;
}

/**
 * Removes what is selected of a browse from its source, after asking: exactly those, where the broker can do that; else
 * messages are taken from the front of the queue, the same ones are acked, and all others are given back.
 * @throws BrokerError
 */
export async function deleteMessages(deps: Deps, inspector: DeletableSource): Promise<void> {
  const { inspection, title, node, environment } = inspector;
  const exactly = inspection.outcomes.includes("delete");
  if (!exactly && (inspection.outcomes.length > 0 || !node.verbs.includes("consume")))
    throw new BrokerError(
      "unsupported",
      t("Single messages of “{name}” cannot be deleted from here. Browse a source that can do that.", { name: title }),
    );
  const seqs = inspection.deletable(await selectedSeqs(inspector));
  if (seqs.length === 0)
    throw new BrokerError(
      "invalid",
      t("None of the selected messages can be deleted: they are gone, or were looked at before. Look again."),
    );
  if (!(await isSure(deps, inspector, seqs.length, exactly))) return;
  if (!(await inspector.keep("remove", seqs))) return;
  const consent = environment === "production" ? { typed: title } : {};
  const { deleted, gone, reason }: Deleted = exactly
    ? await inspection.delete(seqs, consent)
    : await deleteByTaking(deps, inspector, seqs, consent);
  deps.settled();
  const words = { deleted: grouped(deleted), name: title, gone: grouped(gone) };
  if (gone === 0) deps.prompts.done(t("Deleted from “{name}”: {deleted}.", words));
  else
    deps.prompts.warn(
      [t("Deleted from “{name}”: {deleted}. Not there any more, or not found: {gone}.", words), reason ?? ""]
        .join(" ")
        .trim(),
    );
}

async function isSure(
  { prompts, connections }: Deps,
  inspector: DeletableSource,
  number: number,
  exactly: boolean,
): Promise<boolean> {
  const { title, connection, environment, node, connectionId } = inspector;
  const isProduction = environment === "production";
  const words = { count: grouped(number), name: title };
  const effects = exactly
    ? []
    : await (await connectionOf({ connections }, connectionId).connect()).effects(node, "consume");
  return prompts.confirm({
    message:
      number === 1
        ? t("Delete this message from “{name}”?", words)
        : t("Delete {count} messages from “{name}”?", words),
    detail: [
      t("Gone for everyone. A copy goes to the undo journal first, if that is on."),
      ...(exactly
        ? []
        : [
            t(
              "This broker has no way to delete a single message: messages are taken from the front until it is found, it is acknowledged, and all others are put back. Those are marked as redelivered, and nobody else gets them meanwhile.",
            ),
            describeEffects(effects),
          ]),
      ...(isProduction ? [t("“{connection}” is production.", { connection })] : []),
    ].join("\n"),
    act: t("Delete"),
    ...(isProduction ? { typed: title } : {}),
  });
}

async function deleteByTaking(
  { prompts, connections }: Deps,
  { inspection, connectionId, node, title }: DeletableSource,
  seqs: readonly number[],
  consent: { readonly typed?: string },
): Promise<Deleted> {
  const session = await connectionOf({ connections }, connectionId).connect();
  const [now] = await session.refresh([node]);
  if (!now) throw new BrokerError("missing", t("“{name}” is gone. Refresh the tree.", { name: title }));
  const found: number[] = [];
  const wanted = seqs.flatMap((seq) => {
    const message = inspection.reader.message(seq);
    return message?.whole === true ? [message] : [];
  });
  const result = await prompts.progress(t("Deleting from {name}", { name: title }), (report, signal) =>
    takeOut({
      session,
      node: now,
      wanted,
      consent,
      found: (at) => {
        const seq = wanted[at]?.seq;
        if (seq !== undefined) found.push(seq);
      },
      report: (done) => {
        report(t("{done} of {count}", { done: grouped(done), count: grouped(seqs.length) }));
      },
      signal,
    }),
  );
  // Of those that could not be acked any more, it is not known which.
  if (result.inBoth === 0) inspection.markDeleted(found);
  const { taken, stopped } = result;
  return { deleted: taken, gone: seqs.length - taken, ...(stopped === undefined ? {} : { reason: stopped }) };
}
