/** What browsing and consuming does to others, in sentences with the numbers of now. */
import { t } from "@vscode/l10n";
import type { Effect, Seen } from "../../broker/contract.ts";
import { danger, deadLettered, deliveryLimit, info, notice, policyOrArgument, type KnownQueue } from "./effectParts.ts";
import { isAtLeast } from "./topologyForms.ts";

/** What effects depend on besides the queue. */
export interface Around {
  /** Of the broker, where it is known. */
  readonly version: string | undefined;
  /** Where the queue was looked at before. */
  readonly seen?: Seen | undefined;
}

/** Consuming by hand. */
export function consumeEffects(queue: KnownQueue, around: Around): readonly Effect[] {
  const { name, consumerCount } = queue;
  const effects: Effect[] = [notice(takesOut(queue))];
  if (consumerCount !== undefined && consumerCount > 0) {
    effects.push(
      notice(
        consumerCount === 1
          ? t("It competes with 1 consumer, which does not get what you get.")
          : t("It competes with {count} consumers, which do not get what you get.", { count: consumerCount }),
      ),
    );
  }
  effects.push(notice(t("What is not settled when you close goes back, and “redelivered” will be set.")));
  const ttl = policyOrArgument(queue, "message-ttl");
  if (typeof ttl === "number") {
    effects.push(
      notice(
        deadLettered(queue)
          ? t(
              "Messages of “{name}” expire after {ttl} ms: what you hold for longer is dead-lettered once it goes back.",
              {
                name,
                ttl,
              },
            )
          : t("Messages of “{name}” expire after {ttl} ms: what you hold for longer is dropped once it goes back.", {
              name,
              ttl,
            }),
      ),
    );
  }
  return [
    ...effects,
    ...lengthEffects(queue),
    ...returnEffects(queue, around),
    ...goesWithUs(queue),
    ...attachEffects(queue),
  ];
}

/** Looking, without removing anything. */
export function browseEffects(queue: KnownQueue, around: Around): readonly Effect[] {
  if (queue.type === "stream") return [info(t("Reads the stream by offset: nothing changes, nobody notices."))];
  const { name, ready, consumerCount } = queue;
  const effects: Effect[] = [
    notice(
      ready === undefined
        ? t(
            "AMQP cannot peek: the messages are taken out of “{name}” for a moment and put back, and “redelivered” will be set.",
            { name },
          )
        : t(
            "AMQP cannot peek: messages ({count} are ready) are taken out of “{name}” for a moment and put back, and “redelivered” will be set.",
            { name, count: ready },
          ),
    ),
  ];
  if (consumerCount !== undefined && consumerCount > 0) {
    effects.push(
      notice(
        consumerCount === 1
          ? t("1 consumer does not get them in that moment, and the order may change while it is attached.")
          : t("{count} consumers do not get them in that moment, and the order may change while they are attached.", {
              count: consumerCount,
            }),
      ),
    );
  }
  // An auto-delete queue is browsed without attaching to it.
  const attached = queue.autoDelete ? [] : attachEffects(queue);
  return [...effects, ...lengthEffects(queue), ...returnEffects(queue, around), ...attached];
}

function takesOut(queue: KnownQueue): string {
  const { name } = queue;
  if (queue.arguments === undefined || queue.policyDefinition === undefined)
    return t(
      "Takes messages out of “{name}”: what you ack is gone for everyone, what you reject is dead-lettered or dropped.",
      { name },
    );
  return deadLettered(queue)
    ? t("Takes messages out of “{name}”: what you ack is gone for everyone, what you reject is dead-lettered.", {
        name,
      })
    : t("Takes messages out of “{name}”: what you ack or reject is gone for everyone.", { name });
}

/** Where there is a limit, what came meanwhile pushes the oldest out when messages go back: they do not count while out. */
function lengthEffects(queue: KnownQueue): readonly Effect[] {
  const [length, bytes] = [policyOrArgument(queue, "max-length"), policyOrArgument(queue, "max-length-bytes")];
  const overflow = policyOrArgument(queue, "overflow");
  if ((typeof length !== "number" && typeof bytes !== "number") || (overflow ?? "drop-head") !== "drop-head") return [];
  const kept = deadLettered(queue);
  const { ready, unacked = 0 } = queue;
  const isFull = typeof length === "number" && ready !== undefined && ready + unacked >= length;
  if (!isFull)
    return [
      notice(
        kept
          ? t("The length of this queue is limited: if it fills up meanwhile, the oldest messages are dead-lettered.")
          : t("The length of this queue is limited: if it fills up meanwhile, the oldest messages are dropped."),
      ),
    ];
  return [
    kept
      ? notice(
          t("The queue is full ({max}): for each message that comes meanwhile, the oldest is dead-lettered.", {
            max: length,
          }),
        )
      : danger(
          t("The queue is full ({max}): for each message that comes meanwhile, the oldest is dropped.", {
            max: length,
          }),
        ),
  ];
}

