import { t } from "@vscode/l10n";
import type { Consent, Effect, Node, WatchMode, WatchOptions } from "../broker/contract.ts";
import type { Values } from "../broker/form.ts";
import type { Connection } from "../connections/connections.ts";
import { isLastLook, refusalOf } from "../connections/guardRules.ts";
import { describeEffects } from "./askAndAct.ts";
import { consentOf, nameToType, withoutTyped, withTypedField } from "./consent.ts";
import { connectionOf } from "./deps.ts";
import type { NodeDeps, NodeRef } from "./deps.ts";
import { pickForm } from "./pickForm.ts";

/** What {@link watchNode} works with. */
export interface WatchDeps extends NodeDeps {
  /** How many messages may be unsettled at once, at first. */
  window(): number;
  /** Where the user said not to be asked again; lives as long as VS Code does. */
  readonly unasked: Set<string>;
}

/** What an inspector needs to begin. */
export interface WatchRequest {
  readonly connectionId: string;
  readonly node: Node;
  readonly options: WatchOptions;
  /** What it does to others, to be shown in the inspector too. */
  readonly effects: readonly Effect[];
}

/**
 * Says what looking at a node will do to others and asks for what has to be known first.
 * @returns undefined when the user changed their mind, or it failed
 */
export async function watchNode(deps: WatchDeps, ref: NodeRef, mode: WatchMode): Promise<WatchRequest | undefined> {
  try {
    return await ask(deps, ref, mode);
  } catch (error) {
    deps.prompts.fail(error);
    return undefined;
  }
}

async function ask(
  deps: WatchDeps,
  { connectionId, node }: NodeRef,
  mode: WatchMode,
): Promise<WatchRequest | undefined> {
  const connection = connectionOf(deps, connectionId);
  const session = await connection.connect();
  const refusal = refusalOf(mode, connection.rules);
  if (refusal) throw refusal;
  const forms = await session.forms(node, mode);
  const form = await pickForm(deps.prompts, forms, node);
  if (forms.length > 0 && !form) return undefined;
  const effects = await session.effects(node, mode);
  const typed = nameToType(connection, node, effects);
  const request = (said: readonly Effect[], values?: Values): WatchRequest => ({
    connectionId,
    node,
    options: { mode, window: deps.window(), consent: consentOf(typed), ...(values && { values }) },
    effects: said,
  });
  if (form && form.fields.length > 0) {
    let values: Values | undefined;
    await deps.prompts.form({
      form: withTypedField(form, typed),
      effects,
      connection: connectionId,
      submit: async (given) => {
        values = withoutTyped(given, typed);
      },
    });
    return values && request(await session.effects(node, mode, values), values);
  }
  const look: Look = { key: `${connectionId} ${mode} ${node.id}`, node, mode, effects, typed };
  return (await agrees(deps, look)) ? request(effects) : undefined;
}

/**
 * Asks again before looking goes on where it ended: only what the guard of the connection wants asked, as the rest is
 * shown in the panel.
 * @returns undefined when the user changed their mind
 */
export async function agreesAgain(
  { prompts }: Pick<WatchDeps, "prompts">,
  connection: Connection,
  { node, mode, effects }: Pick<Look, "node" | "mode" | "effects">,
): Promise<Consent | undefined> {
  const typed = nameToType(connection, node, effects);
  if (typed === undefined && !isLastLook(effects)) return {};
  const { message, act } = words(node, mode);
  const sure = await prompts.confirm({
    message,
    detail: describeEffects(effects),
    act,
    ...(typed !== undefined && { typed }),
  });
  return sure ? consentOf(typed) : undefined;
}

/** What is about to be looked at. */
interface Look {
  /** What “don't ask again” is remembered by. */
  readonly key: string;
  readonly node: Node;
  readonly mode: WatchMode;
  readonly effects: readonly Effect[];
  /** The name that has to be typed. */
  readonly typed: string | undefined;
}

async function agrees(deps: WatchDeps, { key, node, mode, effects, typed }: Look): Promise<boolean> {
  const { message, act, always } = words(node, mode);
  const detail = describeEffects(effects);
  if (typed !== undefined) return deps.prompts.confirm({ message, detail, act, typed });
  // The last looks that do no harm are asked about one by one.
  if (isLastLook(effects)) return deps.prompts.confirm({ message, detail, act });
  if (deps.unasked.has(key) || effects.every(({ severity }) => severity === "info")) return true;
  const answer = await deps.prompts.choose<"once" | "always">({
    message,
    detail,
    choices: [
      { label: act, value: "once" },
      { label: always, value: "always" },
    ],
  });
  if (answer === "always") deps.unasked.add(key);
  return answer !== undefined;
}

function words(
  { kind, name }: Node,
  mode: WatchMode,
): { readonly message: string; readonly act: string; readonly always: string } {
  switch (mode) {
    case "tap":
      return {
        message: t("Tap the {kind} “{name}”?", { kind, name }),
        act: t("Tap"),
        always: t("Tap, and Don't Ask Again Here"),
      };
    case "browse":
      return {
        message: t("Browse the {kind} “{name}”?", { kind, name }),
        act: t("Browse"),
        always: t("Browse, and Don't Ask Again Here"),
      };
    case "consume":
      return {
        message: t("Consume from the {kind} “{name}”?", { kind, name }),
        act: t("Consume"),
        always: t("Consume, and Don't Ask Again Here"),
      };
    default:
      return mode satisfies never;
  }
}
