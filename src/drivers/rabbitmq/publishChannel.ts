import { t } from "@vscode/l10n";
import type { ConfirmChannel, Message, Options } from "amqplib";
import type { Draft, Receipt } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Header } from "../../broker/values.ts";
import { closeChannel, watchChannel, type Link } from "./connect.ts";
import { brokerText, codeOf, translate } from "./failures.ts";
import { wirePropertiesOf } from "./wire.ts";

/** A channel in confirm mode for the messages to one exchange. It ends with its channel and is never opened again. */
export class PublishChannel {
  readonly #channel: ConfirmChannel;
  readonly #link: Link;
  readonly #exchange: string;
  readonly #failure: { readonly error: unknown };
  /** By delivery tag, in the order in which they were sent. */
  readonly #pending = new Map<number, Pending>();
  /** Not sent yet, because the socket is full. */
  readonly #waiting: Waiting[] = [];
  readonly #unlisten: () => void;
  #tag = 0;
  #full = false;
  #confirmed = false;
  #ended: BrokerError | undefined;
  #alarm: NodeJS.Timeout | undefined;

  /** @param onEnd called once when the channel has ended, by whomever */
  static async open(link: Link, exchange: string, onEnd: () => void): Promise<PublishChannel> {
    try {
      return new PublishChannel(await link.model.createConfirmChannel(), link, exchange, onEnd);
    } catch (error) {
      throw translate(link.closed ?? error);
    }
  }

  private constructor(channel: ConfirmChannel, link: Link, exchange: string, onEnd: () => void) {
    this.#channel = channel;
    this.#link = link;
    this.#exchange = exchange;
    this.#failure = watchChannel(channel);
    const blocking = link.onDidBlock((reason) => {
      this.#onBlocked(reason);
    });
    this.#unlisten = () => {
      blocking.dispose();
    };
    channel.on("ack", ({ deliveryTag, multiple }) => {
      this.#confirmed = true;
      this.#settle(
        deliveryTag,
        multiple,
        (pending) => pending.returned ?? (pending.draft.persistent ? routedPersisted : routed),
      );
    });
    channel.on("nack", ({ deliveryTag, multiple }) => {
      this.#settle(deliveryTag, multiple, () => refusedReceipt());
    });
    channel.on("return", (message: Message) => {
      this.#onReturn(message);
    });
    channel.on("drain", () => {
      this.#full = false;
      this.#sendWaiting();
    });
    channel.on("close", () => {
      onEnd();
      // A connection that ends closes its channels first and says why afterwards.
      queueMicrotask(() => {
        this.#end();
      });
    });
  }

  /** How many are not answered yet. */
  get waiting(): number {
    return this.#pending.size + this.#waiting.length;
  }

  /** @throws BrokerError when it was not sent */
  publish(key: string, draft: Draft, options: Options.Publish): Promise<Receipt> {
    const { blocked } = this.#link;
    if (blocked !== undefined) return Promise.resolve(blockedReceipt(blocked, false));
    return new Promise((resolve, reject) => {
      const one: Waiting = { key, draft, options, resolve, reject, returned: undefined };
      if (this.#full) this.#waiting.push(one);
      else this.#send(one);
    });
  }

  /** What is not answered yet counts as lost. Never rejects. */
  async close(): Promise<void> {
    const closed = closeChannel(this.#channel);
    if (this.#link.blocked !== undefined) return;
    // A blocked connection answers nothing until the alarm is over.
    await new Promise<void>((resolve) => {
      const blocking = this.#link.onDidBlock(() => {
        resolve();
      });
      void closed.then(() => {
        blocking.dispose();
        resolve();
      });
    });
  }

  #send(one: Waiting): void {
    const { body } = one.draft;
    try {
      const content = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      this.#full = !this.#channel.publish(this.#exchange, one.key, content, one.options);
    } catch (error) {
      one.reject(this.#ended ?? translate(error));
      return;
    }
    this.#pending.set(++this.#tag, one);
  }

  #sendWaiting(): void {
    let sent = 0;
    while (!this.#full && sent < this.#waiting.length) {
      const one = this.#waiting[sent++];
      if (one) this.#send(one);
    }
    this.#waiting.splice(0, sent);
  }

  #settle(tag: number, multiple: boolean, receiptOf: (pending: Pending) => Receipt): void {
    if (!multiple) {
      const pending = this.#pending.get(tag);
      this.#pending.delete(tag);
      pending?.resolve(receiptOf(pending));
      return;
    }
    for (const [each, pending] of this.#pending) {
      if (each > tag) break;
      this.#pending.delete(each);
      pending.resolve(receiptOf(pending));
    }
  }

  /**
   * A returned message does not say which one it was, but it comes before its own confirm: it is the oldest one of those
   * that are not confirmed and not returned, with the same content. (Which of two equal ones does not matter.)
   */
  #onReturn(message: Message): void {
    const fields = message.fields as unknown as { readonly replyCode: number; readonly replyText: string };
    let found: Pending | undefined;
    for (const pending of this.#pending.values()) {
      if (pending.returned || !hasSameBody(pending, message)) continue;
      // Properties that were normalised on the way differ: then the body has to be enough.
      found ??= pending;
      if (!hasSameProperties(pending, message)) continue;
      found = pending;
      break;
    }
    if (!found) return;
    const reason = returnReason(fields.replyCode, fields.replyText, this.#exchange, found.key);
    found.returned = { outcome: "returned", reason };
  }

  #onBlocked(reason: string | undefined): void {
    clearTimeout(this.#alarm);
    if (reason === undefined) return;
    // The broker still confirms what it had taken before the alarm.
    this.#alarm = setTimeout(() => {
      for (const pending of this.#pending.values()) pending.resolve(blockedReceipt(reason, true));
      for (const waiting of this.#waiting.splice(0)) waiting.resolve(blockedReceipt(reason, false));
    }, alarmGrace);
  }

  #end(): void {
    clearTimeout(this.#alarm);
    this.#unlisten();
    const { error } = this.#failure;
    const failure = error === undefined ? (this.#link.closed ?? closedError()) : translate(error);
    this.#ended = failure;
    const rejects = this.#culprits(error);
    for (const pending of this.#pending.values()) {
      if (rejects(pending)) pending.reject(failure);
      else pending.resolve({ outcome: "lost", reason: lostReason(failure) });
    }
    this.#pending.clear();
    for (const waiting of this.#waiting.splice(0)) waiting.reject(failure);
  }

  /** Which of the unanswered messages the broker surely has not taken, when it closed the channel for this error. */
  #culprits(error: unknown): (pending: Pending) => boolean {
    const code = codeOf(error);
    if (typeof code !== "number") return () => false;
    if (this.#pending.size === 1) return () => true;
    const topic = /access to topic '([^']*)'/.exec(brokerText(error))?.[1];
    if (topic !== undefined) return ({ key }) => key === topic;
    // A permission for the exchange holds for all of them; and where nothing was taken before, the first was wrong.
    return () => code === 403 && !this.#confirmed;
  }
}

