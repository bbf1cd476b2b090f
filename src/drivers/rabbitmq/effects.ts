/** What a verb will do to others, in sentences with the numbers of now. */
import { t } from "@vscode/l10n";
import type { Effect } from "../../broker/contract.ts";
import { settingOf } from "./arguments.ts";
import type { BindingInfo, ExchangeInfo, QueueInfo } from "./managementShapes.ts";
import { alternateOf } from "./nodes.ts";
import { isAtLeast } from "./topologyForms.ts";

/** A queue as far as it is known: without the management API only its name and what a passive declaration tells. */
export type KnownQueue = Partial<QueueInfo> & Pick<QueueInfo, "name">;

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

export function consumeEffects(queue: KnownQueue): readonly Effect[] {
  const { name, consumerCount } = queue;
  const effects: Effect[] = [
    notice(
      t("Takes messages out of “{name}”: what you ack is gone, what you reject is dead-lettered or dropped.", { name }),
    ),
  ];
  if (consumerCount !== undefined && consumerCount > 0) {
    effects.push(
      notice(
        consumerCount === 1
          ? t("It competes with 1 consumer, which does not get what you get.")
          : t("It competes with {count} consumers, which do not get what you get.", { count: consumerCount }),
      ),
    );
  }
  effects.push(notice(t("What is not settled when you close goes back, marked as redelivered.")));
  return [...effects, ...attachEffects(queue)];
}

/** @param version of the broker, where it is known */
export function browseEffects(queue: KnownQueue, version: string | undefined): readonly Effect[] {
  if (queue.type === "stream") return [info(t("Reads the stream by offset: nothing changes, nobody notices."))];
  const { name, ready, consumerCount } = queue;
  const effects: Effect[] = [
    notice(
      ready === undefined
        ? t(
            "AMQP cannot peek: the messages are taken out of “{name}” for a moment and put back, marked as redelivered.",
            { name },
          )
        : t(
            "AMQP cannot peek: messages ({count} are ready) are taken out of “{name}” for a moment and put back, marked as redelivered.",
            {
              name,
              count: ready,
            },
          ),
    ),
  ];
  if (consumerCount !== undefined && consumerCount > 0) {
    effects.push(
      notice(
        consumerCount === 1
          ? t("1 consumer does not get them in that moment, and the order may change.")
          : t("{count} consumers do not get them in that moment, and the order may change.", { count: consumerCount }),
      ),
    );
  }
  return [...effects, ...returnEffects(queue, version), ...attachEffects(queue)];
}

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

/** What comes of putting messages back, which depends on the version. */
function returnEffects(queue: KnownQueue, version: string | undefined): readonly Effect[] {
  if (queue.type !== "quorum") return [];
  if (isAtLeast(version, 4, 3)) return delayedRetryEffects(queue);
  const limit = deliveryLimit(queue, version);
  if (limit === undefined) return [];
  const then = deadLettered(queue)
    ? t(
        "This queue counts every look as a delivery: after {limit} returns a message is dead-lettered. Do not look often.",
        { limit },
      )
    : t("This queue counts every look as a delivery: after {limit} returns a message is dropped. Do not look often.", {
        limit,
      });
  return [danger(then)];
}

/** nack(requeue), which is how messages are put back, counts as `returned`. */
function delayedRetryEffects(queue: KnownQueue): readonly Effect[] {
  const type = policyOrArgument(queue, "delayed-retry-type");
  if (type !== "all" && type !== "returned") return [];
  const delay = policyOrArgument(queue, "delayed-retry-min");
  return [
    danger(
      typeof delay === "number"
        ? t("This queue delays what is put back (delayed retry): nobody gets these messages for {delay} ms or more.", {
            delay,
          })
        : t("This queue delays what is put back (delayed retry): nobody gets these messages for a while."),
    ),
  ];
}

/** undefined = none. Before 4.0 there is one only where it was set; -1 = none. */
export function deliveryLimit(queue: KnownQueue, version: string | undefined): number | undefined {
  const set = policyOrArgument(queue, "delivery-limit");
  if (typeof set === "number") return set < 0 ? undefined : set;
  return isAtLeast(version, 4, 0) ? 20 : undefined;
}

/** Any consumer, ours too, changes what the queue itself does. */
function attachEffects(queue: KnownQueue): readonly Effect[] {
  const effects: Effect[] = [];
  const { consumerCount = 0, consumers = [] } = queue;
  if (queue.autoDelete && consumerCount === 0) {
    effects.push(
      danger(t("The queue is auto-delete and has no other consumer: when you close it is deleted, with its messages.")),
    );
  }
  if (consumers.some(({ exclusive }) => exclusive)) {
    effects.push(notice(t("A consumer holds this queue exclusively: the broker will refuse another one.")));
  } else if (policyOrArgument(queue, "single-active-consumer") === true && consumerCount > 0) {
    effects.push(notice(t("The queue serves one consumer at a time: nothing comes until the others have left.")));
  }
  return effects;
}

function policyOrArgument({ arguments: args = {}, policyDefinition = {} }: KnownQueue, name: string): unknown {
  return settingOf({ arguments: args, policyDefinition }, name);
}

function deadLettered(queue: KnownQueue): boolean {
  const { arguments: args, policyDefinition } = queue;
  return (
    args !== undefined &&
    policyDefinition !== undefined &&
    typeof policyOrArgument(queue, "dead-letter-exchange") === "string"
  );
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

/** The first few different names. */
function listed(names: readonly string[]): string {
  const different = [...new Set(names)];
  const shown = different.slice(0, 3).join(", ");
  return different.length > 3 ? t("{names} and {count} more", { names: shown, count: different.length - 3 }) : shown;
}

function info(sentence: string): Effect {
  return { severity: "info", sentence };
}

function notice(sentence: string): Effect {
  return { severity: "notice", sentence };
}

function danger(sentence: string): Effect {
  return { severity: "danger", sentence };
}
