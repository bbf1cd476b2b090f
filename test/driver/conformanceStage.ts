/** What the conformance suite has to know of a broker: what it has, and how it is seen from outside. */
import type { Driver, Draft, Node, Outcome, Session, SettleTerms, Target } from "../../src/broker/contract.ts";
import type { ScalarType } from "../../src/broker/values.ts";

/**
 * What a broker does not have, and why, as a sentence. The suite names it and tests the refusal in place of the thing;
 * what it cannot test without the thing it leaves out.
 */
export interface Gap {
  readonly gap: string;
}

/** Whether the broker has it; if not, the reason stands in the name of the test for the refusal. */
export function has<T>(trait: T | Gap): trait is T {
  return !(typeof trait === "object" && trait !== null && "gap" in trait);
}

/** A kind of place whose messages are consumed and settled: a queue, a list, a topic. */
export interface WorkTrait {
  /** The word that {@link Stage.make} and {@link Stage.node} take. */
  readonly kind: string;
  /** What may be done with a delivery, in the order in which the driver offers it. */
  readonly outcomes: readonly Outcome[];
  /** What the driver says becomes of a rejected message in a place as {@link Stage.make} makes it. */
  readonly rejected: SettleTerms["rejected"];
  /** Acked messages leave the place. A gap: every consumer has a position of its own, and the messages stay. */
  readonly taken: true | Gap;
  /** Two consumers of this product share the messages. A gap: each gets all of them. */
  readonly shared: true | Gap;
  /** What was given back arrives marked as redelivered. */
  readonly redelivered: true | Gap;
  /** The consumer is told when the place is deleted under it, and that one is not there. */
  readonly told: true | Gap;
  /** Can be emptied. */
  readonly purged: true | Gap;
  /** The driver knows how many messages are ready. */
  readonly counted: true | Gap;
  /** Can be browsed, which leaves it as it was. */
  readonly browsed: true | Gap;
}

/** A kind of place that is browsed from any position and is never emptied by it. */
export interface LogTrait {
  readonly kind: string;
  /** The form values of a browse that begins at a position which a delivery told. */
  from(position: string): Readonly<Record<string, string>>;
  /** Values of that form that are refused as invalid. */
  readonly wrong: Readonly<Record<string, string>>;
  /** The browse ends by itself with what was there when it began. A gap: it goes on with what comes. */
  readonly ends: true | Gap;
}

/** A kind of place of which a private copy can be tapped. */
export interface SourceTrait {
  readonly kind: string;
  /** What is published without anybody waiting for it is returned. */
  readonly returned: true | Gap;
}

/** What messages of this broker are made of. */
export interface MessageTrait {
  /** A draft with everything that a message can carry: it has to arrive with exactly that. */
  readonly full: Partial<Draft>;
  /** Types of header values that arrive as they were sent; empty = there are no headers. Every other type is refused. */
  readonly headers: readonly ScalarType[] | "all";
  /** Each message has a key. A gap: a key is refused. */
  readonly key: true | Gap;
  readonly contentType: true | Gap;
  /** Each message says itself whether it survives a restart. A gap: that is a setting of the broker. */
  readonly persistent: true | Gap;
  /** Drafts that are refused before they are sent, each with the field that is at fault. */
  readonly wrong: readonly (readonly [field: string, draft: Partial<Draft>])[];
}

export interface Traits {
  /** At least one; the first stands for all where one is enough. */
  readonly work: readonly [WorkTrait, ...WorkTrait[]];
  readonly logs: readonly LogTrait[] | Gap;
  readonly sources: readonly SourceTrait[] | Gap;
  readonly message: MessageTrait;
  /** A kind of place that takes one message and refuses more. */
  readonly full: string | Gap;
  /** A wrong password is told. A gap: the stage's broker asks for none. */
  readonly password: true | Gap;
  /** Kinds of places that are neither of those above and have verbs too. */
  readonly others: readonly string[];
  /** Exchanges, bindings and routing keys, as AMQP 0-9-1 has them. */
  readonly routing: true | Gap;
}

export type ExchangeType = "topic" | "direct" | "fanout" | "headers";

export interface Routing {
  makeExchange(name: string, type: ExchangeType): Promise<void>;
  bind(exchange: string, queue: string, key: string): Promise<void>;
  exchange(session: Session, name: string): Promise<Node>;
}

/** What the conformance suite needs of a broker beside its driver: the broker seen from outside. */
export interface Stage {
  readonly driver: Driver;
  readonly target: Target;
  /** Where the traits say that there is routing. */
  readonly routing?: Routing;
  /** Makes a place of a kind that the traits name. It holds no messages. */
  make(kind: string, name: string): Promise<void>;
  /** The node of that place as the tree has it, found as a user would; see `find`. */
  node(session: Session, kind: string, name: string): Promise<Node>;
  remove(kind: string, name: string): Promise<void>;
  /** Messages that a new consumer could get now. */
  ready(kind: string, name: string): Promise<number>;
  /** The names of all places and of everything temporary, so that what is left behind is seen. */
  names(): Promise<readonly string[]>;
  /** The broker closes every connection that it has with the driver. */
  drop(): Promise<void>;
  /** Brings back what a consumer held whose connection broke, as a user would do it. Absent: the broker does it. */
  recover?(session: Session, kind: string, name: string): Promise<void>;
  stop(): Promise<void>;
}
