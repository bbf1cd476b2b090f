/** Changes of topology, over AMQP: with exactly the types that were asked for. */
import { t } from "@vscode/l10n";
import type { Channel, Options } from "amqplib";
import { BrokerError } from "../../broker/errors.ts";
import { flagOf, isShown, tableOf, textOf, type Form, type Values } from "../../broker/form.ts";
import { scalarProblem, type Header, type ScalarType } from "../../broker/values.ts";
import { brokerText } from "./failures.ts";
import { isReserved } from "./nodes.ts";
import type { Admin, QueueRef } from "./topologyContract.ts";
import { checkedKey, toTable } from "./wire.ts";

export interface BindingEnds {
  readonly vhost: string;
  readonly source: string;
  readonly destination: string;
  readonly destinationType: "queue" | "exchange";
  readonly key: string;
  readonly arguments: readonly Header[];
}

/** @returns its name */
export async function createQueue(admin: Admin, vhost: string, form: Form, given: Values): Promise<string> {
  const values = shown(form, given);
  const name = checkedName(textOf(values, "name"));
  const type = textOf(values, "type") || "classic";
  const isClassic = type === "classic";
  const options: Options.AssertQueue = {
    durable: isClassic ? flagOf(values, "durable") : true,
    autoDelete: isClassic && flagOf(values, "autoDelete"),
    exclusive: false,
    arguments: toTable(queueArguments(type, values), "arguments"),
  };
  await declare(admin, vhost, "queue", name, queueFields, (channel) => channel.assertQueue(name, options));
  return name;
}

/** @returns its name */
export async function createExchange(admin: Admin, vhost: string, form: Form, given: Values): Promise<string> {
  const values = shown(form, given);
  const name = checkedName(textOf(values, "name"));
  const type = textOf(values, "type");
  if (type === "") throw new BrokerError("invalid", t("Choose a type."), { field: "type" });
  const options: Options.AssertExchange = {
    durable: flagOf(values, "durable"),
    autoDelete: flagOf(values, "autoDelete"),
    internal: flagOf(values, "internal"),
    arguments: toTable(exchangeArguments(values), "arguments"),
  };
  await declare(admin, vhost, "exchange", name, exchangeFields, (channel) =>
    channel.assertExchange(name, type, options),
  );
  return name;
}

/** What the values of a `bind` form ask for. */
export function bindingOf(end: QueueRef, given: Values): BindingEnds {
  const common = { vhost: end.vhost, key: checkedKey(keyOf(given)), arguments: tableOf(given, "arguments") };
  if (end.kind === "queue") {
    const source = required(given, "source", t("Say from which exchange."));
    return { ...common, source, destination: end.name, destinationType: "queue" };
  }
  if (textOf(given, "destinationType") === "exchange") {
    const destination = required(given, "exchange", t("Say to which exchange."));
    return { ...common, source: end.name, destination, destinationType: "exchange" };
  }
  const destination = required(given, "queue", t("Say to which queue."));
  return { ...common, source: end.name, destination, destinationType: "queue" };
}

/** @param end the one of both that was not asked for */
export async function bind(admin: Admin, binding: BindingEnds, end: QueueRef["kind"]): Promise<void> {
  const { vhost, source, destination, destinationType, key } = binding;
  const args = toTable(binding.arguments, "arguments");
  const asked = end === "queue" ? "source" : destinationType;
  try {
    await admin.withScratchChannel(vhost, (channel) =>
      destinationType === "queue"
        ? channel.bindQueue(destination, source, key, args)
        : channel.bindExchange(destination, source, key, args),
    );
  } catch (error) {
    if (error instanceof BrokerError && error.kind === "missing") throw at(error, asked);
    throw error;
  }
}

/** @returns how many messages were removed */
export async function purgeQueue(admin: Admin, vhost: string, name: string): Promise<number> {
  const { messageCount } = await admin.withScratchChannel(vhost, (channel) => channel.purgeQueue(name));
  return messageCount;
}

/**
 * @param atomic whether the broker itself can refuse to delete what is not empty or not unused. Others close the whole
 * connection when asked to: there it is checked right before.
 * @returns how many messages went with it
 */
