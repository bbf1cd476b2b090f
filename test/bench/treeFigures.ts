/** The tree over ten thousand queues, against the bare requests that it cannot do without. */
import { Agent, get } from "node:http";
import { connect } from "amqplib";
import type { Node, Session } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import { queueColumns } from "../../src/drivers/rabbitmq/managementShapes.ts";
import { type Figure, median } from "./figure.ts";

const many = 10_000;
const visible = 100;
const sockets = 8;
/** A tree in view is refreshed again and again: most of its time the code is warm. */
const refreshes = 40;
const lists = 7;

export const treeFirst: Figure = {
  name: "tree.first",
  unit: "ms",
  versus: "the bare HTTP request for the names",
  rounds: 3,
  broker: "rabbitmq",
  ours: () =>
    withQueues(many, () =>
      // Each with a session of its own: the second asks no more.
      repeated(lists, () =>
        withSession(async (session) => {
          const [vhost] = (await session.list(undefined)).items;
          const start = performance.now();
          const folders = (await session.list(vhost)).items;
          const { items } = await session.list(folders.find(({ kind }) => kind === "queues"));
          if (items.length === 0) throw new Error("There are no rows");
          return performance.now() - start;
        }),
      ),
    ),
  other: () =>
    withQueues(many, () =>
      repeated(lists, async () => {
        const start = performance.now();
        const agent = new Agent();
        await bareGet(`queues/%2F?disable_stats=true&columns=${queueColumns}`, agent, true);
        return performance.now() - start;
      }),
    ),
};

export const treeRefresh: Figure = {
  name: "tree.refresh",
  unit: "ms",
  versus: `${visible} bare keep-alive GETs over ${sockets} sockets`,
  rounds: 3,
  broker: "rabbitmq",
  ours: () => withQueues(many, () => refreshTime()),
  other: () =>
    withQueues(many, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: sockets });
      try {
        return await repeated(refreshes, async () => {
          const start = performance.now();
          await Promise.all(queueNames(visible).map((name) => bareGet(`queues/%2F/${name}`, agent)));
          return performance.now() - start;
        });
      } finally {
        agent.destroy();
      }
    }),
};

export const treeRefreshFew: Figure = {
  name: "tree.refresh.few",
  unit: "ms",
  versus: "the same rows among 10,000",
  rounds: 3,
  broker: "rabbitmq",
  ours: () => withQueues(visible, () => refreshTime()),
  other: () => withQueues(many, () => refreshTime()),
};

function refreshTime(): Promise<number> {
  return withSession(async (session) => {
    const shown = await firstQueues(session);
    return repeated(refreshes, async () => {
      const start = performance.now();
      const now = await session.refresh(shown);
      if (now.length !== visible) throw new Error(`${now.length} rows are left`);
      return performance.now() - start;
    });
  });
}

async function firstQueues(session: Session): Promise<readonly Node[]> {
  const [vhost] = (await session.list(undefined)).items;
  const folder = (await session.list(vhost)).items.find(({ kind }) => kind === "queues");
  return (await session.list(folder)).items.slice(0, visible);
}

/** The first time warms up. */
async function repeated(count: number, once: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at <= count; at++) times.push(await once());
  return median(times.slice(1));
}

function queueNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `tree.${String(at).padStart(5, "0")}`);
}

/** The broker has exactly as many when the work begins. They stay for the next one. */
async function withQueues(count: number, work: () => Promise<number>): Promise<number> {
  const connection = await connect(setting("MQ_BENCH_URI"));
  const channel = await connection.createChannel();
  const names = queueNames(many);
  const { messageCount } = await channel.assertQueue("tree.count", { durable: true });
  const there = messageCount;
  for (let from = there; from < count; from += 200)
    await Promise.all(
      names.slice(from, Math.min(from + 200, count)).map((name) => channel.assertQueue(name, { durable: false })),
    );
  for (let from = count; from < there; from += 200)
    await Promise.all(names.slice(from, Math.min(from + 200, there)).map((name) => channel.deleteQueue(name)));
  // How many there are is kept as messages: the next work runs in another process.
  await channel.purgeQueue("tree.count");
  const confirmed = await connection.createConfirmChannel();
  for (let at = 0; at < count; at++) confirmed.sendToQueue("tree.count", Buffer.alloc(0));
  await confirmed.waitForConfirms();
  await connection.close();
  return work();
}

async function withSession(work: (session: Session) => Promise<number>): Promise<number> {
  const { uri, password } = driver.parse(setting("MQ_BENCH_URI"));
  const target = { uri, admin: setting("MQ_BENCH_ADMIN"), pins: [], ...(password === undefined ? {} : { password }) };
  const session = await driver.connect(target, AbortSignal.timeout(20_000));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Receives the answer and does nothing with it. */
function bareGet(path: string, agent: Agent, packed = false): Promise<void> {
  const { username, password } = new URL(setting("MQ_BENCH_URI").replace(/^amqp/, "http"));
  const options = { agent, auth: `${username}:${password}`, headers: packed ? { "accept-encoding": "gzip" } : {} };
  return new Promise((settle, fail) => {
    get(`${setting("MQ_BENCH_ADMIN")}/api/${path}`, options, (response) => {
      response.resume();
      response.on("end", settle);
      response.on("error", fail);
    }).on("error", fail);
  });
}

function setting(name: "MQ_BENCH_URI" | "MQ_BENCH_ADMIN"): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
