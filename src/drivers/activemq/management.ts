/** What both brokers tell and do by Jolokia, in one set of words. Each has its own way to it. */
import type { Fact } from "../../broker/contract.ts";
import type { AskOptions } from "./jolokia.ts";
import type { QueueRef, Routing, SubscriberRef, TopicRef } from "./nodeId.ts";

/** A queue. What is absent is not known. */
export interface QueueInfo {
  readonly ref: QueueRef;
  readonly deadLetters: boolean;
  readonly ready?: number;
  readonly inFlight?: number;
  readonly scheduled?: number;
  readonly consumers?: number;
  readonly paused?: boolean;
  /** Where what is rejected goes; the empty text = it is dropped. Absent = not known. */
  readonly deadLetterAddress?: string;
  readonly facts: readonly Fact[];
}

/** A topic of Classic, or an address of Artemis. */
export interface TopicInfo {
  readonly ref: TopicRef;
  /** Of an address. */
  readonly routing?: readonly Routing[];
  /** Subscribers of a topic, queues of an address. */
  readonly subscribers?: number;
  readonly facts: readonly Fact[];
}

export interface SubscriberInfo {
  readonly ref: SubscriberRef;
  readonly durable: boolean;
  readonly active: boolean;
  readonly pending?: number;
  readonly facts: readonly Fact[];
}

/** What is asked for a new queue, topic or address. */
export interface NewThing {
  readonly kind: "queue" | "topic" | "address";
  readonly name: string;
  /** Artemis: the address of a queue; of an address its routing types. */
  readonly address?: string;
  readonly routing?: readonly Routing[];
  readonly filter?: string;
  readonly durable?: boolean;
}

/** @throws BrokerError from every method */
export interface Management {
  readonly product: string;
  /** Finds the broker's own bean. */
  start(options: AskOptions): Promise<void>;
  /** Names of all, in one request; without counts. */
  queues(): Promise<readonly QueueInfo[]>;
  topics(): Promise<readonly TopicInfo[]>;
  /** As they are now, in one request; undefined for one that is gone. */
  details(refs: readonly (QueueRef | TopicRef)[]): Promise<readonly (QueueInfo | TopicInfo | undefined)[]>;
  /** Consumers of a queue; subscribers of a topic. */
  subscribers(of: QueueRef | TopicRef): Promise<readonly SubscriberInfo[]>;
  create(thing: NewThing): Promise<void>;
  delete(ref: QueueRef | TopicRef | SubscriberRef): Promise<void>;
  /** @returns how many were removed, where the broker tells */
  purge(ref: QueueRef): Promise<number | undefined>;
  /** @returns how many dead letters went back */
  retry(ref: QueueRef): Promise<number>;
  close(): void;
}