export async function deleteQueue(
  admin: Admin,
  { vhost, name }: QueueRef,
  { ifEmpty, ifUnused, atomic, unacked }: DeleteQueueOptions,
): Promise<number> {
  try {
    return await admin.withScratchChannel(vhost, async (channel) => {
      if (!atomic && (ifEmpty || ifUnused)) {
        const { messageCount, consumerCount } = await channel.checkQueue(name);
        if (ifEmpty && messageCount + unacked > 0) throw notEmpty(name, messageCount + unacked);
        if (ifUnused && consumerCount > 0) throw inUse(name, consumerCount);
      }
      const reply = await channel.deleteQueue(name, atomic ? { ifEmpty, ifUnused } : {});
      return reply.messageCount;
    });
  } catch (error) {
    // Ours already.
    if (error instanceof BrokerError && error.field !== undefined) throw error;
    const reason = reasonOf(error);
    if (/ not empty/.test(reason)) throw notEmpty(name, undefined, error);
    if (/ in use/.test(reason)) throw inUse(name, undefined, error);
    throw error;
  }
}

export interface DeleteQueueOptions {
  readonly ifEmpty: boolean;
  readonly ifUnused: boolean;
  readonly atomic: boolean;
  /** As far as known: a passive declaration does not tell. */
  readonly unacked: number;
}

export async function deleteExchange(admin: Admin, { vhost, name }: QueueRef, ifUnused: boolean): Promise<void> {
  try {
    await admin.withScratchChannel(vhost, (channel) => channel.deleteExchange(name, { ifUnused }));
  } catch (error) {
    if (!/ in use/.test(reasonOf(error))) throw error;
    const sentence = t("“{name}” was not deleted: something is bound to it.", { name });
    throw new BrokerError("invalid", sentence, { cause: error, field: "ifUnused" });
  }
}

/** A name that the broker will take. */
export function checkedName(name: string): string {
  const fail = (sentence: string): never => {
    throw new BrokerError("invalid", sentence, { field: "name" });
  };
  if (name === "") return fail(t("Give it a name."));
  if (Buffer.byteLength(name) > 255) return fail(t("A name can have 255 bytes at most."));
  if (isReserved(name)) return fail(t("Names that begin with “amq.” are the broker's own. Choose another one."));
  return name;
}

/** Only what the form shows with these values, with its defaults: what is hidden was not asked for. */
function shown(form: Form, values: Values): Values {
  return Object.fromEntries(
    form.fields.flatMap((field) => {
      const value = values[field.name] ?? field.default;
      return value !== undefined && isShown(field, values, form.fields) ? [[field.name, value]] : [];
    }),
  );
}

async function declare(
  admin: Admin,
  vhost: string,
  kind: "queue" | "exchange",
  name: string,
  fields: Readonly<Record<string, string>>,
  make: (channel: Channel) => Promise<unknown>,
): Promise<void> {
  try {
    await admin.withScratchChannel(vhost, make);
  } catch (error) {
    const [, argument = "", asked = "", current = ""] =
      /inequivalent arg '([^']*)' for (?:queue|exchange) .*: received (.*) but current is (.*)$/s.exec(
        reasonOf(error),
      ) ?? [];
    if (argument === "") throw error;
    const words = { name, argument, asked: spoken(asked), current: spoken(current) };
    const sentence =
      kind === "queue"
        ? t(
            "There is a queue “{name}” already. Its {argument}: {current}; asked for: {asked}. Choose another name, or delete it first.",
            words,
          )
        : t(
            "There is an exchange “{name}” already. Its {argument}: {current}; asked for: {asked}. Choose another name, or delete it first.",
            words,
          );
    throw new BrokerError("invalid", sentence, { cause: error, field: fields[argument] ?? "arguments" });
  }
}

/** `the value '60000' of type 'signedint'` → `60000` */
function spoken(value: string): string {
  const text = /^the value '(.*)' of type/s.exec(value)?.[1] ?? /^'(.*)'$/s.exec(value)?.[1] ?? value;
  return text === "none" ? t("not set") : text;
}

function queueArguments(type: string, values: Values): readonly Header[] {
  const key = keyAt(values, "deadLetterKey");
  const exchange = textOf(values, "deadLetterExchange");
  return [
    { name: "x-queue-type", value: { type: "string", value: type } },
    ...whole(values, "ttl", "x-message-ttl"),
    ...whole(values, "expires", "x-expires"),
    ...whole(values, "maxLength", "x-max-length"),
    ...whole(values, "maxLengthBytes", "x-max-length-bytes", "uint64"),
    ...word("x-overflow", textOf(values, "overflow") || textOf(values, "quorumOverflow")),
    ...word("x-max-age", maxAge(textOf(values, "maxAge"))),
    ...whole(values, "segmentBytes", "x-stream-max-segment-size-bytes", "uint64"),
    // A key alone is refused; the default exchange has no name to type.
    ...(exchange !== "" || key !== ""
      ? [{ name: "x-dead-letter-exchange", value: { type: "string", value: exchange } } as const]
      : []),
    ...word("x-dead-letter-routing-key", key),
    ...whole(values, "maxPriority", "x-max-priority", "uint8"),
    ...(flagOf(values, "singleActiveConsumer")
      ? [{ name: "x-single-active-consumer", value: { type: "boolean", value: "true" } } as const]
      : []),
    ...whole(values, "deliveryLimit", "x-delivery-limit"),
    ...whole(values, "initialGroupSize", type === "stream" ? "x-initial-cluster-size" : "x-quorum-initial-group-size"),
    ...tableOf(values, "arguments"),
  ];
}

