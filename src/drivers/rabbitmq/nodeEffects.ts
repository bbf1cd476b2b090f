import { t } from "@vscode/l10n";
import type { Effect, Node, Seen, Verb } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { settingOf } from "./arguments.ts";
import type { KnownQueue } from "./effectParts.ts";
import { deleteExchangeEffects, deleteQueueEffects, purgeEffects, unbindEffects } from "./effects.ts";
import { browseEffects, consumeEffects } from "./lookEffects.ts";
import type { BindingInfo } from "./managementShapes.ts";
import type { NodeRef } from "./nodeId.ts";
import type { Known } from "./nodeForms.ts";
import { tapExchangeEffects, tapQueueEffects } from "./tapEffects.ts";
import type { QueueRef } from "./topologyContract.ts";

/** What a verb will do, with the numbers of now. */
export class NodeEffects {
  readonly #known: Known;

  constructor(known: Known) {
    this.#known = known;
  }

  /** @param seen what is known of a queue from looking at it before */
  async effects(node: Node, ref: NodeRef, verb: Verb, seen?: Seen): Promise<readonly Effect[]> {
    switch (verb) {
      case "purge":
        return ref.kind === "queue" ? purgeEffects(await this.#queue(ref)) : [];
      case "delete":
        return this.#delete(node, ref);
      case "consume":
        return ref.kind === "queue" ? this.#look(ref, consumeEffects, seen) : [];
      case "browse":
        return ref.kind === "queue" ? this.#look(ref, browseEffects, seen) : [];
      case "tap":
        if (ref.kind === "queue") return tapQueueEffects(ref.name, await this.#bindings(ref));
        return ref.kind === "exchange" ? this.#tapExchange(ref) : [];
      case "publish":
      case "create":
      case "bind":
      case "configure":
      case "reset":
      case "retry":
      case "pin":
      case "unpin":
        return [];
      default:
        return verb satisfies never;
    }
  }

  async #delete(node: Node, ref: NodeRef): Promise<readonly Effect[]> {
    if (ref.kind === "queue") {
      const [queue, bindings] = await Promise.all([this.#queue(ref), this.#bindings(ref)]);
      return deleteQueueEffects(queue, bindings);
    }
    if (ref.kind === "exchange") {
      const [outgoing, incoming] = await Promise.all([
        this.#ofExchange(ref, "source"),
        this.#ofExchange(ref, "destination"),
      ]);
      return deleteExchangeEffects(ref.name, outgoing, incoming, this.#deadLetterers(ref));
    }
    if (ref.kind !== "binding") return [];
    const key = node.facts?.find(({ label }) => label === t("Routing key"))?.value ?? "";
    return unbindEffects({ ...ref, key: key === t("(empty)") ? "" : key, arguments: {} });
  }

  async #look(ref: QueueRef, effectsOf: typeof browseEffects, seen: Seen | undefined): Promise<readonly Effect[]> {
    const [queue, version] = await Promise.all([this.#queue(ref), this.#version(ref.vhost)]);
    return effectsOf(queue, { version, seen });
  }

  async #tapExchange(ref: QueueRef): Promise<readonly Effect[]> {
    const exchange = await this.#known.managed()?.exchangeNow(ref.vhost, ref.name);
    return tapExchangeEffects(exchange ?? { name: ref.name });
  }

  /** Rejects with `missing` when it is gone. */
  async #queue(ref: QueueRef): Promise<KnownQueue> {
    const managed = this.#known.managed();
    if (managed)
      return managed.queueNow(ref.vhost, ref.name).catch((error: unknown) => {
        throw error instanceof BrokerError && error.kind === "missing" ? noQueue(ref.name, error) : error;
      });
    const node = await this.#known.pinned.look(ref);
    if (node?.warning !== undefined) {
      throw new BrokerError(
        "missing",
        node.facts?.[0]?.value ?? t("There is no queue “{name}” any more.", { name: ref.name }),
      );
    }
    const { ready, consumers } = node?.counts ?? {};
    return {
      name: ref.name,
      ...(ready === undefined ? {} : { ready }),
      ...(consumers === undefined ? {} : { consumerCount: consumers }),
    };
  }

  /** undefined = cannot be known. */
  async #bindings(ref: QueueRef): Promise<readonly BindingInfo[] | undefined> {
    return this.#known.managed()?.listing.bindingsOfQueue(ref.vhost, ref.name);
  }

  async #ofExchange(ref: QueueRef, end: "source" | "destination"): Promise<readonly BindingInfo[] | undefined> {
    return this.#known.managed()?.listing.bindingsOfExchange(ref.vhost, ref.name, end);
  }

  /** Only among the names that were listed already: a heavy request for a sentence is too much. */
  #deadLetterers(ref: QueueRef): readonly string[] {
    const queues = this.#known.managed()?.names.knownQueues(ref.vhost) ?? [];
    return queues.filter((queue) => settingOf(queue, "dead-letter-exchange") === ref.name).map(({ name }) => name);
  }

  /** The management API's word, else what the broker said when we connected. */
  async #version(vhost: string): Promise<string | undefined> {
    const managed = this.#known.managed();
    if (managed) return managed.overview.version;
    return this.#known.admin.withScratchChannel(vhost, async (channel) => channel.connection.serverProperties.version);
  }
}

function noQueue(name: string, cause: BrokerError): BrokerError {
  return new BrokerError("missing", t("There is no queue “{name}” any more.", { name }), { cause });
}
