/** What the two halves of this driver are to each other: topology (HTTP and declarations) and messages (AMQP). */
import type { Channel } from "amqplib";
import type { ActVerb, Done, Effect, ListOptions, Node, Page, Pin, Seen, Verb } from "../../broker/contract.ts";
import type { Form, Values } from "../../broker/form.ts";
import type { Header } from "../../broker/values.ts";
import type { Check } from "../../broker/contract.ts";
import type { TlsSettings } from "../../broker/contract.ts";
import type { KnownQueue } from "./effectParts.ts";
import type { NodeRef } from "./nodeId.ts";

/** Everything that concerns topology. Made by `createTopology` of topology.ts. */
export interface Topology {
  /** Sentences for `Session.info.limits`: no management API, refused, fewer rights. Known after `start`. */
  readonly limits: readonly string[];
  /** The broker's version as the management API tells it, when it does. */
  readonly version?: string;
  /** Looks once whether the management API answers and who we are there. Never rejects: what failed becomes a limit. */
  start(signal: AbortSignal): Promise<void>;
  list(parent: Node | undefined, options: ListOptions): Promise<Page<Node>>;
  refresh(nodes: readonly Node[]): Promise<readonly Node[]>;
  /** Of all verbs, `publish` and the watching ones included. */
  forms(node: Node, verb: Verb): Promise<readonly Form[]>;
  effects(node: Node, verb: Verb, values: Values, seen?: Seen): Promise<readonly Effect[]>;
  act(node: Node, verb: ActVerb, form: string, values: Values): Promise<Done>;
  /** For the shadow of a queue: the bindings of it, without the one of the default exchange. Rejects `unsupported` without the management API. */
  bindingsOf(queue: QueueRef): Promise<readonly QueueBinding[]>;
  /** `classic`, `quorum`, `stream` …; undefined when it cannot be known (no management API). */
  queueType(queue: QueueRef): Promise<string | undefined>;
  /** What is known of a queue now: only its name where it cannot be asked for. Never rejects. */
  knownQueue(queue: QueueRef): Promise<KnownQueue>;
  /** Stops what runs. Never rejects. */
  close(): Promise<void>;
}

export type QueueRef = Extract<NodeRef, { readonly kind: "queue" | "exchange" }>;

export interface QueueBinding {
  readonly source: string;
  readonly key: string;
  readonly arguments: readonly Header[];
}

/** What the topology half needs of AMQP. */
export interface Admin {
  /**
   * A channel of that vhost's administration connection, made for one job and closed afterwards. What amqplib throws
   * comes out as BrokerError (404 `missing`, 403 `denied`, 406 `invalid`, 405 `denied`, connection gone `closed`).
   */
  withScratchChannel<T>(vhost: string, use: (channel: Channel) => Promise<T>): Promise<T>;
}

/** What `createTopology` gets. */
export interface TopologyOptions {
  /** Base URL of the management API without credentials; absent = none, do not try. */
  readonly management?: string;
  readonly user: string;
  readonly password: string;
  readonly tls?: TlsSettings;
  /** The vhost of the URI: the one that is shown when the management API cannot tell. */
  readonly vhost: string;
  readonly pins: readonly Pin[];
  readonly admin: Admin;
}

/** Exported by topology.ts. */
export type CreateTopology = (options: TopologyOptions) => Topology;

/** Exported by management.ts as `checkManagement`: one request, translated into a sentence. Never rejects. */
export type CheckManagement = (
  options: Pick<TopologyOptions, "user" | "password" | "tls" | "vhost"> & { readonly management: string },
  signal: AbortSignal,
) => Promise<Check>;

/** Exported by wire.ts: typed values → what amqplib encodes with exactly these types. Throws BrokerError `invalid`. */
export type ToTable = (headers: readonly Header[], field: string) => Record<string, unknown>;