function exchangeArguments(values: Values): readonly Header[] {
  return [...word("alternate-exchange", textOf(values, "alternateExchange")), ...tableOf(values, "arguments")];
}

/** Names in the broker's complaints → fields of the form. */
const queueFields: Readonly<Record<string, string>> = {
  durable: "durable",
  auto_delete: "autoDelete",
  "x-queue-type": "type",
  "x-message-ttl": "ttl",
  "x-expires": "expires",
  "x-max-length": "maxLength",
  "x-max-length-bytes": "maxLengthBytes",
  "x-overflow": "overflow",
  "x-max-age": "maxAge",
  "x-stream-max-segment-size-bytes": "segmentBytes",
  "x-dead-letter-exchange": "deadLetterExchange",
  "x-dead-letter-routing-key": "deadLetterKey",
  "x-max-priority": "maxPriority",
  "x-single-active-consumer": "singleActiveConsumer",
  "x-delivery-limit": "deliveryLimit",
  "x-quorum-initial-group-size": "initialGroupSize",
  "x-initial-cluster-size": "initialGroupSize",
};

const exchangeFields: Readonly<Record<string, string>> = {
  type: "type",
  durable: "durable",
  auto_delete: "autoDelete",
  internal: "internal",
  "alternate-exchange": "alternateExchange",
};

function whole(values: Values, field: string, name: string, scalar: ScalarType = "uint32"): readonly Header[] {
  const value = textOf(values, field);
  if (value === "") return [];
  const problem = scalarProblem(scalar, value);
  if (problem === "form") throw new BrokerError("invalid", t("“{value}” is not a whole number.", { value }), { field });
  if (problem) {
    const [min, max] = [String(problem.min), String(problem.max)];
    throw new BrokerError("invalid", t("{value} is not between {min} and {max}.", { value, min, max }), { field });
  }
  return [{ name, value: { type: "int64", value } }];
}

function word(name: string, value: string): readonly Header[] {
  return value === "" ? [] : [{ name, value: { type: "string", value } }];
}

function maxAge(text: string): string {
  if (text === "" || /^\d+[YMDhms]$/.test(text)) return text;
  const sentence = t("“{text}” is no age: write a number and one of Y, M, D, h, m, s, such as 7D.", { text });
  throw new BrokerError("invalid", sentence, { field: "maxAge" });
}

function required(values: Values, field: string, sentence: string): string {
  const text = textOf(values, field);
  if (text === "") throw new BrokerError("invalid", sentence, { field });
  return text;
}

function keyOf(values: Values): string {
  return keyAt(values, "key");
}

/** Not trimmed: a space is part of a key. */
function keyAt(values: Values, field: string): string {
  const value = values[field];
  return typeof value === "string" ? value : "";
}

function notEmpty(name: string, messages: number | undefined, cause?: unknown): BrokerError {
  const sentence =
    messages === undefined
      ? t("“{name}” was not deleted: it is not empty.", { name })
      : t("“{name}” was not deleted: it is not empty (messages: {messages}).", { name, messages });
  return new BrokerError("invalid", sentence, { cause, field: "ifEmpty" });
}

function inUse(name: string, consumers: number | undefined, cause?: unknown): BrokerError {
  const sentence =
    consumers === undefined
      ? t("“{name}” was not deleted: it has consumers.", { name })
      : t("“{name}” was not deleted: it has consumers ({consumers}).", { name, consumers });
  return new BrokerError("invalid", sentence, { cause, field: "ifUnused" });
}

/** The broker's own words. */
function reasonOf(error: unknown): string {
  return brokerText(error instanceof BrokerError ? (error.cause ?? error) : error);
}

function at(error: BrokerError, field: string): BrokerError {
  return new BrokerError(error.kind, error.message, { cause: error.cause ?? error, field });
}
