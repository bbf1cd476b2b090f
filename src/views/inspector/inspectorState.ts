/** What the page of an inspector shows besides rows. */
import { t } from "@vscode/l10n";
import type { Node, Outcome, WatchMode } from "../../broker/contract.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import type { ColumnLayout } from "../../protocol/columns.ts";
import type { InspectorState } from "../../protocol/inspector.ts";
import { badgeOf } from "../badge.ts";
import type { InspectorRequest } from "./inspectorDeps.ts";

/** What a state is made of. */
export interface StateParts {
  readonly request: InspectorRequest;
  readonly inspection: Inspection;
  readonly layout: ColumnLayout;
  /** What this broker calls the key. */
  readonly keyLabel: string | undefined;
  /** Why attaching again by itself failed. */
  readonly problem: string | undefined;
  /** Whether it tries to attach again by itself, in a session that is there. */
  readonly waiting: boolean;
}

export function inspectorState(parts: StateParts): InspectorState {
  const { request, inspection, layout, keyLabel } = parts;
  const { connection, node, options, effects } = request;
  const ended = endedState(parts);
  return {
    title: node.name,
    kind: node.kind,
    connection: badgeOf(connection),
    mode: options.mode,
    effects,
    facts: inspection.facts,
    outcomes: offered(inspection.outcomes, options.mode, node),
    ...(inspection.terms ? { terms: inspection.terms } : {}),
    window: inspection.window,
    paused: inspection.paused,
    filter: inspection.filter,
    ...(inspection.range ? { range: inspection.range } : {}),
    ...(ended ? { ended } : {}),
    layout,
    ...(keyLabel === undefined ? {} : { keyLabel }),
    summary: inspection.summary,
  };
}

/** What a queue was browsed for can be deleted by taking it out, where its broker cannot delete single messages. */
function offered(outcomes: readonly Outcome[], mode: WatchMode, { verbs }: Node): readonly Outcome[] {
  const byTaking = mode === "browse" && outcomes.length === 0 && verbs.includes("consume");
  return byTaking ? ["delete"] : outcomes;
}

/** In other words where more is known than the subscription could tell. */
function endedState({ request, inspection, problem, waiting }: StateParts): InspectorState["ended"] {
  const { ended } = inspection;
  if (!ended) return undefined;
  if (waiting)
    return {
      sentence: t("{reason} It attaches again by itself in a moment.", { reason: problem ?? ended.sentence }),
      failed: true,
    };
  if (problem !== undefined) return { sentence: problem, failed: true };
  if (request.connection.state.status === "reconnecting")
    return {
      sentence: t("{reason} It attaches again by itself when the connection is back.", { reason: ended.sentence }),
      failed: true,
    };
  // Only a browse comes to an end of its own.
  if (!ended.failed && request.options.mode !== "browse")
    return {
      sentence: t("The connection was closed. What was not settled went back."),
      failed: false,
    };
  return ended;
}
