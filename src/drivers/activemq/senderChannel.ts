import { t } from "@vscode/l10n";
import type { Delivery as WireDelivery, EventContext, Sender, SenderOptions } from "rhea";
import type { Receipt } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Disposable } from "../../broker/event.ts";
import { attachSender, detach, largestBatch } from "./attach.ts";
import { linkFailure, peerError } from "./failures.ts";
import type { Link } from "./link.ts";

/** A sender to one address, with confirmations. It ends with its link and is never opened again. */
export class SenderChannel {
  readonly #link: Link;
  readonly #sender: Sender;
  readonly #name: string;
  readonly #onBlock: (reason: string | undefined) => void;
  readonly #onEnd: () => void;
  readonly #pending = new Map<WireDelivery, Pending>();
  /** Not sent yet: there is no credit, or the socket is full. */
  #waiting: Waiting[] = [];
  readonly #listening: readonly Disposable[];
  #silence: NodeJS.Timeout | undefined;
  #blocked = false;
  #corked = false;
  #ended: BrokerError | undefined;
  #closing = false;

  /**
   * @param onBlock told why the broker takes nothing, and undefined when it does again
   * @param onEnd called once when it has ended, by whomever
   * @throws BrokerError
   */
  static async open(
    link: Link,
    target: NonNullable<SenderOptions["target"]>,
    name: string,
    onBlock: (reason: string | undefined) => void,
    onEnd: () => void,
  ): Promise<SenderChannel> {
    return new SenderChannel(link, await attachSender(link, { target, autosettle: true }, name), name, onBlock, onEnd);
  }

  private constructor(
    link: Link,
    sender: Sender,
    name: string,
    onBlock: (reason: string | undefined) => void,
    onEnd: () => void,
  ) {
    this.#link = link;
    this.#sender = sender;
    this.#name = name;
    this.#onBlock = onBlock;
    this.#onEnd = onEnd;
    const { session } = sender;
    sender.on("settled", (context: EventContext) => {
      this.#onSettled(context);
    });
    sender.on("sendable", () => {
      this.#sendWaiting();
    });
    sender.on("sender_close", () => {
      this.#end(linkFailure(peerError(sender.error), name));
    });
    session.on("session_close", () => {
      this.#end(linkFailure(peerError(session.error), name));
    });
    this.#listening = [
      link.onDidDrain(() => {
        this.#sendWaiting();
      }),
      link.onDidClose((reason) => {
        this.#end(reason);
      }),
    ];
  }

  /** How many are not answered yet. */
  get waiting(): number {
    return this.#pending.size + this.#waiting.length;
  }

  /** @throws BrokerError when it was not sent */
  publish(message: Buffer, persistent: boolean): Promise<Receipt> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const one: Waiting = { message, persistent, resolve, reject };
      if (this.#waiting.length === 0 && this.#canSend()) this.#send(one);
      else this.#waiting.push(one);
      this.#listenToSilence();
    });
  }

  /** What is not answered yet counts as lost. Never rejects. */
  async close(): Promise<void> {
    this.#closing = true;
    if (!this.#ended) await detach(this.#link, this.#sender);
    this.#end(new BrokerError("closed", t("The connection was closed.")));
  }

  #canSend(): boolean {
    return (
      this.#pending.size < largestBatch - 1 && this.#sender.sendable() && this.#link.socket.writableLength < fullSocket
    );
  }

  #send(one: Waiting): void {
    this.#cork();
    this.#pending.set(this.#sender.send(one.message, undefined, 0), one);
  }

  #sendWaiting(): void {
    let sent = 0;
    while (sent < this.#waiting.length && !this.#ended && this.#canSend()) {
      const one = this.#waiting[sent++];
      if (one) this.#send(one);
    }
    if (sent > 0) this.#waiting = this.#waiting.slice(sent);
  }

  /** rhea writes every frame by itself: those of one turn go out together. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    const { socket } = this.#link;
    socket.cork();
    setImmediate(() => {
      this.#corked = false;
      socket.uncork();
    });
  }

  #onSettled({ delivery }: EventContext): void {
    const pending = delivery && this.#pending.get(delivery);
    if (!delivery || !pending) return;
    this.#pending.delete(delivery);
    pending.resolve(receiptOf(delivery, pending.persistent, this.#name));
    if (this.#blocked) {
      this.#blocked = false;
      this.#onBlock(undefined);
    }
    if (this.#waiting.length > 0) this.#sendWaiting();
    clearTimeout(this.#silence);
    this.#silence = undefined;
    this.#listenToSilence();
  }

  /** AMQP 1.0 has no word for an alarm: a broker that is short of something gives no credit, or no answer. */
  #listenToSilence(): void {
    if (this.#silence || this.waiting === 0 || this.#ended) return;
    this.#silence = setTimeout(() => {
      this.#silence = undefined;
      const reason = t(
        "The broker takes no messages for “{name}” now: it gives no credit. It may be short of memory or disk space, or the queue is full.",
        { name: this.#name },
      );
      this.#blocked = true;
      this.#onBlock(reason);
      for (const pending of this.#pending.values()) pending.resolve({ outcome: "blocked", reason, sent: true });
      for (const waiting of this.#waiting.splice(0)) waiting.resolve({ outcome: "blocked", reason, sent: false });
    }, patience);
  }

  #end(reason: BrokerError): void {
    if (this.#ended) return;
    this.#ended = reason;
    clearTimeout(this.#silence);
    for (const each of this.#listening) each.dispose();
    this.#onEnd();
    // A single one that the broker answered by ending the link was surely not taken.
    const isCulprit =
      this.#pending.size === 1 && !this.#closing && reason.kind !== "closed" && reason.kind !== "missing";
    for (const pending of this.#pending.values()) {
      if (isCulprit) pending.resolve({ outcome: "refused", reason: reason.message });
      else pending.resolve({ outcome: "lost", reason: lostReason(reason) });
    }
    this.#pending.clear();
    for (const waiting of this.#waiting.splice(0)) waiting.reject(reason);
  }
}

interface Pending {
  readonly persistent: boolean;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: BrokerError) => void;
}

interface Waiting extends Pending {
  readonly message: Buffer;
}

// Milliseconds
const patience = 5000;
// Bytes
const fullSocket = 4 * 1024 * 1024;

const routed: Receipt = { outcome: "routed", persisted: false };
const routedPersisted: Receipt = { outcome: "routed", persisted: true };

function receiptOf(delivery: WireDelivery, persistent: boolean, name: string): Receipt {
  const state = delivery.remote_state as unknown;
  const type = (state as { constructor?: { composite_type?: string } } | undefined)?.constructor?.composite_type;
  const error = peerError((state as { error?: unknown } | undefined)?.error);
  switch (type) {
    case "accepted":
      return persistent ? routedPersisted : routed;
    case "rejected":
      return {
        outcome: "refused",
        reason: t("The broker refused the message for “{name}” ({reason}).", {
          name,
          reason: error?.description || error?.condition || t("without a reason"),
        }),
      };
    case "released":
    case "modified":
      return {
        outcome: "refused",
        reason: t("The broker gave the message for “{name}” back and did not keep it.", { name }),
      };
    default:
      return {
        outcome: "lost",
        reason: t("The broker did not say what became of the message for “{name}”: it may or may not have it.", {
          name,
        }),
      };
  }
}

function lostReason(failure: BrokerError): string {
  return t("{reason} The broker had not confirmed this message before: it may or may not have it.", {
    reason: failure.message,
  });
}
