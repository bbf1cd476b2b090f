import { Admin, Consumer, MessagesStreamModes, ProduceAcks, Producer } from "@platformatic/kafka";
import { shopMessages } from "./messages.ts";

/** Topics: name, partitions, settings. */
const topics: readonly (readonly [name: string, partitions: number, settings?: Readonly<Record<string, string>>])[] = [
  ["shop.events", 3],
  ["shop.commands", 2],
  ["shop.documents", 1, { "compression.type": "gzip" }],
  ["shop.broadcast", 1],
  ["shop.products", 1, { "cleanup.policy": "compact" }],
];

/** Fills a cluster with the shop, in place of one that is there already. Resolves with the number of messages published. */
export async function seedKafkaShop(port: number): Promise<number> {
  const client = { clientId: "shop-demo", bootstrapBrokers: [`127.0.0.1:${port}`] };
  const admin = new Admin(client);
  const producer = new Producer(client);
  try {
    const there = new Set(await admin.listTopics());
    const old = topics.flatMap(([name]) => (there.has(name) ? [name] : []));
    if (old.length > 0) await admin.deleteTopics({ topics: old });
    for (const [name, partitions, settings = {}] of topics) {
      const configs = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
      await admin.createTopics({ topics: [name], partitions, replicas: 1, configs });
    }
    let count = 0;
    for (const { exchange, key, body, options } of shopMessages()) {
      // What goes straight to a queue, or has a header that only AMQP knows, has no place here.
      if (!topics.some(([name]) => name === exchange)) continue;
      const headers = new Map<Buffer, Buffer>();
      if (typeof options.contentType === "string")
        headers.set(Buffer.from("content-type"), Buffer.from(options.contentType));
      if (typeof options.contentEncoding === "string")
        headers.set(Buffer.from("content-encoding"), Buffer.from(options.contentEncoding));
      if (typeof options.correlationId === "string")
        headers.set(Buffer.from("correlation-id"), Buffer.from(options.correlationId));
      if (typeof options.type === "string") headers.set(Buffer.from("type"), Buffer.from(options.type));
      const topic = key.startsWith("product.") ? "shop.products" : exchange;
      const message = { topic, value: body, headers, ...(key === "" ? {} : { key: Buffer.from(key) }) };
      await producer.send({ messages: [message], acks: ProduceAcks.ALL });
      count += 1;
    }
    await readSome(client);
    return count;
  } finally {
    await producer.close();
    await admin.close();
  }
}

/** So that there is a group with a lag. */
async function readSome(client: { readonly clientId: string; readonly bootstrapBrokers: string[] }): Promise<void> {
  const consumer = new Consumer({ ...client, groupId: "shop-billing" });
  const stream = await consumer.consume({
    topics: ["shop.events"],
    mode: MessagesStreamModes.EARLIEST,
    autocommit: false,
  });
  let left = 40;
  for await (const message of stream) {
    left -= 1;
    if (left > 0) continue;
    await message.commit();
    break;
  }
  await consumer.close(true);
}
