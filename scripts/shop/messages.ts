// Messages of the shop: the same ones each time, but for their times.
import { gzipSync } from "node:zlib";
import type { Options } from "amqplib";
import { messagePack, png, xml } from "./bodies.ts";

/** A message to publish. */
export interface ShopMessage {
  readonly exchange: string;
  readonly key: string;
  readonly body: Buffer;
  readonly options: Options.Publish;
}

/** Some hundred messages. */
export function* shopMessages(): Generator<ShopMessage> {
  const random = new Random(20_240_229);
  for (let number = 1; number <= 120; number++) yield* orderStory(number, random);
  for (let number = 1; number <= 24; number++) yield productChange(number, random);
  for (let number = 1; number <= 12; number++) yield* documents(number, random);
  for (let number = 1; number <= 6; number++) yield reminder(number);
  yield announcement();
  yield bigReport(random);
  yield* oddities();
}

/** How many of the first orders the demo turns down, so that they are dead-lettered as `rejected`. */
export const turnedDown = 4;

function* orderStory(number: number, random: Random): Generator<ShopMessage> {
  const order = newOrder(number, random);
  const correlationId = `order-${order.id}`;
  yield json("shop.events", "order.created", order, {
    correlationId,
    type: "OrderCreated",
    headers: {
      tenant: random.pick(["eu", "us", "asia"]),
      attempt: 1,
      "schema-version": { "!": "long", value: 2 },
      "placed-at": { "!": "timestamp", value: Math.floor(Date.parse(order.placedAt) / 1000) },
    },
    // The first were meant to be handled at once, and nobody was there.
    ...(number <= 3 ? { expiration: "1" } : {}),
  });
  const paid = { orderId: order.id, amount: order.total, currency: order.currency, method: random.pick(methods) };
  if (number % 2 === 0)
    yield json("shop.events", number % 14 === 0 ? "payment.card.failed" : "payment.card.captured", paid, {
      correlationId,
      type: "Payment",
      replyTo: "payments.replies",
      headers: { "trace-id": random.hex(32), gateway: "acme-pay", retries: number % 3 },
    });
  if (number % 3 === 0) {
    const express = number % 9 === 0;
    yield json(
      "shop.commands",
      express ? "ship.express" : "ship",
      { orderId: order.id, parcels: random.between(1, 3), to: order.customer.address },
      { correlationId, priority: express ? 9 : random.between(0, 4), type: "ShipOrder" },
    );
  }
  if (number % 4 === 0) yield email(order, correlationId);
}

function newOrder(number: number, random: Random) {
  const items = Array.from({ length: random.between(1, 4) }, () => {
    const product = random.pick(products);
    return { sku: product.sku, name: product.name, quantity: random.between(1, 3), price: product.price };
  });
  const total = items.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  const name = random.pick(customers);
  return {
    id: `2024-${String(number).padStart(5, "0")}`,
    placedAt: new Date(Date.now() - (121 - number) * 97_000).toISOString(),
    customer: {
      id: random.between(1000, 1999),
      name,
      email: `${name.split(" ")[0]?.toLowerCase() ?? "someone"}@example.com`,
      address: { street: `${random.between(1, 120)} ${random.pick(streets)}`, city: random.pick(cities) },
    },
    items,
    total: Math.round(total * 100) / 100,
    currency: random.pick(["EUR", "USD", "GBP"]),
    gift: number % 7 === 0,
    note: number % 10 === 0 ? 'Please ring twice – "Müller & Söhne", 2. Stock 🎁' : null,
  };
}

function email(order: ReturnType<typeof newOrder>, correlationId: string): ShopMessage {
  const text =
    `To: ${order.customer.email}\nSubject: Your order ${order.id}\n\nDear ${order.customer.name},\n\n` +
    `thank you for your order of ${order.items.length} item(s), ${order.total.toFixed(2)} ${order.currency} in all.\n` +
    `It goes to ${order.customer.address.street}, ${order.customer.address.city}.\n\nThe Shop\n`;
  return message("shop.commands", "email", Buffer.from(text), {
    contentType: "text/plain; charset=utf-8",
    correlationId,
    type: "OrderConfirmation",
  });
}

function productChange(number: number, random: Random): ShopMessage {
  const product = random.pick(products);
  const change = { sku: product.sku, price: product.price, stock: random.between(0, 400), sequence: number };
  if (number % 3 === 0)
    return message("shop.events", "product.changed", messagePack(change), { contentType: "application/msgpack" });
  if (number % 3 === 1)
    return message("shop.events", "product.changed", gzipSync(JSON.stringify(change)), {
      contentType: "application/json",
      contentEncoding: "gzip",
    });
  return json("shop.events", "product.changed", change, {});
}

