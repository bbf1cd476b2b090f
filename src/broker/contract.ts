/**
 * What a broker is to the rest of the product. A driver implements {@link Driver}, {@link Session} and
 * {@link Subscription}; nothing outside `drivers/` knows which one it talks to.
 */
import type { BrokerError } from "./errors.ts";
import type { Event } from "./event.ts";
import type { Field, Form, Values } from "./form.ts";
import type { Header } from "./values.ts";

/**
 * What can be done with a node. `tap` = a private copy of what comes from now on, nobody else notices · `browse` = read
 * without removing · `consume` = compete for messages, acks are real · `configure` = change the settings of what exists
 * · `reset` = move where a consumer group goes on reading · `retry` = dead letters back to where they came from · `pin` =
 * name a thing that cannot be listed.
 */
export const verbs = [
  "publish",
  "tap",
  "browse",
  "consume",
  "create",
  "bind",
  "configure",
  "reset",
  "retry",
  "pin",
  "unpin",
  "purge",
  "delete",
] as const;
export type Verb = (typeof verbs)[number];

/** The verbs that change topology, carried out by {@link Session.act}. */
export type ActVerb = Exclude<Verb, "publish" | WatchMode>;

export type WatchMode = "tap" | "browse" | "consume";

/**
 * `ack` = done with it · `requeue` = back to the source · `reject` = refused: dead-lettered or dropped · `delete` =
 * removed from its source although nobody held it: only of what was browsed.
 */
export type Outcome = HeldOutcome | "delete";

/** What may be done with a delivery that is held, unsettled, until it is done. */
export type HeldOutcome = "ack" | "requeue" | "reject";

