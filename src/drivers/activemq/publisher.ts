import { t } from "@vscode/l10n";
import type { Draft, Node, Receipt } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Emitter } from "../../broker/event.ts";
import { addressOf, type Addressing } from "./addressing.ts";
import type { Links } from "./links.ts";
import { MessageEncoder } from "./messageOut.ts";
import { formatNodeId, parseNodeId, type QueueRef, type TopicRef } from "./nodeId.ts";
import { SenderChannel } from "./senderChannel.ts";

/** What a publisher wants to know of a place before it sends there; both resolve with undefined where it cannot be known. */
export interface Surroundings {
  /** @throws BrokerError `missing` */
  checkThere(ref: QueueRef | TopicRef): Promise<unknown>;
  /** How many subscribers or queues get what is published there. */
  audience(ref: TopicRef): Promise<number | undefined>;
}

/** Confirmed publishing. Every place has a sender of its own, because one that waits for credit holds up what is behind it. */
export class Publisher {
  readonly #links: Links;
  readonly #addressing: Addressing;
  readonly #around: Surroundings;
  readonly #encoder = new MessageEncoder();
  readonly #channels = new Map<string, Promise<SenderChannel>>();
  readonly #open = new Map<string, SenderChannel>();
  readonly #audiences = new Map<string, { readonly at: number; readonly count: Promise<number | undefined> }>();
  readonly #blocking = new Emitter<string | undefined>();
  readonly onDidBlock = this.#blocking.event;
  #last: { readonly id: string; readonly ref: QueueRef | TopicRef } | undefined;

  constructor(links: Links, addressing: Addressing, around: Surroundings) {
    this.#links = links;
    this.#addressing = addressing;
    this.#around = around;
  }

  /** @throws BrokerError `invalid`, `missing`, `denied`, `unsupported`, `closed` when it was not sent */
  async publish(to: Node, draft: Draft): Promise<Receipt> {
    const ref = this.#refOf(to);
    const message = this.#encoder.encode(draft);
    const channel = this.#open.get(to.id) ?? (await this.#channelFor(to.id, ref));
    if (ref.kind === "queue") return channel.publish(message, draft.persistent);
    const audience = await this.#audience(ref);
    const receipt = await channel.publish(message, draft.persistent);
    if (receipt.outcome !== "routed" || audience !== 0) return receipt;
    return { outcome: "returned", reason: nobody(ref) };
  }

  /** Ends the sender to a place that is deleted. Never rejects. */
  async forget(id: string): Promise<void> {
    const channel = this.#channels.get(id);
    this.#channels.delete(id);
    this.#open.delete(id);
    await (await channel?.catch(() => undefined))?.close();
  }

  /** Never rejects. */
  async close(): Promise<void> {
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    this.#open.clear();
    await Promise.all(
      channels.map(async (each) => {
        const channel = await each.catch(() => undefined);
        await channel?.close();
      }),
    );
  }

  #refOf(node: Node): QueueRef | TopicRef {
    if (this.#last?.id === node.id) return this.#last.ref;
    const ref = parseNodeId(node.id);
    if (
      !node.verbs.includes("publish") ||
      (ref?.kind !== "queue" && ref?.kind !== "topic" && ref?.kind !== "address")
    ) {
      throw new BrokerError("unsupported", t("Nothing can be published to “{name}”.", { name: node.name }));
    }
    this.#last = { id: node.id, ref };
    return ref;
  }

  #channelFor(id: string, ref: QueueRef | TopicRef): Promise<SenderChannel> {
    let channel = this.#channels.get(id);
    if (!channel) {
      this.#forgetIdle();
      channel = this.#openChannel(id, ref);
      this.#channels.set(id, channel);
      channel.catch(() => this.#channels.delete(id));
    }
    return channel;
  }

  async #openChannel(id: string, ref: QueueRef | TopicRef): Promise<SenderChannel> {
    // Both brokers would make what is not there: a misspelt name is not to leave a queue behind.
    const [link] = await Promise.all([this.#links.get("publishing"), this.#around.checkThere(ref)]);
    const channel = await SenderChannel.open(
      link,
      addressOf(ref, this.#addressing, "send"),
      ref.name,
      (reason) => {
        this.#blocking.fire(reason);
      },
      () => {
        this.#channels.delete(id);
        this.#open.delete(id);
      },
    );
    this.#open.set(id, channel);
    return channel;
  }

  /** Somebody is asked for at most once a second, nobody every time: a subscriber may come any moment. */
  async #audience(ref: TopicRef): Promise<number | undefined> {
    const id = formatNodeId(ref);
    const known = this.#audiences.get(id);
    if (known && performance.now() - known.at < audienceTime) return known.count;
    const count = this.#around.audience(ref).catch(() => undefined);
    this.#audiences.set(id, { at: performance.now(), count });
    const found = await count;
    if (found === 0) this.#audiences.delete(id);
    return found;
  }

  #forgetIdle(): void {
    if (this.#open.size < mostChannels) return;
    for (const [id, channel] of this.#open) {
      if (channel.waiting > 0) continue;
      this.#open.delete(id);
      this.#channels.delete(id);
      void channel.close();
      return;
    }
  }
}

const mostChannels = 32;
// Milliseconds
const audienceTime = 1000;

function nobody({ kind, name }: TopicRef): string {
  return kind === "topic"
    ? t("The broker took it, but the topic “{name}” has no subscriber: nobody gets it.", { name })
    : t("The broker took it, but the address “{name}” has no queue: nobody gets it.", { name });
}
