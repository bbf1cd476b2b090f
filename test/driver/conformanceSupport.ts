import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Delivery, Draft, Node, Session, Subscription } from "../../src/broker/contract.ts";
import { BrokerError, type BrokerErrorKind } from "../../src/broker/errors.ts";
import type { Header } from "../../src/broker/values.ts";
import { has, type ExchangeType, type Routing, type Stage, type Traits, type WorkTrait } from "./conformanceStage.ts";

/** A place made for one test. */
export interface Place {
  readonly kind: string;
  readonly node: Node;
  readonly name: string;
}

/** One run of the suite: the broker, and a session that most tests share. */
export class Play {
  readonly traits: Traits;
  #stage: Stage | undefined;
  #session: Session | undefined;

  constructor(traits: Traits) {
    this.traits = traits;
  }

  get stage(): Stage {
    assert.ok(this.#stage);
    return this.#stage;
  }

  get session(): Session {
    assert.ok(this.#session);
    return this.#session;
  }

  async begin(stage: Stage): Promise<void> {
    this.#stage = stage;
    this.#session = await this.connect();
  }

  connect(): Promise<Session> {
    return this.stage.driver.connect(this.stage.target, AbortSignal.timeout(20_000));
  }

  /** Instead of the one that was dropped. */
  async reconnect(): Promise<void> {
    await this.#session?.close();
    this.#session = await this.connect();
  }

  async end(): Promise<void> {
    await this.#session?.close();
    await this.#stage?.stop();
  }

  /** The traits of a kind of place to consume from: of the first kind unless said. */
  work(kind?: string): WorkTrait {
    const { work } = this.traits;
    const found = kind === undefined ? work[0] : work.find((each) => each.kind === kind);
    assert.ok(found, `no place of kind ${String(kind)}`);
    return found;
  }

  get routing(): Routing {
    const { routing } = this.stage;
    assert.ok(routing);
    return routing;
  }

  /** A new place: of the first kind to consume from unless said. */
  async place(kind: string = this.work().kind): Promise<Place> {
    const name = fresh(kind);
    await this.stage.make(kind, name);
    return { kind, name, node: await this.stage.node(this.session, kind, name) };
  }

  async exchange(type: ExchangeType): Promise<Node> {
    const name = fresh(type);
    await this.routing.makeExchange(name, type);
    return this.routing.exchange(this.session, name);
  }

  /** Messages that a new consumer of this place could get now. */
  ready({ kind, name }: Place): Promise<number> {
    return this.stage.ready(kind, name);
  }

  /** Lets the stage bring back what a consumer without a proper end held, where the broker does not do so by itself. */
  async recovered({ kind, name }: Place): Promise<void> {
    await this.stage.recover?.(this.session, kind, name);
  }

  /** Waits until so many of `published` are ready after so many were acked. */
  async left(place: Place, published: number, acked: number): Promise<void> {
    const expected = has(this.work(place.kind).taken) ? published - acked : published;
    await eventually(() => this.ready(place), expected, `messages ready in the ${place.kind} ${place.name}`);
  }

  async publish(to: Node, ...bodies: readonly string[]): Promise<void> {
    for (const body of bodies) assert.equal((await this.session.publish(to, draft(body))).outcome, "routed");
  }
}

export function tags(deliveries: readonly Delivery[]): number[] {
  return deliveries.map(({ tag }) => tag);
}

export function letters(word: string): string[] {
  return Array.from(word);
}

/** A name that no other test uses. */
export function fresh(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}

export function draft(body: string | Uint8Array, more: Partial<Draft> = {}): Draft {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return { body: bytes, persistent: true, headers: [], properties: {}, ...more };
}

export function bodyText(delivery: Delivery): string {
  return new TextDecoder().decode(delivery.body);
}

/** Reads one subscription, keeping its own copies of the bodies. */
export class Reader {
  readonly #iterator: AsyncIterator<readonly Delivery[]>;
  readonly #waiting: Delivery[] = [];
  #next: Promise<IteratorResult<readonly Delivery[]>> | undefined;

  constructor(subscription: Subscription) {
    this.#iterator = subscription[Symbol.asyncIterator]();
  }

  /** Exactly so many, in the order in which they came. */
  async take(count: number): Promise<readonly Delivery[]> {
    while (this.#waiting.length < count) {
      const result = await within(this.#pull(), `${String(count)} deliveries, ${String(this.#waiting.length)} came`);
      assert.ok(
        result.done !== true,
        `the iteration ended after ${String(this.#waiting.length)} of ${String(count)} deliveries`,
      );
      this.#waiting.push(...result.value.map((each) => ({ ...each, body: Uint8Array.from(each.body) })));
    }
    return this.#waiting.splice(0, count);
  }

  /** What comes until nothing has come for some time. */
  async takeAll(silence = 250): Promise<readonly Delivery[]> {
    for (;;) {
      const result = await Promise.race([this.#pull(false), delay(silence, undefined)]);
      if (!result || result.done === true) return this.#waiting.splice(0);
      this.#next = undefined;
      assert.ok(result.value.length > 0, "a batch is never empty");
      this.#waiting.push(...result.value.map((each) => ({ ...each, body: Uint8Array.from(each.body) })));
    }
  }

  /** Resolves with everything when the iteration ends by itself, rejects with what it throws. */
  async rest(): Promise<readonly Delivery[]> {
    for (;;) {
      const result = await within(this.#pull(), "the end of the iteration");
      if (result.done === true) return this.#waiting.splice(0);
      this.#waiting.push(...result.value.map((each) => ({ ...each, body: Uint8Array.from(each.body) })));
    }
  }

  async #pull(consume = true): Promise<IteratorResult<readonly Delivery[]>> {
    this.#next ??= this.#iterator.next();
    const result = await this.#next;
    if (consume) this.#next = undefined;
    return result;
  }
}

/** Waits for `promise`, but not for ever. */
export async function within<T>(promise: Promise<T>, what: string, milliseconds = 10_000): Promise<T> {
  const stop = new AbortController();
  const late = delay(milliseconds, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`waited ${String(milliseconds)} ms in vain for ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
    late.catch(() => undefined);
  }
}

/** Asks again and again until the answer is `expected`. */
export async function eventually<T>(ask: () => Promise<T> | T, expected: T, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    try {
      assert.deepEqual(answer, expected, what);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(20);
    }
  }
}

/** @returns the error, to look closer */
export async function rejectsWith(
  promise: Promise<unknown>,
  ...kinds: readonly BrokerErrorKind[]
): Promise<BrokerError> {
  let result: unknown;
  try {
    result = await within(promise, "a rejection");
  } catch (error) {
    assert.ok(error instanceof BrokerError, `not a BrokerError: ${String(error)}`);
    assert.ok(kinds.includes(error.kind), `${error.kind} instead of ${kinds.join(" or ")}: ${error.message}`);
    assert.match(error.message, /^\p{L}.*[.!?]$|^[“"[\d].*[.!?]$/su, "a whole sentence");
    return error;
  }
  assert.fail(`did not reject, but gave ${JSON.stringify(result)}`);
}

/**
 * A node as the tree has it, found as a user would: folder by folder, with the filter in the last one.
 * @param path the kinds of the nodes above it, from the top
 */
export async function find(session: Session, path: readonly string[], kind: string, name: string): Promise<Node> {
  let parents: (Node | undefined)[] = [undefined];
  for (const folder of path) {
    const below: Node[] = [];
    for (const parent of parents) below.push(...(await everyChild(session, parent)));
    parents = below.filter((node) => node.kind === folder);
  }
  for (const parent of parents) {
    const found = (await everyChild(session, parent, name)).find((node) => node.kind === kind && node.name === name);
    if (found) return found;
  }
  assert.fail(`the tree has no ${kind} ${name}`);
}

async function everyChild(session: Session, parent: Node | undefined, filter?: string): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  let page: string | undefined;
  do {
    const part = await session.list(parent, {
      fresh: true,
      ...(filter === undefined ? {} : { filter }),
      ...(page === undefined ? {} : { page }),
    });
    nodes.push(...part.items);
    page = part.next;
  } while (page !== undefined);
  return nodes;
}

/** One header of every type that a header can have. */
export const typedHeaders: readonly Header[] = [
  { name: "string", value: { type: "string", value: "grüße 漢字 🐇" } },
  { name: "empty", value: { type: "string", value: "" } },
  { name: "true", value: { type: "boolean", value: "true" } },
  { name: "int8", value: { type: "int8", value: "-128" } },
  { name: "uint8", value: { type: "uint8", value: "255" } },
  { name: "int16", value: { type: "int16", value: "-32768" } },
  { name: "uint16", value: { type: "uint16", value: "65535" } },
  { name: "int32", value: { type: "int32", value: "-2147483648" } },
  { name: "uint32", value: { type: "uint32", value: "4294967295" } },
  { name: "int64", value: { type: "int64", value: "9223372036854775807" } },
  { name: "negative", value: { type: "int64", value: "-9007199254740993" } },
  { name: "float", value: { type: "float", value: "0.1" } },
  { name: "double", value: { type: "double", value: "-1.5e-300" } },
  { name: "decimal", value: { type: "decimal", value: "-12.30" } },
  { name: "timestamp", value: { type: "timestamp", value: "1700000000" } },
  { name: "bytes", value: { type: "bytes", value: "AP/+gA==" } },
  { name: "null", value: { type: "null", value: "" } },
  { name: "__proto__", value: { type: "string", value: "only a name" } },
  {
    name: "array",
    value: {
      type: "array",
      items: [
        { type: "int16", value: "7" },
        { type: "array", items: [] },
        { type: "table", entries: [{ name: "!", value: { type: "string", value: "int8" } }] },
      ],
    },
  },
  {
    name: "table",
    value: {
      type: "table",
      entries: [
        { name: "deep", value: { type: "table", entries: [{ name: "long", value: { type: "int64", value: "1" } }] } },
        { name: "none", value: { type: "table", entries: [] } },
      ],
    },
  },
];
