/** What there is on the broker and how it is changed: by the management API where there is one, else by name. */
import { t } from "@vscode/l10n";
import type { ActVerb, Done, Effect, ListOptions, Node, Page, Seen, Verb } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import type { Form, Values } from "../../broker/form.ts";
import { NodeActs } from "./nodeActs.ts";
import { toHeaders } from "./arguments.ts";
import type { KnownQueue } from "./effectParts.ts";
import { NodeEffects } from "./nodeEffects.ts";
import { NodeForms } from "./nodeForms.ts";
import { introduce, Management } from "./management.ts";
import { Managed } from "./managed.ts";
import type { Identity } from "./managementShapes.ts";
import { parseNodeId, type NodeRef } from "./nodeId.ts";
import { Pinned } from "./pinned.ts";
import type { QueueBinding, QueueRef, Topology, TopologyOptions } from "./topologyContract.ts";

export function createTopology(options: TopologyOptions): Topology {
  return new RabbitmqTopology(options);
}

class RabbitmqTopology implements Topology {
  version?: string;
  readonly #options: TopologyOptions;
  readonly #pinned: Pinned;
  readonly #forms: NodeForms;
  readonly #effects: NodeEffects;
  readonly #acts: NodeActs;
  #management: Management | undefined;
  #managed: Managed | undefined;
  #limits: readonly string[] = [];
  #closed = false;

  constructor(options: TopologyOptions) {
    this.#options = options;
    this.#pinned = new Pinned(options.admin, options.vhost, options.pins);
    const known = { admin: options.admin, pinned: this.#pinned, managed: () => this.#managed };
    this.#forms = new NodeForms(known);
    this.#effects = new NodeEffects(known);
    this.#acts = new NodeActs(known, this.#forms);
  }

  get limits(): readonly string[] {
    return this.#limits;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { management: url, user, password, tls, admin } = this.#options;
    if (url === undefined) {
      this.#limits = [t("This connection has no management URL: queues and exchanges cannot be listed.")];
      return;
    }
    let management: Management | undefined;
    try {
      management = new Management({ url, user, password, ...(tls ? { tls } : {}) });
      const { overview, identity } = await introduce(management, { signal, timeout: startTime });
      if (this.#closed) throw new BrokerError("closed", t("The request was cancelled."));
      this.#management = management;
      this.#managed = new Managed(management, admin, overview);
      this.version = overview.version;
      this.#limits = limitsOf(identity, this.#managed);
    } catch (error) {
      management?.close();
      this.#limits = [t("{reason} Without it queues and exchanges cannot be listed.", { reason: sentenceOf(error) })];
    }
  }

  async list(parent: Node | undefined, options: ListOptions): Promise<Page<Node>> {
    if (!this.#managed && parent === undefined && options.fresh === true && this.#options.management !== undefined) {
      await this.start(new AbortController().signal);
    }
    return this.#managed
      ? this.#managed.list(parent, options)
      : this.#pinned.list(parent, options, this.#limits.join(" "));
  }

  refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    return this.#managed ? this.#managed.refresh(nodes) : this.#pinned.refresh(nodes);
  }

  async forms(node: Node, verb: Verb): Promise<readonly Form[]> {
    return this.#forms.forms(node, refOf(node, verb), verb);
  }

  async effects(node: Node, verb: Verb, _: Values, seen?: Seen): Promise<readonly Effect[]> {
    return this.#effects.effects(node, refOf(node, verb), verb, seen);
  }

  async act(node: Node, verb: ActVerb, form: string, values: Values): Promise<Done> {
    return this.#acts.act(node, refOf(node, verb), verb, form, values);
  }

  async bindingsOf(queue: QueueRef): Promise<readonly QueueBinding[]> {
    if (!this.#managed) {
      throw new BrokerError(
        "unsupported",
        t(
          "How “{name}” is bound cannot be known without the management API. Tap the exchange that its messages come from.",
          {
            name: queue.name,
          },
        ),
      );
    }
    const bindings = await this.#managed.listing.bindingsOfQueue(queue.vhost, queue.name);
    return bindings.map(({ source, key, arguments: args }) => ({ source, key, arguments: toHeaders(args) }));
  }

  async queueType(queue: QueueRef): Promise<string | undefined> {
    const known = this.#managed?.names.knownQueues(queue.vhost)?.find(({ name }) => name === queue.name);
    return known?.type ?? (await this.#managed?.listing.queue(queue.vhost, queue.name))?.type;
  }

  async knownQueue({ vhost, name }: QueueRef): Promise<KnownQueue> {
    try {
      return (await this.#managed?.listing.queue(vhost, name)) ?? { name };
    } catch {
      return { name };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#management?.close();
  }
}

/** @throws BrokerError `unsupported` for what cannot be done with that node */
function refOf(node: Node, verb: Verb): NodeRef {
  const ref = parseNodeId(node.id);
  if (ref && node.verbs.includes(verb)) return ref;
  if (ref?.kind === "exchange" && ref.name === "" && (verb === "tap" || verb === "bind")) {
    throw new BrokerError(
      "unsupported",
      t(
        "The default exchange cannot be bound, so it cannot be tapped. Browse the queue, or tap the exchange that its messages come from.",
      ),
    );
  }
  throw new BrokerError("unsupported", t("This cannot be done with “{name}”.", { name: node.name }));
}

function limitsOf({ name, tags }: Identity, { overview }: Managed): readonly string[] {
  const seesAll = tags.includes("administrator") || tags.includes("monitoring");
  return [
    ...(seesAll
      ? []
      : [t("The user “{name}” sees only the virtual hosts that it may use (it has no tag “monitoring”).", { name })]),
    ...(overview.statisticsOff
      ? [t("The broker does not collect statistics: unacked messages, memory and rates are not known.")]
      : []),
  ];
}

/** Milliseconds. A firewall that swallows everything shall not hold up connecting as long as a slow list may take. */
const startTime = 5000;
