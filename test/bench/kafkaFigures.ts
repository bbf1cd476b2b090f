/** Against a real Kafka, whose address the runner gives in `MQ_BENCH_URI`; the client library used bare beside it. */
import { setTimeout } from "node:timers/promises";
import { Admin, Consumer, MessagesStreamModes, ProduceAcks, Producer } from "@platformatic/kafka";
import type { Draft, Node, Session } from "../../src/broker/contract.ts";
import { publishMany } from "../../src/commands/publishMany.ts";
import { driver } from "../../src/drivers/kafka/index.ts";
import { Inspection } from "../../src/inspect/inspection.ts";
import type { Figure } from "./figure.ts";
import { jsonBody } from "./messages.ts";

const messages = 100_000;
const window = 1000;
/** A single node makes more of them only in minutes. */
const many = 2000;
const lists = 7;

export const kafkaPublish: Figure = {
  name: "kafka.publish",
  unit: "messages/s",
  versus: "the bare client, batches of 250, four on their way",
  rounds: 3,
  broker: "kafka",
  ours: () =>
    withTopic(async (topic) =>
      withSession(async (session) => {
        const draft: Draft = { body: jsonBody(1), persistent: true, headers: [], properties: {} };
        const start = performance.now();
        const result = await publishMany(session, nodeOf(topic), draft, {
          count: messages,
          perSecond: 0,
          signal: new AbortController().signal,
          report: () => undefined,
        });
        if (result.routed !== messages) throw new Error(result.sentence);
        return perSecond(performance.now() - start);
      }),
    ),
  other: () =>
    withTopic(async (topic) => {
      const start = performance.now();
      await fill(topic);
      return perSecond(performance.now() - start);
    }),
};

export const kafkaConsume: Figure = {
  name: "kafka.consume",
  unit: "messages/s",
  versus: "the bare client that does nothing with them",
  rounds: 3,
  broker: "kafka",
  ours: () =>
    withTopic(async (topic) => {
      await fill(topic);
      return withSession(async (session) => {
        const inspection = new Inspection();
        const start = performance.now();
        inspection.attach(await session.watch(nodeOf(topic), { mode: "consume", window }));
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
    withTopic(async (topic) => {
      await fill(topic);
      const groupId = `bench-${String(process.pid)}`;
      const consumer = new Consumer({ groupId, clientId: "bench", bootstrapBrokers: [address()] });
      const start = performance.now();
      const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, autocommit: 100 });
      let received = 0;
      for await (const message of stream) {
        if (message.value.length === 0) throw new Error("An empty message");
        if (++received === messages) break;
      }
      const took = performance.now() - start;
      await consumer.close(true);
      return perSecond(took);
    }),
};

export const kafkaTree: Figure = {
  name: "kafka.tree",
  unit: "ms",
  versus: `the bare request for the metadata of ${many.toLocaleString("en")} topics`,
  rounds: 3,
  broker: "kafka",
  ours: async () => {
    await manyTopics();
    return repeated(() =>
      withSession(async (session) => {
        const start = performance.now();
        const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "topics");
        const { items } = await session.list(folder);
        if (items.length === 0) throw new Error("There are no rows");
        return performance.now() - start;
      }),
    );
  },
  other: async () => {
    await manyTopics();
    return repeated(async () => {
      const admin = newAdmin();
      await admin.metadata({ topics: [] });
      const start = performance.now();
      const topics = await admin.listTopics();
      const took = performance.now() - start;
      if (topics.length === 0) throw new Error("There are no topics");
      await admin.close();
      return took;
    });
  },
};

async function repeated(once: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < lists; round++) times.push(await once());
  return times.toSorted((one, other) => one - other)[times.length >> 1] ?? NaN;
}

async function manyTopics(): Promise<void> {
  const admin = newAdmin();
  const there = new Set(await admin.listTopics());
  const names = Array.from({ length: many }, (_, index) => `many-${String(index)}`).filter((name) => !there.has(name));
  for (let at = 0; at < names.length; at += 250)
    await admin.createTopics({ topics: names.slice(at, at + 250), partitions: 1, replicas: 1 });
  // The controller has them, the broker hears of them.
  while ((await admin.listTopics()).filter((name) => name.startsWith("many-")).length < many) await setTimeout(100);
  await admin.close();
}

/** In batches, four on their way. */
async function fill(topic: string): Promise<void> {
  const producer = new Producer({ clientId: "bench", bootstrapBrokers: [address()] });
  const value = Buffer.from(jsonBody(1));
  const batch = 250;
  let left = messages / batch;
  const send = async (): Promise<void> => {
    while (left > 0) {
      left--;
      await producer.send({
        messages: Array.from({ length: batch }, () => ({ topic, value, partition: 0 })),
        acks: ProduceAcks.ALL,
      });
    }
  };
  await Promise.all([send(), send(), send(), send()]);
  await producer.close();
}

async function withTopic(work: (topic: string) => Promise<number>): Promise<number> {
  const topic = `bench-${String(process.pid)}`;
  const admin = newAdmin();
  await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
  try {
    return await work(topic);
  } finally {
    await admin.deleteTopics({ topics: [topic] });
    await admin.close();
  }
}

async function withSession(work: (session: Session) => Promise<number>): Promise<number> {
  const session = await driver.connect({ uri: brokerUri(), pins: [] }, AbortSignal.timeout(20_000));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

function nodeOf(topic: string): Node {
  return {
    id: `t:${topic}`,
    kind: "topic",
    name: topic,
    verbs: ["publish", "tap", "browse", "consume"],
    expandable: true,
  };
}

async function changed(inspection: Inspection): Promise<void> {
  await new Promise<void>((resolve) => {
    const listening = inspection.onDidChange(() => {
      listening.dispose();
      resolve();
    });
  });
}

function newAdmin(): Admin {
  // Asked anew each time: the other side of a figure may have made topics meanwhile.
  return new Admin({ clientId: "bench", bootstrapBrokers: [address()], metadataMaxAge: 0 });
}

function address(): string {
  return brokerUri().replace("kafka://", "");
}

function brokerUri(): string {
  const uri = process.env["MQ_BENCH_URI"];
  if (uri === undefined) throw new Error("MQ_BENCH_URI is not set");
  return uri;
}

function perSecond(milliseconds: number): number {
  return messages / (milliseconds / 1000);
}
