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
import { Emitter } from "../../broker/event.ts";
import type { Form, Values } from "../../broker/form.ts";
import { carryOut } from "./acts.ts";
import { tapChannel } from "./channelReading.ts";
import { effectsOf } from "./effects.ts";
import { formsOf } from "./forms.ts";
import { HeldSubscription, type Source } from "./held.ts";
import { consumeList, returnLost } from "./listConsumer.ts";
import { Listing } from "./listing.ts";
import { browseList } from "./listReading.ts";
import { LookSubscription, type Reading } from "./looking.ts";
import { shownName } from "./names.ts";
import { refOf, type NodeRef } from "./nodeRef.ts";
import { Publisher } from "./publisher.ts";
import { infoFrom, bufferFrom, listFrom, mapFrom, type Reply } from "./reply.ts";
import { openServers, type Servers } from "./servers.ts";
import { consumeStream } from "./streamConsumer.ts";
import { browseStream, tapStream } from "./streamReading.ts";
import { toEndpoint, type Wire } from "./wire.ts";

/** @throws BrokerError `unreachable`, `refused`, `invalid`; `closed` when aborted */
export async function openSession(target: Target, signal: AbortSignal): Promise<Session> {
  const servers = await openServers(await toEndpoint(target), signal);
  try {
    const [description] = await Promise.all([describe(servers), returnLost(servers)]);
    return new RedisSession(servers, description, target);
  } catch (error) {
    servers.close();
    throw error;
  }
}

/** What a server is, as far as it tells. */
export interface Description {
  /** "Redis", "Valkey" */
  readonly product: string;
  readonly version?: string;
  readonly limits: readonly string[];
  readonly persisted: boolean;
}

/** Asks the server what it is; what an access control list forbids is a limit, no failure. */
export async function describe(servers: Servers): Promise<Description> {
  const wire = servers.first;
  const [server, persistence, policy] = await Promise.all([
    optional(wire, ["INFO", "server"]),
    optional(wire, ["INFO", "persistence"]),
    optional(wire, ["CONFIG", "GET", "appendfsync"]),
  ]);
  const info = infoFrom(server);
  const version = info.get("valkey_version") ?? info.get("redis_version");
  const append = infoFrom(persistence).get("aof_enabled") === "1";
  const fsync = bufferFrom(mapFrom(policy).get("appendfsync")).toString();
  return {
    product: info.has("valkey_version") ? "Valkey" : "Redis",
    ...(version === undefined ? {} : { version }),
    persisted: append && fsync === "always",
    limits: [
      t("Streams, lists and channels are shown; keys of other types are not."),
      ...(server === undefined
        ? [t("The access control list does not allow INFO: the version of the server is unknown.")]
        : []),
    ],
  };
}

/** undefined for what is not permitted, or not known to this version. */
async function optional(wire: Wire, args: readonly string[]): Promise<Reply | undefined> {
  try {
    return await wire.call(args);
  } catch (error) {
    if (error instanceof BrokerError && error.kind === "closed") throw error;
    return undefined;
  }
}

/** It lives as long as its connections for administration. */
class RedisSession implements Session {
  readonly info: SessionInfo;
  readonly #closing = new Emitter<BrokerError | undefined>();
  readonly #blocking = new Emitter<string | undefined>();
  readonly #servers: Servers;
  readonly #listing: Listing;
  readonly #publisher: Publisher;
  readonly #subscriptions = new Set<Subscription & { fail(error: BrokerError): void }>();
  readonly onDidClose = this.#closing.event;
  readonly onDidBlock = this.#blocking.event;
  #closed: Promise<void> | undefined;
  #reason: BrokerError | undefined;

  constructor(servers: Servers, description: Description, { pins }: Target) {
    const { product, version, limits, persisted } = description;
    this.info = { product, limits, ...(version === undefined ? {} : { version }) };
    this.#servers = servers;
    const [major = 7, minor = 0] = (version ?? "7.0").split(".").map(Number);
    this.#listing = new Listing(servers, pins, major >= 7);
    this.#publisher = new Publisher(servers, { persisted, canRefuseToMake: major > 6 || (major === 6 && minor >= 2) });
    servers.onDidClose((reason) => {
      void this.#close(reason);
    });
  }

  async list(parent: Node | undefined, options: ListOptions = {}): Promise<Page<Node>> {
    this.#check();
    return this.#listing.list(parent, options);
  }

  async refresh(nodes: readonly Node[]): Promise<readonly Node[]> {
    this.#check();
    return this.#listing.refresh(nodes);
  }

  async forms(node: Node, verb: Verb): Promise<readonly Form[]> {
    this.#check(node, verb);
    const ref = refOf(node);
    const groups = verb === "consume" && ref.kind === "stream" ? await this.#groups(ref.key) : [];
    return formsOf(node, ref, verb, groups);
  }