/** What comes of putting messages back, which depends on the version. */
function returnEffects(queue: KnownQueue, around: Around): readonly Effect[] {
  const { type } = queue;
  const { version, seen } = around;
  if (type !== undefined && type !== "quorum") return [];
  if (isAtLeast(version, 4, 3)) return delayedRetryEffects(queue);
  if (type === undefined) return unknownTypeEffects(around);
  const limit = deliveryLimit(queue, version);
  if (limit === undefined) return [];
  return [seen ? attemptEffect(queue, limit, seen) : firstLookEffect(queue, limit)];
}

function firstLookEffect(queue: KnownQueue, limit: number): Effect {
  const sentence = deadLettered(queue)
    ? t(
        "This queue counts every look as a delivery: after {limit} returns a message is dead-lettered. How many are left is known after the first look.",
        { limit },
      )
    : t(
        "This queue counts every look as a delivery: after {limit} returns a message is dropped. How many are left is known after the first look.",
        { limit },
      );
  return { ...danger(sentence), left: limit - 1 };
}

/** The message that came back most often decides. */
function attemptEffect(queue: KnownQueue, limit: number, { deliveries }: Seen): Effect {
  const attempt = deliveries + 1;
  const left = limit - attempt;
  const effect =
    left < few ? danger(attemptSentence(queue, limit, attempt)) : notice(attemptSentence(queue, limit, attempt));
  return { ...effect, left };
}

function attemptSentence(queue: KnownQueue, limit: number, attempt: number): string {
  const left = limit - attempt;
  const words = { attempt, limit, left };
  if (deadLettered(queue)) {
    if (left < 0)
      return t("The limit of {limit} is reached: this look makes the quorum queue dead-letter the message.", words);
    if (left === 0)
      return t("Attempt {attempt} of {limit}: the next look makes this quorum queue dead-letter the message.", words);
    if (left === 1)
      return t("Attempt {attempt} of {limit}: after 1 more look this quorum queue dead-letters the message.", words);
    return t(
      "Attempt {attempt} of {limit}: after {left} more looks this quorum queue dead-letters the message.",
      words,
    );
  }
  if (left < 0) return t("The limit of {limit} is reached: this look makes the quorum queue drop the message.", words);
  if (left === 0)
    return t("Attempt {attempt} of {limit}: the next look makes this quorum queue drop the message.", words);
  if (left === 1)
    return t("Attempt {attempt} of {limit}: after 1 more look this quorum queue drops the message.", words);
  return t("Attempt {attempt} of {limit}: after {left} more looks this quorum queue drops the message.", words);
}

/** Without the management API; a count that messages carried tells that it is a quorum queue. */
function unknownTypeEffects({ version, seen }: Around): readonly Effect[] {
  if (!isAtLeast(version, 4, 0)) return [];
  if (!seen)
    return [
      notice(
        t(
          "If this is a quorum queue, it counts every look as a delivery, and drops or dead-letters a message after 20 unless set otherwise. Which it is cannot be known without the management API.",
        ),
      ),
    ];
  const attempt = seen.deliveries + 1;
  const sentence = t(
    "Attempt {attempt}: this quorum queue drops or dead-letters a message after 20 unless set otherwise, which cannot be known without the management API.",
    { attempt },
  );
  return [{ ...danger(sentence), left: standardLimit - attempt }];
}

const standardLimit = 20;
/** So few looks left are a danger. */
const few = 3;

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

function goesWithUs({ autoDelete, consumerCount = 0 }: KnownQueue): readonly Effect[] {
  if (!autoDelete || consumerCount > 0) return [];
  return [
    danger(t("The queue is auto-delete and has no other consumer: when you close it is deleted, with its messages.")),
  ];
}

/** What others that are attached mean for one more. */
function attachEffects(queue: KnownQueue): readonly Effect[] {
  const effects: Effect[] = [];
  const { consumerCount = 0, consumers = [] } = queue;
  if (consumers.some(({ exclusive }) => exclusive)) {
    effects.push(notice(t("A consumer holds this queue exclusively: the broker will refuse another one.")));
  } else if (policyOrArgument(queue, "single-active-consumer") === true && consumerCount > 0) {
    effects.push(notice(t("The queue serves one consumer at a time: nothing comes until the others have left.")));
  }
  return effects;
}
