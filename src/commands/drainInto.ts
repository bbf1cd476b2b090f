/** Draining into the undo journal, with what has to be asked and shown. */
import { t } from "@vscode/l10n";
import type { Effect, Node } from "../broker/contract.ts";
import { BrokerError, sentenceOf } from "../broker/errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { Agreed } from "./askAndAct.ts";
import type { NodeDeps } from "./deps.ts";
import type { DrainResult } from "./drain.ts";
import { averageBytes, journaledPurge } from "./journaledPurge.ts";
import { grouped, sizeText } from "./transferWords.ts";

/** Bytes of a line besides the body, and of a body that nothing is known of. */
const lineBytes = 512;
const unknownBytes = 1024;

/** The journal, where it is on and the messages of this node can be taken into it. */
export function journalFor(
  { journal }: Pick<NodeDeps, "journal">,
  { verbs }: Pick<Node, "verbs">,
): Journal | undefined {
  return journal?.limits.enabled && verbs.includes("consume") ? journal : undefined;
}

export function journalNote(): Effect {
  return {
    severity: "info",
    sentence: t("They are written to the undo journal first: “MQ: Restore…” can bring them back."),
  };
}

/** About how many bytes the messages of a node take in the journal; undefined = not even their number is known. */
export function journalBytes(node: Node): number | undefined {
  const ready = node.counts?.ready;
  return ready === undefined ? undefined : ready * (lineBytes + (averageBytes(node) ?? unknownBytes));
}

export interface DrainWords {
  readonly what: "purge" | "delete";
  /** Of the progress. */
  readonly title: string;
  /** The button that goes on without a journal. */
  readonly without: string;
}

/**
 * Takes all that is ready into the journal. What is too large for it, or cannot be taken into it, is asked about first.
 * @returns `without` = the user does without the journal, nothing was done yet · `cancelled` = the user changed their mind
 * @throws BrokerError when it could not begin
 */
export async function drainInto(
  deps: NodeDeps,
  { connection, session, node, consent }: Agreed,
  { what, title, without }: DrainWords,
): Promise<DrainResult | "without" | "cancelled"> {
  const journal = journalFor(deps, node);
  if (!journal) return "without";
  const [now = node] = await session.refresh([node]);
  const bytes = journalBytes(now) ?? 0;
  const { maxBytes } = journal.limits;
  if (bytes > maxBytes)
    return askWithout(
      deps,
      without,
      t(
        "“{name}” holds {count} messages, about {size}: more than the undo journal takes ({most}, the setting mq.journal.maxMegabytes).",
        {
          name: node.name,
          count: grouped(now.counts?.ready ?? 0),
          size: sizeText(bytes),
          most: sizeText(maxBytes),
        },
      ),
    );
  try {
    return await deps.prompts.progress(title, (report, signal) => {
      const total = now.counts?.ready ?? 0;
      let reported = 0;
      return journaledPurge({
        session,
        node: now,
        connection: { id: connection.id, name: connection.profile.name },
        journal,
        what,
        consent,
        report: (done) => {
          report(
            t("{done} of {count}", { done: grouped(done), count: grouped(Math.max(done, total)) }),
            ((done - reported) / Math.max(1, total)) * 100,
          );
          reported = done;
        },
        signal,
      });
    });
  } catch (error) {
    if (error instanceof BrokerError && error.kind === "closed") throw error;
    return askWithout(deps, without, sentenceOf(error));
  }
}

async function askWithout(deps: NodeDeps, act: string, reason: string): Promise<"without" | "cancelled"> {
  const sure = await deps.prompts.confirm({
    message: t("Go on without the undo journal?"),
    detail: [reason, t("Nothing was changed yet. Without the journal nothing can be brought back.")].join("\n"),
    act,
  });
  return sure ? "without" : "cancelled";
}
