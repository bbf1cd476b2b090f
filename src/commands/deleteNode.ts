import { t } from "@vscode/l10n";
import type { Done } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import { type Agreed, askAndAct } from "./askAndAct.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";
import { drainInto, journalFor, journalNote } from "./drainInto.ts";
import { grouped } from "./transferWords.ts";

/**
 * Deletes a queue, an exchange, a binding …, after asking. In production the name has to be typed. The messages of a queue
 * go into the undo journal first.
 */
export async function deleteNode(deps: NodeDeps, ref: NodeRef): Promise<Done | undefined> {
  const { connectionId, node, parent } = ref;
  const { kind, name } = node;
  const confirmation = { message: t("Delete the {kind} “{name}”?", { kind, name }), act: t("Delete") };
  const done = journalFor(deps, node)
    ? await askAndAct(deps, ref, "delete", confirmation, {
        effects: [journalNote()],
        carryOut: (agreed) => carryOut(deps, agreed),
      })
    : await askAndAct(deps, ref, "delete", confirmation);
  if (done && parent && node.verbs.includes("unpin")) {
    // A pin of the settings stays; the tree then shows that the thing is gone.
    await deps.connections.unpin(connectionId, { parent: parent.id, name }).catch(() => undefined);
  }
  return done;
}

/** How often what arrived in between is taken too, before the user is told. */
const rounds = 3;

/** Drains into the journal, then deletes only what is empty: what arrives in between is not lost with it. */
async function carryOut(deps: NodeDeps, agreed: Agreed): Promise<Done | undefined> {
  const { session, node, form, values, consent } = agreed;
  const { name } = node;
  const fields = (await session.forms(node, "delete")).find(({ id }) => id === form)?.fields ?? [];
  const onlyEmpty = fields.some((field) => field.name === "ifEmpty");
  // What the user wants deleted only when it is empty is not emptied for that.
  if (values["ifEmpty"] === true) return session.act(node, "delete", form, values, consent);
  const [now] = await session.refresh([node]);
  let empty = now?.counts?.ready === 0;
  let taken = 0;
  for (let round = 1; ; round++) {
    if (!empty) {
      const drained = await drainInto(deps, agreed, {
        what: "delete",
        title: t("Emptying {name}", { name }),
        without: t("Delete Without Journal"),
      });
      if (drained === "cancelled") return undefined;
      if (drained === "without") return session.act(node, "delete", form, values, consent);
      taken += drained.taken;
      if (drained.stopped !== undefined || drained.cancelled) {
        notDeleted(deps, name, taken, drained.stopped ?? t("You cancelled."));
        return undefined;
      }
    }
    try {
      const only = onlyEmpty ? { ...values, ifEmpty: true } : values;
      const done = await session.act(node, "delete", form, only, consent);
      if (taken > 0) deps.prompts.inform(keptSentence(name, taken));
      return done;
    } catch (error) {
      if (!(error instanceof BrokerError) || error.field !== "ifEmpty") throw error;
      empty = false;
      if (round < rounds) continue;
      return stillNotEmpty(deps, agreed, taken, error.message);
    }
  }
}

/** Messages keep arriving, or other consumers hold some: those cannot be taken into the journal. */
async function stillNotEmpty(
  { prompts, ...deps }: NodeDeps,
  { session, node, form, values, consent }: Agreed,
  taken: number,
  reason: string,
): Promise<Done | undefined> {
  const { name } = node;
  const sure = await prompts.confirm({
    message: t("Delete “{name}” although it is not empty?", { name }),
    detail: [
      reason,
      t("What arrived meanwhile, or is held by other consumers, is not in the undo journal and will be gone."),
    ].join("\n"),
    act: t("Delete"),
  });
  if (sure) return session.act(node, "delete", form, values, consent);
  notDeleted({ prompts, ...deps }, name, taken, reason);
  return undefined;
}

function notDeleted({ prompts }: NodeDeps, name: string, taken: number, reason: string): void {
  prompts.warn(
    t(
      "“{name}” was not deleted. In the undo journal: {count} of its messages; the others are where they were. {reason}",
      {
        name,
        count: grouped(taken),
        reason,
      },
    ),
  );
}

function keptSentence(name: string, taken: number): string {
  return t("“{name}” was deleted. Messages in the undo journal: {count}. “MQ: Restore…” publishes them again.", {
    name,
    count: grouped(taken),
  });
}
