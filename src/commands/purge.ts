import { t } from "@vscode/l10n";
import type { Done } from "../broker/contract.ts";
import { type Agreed, askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";
import { drainInto, journalFor, journalNote } from "./drainInto.ts";
import { grouped } from "./transferWords.ts";

/**
 * Removes every message that is ready, after asking. In production the name has to be typed. They go into the undo journal
 * first, unless that is switched off, cannot be, or the user does without.
 */
export function purge(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  const { kind, name } = ref.node;
  const confirmation = { message: t("Purge the {kind} “{name}”?", { kind, name }), act: t("Purge") };
  if (!journalFor(deps, ref.node)) return askAndAct(deps, ref, "purge", confirmation);
  return askAndAct(deps, ref, "purge", confirmation, {
    effects: [journalNote()],
    carryOut: (agreed) => carryOut(deps, agreed),
  });
}

async function carryOut(deps: NodeDeps, agreed: Agreed): Promise<Done | undefined> {
  const { session, node, form, values, consent } = agreed;
  const { name } = node;
  const drained = await drainInto(deps, agreed, {
    what: "purge",
    title: t("Purging {name}", { name }),
    without: t("Purge Without Journal"),
  });
  if (drained === "cancelled") return undefined;
  if (drained === "without") return session.act(node, "purge", form, values, consent);
  const { taken, stopped, cancelled } = drained;
  const words = { count: grouped(taken), name };
  if (stopped === undefined && !cancelled) {
    deps.prompts.inform(t("Purged from “{name}”: {count}. “MQ: Restore…” brings back what was taken.", words));
    return { sentence: t("Purged from “{name}”: {count}.", words) };
  }
  deps.prompts.warn(
    stopped === undefined
      ? t(
          "Cancelled. Purged from “{name}”: {count}, the others stay. “MQ: Restore…” brings back what was taken.",
          words,
        )
      : t("Purged from “{name}”: {count}, the others stay. {reason} “MQ: Restore…” brings back what was taken.", {
          ...words,
          reason: stopped,
        }),
  );
  return { sentence: t("Purged from “{name}”: {count}.", words) };
}
