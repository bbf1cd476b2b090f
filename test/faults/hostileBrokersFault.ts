import fc from "fast-check";
import { setTimeout as delay } from "node:timers/promises";
import type { Node, Session } from "../../src/broker/contract.ts";
import { BrokerError } from "../../src/broker/errors.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { draft, within } from "../driver/conformanceSupport.ts";
import { overview, startFakeManagement, type FakeAnswer } from "../support/fakeManagement.ts";
import { Findings, type Fault, type FaultRun, type Found } from "./fault.ts";
import { mutate, mutations, type Mutation } from "./mutations.ts";
import { startScriptedAmqp, type Tamper } from "./scriptedAmqpServer.ts";

export const hostileBrokersFault: Fault = {
  name: "hostile.brokers",
  unit: "crashes, hangs and failures without a sentence",
  limit: 600,
  run: hostileBrokers,
};

/** Milliseconds: the time-outs of connecting, of asking what answers there, and of a heartbeat, one after the other. */
const patience = 30_000;

/** Brokers whose answers over AMQP and over HTTP are cut, changed, oversized, slow, or of the wrong types. */
async function hostileBrokers(run: FaultRun): Promise<Found> {
  const each = run.quick ? 36 : 1_000;
  const lanes = run.quick ? 6 : 10;
  const findings = new Findings();
  const onCrash = (error: unknown): void =>
    findings.add(`crash: ${error instanceof Error ? error.stack : String(error)}`);
  const before = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", onCrash);
  process.on("unhandledRejection", onCrash);
  try {
    // Slow ones side by side; each lane shrinks what it finds.
    const check = async <T>(
      what: string,
      values: fc.Arbitrary<T>,
      holds: (value: T) => Promise<void>,
    ): Promise<void> => {
      const lane = async (seed: number): Promise<void> => {
        const property = fc.asyncProperty(values, holds);
        const details = await fc.check(property, {
          numRuns: Math.ceil(each / lanes),
          seed,
          interruptAfterTimeLimit: 250_000,
        });
        if (details.failed)
          findings.add(
            `${what}: ${String(details.errorInstance)} ${JSON.stringify(details.counterexample).slice(0, 600)}`,
          );
      };
      await Promise.all(Array.from({ length: lanes }, (_, index) => lane(run.seed + index)));
    };
    await check("AMQP", amqpPlan, survivesAmqp);
    await check("HTTP", httpPlan, survivesHttp);
    return findings.found({ answers: 2 * each });
  } finally {
    process.off("uncaughtException", onCrash);
    process.off("unhandledRejection", onCrash);
    for (const listener of before) process.on("uncaughtException", listener);
  }
}

interface AmqpPlan {
  /** Which answer is tampered with. */
  readonly index: number;
  readonly manner: "mutate" | "silent" | "hangUp" | "oversized" | "version" | "twice";
  readonly mutations: readonly Mutation[];
}