  async effects(node: Node, verb: Verb, values: Values = {}): Promise<readonly Effect[]> {
    this.#check(node, verb);
    return effectsOf(this.#servers, node, refOf(node), verb, values);
  }

  async act(node: Node, verb: ActVerb, _form: string, values: Values): Promise<Done> {
    this.#check(node, verb);
    return carryOut(this.#servers, this.#listing, node, refOf(node), verb, values);
  }

  async publish(to: Node, draft: Draft): Promise<Receipt> {
    this.#check();
    return this.#publisher.publish(to, draft);
  }

  originOf(seenIn: Node, origin: string | undefined): Node | undefined {
    // A pattern is no place to publish to; what came through it tells its channel only by name.
    return origin === undefined && seenIn.verbs.includes("publish") ? seenIn : undefined;
  }

  async watch(node: Node, options: WatchOptions): Promise<Subscription> {
    this.#check(node, options.mode);
    if (!Number.isInteger(options.window) || options.window < 1)
      throw new BrokerError("invalid", t("The window is at least 1."), { field: "window" });
    const subscription = await this.#open(node, refOf(node), options);
    // It may have been closed meanwhile.
    if (this.#closed) {
      await subscription.close();
      this.#check();
    }
    this.#subscriptions.add(subscription);
    return subscription;
  }

  close(): Promise<void> {
    return this.#close(undefined);
  }

  async #open(node: Node, ref: NodeRef, options: WatchOptions): Promise<LookSubscription | HeldSubscription<unknown>> {
    const { mode, window, values = {} } = options;
    const servers = this.#servers;
    if (mode === "tap" && ref.kind === "channel") {
      const reading = await tapChannel(servers, ref);
      return this.#look(reading, window, () => reading.dropped);
    }
    if (mode === "tap" && ref.kind === "stream") return this.#look(await tapStream(servers, ref.key), window);
    if (mode === "browse" && ref.kind === "stream")
      return this.#look(await browseStream(servers, ref.key, values), window);
    if (mode === "browse" && ref.kind === "list")
      return this.#look(await browseList(servers, ref.key, values, this.#listing.isPinned(ref)), window);
    if (mode === "consume" && (ref.kind === "stream" || ref.kind === "group")) {
      const group = ref.kind === "group" ? ref.group : undefined;
      return this.#hold(await consumeStream(servers, ref.key, group, options), window);
    }
    if (mode === "consume" && ref.kind === "list")
      return this.#hold(await consumeList(servers, ref.key, options), window);
    throw new BrokerError("unsupported", t("This cannot be done with “{name}”.", { name: node.name }));
  }

  #look(reading: Reading, window: number, dropped?: () => number): LookSubscription {
    const subscription: LookSubscription = new LookSubscription(
      reading,
      window,
      () => this.#subscriptions.delete(subscription),
      dropped,
    );
    return subscription;
  }

  #hold<T>(source: Source<T>, window: number): HeldSubscription<T> {
    const subscription: HeldSubscription<T> = new HeldSubscription(source, window, () =>
      this.#subscriptions.delete(subscription),
    );
    return subscription;
  }

  /** Suggestions are a help: what may not be read must not keep anyone from typing. */
  async #groups(key: Buffer): Promise<readonly string[]> {
    const reply = await this.#servers.call(key, ["XINFO", "GROUPS", key]).catch(() => null);
    return listFrom(reply).map((group) => shownName(bufferFrom(mapFrom(group).get("name"))));
  }

  #close(reason: BrokerError | undefined): Promise<void> {
    this.#closed ??= this.#end(reason);
    return this.#closed;
  }

  async #end(reason: BrokerError | undefined): Promise<void> {
    this.#reason = reason;
    // A listener that closes the session itself finds it closing already.
    await Promise.resolve();
    if (reason) {
      for (const subscription of this.#subscriptions) subscription.fail(reason);
      this.#closing.fire(reason);
    } else await atMost(patience, Promise.all([...this.#subscriptions].map((each) => each.close())));
    this.#servers.close();
    if (!reason) this.#closing.fire(undefined);
  }

  #check(node?: Node, verb?: Verb): void {
    if (this.#closed) throw this.#reason ?? new BrokerError("closed", t("The connection is closed. Connect again."));
    if (node && verb && !node.verbs.includes(verb))
      throw new BrokerError("unsupported", t("This cannot be done with “{name}”.", { name: node.name }));
  }
}

// Milliseconds. A server that has fallen silent is not waited for.
const patience = 5000;

async function atMost(milliseconds: number, task: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([task, late]);
  clearTimeout(timer);
}
