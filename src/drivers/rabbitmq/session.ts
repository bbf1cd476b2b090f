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
  Seen,
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
import { toEndpoint, type Link } from "./connect.ts";
import { Links } from "./links.ts";
import { originOf } from "./origin.ts";
import { Publisher } from "./publisher.ts";
import { createTopology } from "./topology.ts";
import type { Topology } from "./topologyContract.ts";
import { managementUrl } from "./uri.ts";
import { watch } from "./watch.ts";

/** @throws BrokerError `unreachable`, `refused`, `invalid`; `closed` when aborted */
export async function openSession(target: Target, signal: AbortSignal): Promise<Session> {
  const endpoint = await toEndpoint(target);
  const { uri, user, password, tlsSettings: tls } = endpoint;
  const links = new Links(endpoint);
  const management = target.admin ?? managementUrl(uri);
  const topology = createTopology({
    ...(management === "" ? {} : { management }),
    user,
    password,
    tls,
    vhost: uri.vhost,
    pins: target.pins,
    admin: links,
  });
  try {
    const [link] = await Promise.all([links.get("administration", uri.vhost, signal), topology.start(signal)]);
    signal.throwIfAborted();
    if (link.closed) throw link.closed;
    return new RabbitmqSession(link, links, topology);
  } catch (error) {
    await Promise.all([topology.close(), links.close()]);
    if (error instanceof BrokerError) throw error;
    throw new BrokerError("closed", t("Connecting was cancelled."), { cause: error });
  }
}

/**
 * It lives as long as the administration connection of its own vhost, which is always open. When a publishing or
 * consuming connection ends, only what ran on it fails, and the next use makes a new one.
 */
class RabbitmqSession implements Session {
  readonly info: SessionInfo;
  readonly onDidClose: Event<BrokerError | undefined>;
  readonly onDidBlock: Event<string | undefined>;
  readonly #closing = new Emitter<BrokerError | undefined>();
  readonly #links: Links;
  readonly #topology: Topology;
  readonly #publisher: Publisher;
  #closed: Promise<void> | undefined;

  constructor(link: Link, links: Links, topology: Topology) {
    const { product, version } = link.server;
    this.info = {
      keyLabel: t("Routing key"),
      product,
      ...(version === undefined ? {} : { version }),
      // Read when asked: a management API that answers later ends its limit.
      get limits() {
        return topology.limits;
      },
    };
    this.#links = links;
    this.#topology = topology;
    this.#publisher = new Publisher(links);
    this.onDidClose = this.#closing.event;
    this.onDidBlock = links.onDidBlock;
    link.onDidClose((reason) => {
      void this.#close(reason);
    });
  }

  list(parent: Node | undefined, options: ListOptions = {}): Promise<Page<Node>> {
    return this.#topology.list(parent, options);
  }

  refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    return this.#topology.refresh(nodes);
  }

  forms(node: Node, verb: Verb): Promise<readonly Form[]> {
    return this.#topology.forms(node, verb);
  }

  effects(node: Node, verb: Verb, values: Values = {}, seen?: Seen): Promise<readonly Effect[]> {
    return this.#topology.effects(node, verb, values, seen);
  }

  async act(node: Node, verb: ActVerb, form: string, values: Values): Promise<Done> {
    if (!node.verbs.includes(verb)) {
      throw new BrokerError("unsupported", t("This cannot be done with “{name}”.", { name: node.name }));
    }
    return this.#topology.act(node, verb, form, values);
  }

  publish(to: Node, draft: Draft): Promise<Receipt> {
    return this.#publisher.publish(to, draft);
  }

  originOf(seenIn: Node, origin: string | undefined): Node | undefined {
    return originOf(seenIn, origin);
  }

  async watch(node: Node, options: WatchOptions): Promise<Subscription> {
    return watch(node, options, this.#links, this.#topology);
  }

  close(): Promise<void> {
    return this.#close(undefined);
  }

  #close(reason: BrokerError | undefined): Promise<void> {
    this.#closed ??= this.#end(reason);
    return this.#closed;
  }

  async #end(reason: BrokerError | undefined): Promise<void> {
    // A listener that closes the session itself finds it closing already.
    await Promise.resolve();
    if (reason) this.#closing.fire(reason);
    await atMost(patience, Promise.all([this.#publisher.close(), this.#topology.close()]));
    await atMost(patience, this.#links.close(reason));
    if (!reason) this.#closing.fire(undefined);
  }
}

// Milliseconds. A broker that has fallen silent is not waited for: its connections end with their heartbeats.
const patience = 2000;

async function atMost(milliseconds: number, task: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([task, late]);
  clearTimeout(timer);
}