const amqpPlan: fc.Arbitrary<AmqpPlan> = fc.record({
  index: fc.nat({ max: 16 }),
  manner: fc.oneof(
    { weight: 12, arbitrary: fc.constant("mutate" as const) },
    { weight: 1, arbitrary: fc.constant("silent" as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom("hangUp" as const, "oversized" as const, "version" as const, "twice" as const),
    },
  ),
  mutations,
});

function tampering(plan: AmqpPlan): Tamper {
  return (answer, index) => {
    if (index !== plan.index) return { bytes: answer };
    switch (plan.manner) {
      case "mutate":
        return { bytes: mutate(answer, plan.mutations) };
      case "silent":
        return { bytes: Buffer.alloc(0) };
      case "hangUp":
        return { bytes: answer.subarray(0, answer.length >> 1), hangUp: true };
      case "oversized":
        return { bytes: Buffer.concat([Buffer.from([1, 0, 0, 0x7f, 0xff, 0xff, 0xff]), Buffer.alloc(1 << 20, 1)]) };
      case "version":
        return { bytes: Buffer.from("AMQP\0\x01\0\0"), hangUp: true };
      case "twice":
        return { bytes: Buffer.concat([answer, answer]) };
      default:
        return plan.manner satisfies never;
    }
  };
}

const queue: Node = {
  id: "q:%2F:orders",
  kind: "queue",
  name: "orders",
  verbs: ["publish", "consume", "browse"],
  expandable: false,
};

async function survivesAmqp(plan: AmqpPlan): Promise<void> {
  const server = await startScriptedAmqp(tampering(plan));
  try {
    const uri = `amqp://guest@127.0.0.1:${String(server.port)}?connection_timeout=500&heartbeat=1`;
    const session = await told(
      driver.connect({ uri, password: "guest", admin: "", pins: [] }, AbortSignal.timeout(20_000)),
    );
    if (!session) return;
    await useSession(session);
    await within(session.close(), "the end of the session", patience);
  } finally {
    await server.stop();
  }
}

async function useSession(session: Session): Promise<void> {
  const subscription = await told(session.watch(queue, { mode: "consume", window: 3 }));
  if (subscription) {
    const reading = async (): Promise<void> => {
      let left = 3;
      for await (const batch of subscription) {
        await subscription.settle(
          batch.map(({ tag }) => tag),
          "ack",
        );
        if ((left -= batch.length) <= 0) return;
      }
    };
    // Deliveries that do not come are no hang.
    await Promise.race([told(reading()), delay(300)]);
  }
  // Two headers, so that a mandatory message comes back whole if it does.
  await told(session.publish(queue, draft("x")));
  if (subscription) await within(subscription.close(), "the end of the consumer", patience);
}

interface HttpPlan {
  readonly path: string;
  readonly manner: "types" | "bytes" | "status" | "cut" | "hang" | "gzip";
  readonly status: number;
  readonly value: unknown;
  readonly at: number;
  readonly mutations: readonly Mutation[];
}

const healthy: Readonly<Record<string, unknown>> = {
  "/api/overview": overview,
  "/api/whoami": { name: "guest", tags: ["administrator"] },
  "/api/vhosts": [{ name: "/", messages: 3, messages_ready: 2, messages_unacknowledged: 1 }],
  "/api/queues/%2F": [
    {
      name: "orders",
      vhost: "/",
      type: "classic",
      durable: true,
      auto_delete: false,
      exclusive: false,
      arguments: { "x-max-length": 5 },
      messages: 3,
      messages_ready: 2,
      messages_unacknowledged: 1,
      consumers: 1,
      state: "running",
      policy: "p",
    },
  ],
  "/api/exchanges/%2F": [{ name: "shop", vhost: "/", type: "topic", durable: true, arguments: {}, internal: false }],
  "/api/queues/%2F/orders": { name: "orders", vhost: "/", type: "quorum", arguments: {}, messages: 3, consumers: 0 },
  "/api/queues/%2F/orders/bindings": [
    { source: "shop", vhost: "/", destination: "orders", destination_type: "queue", routing_key: "#", arguments: {} },
  ],
  "/api/exchanges/%2F/shop/bindings/source": [
    { source: "shop", vhost: "/", destination: "orders", destination_type: "queue", routing_key: "#", arguments: {} },
  ],
  "/api/nodes": [{ name: "rabbit@shop", running: true, mem_alarm: false, disk_free_alarm: false }],
};

const httpPlan: fc.Arbitrary<HttpPlan> = fc.record({
  path: fc.constantFrom(...Object.keys(healthy)),
  manner: fc.oneof(
    { weight: 60, arbitrary: fc.constant("types" as const) },
    { weight: 40, arbitrary: fc.constantFrom("bytes" as const, "status" as const, "cut" as const, "gzip" as const) },
    { weight: 1, arbitrary: fc.constant("hang" as const) },
  ),
  status: fc.constantFrom(201, 204, 301, 302, 400, 401, 403, 404, 405, 408, 500, 502, 503, 504, 599),
  value: fc.jsonValue({ maxDepth: 3 }),
  at: fc.nat({ max: 30 }),
  mutations,
});

function answerFor(plan: HttpPlan, path: string): FakeAnswer | undefined {
  const json = healthy[path];
  if (json === undefined) return undefined;
  if (path !== plan.path) return { json };
  const bytes = Buffer.from(JSON.stringify(json));
  switch (plan.manner) {
    case "types":
      return { json: replaced(json, plan.at, plan.value) };
    case "bytes":
      return { body: mutate(bytes, plan.mutations) };
    case "status":
      return { status: plan.status, json: plan.value };
    case "cut":
      return { json, manner: "cut" };
    case "gzip":
      return { body: mutate(bytes, plan.mutations), headers: { "Content-Encoding": "gzip" } };
    case "hang":
      return { json, manner: "hang" };
    default:
      return plan.manner satisfies never;
  }
}

/** With one of its values replaced, counted in depth. */
function replaced(json: unknown, at: number, value: unknown): unknown {
  let left = at;
  const visit = (each: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(each)) return each.map(visit);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, inner]) => [name, visit(inner)]));
  };
  return visit(json);
}

async function survivesHttp(plan: HttpPlan): Promise<void> {
  const amqp = await startScriptedAmqp((bytes) => ({ bytes }));
  const management = await startFakeManagement((path) => answerFor(plan, path));
  try {
    const uri = `amqp://guest@127.0.0.1:${String(amqp.port)}?connection_timeout=2000`;
    const target = { uri, password: "guest", admin: management.url, pins: [] };
    const checks = await within(driver.check(target, AbortSignal.timeout(20_000)), "the check", patience);
    for (const { sentence } of checks) if (!isSentence(sentence)) throw new Error(`no sentence: ${sentence}`);
    const session = await told(driver.connect(target, AbortSignal.timeout(20_000)));
    if (!session) return;
    for (const limit of session.info.limits) if (!isSentence(limit)) throw new Error(`no sentence: ${limit}`);
    await listAll(session, undefined, 3);
    await told(session.effects(queue, "browse"));
    await within(session.close(), "the end of the session", patience);
  } finally {
    await Promise.all([amqp.stop(), management.close()]);
  }
}

async function listAll(session: Session, parent: Node | undefined, depth: number): Promise<void> {
  const page = await told(session.list(parent));
  if (!page) return;
  for (const { id, name, detail, kind } of page.items)
    if ([id, name, kind, detail ?? ""].some((text) => typeof text !== "string"))
      throw new Error(`not a text: ${JSON.stringify({ id, name, detail, kind })}`);
  await told(session.refresh(page.items));
  if (depth === 0) return;
  for (const node of page.items.filter(({ expandable }) => expandable).slice(0, 4))
    await listAll(session, node, depth - 1);
}

/** What came of it; undefined when it was refused with a sentence. @throws Error for a hang, and for anything else */
async function told<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await within(work, "an answer", patience);
  } catch (error) {
    if (error instanceof BrokerError && isSentence(error.message)) return undefined;
    throw error;
  }
}

function isSentence(text: string): boolean {
  return /^[\p{L}“"\d[].*[.!?]$/su.test(text);
}