/** Something in the tree. Plain data: a later `list` or `refresh` gives a new object with the same `id`. */
export interface Node {
  /** Unique and stable within its session, so that expansion and selection survive a refresh. */
  readonly id: string;
  /** The broker's word, singular: "queue", "exchange", "vhost", "binding", "consumer"; a folder has the plural. */
  readonly kind: string;
  /** A finer kind that picks an icon: "quorum", "topic". */
  readonly variant?: string;
  readonly name: string;
  /** The rest of the row: "3 ready · 1 unacked". Absent when nothing is known yet. */
  readonly detail?: string;
  /** Label and value pairs for the tooltip and the detail document, in reading order. */
  readonly facts?: readonly Fact[];
  /** Messages ready, messages unacked, consumers. An absent number is unknown, not zero. */
  readonly counts?: Counts;
  readonly verbs: readonly Verb[];
  /**
   * What could be done here if the connection were not read-only. Only the guard of a connection writes it: a driver
   * knows nothing of that.
   */
  readonly refused?: readonly Verb[];
  /**
   * Whether a `browse` here leaves no trace: no message is marked, counted, moved or kept from anybody, not even for a
   * moment. Absent = it leaves one; a read-only connection then refuses it.
   */
  readonly traceless?: boolean;
  readonly expandable: boolean;
  /** Whether {@link Session.refresh} can tell something newer about this node. */
  readonly live?: boolean;
  /** A word that the row shows as a warning: "down", "alarm". */
  readonly warning?: string;
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Counts {
  readonly ready?: number;
  readonly unacked?: number;
  readonly consumers?: number;
  /** Bytes of the bodies of ready and unacked messages together. */
  readonly bytes?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Give it back as `page` to get the rest; absent on the last page. */
  readonly next?: string;
  /** How many there are in all with this filter, where the broker said so. */
  readonly total?: number;
  /** A sentence for a row of its own above the items: "The management API did not answer …". */
  readonly notice?: string;
}

export interface ListOptions {
  readonly page?: string;
  /** Only names that contain this text, without regard to case. */
  readonly filter?: string;
  /** By name unless said. `depth` = most messages first; may cost the broker: never on a timer. */
  readonly sort?: "name" | "depth";
  /** Ask the broker anew instead of answering from names already known. */
  readonly fresh?: boolean;
}

/** A message to send. */
export interface Draft {
  readonly body: Uint8Array;
  /** Routing key, message key: see the form of the `publish` verb. */
  readonly key?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** Whether it is to survive a restart of the broker. */
  readonly persistent: boolean;
  readonly headers: readonly Header[];
  /** The broker's other properties, by the names of the fields of the `publish` form, as text. */
  readonly properties: Properties;
}

/** Name → exact text; the driver knows the type of each. Absent = not set. */
export type Properties = Readonly<Record<string, string>>;

/**
 * What became of a published message.
 * `routed` = the broker has it and somebody will get it · `returned` = the broker confirmed it but nobody gets it
 * · `refused` = the broker said no (nack) · `blocked` = an alarm stops the broker from taking messages; `sent` says
 * whether this one is already on its way and will be taken when the alarm ends · `lost` = the connection went before the
 * broker answered: it may or may not have it.
 */
export type Receipt =
  | {
      readonly outcome: "routed";
      readonly persisted: boolean;
      readonly position?: string;
      /** How many got it at once, where the broker counts and keeps nothing (pub/sub). */
      readonly receivers?: number;
    }
  | { readonly outcome: "returned"; readonly reason: string }
  | { readonly outcome: "refused"; readonly reason: string }
  | { readonly outcome: "blocked"; readonly reason: string; readonly sent: boolean }
  | { readonly outcome: "lost"; readonly reason: string };

/** A message that arrived. Plain data; what is done with it goes through its {@link Subscription}. */
export interface Delivery {
  /** Unique and rising within its subscription: what `settle` takes. */
  readonly tag: number;
  readonly key?: string;
  /** Where it was published to: the exchange. Absent for the default one. */
  readonly origin?: string;
  /** Where it stands in its source: a stream's offset. */
  readonly position?: string;
  readonly redelivered: boolean;
  /** How often it was delivered before, where the broker counts. */
  readonly deliveryCount?: number;
  readonly persistent?: boolean;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly headers: readonly Header[];
  readonly properties: Properties;
  /** The driver's own copy or a view that the receiver copies before its next pull: never kept as it is. */
  readonly body: Uint8Array;
}

export interface WatchOptions {
  readonly mode: WatchMode;
  /** How many may be unsettled, or not yet pulled, at once (AMQP: prefetch). At least 1. */
  readonly window: number;
  /** The values of the form of that verb. */
  readonly values?: Values;
  /**
   * `consume` only: the iteration ends by itself once what was ready when it began has been handed out, or nothing is left
   * because others were faster. What was handed out can be settled until {@link Subscription.close}. What is given back
   * meanwhile may come again, in the place of another one: give back at the end.
   */
  readonly untilEmpty?: boolean;
  /** Where the guard of the connection wants it: see {@link Consent}. */
  readonly consent?: Consent;
}

/**
 * That the user was told what cannot be undone, and agreed. The guard of a connection refuses without it what has a
 * `danger` among its effects in production, and the last looks that do no harm anywhere. Drivers take no notice of it.
 */
export interface Consent {
  /** The node's name as the user typed it: wanted in production. */
  readonly typed?: string;
}

/**
 * A temporary consumer. Iterating gives what arrived, in batches that are never empty. The iteration ends after
 * `close()`, or by itself when the source has no more (browse); it throws a {@link BrokerError} when the broker ends it.
 */
export interface Subscription extends AsyncIterable<readonly Delivery[]> {
  /**
   * What may be done with its deliveries; empty when there is nothing to settle. Of a browse at most `delete`, where the
   * broker can remove exactly one message that was looked at, also after the iteration has ended.
   */
  readonly outcomes: readonly Outcome[];
  readonly window: number;
  /** Thrown away because this source cannot be slowed down (pub/sub). */
  readonly dropped: number;
  /** Facts to show above the list: the temporary queue's name, the bindings that were copied. */
  readonly facts: readonly Fact[];
  /** What settling does to a message of this very source. Absent when there is nothing to settle, or nothing is known. */
  readonly terms?: SettleTerms;
  /**
   * Settles deliveries by their tags; a run of tags goes out as one where the broker can. Resolves when the broker has
   * taken it.
   * @param consent in production, for several at once that are acked or rejected
   * @returns the tags that could not be settled because the chance was gone (the broker redelivers those; of `delete`: they
   * were not there any more).
   */
  settle(tags: readonly number[], outcome: Outcome, consent?: Consent): Promise<readonly number[]>;
  setWindow(window: number): Promise<void>;
  /** Ends the iteration, gives unsettled ones back, removes temporaries. Never rejects. */
  close(): Promise<void>;
}

/** What settling does to the messages of one source, and how long they may stay unsettled. */
export interface SettleTerms {
  /** Of each outcome a whole sentence: "Acknowledged: removed from “orders” for everyone." */
  readonly says: Readonly<Partial<Record<Outcome, string>>>;
  /** What becomes of a rejected message: kept elsewhere, gone for good, or one of both that is not known. */
  readonly rejected: "kept" | "dropped" | "unknown";
  /** `kept` = acking takes nothing out of the source: it only moves its reader on. Absent = what is acked is gone. */
  readonly acked?: "kept";
  /** Milliseconds after which the broker takes an unsettled message back. Absent = no limit that is known. */
  readonly within?: number;
  /** Where that limit comes from and what happens then, or why there is none, as a sentence. */
  readonly withinSays: string;
}

/** One consequence of a verb, said before it happens. */
export interface Effect {
  /** `info` = nobody else notices · `notice` = others may notice · `danger` = cannot be undone. */
  readonly severity: "info" | "notice" | "danger";
  readonly sentence: string;
  /**
   * Where the broker counts: how often it can be done after this time before a message is lost by it. 0 = this is the
   * last time without a loss; below 0 = this time loses one.
   */
  readonly left?: number;
}

/** What is known of a node from looking at it before; kept longer than a session lives. */
export interface Seen {
  /** The highest count of deliveries that one of its messages has by now. */
  readonly deliveries: number;
}

export interface SessionInfo {
  /** "RabbitMQ" */
  readonly product: string;
  readonly version?: string;
  /** What it calls the key of a message: "Routing key". Absent where messages have none. */
  readonly keyLabel?: string;
  /** What is limited in this session and why, in sentences: "The management API refused …". */
  readonly limits: readonly string[];
}

export interface Session {
  readonly info: SessionInfo;
  /** Fires once: undefined after our own `close()`, else why. */
  readonly onDidClose: Event<BrokerError | undefined>;
  /** The reason of an alarm that blocks publishing, undefined when it is over. */
  readonly onDidBlock: Event<string | undefined>;

