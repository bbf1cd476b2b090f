/** What deleting, purging and unbinding will do to others, in sentences with the numbers of now. */
import { t } from "@vscode/l10n";
import type { Effect } from "../../broker/contract.ts";
import { danger, deadLettered, info, listed, notice, type KnownQueue } from "./effectParts.ts";
import type { BindingInfo } from "./managementShapes.ts";

/** @param bindings without the one of the default exchange; undefined = not known */
export function deleteQueueEffects(queue: KnownQueue, bindings: readonly BindingInfo[] | undefined): readonly Effect[] {
  const { name, ready, unacked = 0, consumerCount } = queue;
  const messages = ready === undefined ? undefined : ready + unacked;
  const effects: Effect[] = [danger(deletesQueue(name, messages))];
  if (messages !== undefined && messages > 0 && deadLettered(queue)) {
    effects.push(notice(t("They are not dead-lettered: deleting does not count as rejecting.")));
  }
  if (consumerCount !== undefined && consumerCount > 0) effects.push(danger(loseConsumers(consumerCount)));
  if (bindings && bindings.length > 0) {
    const sources = listed(bindings.map(({ source }) => source));
    effects.push(
      danger(
        t("Its bindings go too ({count}, from {sources}): what is published there no longer gets here.", {
          count: bindings.length,
          sources,
        }),
      ),
    );
  }
  if (bindings === undefined)
    effects.push(notice(t("Its bindings go too; how many there are cannot be known without the management API.")));
  return effects;
}

/**
 * @param outgoing bindings by which it is the source; undefined = not known
 * @param deadLetterers queues that dead-letter to it, as far as known
 */
export function deleteExchangeEffects(
  name: string,
  outgoing: readonly BindingInfo[] | undefined,
  incoming: readonly BindingInfo[] | undefined,
  deadLetterers: readonly string[],
): readonly Effect[] {
  const effects: Effect[] = [
    danger(
      t("Deletes the exchange “{name}”. Whoever publishes to it gets an error, and their channel is closed.", { name }),
    ),
  ];
  if (outgoing && outgoing.length > 0) {
    const destinations = listed(outgoing.map(({ destination }) => destination));
    effects.push(
      danger(t("Its bindings go too ({count}, to {destinations}).", { count: outgoing.length, destinations })),
    );
  }
  if (incoming && incoming.length > 0) {
    const sources = listed(incoming.map(({ source }) => source));
    effects.push(
      danger(t("Bindings that lead to it go too ({count}, from {sources}).", { count: incoming.length, sources })),
    );
  }
  if (outgoing === undefined)
    effects.push(notice(t("Its bindings go too; how many there are cannot be known without the management API.")));
  if (deadLetterers.length > 0) {
    const queues = listed(deadLetterers);
    effects.push(danger(t("Queues send their dead letters to it ({queues}): those will be lost.", { queues })));
  }
  return effects;
}

export function unbindEffects(binding: BindingInfo): readonly Effect[] {
  const { source, destination, key } = binding;
  return [
    notice(
      key === ""
        ? t("What is published to “{source}” no longer reaches “{destination}” through this binding.", {
            source,
            destination,
          })
        : t(
            "What is published to “{source}” with the key “{key}” no longer reaches “{destination}” through this binding.",
            { source, destination, key },
          ),
    ),
  ];
}

export function purgeEffects(queue: KnownQueue): readonly Effect[] {
  const { name, ready, unacked } = queue;
  const effects: Effect[] = [
    danger(
      ready === undefined
        ? t("Removes all messages that are ready in “{name}”. They cannot be got back.", { name })
        : ready === 1
          ? t("Removes the 1 message that is ready in “{name}”. It cannot be got back.", { name })
          : t("Removes the {count} messages that are ready in “{name}”. They cannot be got back.", {
              name,
              count: ready,
            }),
    ),
  ];
  if (deadLettered(queue)) effects.push(notice(t("They are not dead-lettered: purging does not count as rejecting.")));
  if (unacked !== undefined && unacked > 0) {
    effects.push(info(t("The {count} that consumers hold unacked stay.", { count: unacked })));
  }
  return effects;
}

function deletesQueue(name: string, messages: number | undefined): string {
  if (messages === undefined) return t("Deletes the queue “{name}” with all its messages.", { name });
  if (messages === 0) return t("Deletes the queue “{name}”. It is empty.", { name });
  if (messages === 1) return t("Deletes the queue “{name}” with its 1 message.", { name });
  return t("Deletes the queue “{name}” with its {count} messages.", { name, count: messages });
}

function loseConsumers(count: number): string {
  return count === 1
    ? t("1 consumer loses it and is cancelled.")
    : t("{count} consumers lose it and are cancelled.", { count });
}
