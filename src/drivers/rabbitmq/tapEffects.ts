/** What a tap does to others, in sentences. */
import { t } from "@vscode/l10n";
import type { Effect } from "../../broker/contract.ts";
import { danger, info, listed, notice } from "./effectParts.ts";
import type { BindingInfo, ExchangeInfo } from "./managementShapes.ts";
import { alternateOf } from "./nodes.ts";

export function tapExchangeEffects(exchange: Pick<ExchangeInfo, "name"> & Partial<ExchangeInfo>): readonly Effect[] {
  const { name } = exchange;
  const effects: Effect[] = [
    info(
      t(
        "A private copy of what “{name}” routes from now on, in a temporary queue of its own that goes when you close.",
        { name },
      ),
    ),
    ...costOfTap(),
  ];
  const alternate =
    exchange.arguments && exchange.policyDefinition
      ? alternateOf({ arguments: exchange.arguments, policyDefinition: exchange.policyDefinition })
      : undefined;
  if (alternate !== undefined) {
    effects.push(
      notice(
        t("Messages that only your copy matches no longer go to the alternate exchange “{alternate}” while you look.", {
          alternate,
        }),
      ),
    );
  } else {
    effects.push(
      notice(t("A publisher of messages that only your copy matches is no longer told that nobody gets them.")),
    );
  }
  if (exchange.autoDelete) {
    effects.push(
      danger(t("The exchange is auto-delete: if nothing else is bound when you close, it is deleted with your copy.")),
    );
  }
  return effects;
}

/** @param bindings without the one of the default exchange; undefined = not known */
export function tapQueueEffects(name: string, bindings: readonly BindingInfo[] | undefined): readonly Effect[] {
  if (bindings?.length === 0) {
    return [
      notice(
        t("“{name}” is bound to no exchange: what is published straight to it cannot be copied. Browse it instead.", {
          name,
        }),
      ),
    ];
  }
  return [
    bindings
      ? info(
          t(
            "A private copy of what “{name}” gets from now on through its bindings ({count}, from {sources}); nobody else notices.",
            {
              name,
              count: bindings.length,
              sources: listed(bindings.map(({ source }) => source)),
            },
          ),
        )
      : info(
          t("A private copy of what “{name}” gets from now on through its bindings; nobody else notices.", { name }),
        ),
    info(t("What is published straight to the queue, through the default exchange, is not seen.")),
    ...costOfTap(),
  ];
}

function costOfTap(): readonly Effect[] {
  return [notice(t("On a broker at its limit a tap can cost its publishers up to a quarter of their throughput."))];
}
