import { t } from "@vscode/l10n";
import type { ReceiverOptions } from "rhea";
import rhea from "rhea";
import type { Node, Subscription, WatchOptions } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { textOf, type Values } from "../../broker/form.ts";
import { addressOf, type Addressing } from "./addressing.ts";
import { Consumer } from "./consumer.ts";
import { settleTerms } from "./effects.ts";
import type { Links } from "./links.ts";
import { parseNodeId } from "./nodeId.ts";
import { isPlace, type Tree } from "./tree.ts";

/**
 * Attaches a temporary consumer.
 * @throws BrokerError
 */
export async function watch(
  node: Node,
  options: WatchOptions,
  links: Links,
  tree: Tree,
  addressing: Addressing,
): Promise<Subscription> {
  const { mode, values = {} } = options;
  links.check();
  const ref = parseNodeId(node.id);
  if (!node.verbs.includes(mode) || !isPlace(ref)) {
    throw new BrokerError("unsupported", t("“{name}” cannot be watched in this way.", { name: node.name }));
  }
  const window = Math.min(Math.max(1, Math.trunc(options.window)), largestWindow);
  const limit = mode === "browse" ? browseLimit(textOf(values, "limit")) : 0;
  // Both brokers would make what is not there: looking must leave no trace.
  const [link, info] = await Promise.all([links.get("consuming"), tree.look(ref)]);
  const { name } = ref;
  // Classic deletes a queue without a word to its consumers.
  const watched = addressing.dialect === "classic" ? { isThere: () => tree.look(ref), portion: classicPage } : {};
  const source: NonNullable<ReceiverOptions["source"]> = {
    ...addressOf(ref, addressing, "receive"),
    ...filtered(values),
  };
  switch (mode) {
    case "tap":
      return Consumer.open(link, {
        source,
        name,
        window,
        settling: "pulled",
        facts: [{ label: t("Subscribed to"), value: source.address }],
        ...watched,
      });
    case "browse": {
      const ready = info && "ready" in info ? info.ready : undefined;
      const facts = ready === undefined ? [] : [{ label: t("Ready when read"), value: String(ready) }];
      return Consumer.open(link, {
        source: { ...source, distribution_mode: "copy" },
        name,
        window: limit,
        settling: "pulled",
        until: { count: limit },
        facts,
      });
    }
    case "consume": {
      if (ref.kind !== "queue") throw new BrokerError("unsupported", t("This cannot be done here."));
      const queue = info && "deadLetters" in info ? info : undefined;
      return Consumer.open(link, {
        source,
        name,
        window,
        settling: "hand",
        facts: [],
        ...watched,
        terms: settleTerms(ref, addressing.dialect, queue),
        // What comes while it runs is left for others.
        ...(options.untilEmpty ? { until: { count: queue?.ready ?? Infinity } } : {}),
      });
    }
    default:
      return mode satisfies never;
  }
}

const largestWindow = 65_535;
const defaultLimit = 100;
/** maxPageSize, unless a policy says otherwise. */
const classicPage = 200;

function browseLimit(text: string): number {
  if (text === "") return defaultLimit;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= largestWindow) return limit;
  throw new BrokerError("invalid", t("The number of messages has to be from 1 to {max}.", { max: largestWindow }), {
    field: "limit",
  });
}

function filtered(values: Values): { readonly filter?: Record<string, unknown> } {
  const selector = textOf(values, "selector");
  if (selector === "") return {};
  return { filter: (rhea.filter as { selector(text: string): Record<string, unknown> }).selector(selector) };
}