function* documents(number: number, random: Random): Generator<ShopMessage> {
  const id = `2024-${String(number * 7).padStart(5, "0")}`;
  yield message("shop.documents", "", xml(id, random.between(20, 900), random.pick(customers)), {
    contentType: "application/xml",
    headers: { format: "xml", legal: number % 2 === 0 },
    messageId: `invoice-${id}`,
  });
  if (number % 4 === 0)
    yield message("shop.documents", "", png(48, number * 20), {
      contentType: "image/png",
      headers: { format: "png", archive: true, width: 48, height: 48 },
    });
  if (number % 3 === 0)
    yield message("shop.documents", "", Buffer.from(`%PDF-1.4\n% label of parcel ${id}\n%%EOF\n`), {
      contentType: "application/pdf",
      headers: { format: "pdf", archive: true },
    });
}

function reminder(number: number): ShopMessage {
  const body = { basket: 500 + number, text: "You left something in your basket." };
  return json("shop.commands", "remind", body, { type: "Reminder" });
}

function announcement(): ShopMessage {
  return json("shop.broadcast", "", { title: "Maintenance", from: "22:00", to: "22:15" }, { type: "Announcement" });
}

function bigReport(random: Random): ShopMessage {
  const rows = Array.from({ length: 3000 }, (_, row) => ({
    row,
    sku: random.pick(products).sku,
    sold: random.between(0, 50),
  }));
  return json("shop.events", "report.daily", { day: "2024-02-29", rows }, { type: "DailyReport" });
}

function* oddities(): Generator<ShopMessage> {
  yield message("shop.events", "order.created", Buffer.from('{"id": "2024-99999", "total": '), {
    contentType: "application/json",
    type: "OrderCreated",
    headers: { comment: "a body that breaks off" },
  });
  // Straight to a queue: older brokers cannot put every type into a stream, and close the connection.
  yield message("", "orders", Buffer.from("A header of every type."), {
    contentType: "text/plain",
    headers: {
      text: "Grüße",
      truth: true,
      nothing: null,
      int: 42,
      long: { "!": "long", value: 4_000_000_000 },
      double: 3.25,
      decimal: { "!": "decimal", value: { places: 2, digits: 1999 } },
      when: { "!": "timestamp", value: 1_709_164_800 },
      bytes: Buffer.from([0xde, 0xad, 0xbe, 0xef]),
      list: ["a", 1, false],
      table: { region: "eu", level: { floor: 2 } },
    },
  });
  yield message("shop.events", "order.noted", Buffer.alloc(0), { type: "Empty" });
  yield message("shop.events", "stock.counted", Buffer.from("sku;count\nT-100;12\nT-200;0\n"), {
    contentType: "text/csv",
  });
}

function json(exchange: string, key: string, body: unknown, options: Options.Publish): ShopMessage {
  return message(exchange, key, Buffer.from(JSON.stringify(body)), { contentType: "application/json", ...options });
}

let sent = 0;

function message(exchange: string, key: string, body: Buffer, options: Options.Publish): ShopMessage {
  sent += 1;
  const common = {
    persistent: true,
    appId: "shop-demo",
    messageId: `demo-${sent}`,
    timestamp: Math.floor(Date.now() / 1000),
  };
  return { exchange, key, body, options: { ...common, ...options } };
}

/** The same numbers for the same start (mulberry32). */
class Random {
  #state: number;

  constructor(start: number) {
    this.#state = start;
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.#next() * (high - low + 1));
  }

  pick<T>(all: readonly T[]): T {
    return all[this.between(0, all.length - 1)] as T;
  }

  hex(length: number): string {
    return Array.from({ length }, () => this.between(0, 15).toString(16)).join("");
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}

const methods = ["card", "transfer", "wallet"] as const;
const customers = [
  "Ada Lovelace",
  "Grace Hopper",
  "Alan Turing",
  "Barbara Liskov",
  "Edsger Dijkstra",
  "陈 伟",
] as const;
const streets = ["High Street", "Rue de la Paix", "Hauptstraße", "Via Roma"] as const;
const cities = ["London", "Paris", "Köln", "Roma", "上海"] as const;
const products = [
  { sku: "T-100", name: "Teapot", price: 24.5 },
  { sku: "T-200", name: "Tea, 100 g", price: 7.95 },
  { sku: "C-010", name: "Cup", price: 9.9 },
  { sku: "S-001", name: "Saucer", price: 4.2 },
  { sku: "K-777", name: "Kettle", price: 59 },
] as const;