/** @param sent whether it is on its way already, and will be taken when the alarm is over */
export function blockedReceipt(reason: string, sent: boolean): Receipt {
  return { outcome: "blocked", reason, sent };
}

interface Pending {
  readonly key: string;
  readonly draft: Draft;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: BrokerError) => void;
  returned: Receipt | undefined;
}

interface Waiting extends Pending {
  readonly options: Options.Publish;
}

// Milliseconds
const alarmGrace = 500;

const routed: Receipt = { outcome: "routed", persisted: false };
const routedPersisted: Receipt = { outcome: "routed", persisted: true };

function refusedReceipt(): Receipt {
  return {
    outcome: "refused",
    reason: t(
      "The broker refused the message (nack). Usually a queue is full and rejects more (x-overflow: reject-publish).",
    ),
  };
}

function lostReason(failure: BrokerError): string {
  return t("{reason} The broker had not confirmed this message before: it may or may not have it.", {
    reason: failure.message,
  });
}

function closedError(): BrokerError {
  return new BrokerError("closed", t("The connection was closed."));
}

function returnReason(code: number, text: string, exchange: string, key: string): string {
  if (code !== 312) return t("The broker sent it back ({reason}).", { reason: text });
  return exchange === ""
    ? t("There is no queue “{key}”, so nobody gets it (NO_ROUTE).", { key })
    : t("No queue is bound to “{exchange}” for this message (routing key “{key}”), so nobody gets it (NO_ROUTE).", {
        exchange,
        key,
      });
}

function hasSameBody({ key, draft }: Pending, { fields, content }: Message): boolean {
  return fields.routingKey === key && content.length === draft.body.length && content.equals(draft.body);
}

function hasSameProperties({ draft }: Pending, message: Message): boolean {
  const wire = wirePropertiesOf(message);
  return (
    (wire.contentType ?? "") === (draft.contentType ?? "") &&
    (wire.contentEncoding ?? "") === (draft.contentEncoding ?? "") &&
    (wire.deliveryMode === 2) === draft.persistent &&
    sameTexts(wire.properties, draft.properties) &&
    sameHeaders(wire.headers, draft.headers)
  );
}

function sameTexts(arrived: Readonly<Record<string, string>>, sent: Readonly<Record<string, string>>): boolean {
  const set = Object.entries(sent).filter(([, value]) => value !== "");
  // Numbers may have been written with zeros in front.
  return (
    set.length === Object.keys(arrived).length &&
    set.every(([name, value]) => arrived[name] === value || Number(arrived[name]) === Number(value))
  );
}

/** By name, and by value where nothing was normalised on the way. */
function sameHeaders(arrived: readonly Header[], sent: readonly Header[]): boolean {
  if (arrived.length !== sent.length) return false;
  const values = new Map(arrived.map(({ name, value }) => [name, JSON.stringify(value)]));
  return sent.every(({ name, value }) => values.get(name) === JSON.stringify(value));
}
