/** What the sentences about effects are made of. */
import { t } from "@vscode/l10n";
import type { Effect } from "../../broker/contract.ts";
import { settingOf } from "./arguments.ts";
import type { QueueInfo } from "./managementShapes.ts";
import { isAtLeast } from "./topologyForms.ts";

/** A queue as far as it is known: without the management API only its name and what a passive declaration tells. */
export type KnownQueue = Partial<QueueInfo> & Pick<QueueInfo, "name">;

/** undefined = none. Before 4.0 there is one only where it was set; -1 = none. */
export function deliveryLimit(queue: KnownQueue, version: string | undefined): number | undefined {
  const set = policyOrArgument(queue, "delivery-limit");
  if (typeof set === "number") return set < 0 ? undefined : set;
  return isAtLeast(version, 4, 0) ? 20 : undefined;
}

/** A setting of the queue by its name without `x-`. */
export function policyOrArgument({ arguments: args = {}, policyDefinition = {} }: KnownQueue, name: string): unknown {
  return settingOf({ arguments: args, policyDefinition }, name);
}

/** Whether it is known to have a dead-letter exchange. */
export function deadLettered(queue: KnownQueue): boolean {
  const { arguments: args, policyDefinition } = queue;
  return (
    args !== undefined &&
    policyDefinition !== undefined &&
    typeof policyOrArgument(queue, "dead-letter-exchange") === "string"
  );
}

/** The first few different names. */
export function listed(names: readonly string[]): string {
  const different = [...new Set(names)];
  const shown = different.slice(0, 3).join(", ");
  return different.length > 3 ? t("{names} and {count} more", { names: shown, count: different.length - 3 }) : shown;
}

export function info(sentence: string): Effect {
  return { severity: "info", sentence };
}

export function notice(sentence: string): Effect {
  return { severity: "notice", sentence };
}

export function danger(sentence: string): Effect {
  return { severity: "danger", sentence };
}
