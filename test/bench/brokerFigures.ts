/** Against a real RabbitMQ, whose address the runner gives in `MQ_BENCH_URI`. */
import { connect } from "amqplib";
import type { Draft, Node, Session } from "../../src/broker/contract.ts";
import { publishMany } from "../../src/commands/publishMany.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { Inspection } from "../../src/inspect/inspection.ts";
import type { Figure } from "./figure.ts";
import { jsonBody } from "./messages.ts";

const messages = 100_000;
const window = 1000;
/** One by one takes about a millisecond each. */
const awaited = 3000;
const awaitedBytes = 4096;

export const publishConfirmed: Figure = {
  name: "publish.confirmed",
  unit: "messages/s",
  versus: "bare amqplib with 1,000 unconfirmed",
  rounds: 5,
  broker: "rabbitmq",
  ours: () =>
    withSession(async (session) => {
      const node = await createQueue(session, "bench.publish");
      const draft: Draft = { body: jsonBody(1), persistent: true, headers: [], properties: {} };
      const start = performance.now();
      const result = await publishMany(session, node, draft, {
        count: messages,
        perSecond: 0,
        signal: new AbortController().signal,
        report: () => undefined,
      });
      const took = performance.now() - start;
      if (result.routed !== messages) throw new Error(result.sentence);
      await session.act(node, "delete", "delete", {});
      return perSecond(took);
    }),
  other: () =>
    withQueue("bench.publish", async (queue) => {
      const start = performance.now();
      await fill(queue);
      return perSecond(performance.now() - start);
    }),
};

export const publishAwaited: Figure = {
  name: "publish.awaited",
  unit: "messages/s",
  versus: "bare amqplib with noDelay, one by one",
  rounds: 5,
  broker: "rabbitmq",
  ours: () =>
    withSession(async (session) => {
      const node = await createQueue(session, "bench.awaited");
      const draft: Draft = { body: jsonBody(1, awaitedBytes), persistent: true, headers: [], properties: {} };
      const one = async (): Promise<void> => {
        const { outcome } = await session.publish(node, draft);
        if (outcome !== "routed") throw new Error(`Not routed: ${outcome}`);
      };
      await one();
      const start = performance.now();
      for (let sent = 0; sent < awaited; sent++) await one();
      const took = performance.now() - start;
      await session.act(node, "delete", "delete", {});
      return perSecond(took, awaited);
    }),
  other: () =>
    withQueue("bench.awaited", async (queue) => {
      const connection = await connect(brokerUri(), { noDelay: true });
      const channel = await connection.createConfirmChannel();
      const body = jsonBody(1, awaitedBytes);
      const one = (): Promise<void> =>
        new Promise((resolve, reject) => {
          channel.publish("", queue, body, { persistent: true }, (error: unknown) => {
            if (error) reject(new Error("Not confirmed"));
            else resolve();
          });
        });
      await one();
      const start = performance.now();
      for (let sent = 0; sent < awaited; sent++) await one();
      const took = performance.now() - start;
      await connection.close();
      return perSecond(took, awaited);
    }),
};

export const consumeLog: Figure = {
  name: "consume.log",
  unit: "messages/s",
  versus: "bare amqplib that does nothing, acks batched",
  rounds: 5,
  broker: "rabbitmq",
  ours: () =>
    withQueue("bench.consume", async (queue) => {
      await fill(queue);
      return withSession(async (session) => {
        const node = await queueNode(session, queue);
        const inspection = new Inspection();
        const start = performance.now();
        inspection.attach(await session.watch(node, { mode: "consume", window }));
        while (inspection.summary.received < messages || inspection.summary.pending > 0) {
          if (inspection.summary.pending > 0) await inspection.settle({ what: "all", outcome: "ack" });
          else await changed(inspection);
        }
        const took = performance.now() - start;
        await inspection.close();
        return perSecond(took);
      });
    }),
  other: () =>
    withQueue("bench.consume", async (queue) => {
      await fill(queue);
      const connection = await connect(brokerUri(), { noDelay: true });
      const channel = await connection.createChannel();
      await channel.prefetch(window);
      const start = performance.now();
      let received = 0;
      await new Promise<void>((resolve, reject) => {
        const onMessage = (message: Parameters<Parameters<typeof channel.consume>[1]>[0]): void => {
          if (!message) return;
          received++;
          if (received % (window / 4) === 0 || received === messages) channel.ack(message, true);
          if (received === messages) resolve();
        };
        channel.consume(queue, onMessage).catch(reject);
      });
      const took = performance.now() - start;
      await connection.close();
      return perSecond(took);
    }),
};

async function changed(inspection: Inspection): Promise<void> {
  await new Promise<void>((resolve) => {
    const listening = inspection.onDidChange(() => {
      listening.dispose();
      resolve();
    });
  });
}

/** With 1,000 unconfirmed, waiting for the socket where it asks for that. */
async function fill(queue: string): Promise<void> {
  const connection = await connect(brokerUri(), { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const body = jsonBody(1);
  let unconfirmed = 0;
  let wake: (() => void) | undefined;
  const confirmed = (): void => {
    unconfirmed--;
    wake?.();
  };
  for (let sent = 0; sent < messages; sent++) {
    const goOn = channel.publish("", queue, body, { persistent: true }, confirmed);
    unconfirmed++;
    if (!goOn) await new Promise((resolve) => channel.once("drain", resolve));
    while (unconfirmed >= window) await new Promise<void>((resolve) => (wake = resolve));
  }
  await channel.waitForConfirms();
  await connection.close();
}

async function withQueue(prefix: string, work: (queue: string) => Promise<number>): Promise<number> {
  const connection = await connect(brokerUri());
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue(`${prefix}.${process.pid}`, { durable: true });
  try {
    return await work(queue);
  } finally {
    await channel.deleteQueue(queue);
    await connection.close();
  }
}

async function withSession(work: (session: Session) => Promise<number>): Promise<number> {
  const { uri, password } = driver.parse(brokerUri());
  const admin = process.env["MQ_BENCH_ADMIN"] ?? "";
  const target = { uri, admin, pins: [], ...(password === undefined ? {} : { password }) };
  const session = await driver.connect(target, AbortSignal.timeout(20_000));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function createQueue(session: Session, prefix: string): Promise<Node> {
  const folder = await queuesFolder(session);
  const { node } = await session.act(folder, "create", "queue", { name: `${prefix}.${process.pid}` });
  if (!node) throw new Error("No queue was made");
  return node;
}

async function queueNode(session: Session, name: string): Promise<Node> {
  const { items } = await session.list(await queuesFolder(session), { filter: name, fresh: true });
  const node = items.find((each) => each.name === name);
  if (!node) throw new Error(`No queue ${name}`);
  return node;
}

async function queuesFolder(session: Session): Promise<Node> {
  const [vhost] = (await session.list(undefined)).items;
  const folder = vhost && (await session.list(vhost)).items.find(({ kind }) => kind === "queues");
  if (!folder) throw new Error("No folder of queues");
  return folder;
}

function brokerUri(): string {
  const uri = process.env["MQ_BENCH_URI"];
  if (uri === undefined) throw new Error("MQ_BENCH_URI is not set");
  return uri;
}

function perSecond(milliseconds: number, count = messages): number {
  return count / (milliseconds / 1000);
}
