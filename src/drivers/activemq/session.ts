import { t } from "@vscode/l10n";
import type {
  ActVerb,
  Done,
  Draft,
  Effect,
  ListOptions,
  Node,
  Page,
  Receipt,
  Session,
  SessionInfo,
  Subscription,
  Target,
  Verb,
  WatchOptions,
} from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { Emitter, type Event } from "../../broker/event.ts";
import type { Form, Values } from "../../broker/form.ts";
import { act } from "./acts.ts";
import type { Addressing } from "./addressing.ts";
import { toEndpoint } from "./connect.ts";
import { effectsOf } from "./effects.ts";
import { formsOf } from "./forms.ts";
import type { Link } from "./link.ts";
import { Links } from "./links.ts";
import { openManagement } from "./openManagement.ts";
import { parseNodeId, type NodeRef } from "./nodeId.ts";
import { Publisher } from "./publisher.ts";
import { Tree } from "./tree.ts";
import { watch } from "./watch.ts";

/** @throws BrokerError `unreachable`, `refused`, `invalid`; `closed` when aborted */
export async function openSession(target: Target, signal: AbortSignal): Promise<Session> {
  const endpoint = await toEndpoint(target);
  const links = new Links(endpoint);
  try {
    const link = await links.get("administration", signal);
    const dialect = link.server.dialect ?? endpoint.uri.dialect;
    const { management, why } = await openManagement(endpoint, dialect, target.admin, signal);
    if (signal.aborted || link.closed) {
      management?.close();
      throw link.closed ?? new BrokerError("closed", t("Connecting was cancelled."));
    }
    const properties = (link.connection.properties ?? {}) as Record<string, unknown>;
    const prefix = (name: string, usual: string): string =>
      typeof properties[name] === "string" ? properties[name] : usual;
    return new ActivemqSession(
      link,
      links,
      new Tree(dialect, management, why, target.pins),
      {
        dialect,
        queuePrefix: prefix("queue-prefix", "queue://"),
        topicPrefix: prefix("topic-prefix", "topic://"),
      },
      why,
    );
  } catch (error) {
    await links.close();
    throw error;
  }
}

/**
 * It lives as long as its administration connection, which is always open. When a publishing or consuming connection
 * ends, only what ran on it fails, and the next use makes a new one.
 */
class ActivemqSession implements Session {
  readonly info: SessionInfo;
  readonly onDidClose: Event<BrokerError | undefined>;
  readonly onDidBlock: Event<string | undefined>;
  readonly #closing = new Emitter<BrokerError | undefined>();
  readonly #links: Links;
  readonly #tree: Tree;
  readonly #addressing: Addressing;
  readonly #publisher: Publisher;
  #closed: Promise<void> | undefined;

  constructor(link: Link, links: Links, tree: Tree, addressing: Addressing, why: string) {
    const { product, version } = link.server;
    this.info = { product, ...(version === undefined ? {} : { version }), limits: why === "" ? [] : [why] };
    this.#links = links;
    this.#tree = tree;
    this.#addressing = addressing;
    this.#publisher = new Publisher(links, addressing, {
      checkThere: (ref) => tree.look(ref),
      audience: async (ref) => (await tree.look(ref))?.subscribers,
    });
    this.onDidClose = this.#closing.event;
    this.onDidBlock = this.#publisher.onDidBlock;
    link.onDidClose((reason) => {
      void this.#close(reason);
    });
  }

  async list(parent: Node | undefined, options: ListOptions = {}): Promise<Page<Node>> {
    this.#links.check();
    return this.#tree.list(parent, options);
  }

  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    this.#links.check();
    return this.#tree.refresh(nodes);
  }

  async forms(node: Node, verb: Verb): Promise<readonly Form[]> {
    return formsOf(node, this.#refOf(node, verb), verb, this.#addressing.dialect, this.#tree);
  }

  async effects(node: Node, verb: Verb): Promise<readonly Effect[]> {
    return effectsOf(this.#refOf(node, verb), verb, this.#addressing.dialect, this.#tree);
  }

  async act(node: Node, verb: ActVerb, form: string, values: Values): Promise<Done> {
    const ref = this.#refOf(node, verb);
    if (verb === "delete") await this.#publisher.forget(node.id);
    return act(node, ref, verb, form, values, this.#tree);
  }

  async publish(to: Node, draft: Draft): Promise<Receipt> {
    return this.#publisher.publish(to, draft);
  }

  async watch(node: Node, options: WatchOptions): Promise<Subscription> {
    return watch(node, options, this.#links, this.#tree, this.#addressing);
  }

  close(): Promise<void> {
    return this.#close(undefined);
  }

  #refOf(node: Node, verb: Verb): NodeRef {
    this.#links.check();
    const ref = parseNodeId(node.id);
    if (ref && node.verbs.includes(verb)) return ref;
    throw new BrokerError("unsupported", t("That cannot be done with “{name}”.", { name: node.name }));
  }

  #close(reason: BrokerError | undefined): Promise<void> {
    this.#closed ??= this.#end(reason);
    return this.#closed;
  }

  async #end(reason: BrokerError | undefined): Promise<void> {
    const closing = this.#links.close(reason);
    await this.#publisher.close();
    await closing;
    this.#tree.management?.close();
    this.#closing.fire(reason);
  }
}
