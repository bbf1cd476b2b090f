/** What a connection refuses, and what it wants the user's word for. */
import type { Effect, Node, Verb } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";
import { readOnlySentence } from "./readOnly.ts";
import type { GuardRules } from "./readOnly.ts";

/** Why this verb is refused on any node; undefined = it is not, or depends on the node. */
export function refusalOf(verb: Verb, rules: GuardRules): BrokerError | undefined {
  if (!rules.readOnly || looking.has(verb) || harmless.has(verb)) return undefined;
  return new BrokerError("denied", readOnlySentence(rules));
}

/** Whether the user has to type a name before this: in production, when something cannot be undone. */
export function wantsTyping(rules: Pick<GuardRules, "environment">, effects: readonly Effect[]): boolean {
  return rules.environment === "production" && effects.some(({ severity }) => severity === "danger");
}

/** Whether it is asked about although the user said not to be asked: one of the last times without a loss. */
export function isLastLook(effects: readonly Effect[]): boolean {
  return effects.some(({ left }) => left !== undefined && left < lastLooks);
}

/** So many looks before the last are asked about one by one. */
const lastLooks = 3;

/** Depends on the node: see `traceless`, and the effects of a tap. */
const looking: ReadonlySet<Verb> = new Set(["tap", "browse"]);
/** These change the user’s own list of names, and nothing on the broker. */
export const harmless: ReadonlySet<Verb> = new Set(["pin", "unpin"]);

/** Whether a read-only connection lets this be done with this node. */
export function isAllowed(verb: Verb, node: Node): boolean {
  return verb === "browse" ? node.traceless === true : looking.has(verb) || harmless.has(verb);
}
