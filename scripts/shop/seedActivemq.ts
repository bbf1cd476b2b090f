// The shop on an ActiveMQ: the same messages, sent to the queues that RabbitMQ's exchanges would route them to.
import type { Draft, Node, Session } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/activemq/index.ts";
import type { Header, Value } from "../../src/broker/values.ts";
import { activemqPassword, type ActivemqServer } from "../activemqServer.ts";
import { shopMessages, turnedDown, type ShopMessage } from "./messages.ts";
import { bindings } from "./topology.ts";

const queues = ["orders", "payments", "shipping", "emails", "search-index", "documents", "reminders"] as const;
const topic = "shop.events";

/** Fills a broker with the shop, in place of one that is there already. Resolves with the number of messages published. */
export async function seedActivemq(broker: ActivemqServer): Promise<number> {
  const scheme = broker.name.includes("Artemis") ? "artemis" : "activemq";
  const target = {
    uri: `${scheme}://admin@127.0.0.1:${String(broker.amqpPort)}`,
    password: activemqPassword,
    admin: broker.adminUrl,
    pins: [],
  };
  const session = await driver.connect(target, AbortSignal.timeout(30_000));
  try {
    return await fill(session);
  } finally {
    await session.close();
  }
}

async function fill(session: Session): Promise<number> {
  const [queueFolder, topicFolder] = (await session.list(undefined)).items;
  if (!queueFolder || !topicFolder) throw new Error("The tree has no folders.");
  const nodes = new Map<string, Node>();
  for (const name of queues) nodes.set(name, await madeAnew(session, queueFolder, "queue", name));
  await madeAnew(session, topicFolder, topicFolder.kind === "topics" ? "topic" : "address", topic);
  let count = 0;
  for (const message of shopMessages()) {
    for (const name of queuesOf(message)) {
      const node = nodes.get(name);
      if (!node) continue;
      const receipt = await session.publish(node, toDraft(message));
      if (receipt.outcome !== "routed")
        throw new Error(`The shop was not taken: ${receipt.outcome}, ${receipt.reason}`);
      count += 1;
    }
  }
  await turnDown(session, nodes.get("orders"));
  return count;
}

async function madeAnew(session: Session, folder: Node, form: string, name: string): Promise<Node> {
  const { items } = await session.list(folder, { filter: name, fresh: true });
  const old = items.find((each) => each.name === name);
  if (old) await session.act(old, "delete", "delete", {});
  const { node } = await session.act(folder, "create", form, { name });
  if (!node) throw new Error(`${name} was not made.`);
  return node;
}

/** Some orders are rejected, so that there are dead letters. */
async function turnDown(session: Session, orders: Node | undefined): Promise<void> {
  if (!orders) return;
  const subscription = await session.watch(orders, { mode: "consume", window: turnedDown });
  let rejected = 0;
  for await (const batch of subscription) {
    await subscription.settle(
      batch.map(({ tag }) => tag),
      "reject",
    );
    rejected += batch.length;
    if (rejected >= turnedDown) break;
  }
  await subscription.close();
}

/** By the bindings of the shop; what they route through headers, all documents, is in one queue here. */
function queuesOf({ exchange, key }: ShopMessage): readonly string[] {
  if (exchange === "") return [key];
  if (exchange === "shop.documents") return ["documents"];
  const found = bindings.filter(
    ([from, , pattern]) => from === exchange && (exchange === "shop.broadcast" || fits(pattern, key)),
  );
  return [...new Set(found.map(([, queue]) => (queue === "reminders.waiting" ? "reminders" : queue)))];
}

function fits(pattern: string, key: string): boolean {
  const source = pattern
    .replaceAll(".", "\\.")
    .replaceAll("*", "[^.]+")
    .replaceAll(/\\\.#|#/g, "(\\..+)?");
  return new RegExp(`^${source}$`).test(key);
}

function toDraft({ body, options }: ShopMessage): Draft {
  const { contentType, contentEncoding, correlationId, messageId, replyTo, type, priority } = options;
  const { headers = {} } = options as { readonly headers?: Readonly<Record<string, unknown>> };
  const isText = contentEncoding === undefined && /json|text|xml/.test(String(contentType)) && !body.includes(0);
  const properties: Record<string, string> = {
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(type === undefined ? {} : { type }),
    ...(priority === undefined ? {} : { priority: String(priority) }),
    ...(correlationId === undefined ? {} : { groupId: correlationId }),
    ...(isText ? { bodyType: "text" } : {}),
  };
  return {
    body,
    persistent: true,
    ...(typeof contentType === "string" ? { contentType } : {}),
    ...(typeof contentEncoding === "string" ? { contentEncoding } : {}),
    headers: Object.entries(headers).flatMap(([name, value]): Header | readonly Header[] => {
      const typed = toValue(value);
      return typed ? { name, value: typed } : [];
    }),
    properties,
  };
}

/** undefined for what an application property cannot be. */
function toValue(value: unknown): Value | undefined {
  switch (typeof value) {
    case "string":
      return { type: "string", value };
    case "boolean":
      return { type: "boolean", value: String(value) };
    case "number":
      return { type: Number.isInteger(value) ? "int32" : "double", value: String(value) };
    default:
      if (value === null) return { type: "null", value: "" };
      if (Buffer.isBuffer(value)) return { type: "bytes", value: value.toString("base64") };
      return typeof value === "object" && "!" in value && "value" in value && typeof value.value === "number"
        ? { type: value["!"] === "timestamp" ? "timestamp" : "int64", value: String(value.value) }
        : undefined;
  }
}
