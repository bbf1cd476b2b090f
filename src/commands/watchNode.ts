import { t } from "@vscode/l10n";
import type { Effect, Node, WatchMode, WatchOptions } from "../broker/contract.ts";
import type { Values } from "../broker/form.ts";
import { describeEffects } from "./askAndAct.ts";
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
  const session = await connectionOf(deps, connectionId).connect();
  const forms = await session.forms(node, mode);
  const form = await pickForm(deps.prompts, forms, node);
  if (forms.length > 0 && !form) return undefined;
  const effects = await session.effects(node, mode);
  const request = (said: readonly Effect[], values?: Values): WatchRequest => ({
    connectionId,
    node,
    options: { mode, window: deps.window(), ...(values && { values }) },
    effects: said,
  });
  if (form && form.fields.length > 0) {
    let values: Values | undefined;
    await deps.prompts.form({
      form,
      effects,
      connection: connectionId,
      submit: async (given) => {
        values = given;
      },
    });
    return values && request(await session.effects(node, mode, values), values);
  }
  const sure = await consent(deps, `${connectionId} ${mode} ${node.id}`, node, mode, effects);
  return sure ? request(effects) : undefined;
}

async function consent(
  deps: WatchDeps,
  key: string,
  node: Node,
  mode: WatchMode,
  effects: readonly Effect[],
): Promise<boolean> {
  if (deps.unasked.has(key) || effects.every(({ severity }) => severity === "info")) return true;
  const { message, act, always } = words(node, mode);
  const answer = await deps.prompts.choose<"once" | "always">({
    message,
    detail: describeEffects(effects),
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
