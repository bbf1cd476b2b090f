/** Against a real Redis, whose address the runner gives in `MQ_BENCH_REDIS`. The bare client is the one that the driver uses. */
import { createClient, RESP_TYPES } from "@redis/client";
import type { Draft, Node, Session } from "../../src/broker/contract.ts";
import { publishMany } from "../../src/commands/publishMany.ts";
import { driver } from "../../src/drivers/redis/index.ts";
import { Inspection } from "../../src/inspect/inspection.ts";
import type { Figure } from "./figure.ts";
import { jsonBody } from "./messages.ts";

const messages = 100_000;
const window = 1000;
const streams = 10_000;
const repeats = 40;

export const redisPublish: Figure = {
  name: "redis.publish",
  unit: "messages/s",
  versus: "bare node-redis, XADD pipelined by 1,000",
  rounds: 5,
  broker: "redis",
  ours: () =>
    withSession(async (session) => {
      const node = await createStream(session, "bench.publish");
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
    withClient(async (client) => {
      const start = performance.now();
      await fill(client, "bench.bare");
      const took = performance.now() - start;
      await client.sendCommand(["DEL", "bench.bare"]);
      return perSecond(took);
    }),
};

export const redisConsume: Figure = {
  name: "redis.consume",
  unit: "messages/s",
  versus: "bare node-redis that does nothing, in a group, acked by 500",
  rounds: 5,
  broker: "redis",
  ours: () =>
    withSession(async (session) => {
      const node = await createStream(session, "bench.consume");
      await withClient((client) => fill(client, "bench.consume"));
      const inspection = new Inspection();
      const start = performance.now();
      inspection.attach(await session.watch(node, { mode: "consume", window }));
      while (inspection.summary.received < messages || inspection.summary.pending > 0) {
        if (inspection.summary.pending > 0) await inspection.settle({ what: "all", outcome: "ack" });
        else await changed(inspection);
      }
      const took = performance.now() - start;
      await inspection.close();
      await session.act(node, "delete", "delete", {});
      return perSecond(took);
    }),
  other: () =>
    withClient(async (client) => {
      await client.sendCommand(["XGROUP", "CREATE", "bench.read", "g", "0", "MKSTREAM"]);
      await fill(client, "bench.read");
      const start = performance.now();
      const read = ["XREADGROUP", "GROUP", "g", "c", "COUNT", "500", "STREAMS", "bench.read", ">"];
      let acking: Promise<unknown> = Promise.resolve();
      for (let received = 0; received < messages;) {
        const reply = await client.sendCommand<[[string, [string, Buffer[]][]]]>(read, asBytes);
        const entries = reply[0][1];
        received += entries.length;
        await acking;
        acking = client.sendCommand(["XACK", "bench.read", "g", ...entries.map(([id]) => id)]);
      }
      await acking;
      const took = performance.now() - start;
      await client.sendCommand(["DEL", "bench.read"]);
      return perSecond(took);
    }),
};

export const redisTree: Figure = {
  name: "redis.tree",
  unit: "ms",
  versus: "the bare SCAN for one page of 10,000 streams",
  rounds: 5,
  broker: "redis",
  ours: () =>
    withStreams(() =>
      withSession(async (session) => {
        const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "streams");
        return timed(async () => {
          const { items } = await session.list(folder, { fresh: true });
          if (items.length < 100) throw new Error(`A page of ${String(items.length)}`);
        });
      }),
    ),
  other: () =>
    withStreams(() =>
      withClient((client) =>
        timed(async () => {
          await client.sendCommand(["SCAN", "0", "COUNT", "500", "TYPE", "stream"], asBytes);
        }),
      ),
    ),
};

/** The median of many, warm. */
async function timed(once: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < repeats * 2; run++) {
    const start = performance.now();
    await once();
    if (run >= repeats) times.push(performance.now() - start);
  }
  return times.sort((one, other) => one - other)[times.length >> 1] ?? NaN;
}

async function withStreams(work: () => Promise<number>): Promise<number> {
  await withClient(async (client) => {
    const there = await client.sendCommand<number>(["EXISTS", `tree.${String(streams - 1)}`]);
    if (there === 1) return;
    for (let made = 0; made < streams; made += 1000) {
      const names = Array.from({ length: 1000 }, (_, index) => `tree.${String(made + index)}`);
      await Promise.all(names.map((name) => client.sendCommand(["XADD", name, "*", "body", "x"])));
    }
  });
  return work();
}

const asBytes = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

function bare() {
  const client = createClient({
    url: address(),
    RESP: 2,
    commandOptions: { timeout: 0 },
    socket: { reconnectStrategy: false },
  });
  client.on("error", () => undefined);
  return client;
}

async function withClient<T>(work: (client: ReturnType<typeof bare>) => Promise<T>): Promise<T> {
  const client = bare();
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

async function fill(client: ReturnType<typeof bare>, stream: string): Promise<void> {
  const body = Buffer.from(jsonBody(1));
  for (let sent = 0; sent < messages; sent += window)
    await Promise.all(Array.from({ length: window }, () => client.sendCommand(["XADD", stream, "*", "body", body])));
}

async function withSession(work: (session: Session) => Promise<number>): Promise<number> {
  const session = await driver.connect({ uri: address(), pins: [] }, AbortSignal.timeout(20_000));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function createStream(session: Session, name: string): Promise<Node> {
  const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "streams");
  const { node } = folder ? await session.act(folder, "create", "stream", { name }) : {};
  if (!node) throw new Error("No stream was made");
  return node;
}

async function changed(inspection: Inspection): Promise<void> {
  await new Promise<void>((resolve) => {
    const listening = inspection.onDidChange(() => {
      listening.dispose();
      resolve();
    });
  });
}

function address(): string {
  const uri = process.env["MQ_BENCH_REDIS"];
  if (uri === undefined) throw new Error("MQ_BENCH_REDIS is not set");
  return uri;
}

function perSecond(milliseconds: number): number {
  return messages / (milliseconds / 1000);
}
