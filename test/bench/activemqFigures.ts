/** Against real ActiveMQs, whose addresses the runner gives; the other side is a bare rhea. */
import rhea from "rhea";
import type { Connection, EventContext } from "rhea";
import type { Draft, Node, Session } from "../../src/broker/contract.ts";
import { publishMany } from "../../src/commands/publishMany.ts";
import { driver } from "../../src/drivers/activemq/index.ts";
import { Inspection } from "../../src/inspect/inspection.ts";
import { median, type Figure } from "./figure.ts";
import { jsonBody } from "./messages.ts";

const messages = 100_000;
const window = 1000;
const many = 10_000;
const lists = 5;

/** The figures of one of the two brokers. */
export function activemqFigures(broker: "activemq" | "artemis"): readonly Figure[] {
  return [publish(broker), consume(broker), tree(broker)];
}

function publish(broker: "activemq" | "artemis"): Figure {
  return {
    name: `${broker}.publish`,
    unit: "messages/s",
    versus: "bare rhea, as many on their way as it has credit for",
    rounds: 3,
    broker,
    ours: () =>
      withSession(async (session) => {
        const node = await makeQueue(session);
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
      withQueue(async (queue) => {
        const start = performance.now();
        await fill(queue);
        return perSecond(performance.now() - start);
      }),
  };
}

function consume(broker: "activemq" | "artemis"): Figure {
  return {
    name: `${broker}.consume`,
    unit: "messages/s",
    versus: "bare rhea that does nothing and accepts each",
    rounds: 3,
    broker,
    ours: () =>
      withSession(async (session) => {
        const node = await makeQueue(session);
        await fill(node.name);
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
      withQueue(async (queue) => {
        await fill(queue);
        const connection = bare();
        const start = performance.now();
        const receiver = connection.open_receiver({ source: queue, credit_window: window, autoaccept: true });
        let received = 0;
        await new Promise<void>((resolve) => {
          receiver.on("message", () => {
            if (++received === messages) resolve();
          });
        });
        const took = performance.now() - start;
        await closed(connection);
        return perSecond(took);
      }),
  };
}

function tree(broker: "activemq" | "artemis"): Figure {
  return {
    name: `${broker}.tree`,
    unit: "ms",
    versus: "the bare request to Jolokia for the names",
    rounds: 3,
    broker,
    ours: () =>
      withSession(async (session) => {
        await makeMany(broker);
        const folder = await queuesFolder(session);
        return repeated(async () => {
          const { items } = await session.list(folder, { fresh: true });
          if (items.length === 0) throw new Error("There are no rows");
        });
      }),
    other: async () => {
      await makeMany(broker);
      return repeated(async () => {
        await ask(namesOf(broker));
      });
    },
  };
}

/** The first time warms up. */
async function repeated(once: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at <= lists; at++) {
    const start = performance.now();
    await once();
    times.push(performance.now() - start);
  }
  return median(times.slice(1));
}

const classic = "org.apache.activemq:type=Broker,brokerName=localhost";
const artemis = 'org.apache.activemq.artemis:broker="artemis"';

function namesOf(broker: "activemq" | "artemis"): object {
  return broker === "activemq"
    ? { type: "read", mbean: `${classic},destinationType=Queue,destinationName=*`, attribute: ["Name", "DLQ"] }
    : { type: "search", mbean: `${artemis},component=addresses,address=*,subcomponent=queues,routing-type=*,queue=*` };
}

/** They stay for the next one. */
async function makeMany(broker: "activemq" | "artemis"): Promise<void> {
  const there = Object.keys(((await ask(namesOf(broker))) as { value: object }).value).length;
  if (there >= many) return;
  for (let from = 0; from < many; from += 500) {
    const names = Array.from({ length: 500 }, (_, at) => `tree.${String(from + at).padStart(5, "0")}`);
    await ask(
      names.map((name) =>
        broker === "activemq"
          ? { type: "exec", mbean: classic, operation: "addQueue(java.lang.String)", arguments: [name] }
          : {
              type: "exec",
              mbean: artemis,
              operation: "createQueue(java.lang.String)",
              arguments: [JSON.stringify({ name, address: name, "routing-type": "ANYCAST" })],
            },
      ),
    );
  }
}

async function ask(request: object): Promise<unknown> {
  const url = setting("MQ_BENCH_ADMIN");
  const response = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from("admin:admin").toString("base64")}`,
      "content-type": "application/json",
      origin: new URL(url).origin,
    },
    body: JSON.stringify(request),
  });
  return response.json();
}

async function changed(inspection: Inspection): Promise<void> {
  await new Promise<void>((resolve) => {
    const listening = inspection.onDidChange(() => {
      listening.dispose();
      resolve();
    });
  });
}

function bare(): Connection {
  const { hostname, port } = new URL(setting("MQ_BENCH_URI").replace(/^\w+:/, "http:"));
  return rhea.create_container().connect({
    host: hostname,
    port: Number(port),
    username: "admin",
    password: "admin",
    reconnect: false,
    max_frame_size: 128 * 1024,
    tcp_no_delay: true,
  } as Parameters<ReturnType<typeof rhea.create_container>["connect"]>[0]);
}

/** As fast as credit and rhea's own buffer allow. */
async function fill(queue: string): Promise<void> {
  const connection = bare();
  const sender = connection.open_sender({ target: { address: queue, capabilities: ["queue"] } });
  const body = rhea.message.data_section(jsonBody(1)) as unknown;
  let sent = 0;
  let accepted = 0;
  await new Promise<void>((resolve, reject) => {
    const send = (): void => {
      while (sent < messages && sent - accepted < window && sender.sendable()) {
        sender.send({ durable: true, body });
        sent++;
      }
    };
    sender.on("sendable", send);
    sender.on("accepted", () => {
      if (++accepted === messages) resolve();
      else send();
    });
    sender.on("rejected", (context: EventContext) => {
      reject(new Error(`Refused: ${JSON.stringify(context.delivery?.remote_state)}`));
    });
  });
  await closed(connection);
}

async function closed(connection: Connection): Promise<void> {
  await new Promise<void>((resolve) => {
    connection.on("connection_close", () => {
      resolve();
    });
    connection.close();
  });
}

async function withQueue(work: (queue: string) => Promise<number>): Promise<number> {
  return withSession(async (session) => {
    const node = await makeQueue(session);
    try {
      return await work(node.name);
    } finally {
      await session.act(node, "delete", "delete", {});
    }
  });
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

async function makeQueue(session: Session): Promise<Node> {
  const name = `bench.${String(process.pid)}`;
  const { node } = await session.act(await queuesFolder(session), "create", "queue", { name });
  if (!node) throw new Error("No queue was made");
  return node;
}

async function queuesFolder(session: Session): Promise<Node> {
  const folder = (await session.list(undefined)).items.find(({ kind }) => kind === "queues");
  if (!folder) throw new Error("No folder of queues");
  return folder;
}

function setting(name: "MQ_BENCH_URI" | "MQ_BENCH_ADMIN"): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

function perSecond(milliseconds: number): number {
  return messages / (milliseconds / 1000);
}