  /** Children of `parent`; without one, the top level. */
  list(parent: Node | undefined, options?: ListOptions): Promise<Page<Node>>;
  /** The same nodes as they are now, in the same order; one that is gone is left out. Costs only what these nodes cost. */
  refresh(nodes: readonly Node[]): Promise<readonly Node[]>;
  /** What can be asked for before a verb is carried out. Several for `create` where several kinds can be created. */
  forms(node: Node, verb: Verb): Promise<readonly Form[]>;
  /** What doing this will change, in sentences, before it is done. @param seen filled in by the guard of the connection */
  effects(node: Node, verb: Verb, values?: Values, seen?: Seen): Promise<readonly Effect[]>;
  /**
   * Carries out a verb that changes topology.
   * @param consent in production, where its effects hold a `danger`
   * @returns a sentence that says what was done, and the node made, if any.
   */
  act(node: Node, verb: ActVerb, form: string, values: Values, consent?: Consent): Promise<Done>;
  /**
   * Confirmed. Rejects only for what was wrong before it was sent (`invalid`, `closed`, `missing`, `unsupported`, and
   * `denied` by a read-only connection).
   */
  publish(to: Node, draft: Draft): Promise<Receipt>;
  /**
   * What a message that was seen in `seenIn` was published to, as a node to publish to. Absent, or undefined = cannot be
   * told from its origin.
   */
  originOf?(seenIn: Node, origin: string | undefined): Node | undefined;
  watch(node: Node, options: WatchOptions): Promise<Subscription>;
  /** Gives everything back and closes. Never rejects. */
  close(): Promise<void>;
}

export interface Done {
  readonly sentence: string;
  readonly node?: Node;
}

/** A thing that cannot be listed, remembered by name. */
export interface Pin {
  readonly parent: string;
  readonly name: string;
}

export interface TlsSettings {
  /** PEM text. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly serverName?: string;
  /** false only when the user switched verification off, in words. */
  readonly verify: boolean;
}

/** Everything that is needed to connect. Holds secrets: made just before use, never kept or logged. */
export interface Target {
  /** Without a password. */
  readonly uri: string;
  readonly password?: string;
  /** The base URL of the broker's management API, without credentials. */
  readonly admin?: string;
  readonly tls?: TlsSettings;
  readonly pins: readonly Pin[];
}

/** A URI taken apart: what may be stored, and what must not. */
export interface Address {
  /** Normalised, without the password. */
  readonly uri: string;
  readonly password?: string;
  /** A short name to suggest: "localhost", "orders@rabbit.example.com". */
  readonly name: string;
  /** The management URL that follows from it by the broker's conventions. */
  readonly admin?: string;
  readonly secure: boolean;
  /** Whether every host is this machine. */
  readonly loopback: boolean;
}

/** One part of a connection test. */
export interface Check {
  /** "AMQP", "Management API" */
  readonly name: string;
  readonly ok: boolean;
  /** What was found, or what happened and what to do. */
  readonly sentence: string;
}

/** Where a message was seen, and what it is made of: all that is needed to send it again from elsewhere. No secrets. */
export interface Sending {
  /** Of the connection, without a password. */
  readonly uri: string;
  /** The base URL of the broker's management API; absent = derived from the URI, an empty text = there is none. */
  readonly admin?: string;
  readonly seenIn: Node;
  readonly origin?: string;
  readonly draft: Draft;
}

/** Writes a message as something that sends exactly this message when it is run outside of this product. */
export interface Recipe {
  /** Unique among the recipes of its driver. */
  readonly id: string;
  /** `command` = for a shell · `code` = a whole program. */
  readonly kind: "command" | "code";
  /** "rabbitmqadmin", "Python (pika)" */
  readonly label: string;
  /** What it needs, in a few words: "pip install pika". */
  readonly needs: string;
  /** Never holds a password. @throws BrokerError `invalid` `unsupported` when it cannot be written */
  write(what: Sending): string;
}

export interface Driver {
  /** "RabbitMQ" */
  readonly label: string;
  /** What is asked step by step when there is no URI to paste; {@link Driver.compose} makes the URI of its values. */
  readonly addressFields: readonly Field[];
  /** The name of the admin URL for the user ("Management URL"); absent when this broker has none. */
  readonly adminLabel?: string;
  /** @throws BrokerError `invalid` with a sentence */
  parse(uri: string): Address;
  /** @throws BrokerError `invalid` */
  compose(values: Values): string;
  /** The fields of {@link addressFields} as this URI has them. */
  decompose(uri: string): Values;
  /** Tries every part and closes again. Never rejects for a part that fails. */
  check(target: Target, signal: AbortSignal): Promise<readonly Check[]>;
  connect(target: Target, signal: AbortSignal): Promise<Session>;
  /** How a message is sent by other means than this product. */
  recipes?(): Promise<readonly Recipe[]>;
}
