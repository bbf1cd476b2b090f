// The exchanges, queues and bindings of a small shop, for the demo.
import type { Channel } from "amqplib";

type Table = Readonly<Record<string, string | number | boolean>>;

/** Exchanges: name, type, arguments. All durable. */
export const exchanges: readonly (readonly [name: string, type: string, args?: Table])[] = [
  ["shop.events", "topic", { "alternate-exchange": "shop.unrouted" }],
  ["shop.commands", "direct"],
  ["shop.broadcast", "fanout"],
  ["shop.documents", "headers"],
  ["shop.dead-letters", "direct"],
  ["shop.unrouted", "fanout"],
];

/** Queues: name, arguments. All durable. */
export const queues: readonly (readonly [name: string, args?: Table])[] = [
  ["orders", { "x-dead-letter-exchange": "shop.dead-letters", "x-dead-letter-routing-key": "orders.dead" }],
  ["orders.dead"],
  [
    "payments",
    {
      "x-queue-type": "quorum",
      "x-delivery-limit": 5,
      "x-dead-letter-exchange": "shop.dead-letters",
      "x-dead-letter-routing-key": "payments.dead",
    },
  ],
  ["payments.dead", { "x-queue-type": "quorum" }],
  ["audit", { "x-queue-type": "stream", "x-max-length-bytes": 100_000_000 }],
  ["shipping", { "x-max-priority": 10 }],
  ["emails", { "x-max-length": 10_000, "x-overflow": "reject-publish" }],
  ["search-index"],
  ["documents.pdf"],
  ["documents.xml"],
  ["documents.archive"],
  // What waits here for a minute comes out as reminder.due.
  [
    "reminders.waiting",
    {
      "x-message-ttl": 60_000,
      "x-dead-letter-exchange": "shop.events",
      "x-dead-letter-routing-key": "reminder.due",
    },
  ],
  ["reminders"],
  ["unrouted"],
];

/** Bindings: exchange, queue, routing key, arguments. */
export const bindings: readonly (readonly [exchange: string, queue: string, key: string, args?: Table])[] = [
  ["shop.events", "orders", "order.*"],
  ["shop.events", "payments", "payment.#"],
  ["shop.events", "audit", "order.*"],
  ["shop.events", "audit", "payment.#"],
  ["shop.events", "audit", "report.*"],
  ["shop.events", "reminders", "reminder.due"],
  ["shop.events", "search-index", "product.*"],
  ["shop.commands", "shipping", "ship"],
  ["shop.commands", "shipping", "ship.express"],
  ["shop.commands", "emails", "email"],
  ["shop.commands", "reminders.waiting", "remind"],
  ["shop.broadcast", "emails", ""],
  ["shop.broadcast", "search-index", ""],
  ["shop.documents", "documents.pdf", "", { "x-match": "all", format: "pdf" }],
  ["shop.documents", "documents.xml", "", { "x-match": "all", format: "xml" }],
  ["shop.documents", "documents.archive", "", { "x-match": "any", archive: true, legal: true }],
  ["shop.dead-letters", "orders.dead", "orders.dead"],
  ["shop.dead-letters", "payments.dead", "payments.dead"],
  ["shop.unrouted", "unrouted", ""],
];

/** Removes the shop with all its messages; what is not there is no error. */
export async function removeShop(channel: Channel): Promise<void> {
  for (const [name] of queues) await channel.deleteQueue(name);
  for (const [name] of exchanges) await channel.deleteExchange(name);
}

/** Declares everything. */
export async function declareShop(channel: Channel): Promise<void> {
  for (const [name, type, args] of exchanges)
    await channel.assertExchange(name, type, { durable: true, arguments: args ?? {} });
  for (const [name, args] of queues) await channel.assertQueue(name, { durable: true, arguments: args ?? {} });
  for (const [exchange, queue, key, args] of bindings) await channel.bindQueue(queue, exchange, key, args ?? {});
}
