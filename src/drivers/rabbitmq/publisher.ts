import { t } from "@vscode/l10n";
import type { Draft, Node, Properties, Receipt } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Links } from "./links.ts";
import { parseNodeId } from "./nodeId.ts";
import { blockedReceipt, PublishChannel } from "./publishChannel.ts";
import { checkedKey, toPublishOptions } from "./wire.ts";

/**
 * Confirmed and mandatory publishing. Every exchange has its own channel, because the broker closes the channel on which
 * something is wrong with an exchange: messages for the others are not to be lost with it.
 */
export class Publisher {
  readonly #links: Links;
  readonly #channels = new Map<string, Promise<PublishChannel>>();
  /** The channels that are open, to publish without waiting a turn. */
  readonly #open = new Map<string, PublishChannel>();
  /** The last one that was asked for: a loop publishes to one node. */
  #last: { readonly id: string; readonly route: Route } | undefined;
  #prepared: { readonly draft: Draft; readonly options: ReturnType<typeof toPublishOptions> } | undefined;

  constructor(links: Links) {
    this.#links = links;
  }

  /** @throws BrokerError `invalid`, `missing`, `denied`, `unsupported`, `closed` when it was not sent */
  async publish(to: Node, draft: Draft): Promise<Receipt> {
    const route = this.#routeOf(to);
    const key = route.key ?? checkedKey(draft.key ?? "");
    const options = this.#optionsOf(draft);
    if (isRisky(draft, this.#links.user)) return this.#publishAlone(route, key, draft, options);
    const channel = this.#open.get(route.id) ?? (await this.#channelFor(route));
    if (!(channel instanceof PublishChannel)) return channel;
    return channel.publish(key, draft, options);
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

  #routeOf(node: Node): Route {
    if (this.#last?.id === node.id) return this.#last.route;
    const ref = parseNodeId(node.id);
    if (!node.verbs.includes("publish") || (ref?.kind !== "queue" && ref?.kind !== "exchange")) {
      throw new BrokerError("unsupported", t("Nothing can be published to “{name}”.", { name: node.name }));
    }
    const { vhost, kind, name } = ref;
    const exchange = kind === "queue" ? "" : name;
    const route = {
      id: `${vhost}\n${exchange}`,
      vhost,
      exchange,
      ...(kind === "queue" ? { key: checkedKey(name) } : {}),
    };
    this.#last = { id: node.id, route };
    return route;
  }

  #optionsOf(draft: Draft): ReturnType<typeof toPublishOptions> {
    const last = this.#prepared;
    if (last && sameProperties(last.draft, draft)) return last.options;
    const options = toPublishOptions(draft);
    this.#prepared = { draft, options };
    return options;
  }

  /** @returns a receipt when an alarm blocks the connection: then not even a channel can be opened */
  async #channelFor(route: Route): Promise<PublishChannel | Receipt> {
    let channel = this.#channels.get(route.id);
    if (!channel) {
      const { blocked } = await this.#links.get("publishing", route.vhost);
      if (blocked !== undefined) return blockedReceipt(blocked, false);
      channel = this.#channels.get(route.id);
    }
    if (!channel) {
      this.#forgetIdle();
      channel = this.#openChannel(route);
      this.#channels.set(route.id, channel);
      channel.catch(() => this.#channels.delete(route.id));
    }
    return channel;
  }

  async #openChannel(route: Route): Promise<PublishChannel> {
    const { vhost, exchange, id } = route;
    // Known to be there now: if the broker misses it later, it was deleted meanwhile.
    if (exchange !== "") await this.#links.withScratchChannel(vhost, (scratch) => scratch.checkExchange(exchange));
    const channel = await PublishChannel.open(await this.#links.get("publishing", vhost), exchange, () => {
      // One that was let go of may end after another took its place.
      if (this.#open.get(id) !== channel) return;
      this.#channels.delete(id);
      this.#open.delete(id);
    });
    this.#open.set(id, channel);
    return channel;
  }

  /** On a channel of its own, for a message that the broker may answer by closing the channel. */
  async #publishAlone(
    route: Route,
    key: string,
    draft: Draft,
    options: ReturnType<typeof toPublishOptions>,
  ): Promise<Receipt> {
    const link = await this.#links.get("publishing", route.vhost);
    if (link.blocked !== undefined) return blockedReceipt(link.blocked, false);
    const channel = await PublishChannel.open(link, route.exchange, () => undefined);
    try {
      return await channel.publish(key, draft, options);
    } catch (error) {
      throw withField(error);
    } finally {
      await channel.close();
    }
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

interface Route {
  readonly id: string;
  readonly vhost: string;
  readonly exchange: string;
  /** The routing key where the node decides it. */
  readonly key?: string;
}

const mostChannels = 32;
const largeBody = 8 * 1024 * 1024;

/** What cannot be checked here, and closes the channel when the broker does not like it. */
function isRisky({ body, properties }: Draft, user: string): boolean {
  const { userId, replyTo } = properties;
  return (
    body.length > largeBody ||
    (userId !== undefined && userId !== "" && userId !== user) ||
    (replyTo?.startsWith("amq.rabbitmq.reply-to") ?? false)
  );
}

/** Names what {@link isRisky} let through, when that is what the broker complains about. */
function withField(error: unknown): unknown {
  if (!(error instanceof BrokerError) || error.kind !== "invalid") return error;
  const complaint = error.message;
  const field = /user_id/.test(complaint)
    ? "userId"
    : /fast reply/.test(complaint)
      ? "replyTo"
      : /message size/.test(complaint)
        ? "body"
        : undefined;
  return field === undefined ? error : new BrokerError("invalid", complaint, { cause: error.cause, field });
}

/** Drafts of one loop share everything but the body and the key. */
function sameProperties(one: Draft, other: Draft): boolean {
  return (
    one.persistent === other.persistent &&
    one.contentType === other.contentType &&
    one.contentEncoding === other.contentEncoding &&
    (one.headers === other.headers || one.headers.length + other.headers.length === 0) &&
    (one.properties === other.properties || sameTexts(one.properties, other.properties))
  );
}

function sameTexts(one: Properties, other: Properties): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
